"""The pages of reports as agents, leads and admins see them; CSV; links that keep the filters."""

from __future__ import annotations

import pytest
from flask import Flask

from app import db
from app.accounts.models import Agent
from app.reports.catalogue import REPORTS
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
