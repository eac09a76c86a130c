"""How long earlier letters are looked for (P3): what a page tells, once; and every figure by counting one by one."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app import db
from app.accounts.models import Agent
from app.accounts.rights import rights_of
from app.reports import searching
from app.reports.behind import tickets_behind
from app.reports.catalogue import REPORTS, Asked
from app.reports.filters import Filters, Scope, scope_of
from app.reports.search_models import EarlierSearch
from app.reports.searching import Told
from app.tickets.models import Ticket
from tests.app.reports.conftest import BEGIN, NOW, ZONE, Desk, catch_up
from tests.app.reports.recounted import ALL, AUTUMN, SPRING, YEAR
from tests.app.reports.slowly import Slow, quantile
from tests.support.web import sign_in


def search(session: Session, desk: Desk) -> None:
    """Four hundred searches over the year, of two agents, some at tickets and some of them found."""
    rng = random.Random(5)
    ids = session.scalars(sa.select(Ticket.id)).all()
    for number in range(400):
        kind = rng.choice(("search", "search", "search", "card"))
        session.add(
            EarlierSearch(
                key=f"{number:032x}",
                kind=kind,
                agent_id=rng.choice(desk.agents[2:]),
                ticket_id=rng.choice([None, *ids[:60]]) if kind == "search" else rng.choice(ids),
                found_id=rng.choice(ids),
                found_ms=rng.choice((None, 900, 4100, 12_345, 99_000)) if kind == "search" else None,
                at=BEGIN + (NOW - BEGIN) / 400 * number,
            )
        )
    session.flush()


def test_every_figure_of_finding_by_counting_one_by_one(desk: Desk) -> None:
    catch_up()
    with db.transaction() as session:
        search(session, desk)
    with db.reading() as session:
        slow = Slow(session, ZONE, NOW)
        ivan = scope_of(session, rights_of(session, desk.agents[3]))
        for filters in (SPRING, AUTUMN, YEAR):
            check(session, slow, filters, ALL, None)
            check(session, slow, filters, ivan, {desk.agents[3]})
        narrow = replace(YEAR, mailbox_id=desk.mailboxes[0])
        check(session, slow, narrow, ALL, None)
        nothing = Asked(Filters(date(2020, 1, 1), date(2020, 1, 2)), ALL, NOW, ZONE)
        assert [table.key for table in REPORTS["time-saved"](session, nothing).tables] == ["time_saved"]


def check(session: Session, slow: Slow, filters: Filters, scope: Scope, agents: set[int] | None) -> None:
    asked = Asked(filters, scope, NOW, ZONE)
    told = REPORTS["time-saved"](session, asked)
    shown = {one.key: one for one in told.figures}
    boxes = {raw.ticket.id: raw.ticket.mailbox_id for raw in slow.tickets}

    def of(period: Filters) -> tuple[list[EarlierSearch], set[int]]:
        found = [
            one
            for one in session.scalars(sa.select(EarlierSearch))
            if slow.in_period(one.at, period.first, period.last)
            and (agents is None or one.agent_id in agents)
            and (period.mailbox_id is None or boxes.get(one.ticket_id or 0) == period.mailbox_id)
        ]
        answered = {
            raw.ticket.id
            for raw in slow.tickets
            for reply in raw.replies
            if slow.in_period(reply[0], period.first, period.last)
            and (agents is None or reply[1] in agents)
            and (period.mailbox_id is None or raw.ticket.mailbox_id == period.mailbox_id)
        }
        return found, answered

    (rows, answered), (rows_before, answered_before) = of(filters), of(filters.before)
    made = [one for one in rows if one.kind == "search"]
    begun = [one for one in made if one.ticket_id]
    times = sorted(one.found_ms for one in made if one.found_ms is not None)
    figure = shown["searches_per_ticket"]
    assert (figure.value, figure.n) == (len(begun) / len(answered), len(answered))
    before = [one for one in rows_before if one.kind == "search" and one.ticket_id]
    assert figure.before == (len(before) / len(answered_before) if answered_before else None)
    for key, share in (("found_median", 0.5), ("found_p90", 0.9)):
        value = quantile(times, share)
        assert (shown[key].value, shown[key].n) == (value / 1000 if value is not None else None, len(times))
    assert (shown["found_share"].value, shown["found_share"].n) == (len(times) / len(made), len(made))
    assert shown["from_card"].value == sum(one.kind == "card" for one in rows)
    [table] = [one for one in told.tables if one.key == "finding"]
    assert sum(int(row.cells[0] or 0) for row in table.rows) == len(made)
    for row in table.rows:
        mine = [one for one in made if one.agent_id == row.row_id]
        assert row.cells[0] == len(mine)
        own = sorted(one.found_ms for one in mine if one.found_ms is not None)
        assert row.cells[3] == (quantile(own, 0.5) / 1000 if own else None)  # type: ignore[operator]
    # Tickets that are gone, spam or a part of another are in no list.
    counted = set(boxes)
    expected = {
        "searched": {one.ticket_id for one in begun} & counted,
        "found": {one.ticket_id or one.found_id for one in made if one.found_ms is not None} & counted,
        "opened-from-card": {one.ticket_id for one in rows if one.kind == "card"} & counted,
    }
    for name, wanted in expected.items():
        assert behind(session, name, asked) == wanted, name


def behind(session: Session, name: str, asked: Asked) -> set[int]:
    found: list[int] = []
    after, values = "", []
    while True:
        lines = tickets_behind(session, name, asked, after)
        found += [line.ticket_id for line in lines.rows]
        values += [line.value for line in lines.rows if line.value is not None]
        after = lines.next
        if not after:
            break
    assert len(found) == len(set(found)) and values == sorted(values, reverse=True)
    return set(found)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_a_page_tells_counts_once_and_names_no_words(desk: Desk, app: Flask) -> None:
    with db.reading() as session:
        nora, ivan = (session.get_one(Agent, desk.agents[place]) for place in (2, 3))
        session.expunge_all()
    page, other = sign_in(app.test_client(), nora), sign_in(app.test_client(), ivan)
    key, card = "a" * 32, "b" * 32
    for _twice in range(2):
        assert page.post("/search/recent", data={"q": "kettle", "key": key, "ticket": "1"}).status_code == 204
    # Nobody tells of another's search, and a time that cannot be is none.
    other.post("/search/found", data={"kind": "search", "key": key, "found": "2", "ms": "10"})
    page.post("/search/found", data={"kind": "search", "key": key, "found": "2", "ms": str(10**9)})
    page.post("/search/found", data={"kind": "search", "key": key, "found": "2", "ms": "4200"})
    page.post("/search/found", data={"kind": "search", "key": key, "found": "3", "ms": "9999"})
    for _twice in range(2):
        page.post("/search/found", data={"kind": "card", "key": card, "ticket": "1", "found": "5"})
    page.post("/search/found", data={"kind": "card", "key": "not a key", "ticket": "1", "found": "5"})
    # Without scripts nothing is told, and the search is offered again all the same.
    page.post("/search/recent", data={"q": "teapot"})
    with db.reading() as session:
        rows = session.scalars(sa.select(EarlierSearch).order_by(EarlierSearch.id)).all()
        assert [(one.kind, one.agent_id, one.ticket_id, one.found_id, one.found_ms) for one in rows] == [
            ("search", nora.id, 1, 2, 4200),
            ("card", nora.id, 1, 5, None),
        ]
        columns = set(EarlierSearch.__table__.columns.keys())
        assert columns == {"id", "key", "kind", "agent_id", "ticket_id", "found_id", "found_ms", "at"}
    with db.transaction() as session:
        hidden = replace(rights_of(session, nora.id), mailboxes=frozenset())
        searching.begun(session, hidden, Told("c" * 32, ticket_id=1), now=NOW - timedelta(days=1))
        unseen = sa.select(EarlierSearch.ticket_id).where(EarlierSearch.key == "c" * 32)
        assert session.scalar(unseen) is None
