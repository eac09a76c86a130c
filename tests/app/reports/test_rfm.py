"""RFM with the value of a client, and segments by card fields: counted once more from raw rows, customer by customer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app import db
from app.accounts.models import Agent
from app.reports import choices
from app.reports.behind import tickets_behind
from app.reports.catalogue import Asked
from app.reports.filters import Filters
from app.tickets.order_models import CardValue, Field
from tests.app.reports import slowly
from tests.app.reports.conftest import NOW, ZONE, Desk, catch_up
from tests.app.reports.recounted import ALL, AUTUMN, YEAR, figures, letters, opened, report, rows
from tests.app.reports.slowly import Slow
from tests.support.web import sign_in

# Two customers of one worth stand in one fifth; the last two have none.
WORTH = {0: 10.0, 1: 250.5, 2: 250.5, 3: 40.0, 4: 5000.0, 5: 3.0, 6: 3.0, 7: 777.0, 8: 60.0, 9: -5.0}
PLANS = ("Basic", "Plus")


def value(session: Session, desk: Desk) -> int:
    """Fields on the cards: what a client is worth, their plan, and whether they are a partner. The plan's id."""
    fields = [
        Field(
            scope="card",
            key=key,
            name=key.title(),
            kind=kind,
            choices=list(PLANS) if kind == "choice" else [],
        )
        for key, kind in (("worth", "number"), ("plan", "choice"), ("partner", "checkbox"))
    ]
    session.add_all(fields)
    session.flush()
    worth, plan, partner = (one.id for one in fields)
    for place, number in WORTH.items():
        row = {"customer_id": desk.customers[place], "field_id": worth}
        session.add(CardValue(**row, value=str(number), number=number))
    for place, customer_id in enumerate(desk.customers[:9]):
        session.add(CardValue(customer_id=customer_id, field_id=plan, value=PLANS[place % 3 == 0]))
    session.add(CardValue(customer_id=desk.customers[2], field_id=partner, value="yes"))
    choices.choose(session, "40 %", None, worth)
    return plan


def test_fifths_of_recency_frequency_and_value_by_segment(desk: Desk) -> None:
    catch_up()
    with db.transaction() as session:
        plan = value(session, desk)
    with db.reading() as session:
        slow = Slow(session, ZONE, NOW)
        for filters in (AUTUMN, YEAR):
            _means(session, slow, filters, desk)
            _segments(session, slow, filters, desk, plan)


def _members(desk: Desk) -> dict[str, set[int]]:
    return {
        "everybody": set(desk.customers),
        "vip": {one for place, one in enumerate(desk.customers) if place % 4 == 0},
        "Plan: Plus": {one for place, one in enumerate(desk.customers[:9]) if place % 3 == 0},
        "Plan: Basic": {one for place, one in enumerate(desk.customers[:9]) if place % 3},
        "Partner": {desk.customers[2]},
    }


def _means(session: Session, slow: Slow, filters: Filters, desk: Desk) -> None:
    wrote: dict[int, list[date]] = {}
    for raw, at in letters(slow, filters):
        wrote.setdefault(raw.ticket.customer_id, []).append(slow.day(at))  # type: ignore[arg-type]
    people = sorted(wrote)
    late = dict(zip(people, slowly.fifths([max(wrote[one]).toordinal() for one in people]), strict=True))
    often = dict(zip(people, slowly.fifths([len(wrote[one]) for one in people]), strict=True))
    worth = {desk.customers[place]: number for place, number in WORTH.items()}
    valued = [one for one in people if one in worth]
    rich = dict(zip(valued, slowly.fifths([worth[one] for one in valued]), strict=True))
    shown = rows(report(session, "customers", filters), "rfm_segments")
    assert set(shown) == set(_members(desk))
    for name, members in _members(desk).items():
        mine = [one for one in people if one in members]
        means = [
            sum(marks[one] for one in mine if one in marks) / number
            if (number := sum(one in marks for one in mine))
            else None
            for marks in (late, often, rich)
        ]
        best = sum(late[one] >= 4 and often[one] >= 4 for one in mine)
        assert shown[name] == pytest.approx((len(mine), *means, best)), name


def _segments(session: Session, slow: Slow, filters: Filters, desk: Desk, plan: int) -> None:
    told = report(session, "customers", filters)
    shown = rows(told, "segments")
    unhappy = {one.ticket_id for one in slow.ratings if one.face == "bad"}
    given = [one for one in slow.ratings if slow.in_period(one.counted_at, filters.first, filters.last)]
    [table] = [one for one in told.tables if one.key == "segments"]
    for name, members in _members(desk).items():
        now, before = (
            {raw.ticket.customer_id for raw, _at in letters(slow, one)} & members
            for one in (filters, filters.before)
        )
        theirs = [one for one in given if one.customer_id in members]
        complaints = [raw for raw in opened(slow, filters) if raw.ticket.customer_id in members]
        cells = shown[name]
        assert (cells[0], cells[5]) == (len(now), len(theirs)), name
        assert cells[6] == (pytest.approx(len(before - now) / len(before)) if before else None), name
        assert cells[7] == sum(raw.ticket.id in unhappy for raw in complaints), name
        [line] = [row for row in table.rows if row.label == name]
        lines = tickets_behind(session, line.behind, Asked(filters, ALL, NOW, ZONE)).rows
        wrote = {raw.ticket.id for raw, _at in letters(slow, filters) if raw.ticket.customer_id in members}
        assert len(lines) == min(50, len(wrote)) and {one.ticket_id for one in lines} <= wrote, name
    narrow = replace(filters, segment=f"field-{plan}-Plus")
    expected = [
        raw for raw in opened(slow, filters) if raw.ticket.customer_id in _members(desk)["Plan: Plus"]
    ]
    assert figures(report(session, "volume", narrow))["opened"] == len(expected)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_segments_by_fields_are_offered_as_filters(desk: Desk, app: Flask) -> None:
    catch_up()
    with db.transaction() as session:
        plan = value(session, desk)
        ada = session.get_one(Agent, desk.agents[0])
        session.expunge(ada)
    page = sign_in(app.test_client(), ada).get(f"/reports/customers?segment=field-{plan}-Plus").text
    assert f'<option value="field-{plan}-Plus" selected>Plan: Plus</option>' in page
    assert f'value="field-{plan}-Basic"' in page and "Plan: Basic" in page
