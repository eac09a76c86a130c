"""Promises kept and broken, against a slow count of the clocks of a made-up year."""

from __future__ import annotations

import random
from datetime import timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.accounts.models import Agent
from app.accounts.rights import rights_of
from app.levels.models import LevelClock, ServiceLevel
from app.reports.behind import tickets_behind
from app.reports.catalogue import REPORTS, Asked, offered
from app.reports.filters import Filters, Scope, scope_of
from app.tickets.models import Ticket
from tests.app.reports.conftest import NOW, ZONE, Desk, catch_up
from tests.app.reports.recounted import ALL, AUTUMN, SPRING, YEAR

HOUR = timedelta(hours=1)


def promise(session: Session) -> None:
    """A clock of each kind for each ticket: kept, broken, running in time or late, by a die."""
    dice = random.Random(3)
    level = ServiceLevel(name="Usual", targets={}, armed_from=NOW, created_at=NOW)
    session.add(level)
    session.flush()
    for ticket in session.scalars(sa.select(Ticket).order_by(Ticket.id)):
        for kind in ("first", "next", "solved"):
            due = ticket.opened_at + dice.randint(1, 2000) * HOUR
            ended = due + dice.randint(-5, 5) * HOUR if dice.random() < 0.7 else None
            session.add(
                LevelClock(
                    ticket_id=ticket.id, kind=kind, started_at=ticket.opened_at, level_id=dice.choice([level.id, 99]),
                    target_seconds=60, spent_seconds=0, due_at=None if ended else due, stopped_at=ended,
                    broken=ended is not None and ended > due,
                )
            )  # fmt: skip


def slowly(session: Session, filters: Filters, seen: set[int]) -> dict[str, tuple[int, int]]:
    """kind → (kept, decided), one clock after the other."""
    found = {kind: [0, 0] for kind in ("first", "next", "solved")}
    for clock in session.scalars(sa.select(LevelClock)):
        late = clock.stopped_at is None and clock.due_at is not None and clock.due_at <= NOW
        moment = clock.stopped_at or (clock.due_at if late else None)
        if moment is None or clock.ticket_id not in seen:
            continue
        if filters.first <= moment.astimezone(ZoneInfo(ZONE)).date() <= filters.last:
            found[clock.kind][1] += 1
            found[clock.kind][0] += not (late or clock.broken)
    return {kind: (kept, number) for kind, (kept, number) in found.items()}


def test_promises_are_counted_as_one_would_by_hand(desk: Desk) -> None:
    catch_up()
    with db.reading() as session:
        assert "promises" not in offered(session)
    with db.transaction() as session:
        promise(session)
    with db.reading() as session:
        assert "promises" in offered(session)
        everybody = set(session.scalars(sa.select(Ticket.id)))
        nora = session.get_one(Agent, desk.agents[2])
        own = set(session.scalars(sa.select(Ticket.id).where(Ticket.assignee_id == nora.id)))
        hers = scope_of(session, rights_of(session, nora))
        for filters in (SPRING, AUTUMN, YEAR):
            check(session, filters, ALL, everybody)
            check(session, filters, hers, own)


def check(session: Session, filters: Filters, scope: Scope, seen: set[int]) -> None:
    asked = Asked(filters, scope, NOW, ZONE)
    told = REPORTS["promises"](session, asked)
    now, before = slowly(session, filters, seen), slowly(session, filters.before, seen)
    for figure in told.figures[1:4]:
        kept, number = now[figure.key.removeprefix("promises_")]
        earlier = before[figure.key.removeprefix("promises_")]
        assert (figure.n, figure.value) == (number, kept / number if number else None)
        assert figure.before == (earlier[0] / earlier[1] if earlier[1] else None)
    kept, number = (sum(one[place] for one in now.values()) for place in (0, 1))
    assert (told.figures[0].n, told.figures[0].value) == (number, kept / number if number else None)
    for table in told.tables:
        assert sum(int(row.cells[0] or 0) for row in table.rows) == kept
        assert sum(int(row.cells[1] or 0) for row in table.rows) == number - kept
    behind, after = set(), ""
    while True:
        lines = tickets_behind(session, "broken-promises", asked, after)
        behind |= {line.ticket_id for line in lines.rows}
        after = lines.next
        if not after:
            break
    assert behind <= seen and bool(behind) == (number > kept)
