"""The pages of service levels: made, shown in the list, found, and refused with a word at the field."""

from __future__ import annotations

import re
from datetime import timedelta

import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.levels import keeping
from app.levels import service as levels
from app.settings import Settings
from app.tasks.models import Calendar, Holiday
from app.tickets.models import Ticket
from tests.app.web.conftest import Desk

FORM = {
    "name": "Everybody", "match": "all", "normal.first": "4 h", "normal.next": "1 h 30 min", "urgent.first": "15",
    "warn": "20 min", "do": "save",
}  # fmt: skip


def kept(settings: Settings) -> None:
    with db.transaction() as session:
        keeping.step(session, settings, now=db.now())


def test_an_admin_promises_and_the_list_and_the_ticket_say_until_when(
    admin: FlaskClient, desk: Desk, installation: Settings
) -> None:
    assert admin.post("/service-levels/new", data=FORM).status_code == 303
    ticket_id = desk.letter()
    late_id = desk.letter(subject="Old", at=db.now() - timedelta(hours=6))
    kept(installation)
    rows = admin.get("/inbox/open").text
    assert re.search(r"<time [^>]*data-due>due in 3 h</time>", rows)
    assert "late by 2 h" in rows and "chip-bad" in rows
    assert "due in 3 h" in admin.get(f"/tickets/{ticket_id}").text
    found = admin.get("/search?q=is:late").text
    assert f'id="t{late_id}"' in found and f'id="t{ticket_id}"' not in found
    soon = admin.get("/search?q=срок:5ч").text
    assert f'id="t{late_id}"' in soon and f'id="t{ticket_id}"' in soon
    with db.reading() as session:
        (level,) = levels.all_levels(session)
        assert level.targets == {"normal": {"first": 240, "next": 90}, "urgent": {"first": 900}}
        assert level.warn_minutes == 20 and not level.business
    page = admin.get("/service-levels")
    assert "Every further reply – 1 h 30 min" in page.text and "0 % of 1 promises kept" in page.text
    again = admin.get(f"/service-levels/{level.id}").text
    assert 'value="1 h 30 min"' in again and 'value="15 h"' in again


def test_conditions_are_added_row_by_row_and_what_was_typed_stays(admin: FlaskClient, desk: Desk) -> None:
    form = {**FORM, "new_field": "customer_tags", "do": "add-condition", "normal.first": "soon"}
    page = admin.post("/service-levels/new", data=form).text
    assert 'name="c0.field" value="customer_tags"' in page and 'value="soon"' in page
    form |= {"c": "0", "c0.field": "customer_tags", "c0.op": "has", "c0.value": "VIP", "do": "save"}
    refused = admin.post("/service-levels/new", data=form)
    assert refused.status_code == 422 and "Write a time as 30 min" in refused.text
    assert admin.post("/service-levels/new", data={**form, "normal.first": "30m"}).status_code == 303
    with db.reading() as session:
        (level,) = levels.all_levels(session)
        assert level.conditions["items"][0]["values"] == ["VIP"]


def test_a_level_is_switched_moved_changed_and_removed(admin: FlaskClient, desk: Desk) -> None:
    for name in ("One", "Two"):
        admin.post("/service-levels/new", data={**FORM, "name": name})
    with db.reading() as session:
        one, two = (level.id for level in levels.all_levels(session))
    assert admin.post(f"/service-levels/{two}/move", data={"to": "up"}).status_code == 303
    assert admin.post(f"/service-levels/{two}/active", data={"active": "no"}).status_code == 303
    changed = {**FORM, "name": "Two and a half", "normal.next": "", "box": str(desk.mailbox_id)}
    assert admin.post(f"/service-levels/{two}", data=changed).status_code == 303
    assert admin.post(f"/service-levels/{one}/remove").status_code == 303
    with db.reading() as session:
        (level,) = levels.all_levels(session)
        assert (level.name, level.active, level.mailbox_ids) == ("Two and a half", False, [desk.mailbox_id])
        assert "next" not in level.targets["normal"]
    assert "Changed a service level" in admin.get("/settings/log").text


def test_nobody_but_an_admin_promises_anything(agent: FlaskClient, desk: Desk) -> None:
    assert agent.get("/service-levels").status_code == 403
    assert agent.post("/service-levels/new", data=FORM).status_code == 403


def test_the_russian_holidays_of_a_year_come_with_the_moved_days(admin: FlaskClient, desk: Desk) -> None:
    with db.transaction() as session:
        calendar = Calendar(name="Office", timezone="Europe/Moscow", week=[], created_at=db.now())
        session.add(calendar)
        session.flush()
        number = calendar.id
    address = f"/hours/{number}/holidays/public"
    assert admin.post(address, data={"country": "RU", "year": "2027"}).status_code == 303
    with db.reading() as session:
        days = {one.day.isoformat() for one in session.scalars(sa.select(Holiday))}
    assert {"2027-01-07", "2027-03-08", "2027-05-03", "2027-11-05"} <= days
    before = len(days)
    admin.post(address, data={"country": "RU", "year": "2027"})
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Holiday)) == before
    for wrong in ({"country": "XX", "year": "2027"}, {"country": "RU", "year": "1917"}):
        assert admin.post(address, data=wrong).status_code == 422
    assert "Germany" in admin.get(f"/hours/{number}").text


def test_a_ticket_without_a_promise_says_nothing(agent: FlaskClient, desk: Desk) -> None:
    ticket_id = desk.letter()
    with db.reading() as session:
        assert session.get_one(Ticket, ticket_id).due_at is None
    assert "data-due" not in agent.get("/inbox/open").text
