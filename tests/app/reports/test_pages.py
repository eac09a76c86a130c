"""The pages of reports as agents, leads and admins see them; CSV; links that keep the filters."""

from __future__ import annotations

import csv
import io

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.datastructures import MultiDict

from app import db
from app.accounts.models import Agent
from app.reports import choices
from app.reports.catalogue import REPORTS
from app.tags.models import Tag
from app.tickets.models import Message, Ticket
from app.web.forms import reply_form
from tests.app.reports.conftest import Desk, catch_up
from tests.support.web import sign_in

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def pages(app: Flask, desk: Desk):
    """The desk as of today, and a browser for each of its people by first name."""
    catch_up(app.config["SETTINGS"].timezone, db.now())

    def browser(number: int):
        with db.reading() as session:
            agent = session.get_one(Agent, desk.agents[number])
        return sign_in(app.test_client(), agent)

    return browser


YEAR = "?from=2025-10-20&to=2026-11-05"


def test_every_report_opens_for_everybody_in_both_languages(pages, desk: Desk) -> None:
    for number, language in ((0, "en"), (1, "ru"), (2, "ru"), (3, "en")):
        with db.transaction() as session:
            session.get_one(Agent, desk.agents[number]).language = language
        browser = pages(number)
        assert browser.get("/reports").location == "/reports/briefing"
        for path in ("briefing", *REPORTS):
            page = browser.get(f"/reports/{path}{YEAR}&mailbox={desk.mailboxes[0]}&hours=business")
            assert page.status_code == 200, (path, page.text[:300])
            assert "None" not in page.text.replace("None: only", "").replace(">None<", ""), path
        for path in REPORTS:
            assert browser.get(f"/reports/{path}?period=7").status_code == 200
    assert pages(0).get("/reports/nonsense").status_code == 404


def test_links_and_csv_keep_the_filters(pages, desk: Desk) -> None:
    admin = pages(0)
    asked = f"{YEAR}&tag={desk.tags[0]}&segment=tag-{desk.tags[2]}"
    page = admin.get(f"/reports/volume{asked}").text
    kept = f"from=2025-10-20&amp;to=2026-11-05&amp;tag={desk.tags[0]}&amp;segment=tag-{desk.tags[2]}"
    for path in ("/reports/speed?", "/reports/volume.csv?", "/reports/behind/opened?"):
        assert any(path in link and kept in link for link in page.split('"')), path
    answer = admin.get(f"/reports/volume.csv{asked}")
    assert (
        answer.mimetype == "text/csv"
        and "volume-2025-10-20-2026-11-05.csv" in answer.headers["Content-Disposition"]
    )
    lines = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    opened = next(int(line[1]) for line in lines if line[:1] == ["New tickets"])
    assert 0 < opened < 200
    assert admin.get(f"/reports/behind/opened{asked}").text.count("behind-ticket") == min(50, opened)
    assert "More" in admin.get(f"/reports/behind/opened{YEAR}").text
    # What is no filter, no date and no figure of ours does no harm.
    for odd in (
        "period=-1",
        "from=x&to=y",
        "from=9999-12-31",
        "mailbox=x&segment=field-",
        "after=1_x",
        "to=0001-01-01",
    ):
        assert admin.get(f"/reports/volume?{odd}").status_code == 200, odd
        assert admin.get(f"/reports/behind/opened?{odd}").status_code == 200, odd
    for odd in ("nothing", "tag-x", "first-", "weekday-1-2-3-x", "age-" + "9" * 30):
        assert admin.get(f"/reports/behind/{odd}").status_code == 404, odd


def test_names_are_no_formulas_in_a_spreadsheet(pages, desk: Desk) -> None:
    with db.transaction() as session:
        session.get_one(Tag, desk.tags[0]).name = "=cmd|calc"
    lines = csv.reader(io.StringIO(pages(0).get(f"/reports/reasons.csv{YEAR}").text))
    assert any(line[:1] == ["'=cmd|calc"] for line in lines)


def test_an_admin_says_what_loyalty_goes_by(pages, desk: Desk) -> None:
    admin = pages(0)
    form = {"competition": "90", "complaint_tag": str(desk.tags[1]), "value_field": ""}
    assert admin.post("/reports/customers", data=form).status_code == 303
    with db.reading() as session:
        assert choices.choices(session) == choices.Choices(0.9, desk.tags[1], None)
    admin.post("/reports/customers", data=form | {"competition": "a lot"})
    assert "Write a share" in admin.get("/reports/customers").text
    assert pages(1).post("/reports/customers", data=form).status_code == 403


def test_a_reply_carries_how_long_it_took_to_write(app: Flask) -> None:
    with app.test_request_context():
        base = {"body": "Hello", "to": "a@buyer.example", "nonce": "n" * 20}
        for typed, seconds in (
            ("95", 95),
            ("", None),
            ("0", None),
            ("999999", 7200),
            ("-5", None),
            ("x", None),
        ):
            form = MultiDict(base | {"composing_seconds": typed})
            assert reply_form(form).composing == seconds, typed


def test_what_the_browser_measured_is_kept_with_the_reply(pages, desk: Desk) -> None:
    with db.reading() as session:
        ticket_id = session.scalar(sa.select(Ticket.id).where(Ticket.status == "open").limit(1))
        newest = session.scalar(sa.select(sa.func.max(Message.id)).where(Message.ticket_id == ticket_id))
    form = {
        "body": "Hello", "to": "c1@buyer.example", "nonce": "m" * 20, "composing_seconds": "42",
        "seen_message_id": str(newest),
    }  # fmt: skip
    assert pages(0).post(f"/tickets/{ticket_id}/reply", data=form).status_code in (200, 302, 303)
    with db.reading() as session:
        sent = session.scalars(sa.select(Message).where(Message.form_nonce == "m" * 20)).one()
    assert sent.composing_seconds == 42
