"""The tickets behind a figure: each name that a figure, a row or a cell gives becomes a list of tickets, page by page.

Names end with a number where there are many of a kind ("tag-7", "first-2", "weekday-0-13"). What a list is sorted by is
in it: the slowest first where a time is shown, else the newest ticket.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.customers.models import Customer
from app.errors import NotFound
from app.levels.models import LevelClock
from app.levels.report import broken, runs_late
from app.ratings.models import Face, Rating
from app.reports.backlog import of_age, open_after
from app.reports.briefing import late_ones, silent_ones
from app.reports.catalogue import Asked
from app.reports.choices import choices
from app.reports.filters import TAGGED, Condition, in_segment, moments, rated, seen, tagged, within
from app.reports.finding import sought
from app.reports.funnel import STAGES, stage_of
from app.reports.loyalty import among, complaining, of_fifths
from app.reports.models import LetterFacts, ReplyFacts, TicketFacts
from app.reports.parts import part
from app.reports.promises import decided
from app.reports.reasons import untagged
from app.reports.search_models import EarlierSearch
from app.reports.searching import CARD, SEARCH
from app.reports.segments import at_place
from app.reports.shape import Value
from app.reports.speed import STEPS
from app.tickets.models import Ticket

PAGE = 50


@dataclass(frozen=True)
class Line:
    """One ticket; `value` is the time that put it here, in seconds."""

    ticket_id: int
    subject: str
    customer: str
    status: str
    opened_at: datetime
    value: Value


@dataclass(frozen=True)
class Lines:
    rows: list[Line]
    # The mark at which the next page begins, '' on the last one.
    next: str


@dataclass(frozen=True)
class Which:
    """Conditions on ticket_facts, and what the list is sorted by instead of the number."""

    conditions: list[Condition]
    by: Any = None


def tickets_behind(session: Session, name: str, asked: Asked, after: str = "") -> Lines:
    """Raises NotFound for a name that no figure has."""
    which = _which(session, name, asked)
    by = sa.literal(0) if which.by is None else which.by
    query = (
        sa.select(
            Ticket.id, Ticket.subject, Customer.name, Ticket.status, Ticket.opened_at, by.label("value")
        )
        .select_from(TicketFacts)
        .join(Ticket, Ticket.id == TicketFacts.ticket_id)
        .join(Customer, Customer.id == Ticket.customer_id)
        .where(*which.conditions)
        .order_by(by.desc(), TicketFacts.ticket_id.desc())
        .limit(PAGE + 1)
    )
    mark = _mark(after)
    if mark is not None:
        later = sa.or_(by < mark[0], sa.and_(by == mark[0], TicketFacts.ticket_id < mark[1]))
        query = query.where(later)
    found = session.execute(query).all()
    rows = [
        Line(row[0], row[1], row[2], row[3], row[4], None if which.by is None else row[5])
        for row in found[:PAGE]
    ]
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Lines(rows, f"{last[5]}_{last[0]}" if last else "")


def _mark(text: str) -> tuple[int, int] | None:
    value, _dash, number = text.partition("_")
    if not (value.isdecimal() and number.isdecimal() and len(text) < 40):
        return None
    return min(int(value), 2**62), min(int(number), 2**62)


def _which(session: Session, name: str, asked: Asked) -> Which:
    """By the whole name, or by the name without the numbers at its end; of all or of a part of the period."""
    name, filters = part(name, asked.filters)
    asked = replace(asked, filters=filters)
    if name in _PLAIN:
        return _PLAIN[name](session, asked)
    kind, *numbers = name.split("-")
    if numbers and all(one.isdecimal() and len(one) < 18 for one in numbers):
        if kind in _NUMBERED:
            return _NUMBERED[kind](asked, [int(one) for one in numbers])
        if kind == "fifth" and len(numbers) == 2:
            # Rows are called by their fifth, cells by their place.
            fifths = [int(numbers[0]), int(numbers[1]) + 1]
            people = of_fifths(session, asked.filters, asked.scope, fifths)
            return _written(asked, among(LetterFacts.customer_id, people))
    raise NotFound("There is no such figure.")


def _tickets(asked: Asked, *conditions: Condition, by: Any = None, day: Any = TicketFacts.day) -> Which:
    """Tickets themselves, opened in the period unless another day says when they count."""
    found = [*seen(TicketFacts, asked.filters, asked.scope), *conditions]
    if day is not None:
        found.append(within(day, asked.filters))
    return Which(found, by)


def _standing(asked: Asked, *conditions: Condition) -> Which:
    """Tickets that are open now."""
    return _tickets(asked, TicketFacts.open.is_(True), *conditions, day=None)


def _replied(asked: Asked, *conditions: Condition, by: Any = None) -> Which:
    """Tickets with such a reply in the period."""
    facts = [
        within(ReplyFacts.day, asked.filters),
        *seen(ReplyFacts, asked.filters, asked.scope),
        *conditions,
    ]
    if by is None:
        return Which([TicketFacts.ticket_id.in_(sa.select(ReplyFacts.ticket_id).where(*facts))])
    facts.append(by.is_not(None))
    longest = sa.select(ReplyFacts.ticket_id, sa.func.max(by).label("value")).where(*facts)
    found = longest.group_by(ReplyFacts.ticket_id).subquery()
    value = sa.select(found.c.value).where(found.c.ticket_id == TicketFacts.ticket_id).scalar_subquery()
    return Which([TicketFacts.ticket_id.in_(sa.select(found.c.ticket_id))], value)


def _written(asked: Asked, *conditions: Condition) -> Which:
    """Tickets with such a letter in the period."""
    facts = [
        within(LetterFacts.day, asked.filters),
        *seen(LetterFacts, asked.filters, asked.scope),
        *conditions,
    ]
    return Which([TicketFacts.ticket_id.in_(sa.select(LetterFacts.ticket_id).where(*facts))])


def _slow(name: str) -> Callable[[Session, Asked], Which]:
    def make(_session: Session, asked: Asked) -> Which:
        ending = "business" if asked.filters.business else "seconds"
        if name == "waited":
            return _replied(asked, by=getattr(ReplyFacts, f"waited_{ending}"))
        column = getattr(TicketFacts, f"{name}_{ending}")
        day = TicketFacts.closed_day if name == "solved" else TicketFacts.day
        return _tickets(asked, column.is_not(None), by=column, day=day)

    return make


def _first(asked: Asked, numbers: list[int]) -> Which:
    column = TicketFacts.first_business if asked.filters.business else TicketFacts.first_seconds
    place = min(numbers[0], len(STEPS))
    found: list[Condition] = [column.is_not(None)]
    if place:
        found.append(column > STEPS[place - 1])
    if place < len(STEPS):
        found.append(column <= STEPS[place])
    return _tickets(asked, *found, by=column)


def _age(asked: Asked, numbers: list[int]) -> Which:
    today = asked.now.astimezone(ZoneInfo(asked.zone)).date().toordinal()
    return _standing(asked, *of_age(numbers[0], today))


def _rated(asked: Asked, *conditions: Condition) -> Which:
    begin, end = moments(asked.filters, asked.zone)
    found = [Rating.counted_at >= begin, Rating.counted_at < end, Rating.ticket_id.is_not(None)]
    found += [*rated(asked.filters, asked.scope), *conditions]
    return Which([TicketFacts.ticket_id.in_(sa.select(Rating.ticket_id).where(*found))])


def _promised(asked: Asked, *conditions: Condition, owner: int | None = None) -> Which:
    """Tickets with such a clock that was decided in the period."""
    clocks = _CLOCKS.where(decided(asked.filters, asked.now, asked.zone), *conditions)
    found: list[Condition] = [TicketFacts.ticket_id.in_(clocks)]
    if owner is not None:
        found.append(TicketFacts.assignee_id == owner if owner else TicketFacts.assignee_id.is_(None))
    return _tickets(asked, *found, day=None)


def _sought(asked: Asked, *conditions: Condition, by: Any = None) -> Which:
    """Tickets at which such a search was begun, else those that were found by it; the longest first if `by` says."""
    at = sa.func.coalesce(EarlierSearch.ticket_id, EarlierSearch.found_id).label("at")
    value = (sa.literal(0) if by is None else sa.func.max(by)).label("value")
    facts = [*sought(asked.filters, asked.scope, asked.zone), *conditions]
    found = sa.select(at, value).where(*facts).group_by(at).subquery()
    mine = [
        TicketFacts.ticket_id.in_(sa.select(found.c.at)),
        asked.scope.rights.within(TicketFacts.mailbox_id),
    ]
    if by is None:
        return Which(mine)
    longest = sa.select(found.c.value).where(found.c.at == TicketFacts.ticket_id).scalar_subquery()
    return Which(mine, longest)


def _churned(_session: Session, asked: Asked) -> Which:
    """What those wrote in the previous period who did not write in this one."""
    still = [within(LetterFacts.day, asked.filters), *seen(LetterFacts, asked.filters, asked.scope)]
    stayed = sa.select(LetterFacts.customer_id).where(*still)
    earlier = replace(asked, filters=asked.filters.before)
    return _written(earlier, LetterFacts.customer_id.not_in(stayed))


_MADE, _MEASURED = ReplyFacts.article_id.is_not(None), ReplyFacts.composing.is_not(None)
_TYPED = ReplyFacts.article_id.is_(None)
_CLOCKS = sa.select(LevelClock.ticket_id)
_WAITING = sa.select(Ticket.id).where(Ticket.waiting_since.is_not(None))
_BEGUN = sa.and_(EarlierSearch.kind == SEARCH, EarlierSearch.ticket_id.is_not(None))
_PLAIN: dict[str, Callable[[Session, Asked], Which]] = {
    "closed": lambda _session, asked: _tickets(asked, day=TicketFacts.closed_day),
    "written": lambda _session, asked: _written(asked),
    "answered": lambda _session, asked: _replied(asked),
    "open": lambda _session, asked: _standing(asked),
    "open-then": lambda _session, asked: _tickets(asked, *open_after(asked.filters.span[1]), day=None),
    "waiting": lambda _session, asked: _standing(asked, TicketFacts.ticket_id.in_(_WAITING)),
    "late": lambda _session, asked: _standing(asked, late_ones(asked.now)),
    "silent": lambda _session, asked: _standing(asked, silent_ones(asked.now)),
    "unassigned": lambda _session, asked: _standing(asked, TicketFacts.assignee_id.is_(None)),
    "untagged": lambda _session, asked: _tickets(asked, untagged()),
    "reopened": lambda _session, asked: _tickets(asked, TicketFacts.reopened > 0),
    "composed": lambda _session, asked: _replied(asked, _MEASURED, by=ReplyFacts.composing),
    "with-article": lambda _session, asked: _replied(asked, _MEASURED, _MADE, by=ReplyFacts.composing),
    "without-article": lambda _session, asked: _replied(asked, _MEASURED, _TYPED, by=ReplyFacts.composing),
    "used-article": lambda _session, asked: _replied(asked, _MADE),
    "no-article": lambda _session, asked: _replied(asked, _TYPED),
    "churned": _churned,
    "broken-promises": lambda _session, asked: _promised(asked, broken()),
    "late-promises": lambda _session, asked: _tickets(
        asked, TicketFacts.ticket_id.in_(_CLOCKS.where(runs_late(asked.now))), day=None
    ),
    "complaints": lambda session, asked: _tickets(asked, complaining(choices(session))),
    "searched": lambda _session, asked: _sought(asked, _BEGUN),
    "found": lambda _session, asked: _sought(
        asked, EarlierSearch.found_ms.is_not(None), by=EarlierSearch.found_ms // 1000
    ),
    "opened-from-card": lambda _session, asked: _sought(asked, EarlierSearch.kind == CARD),
    "rated-any": lambda _session, asked: _rated(asked),
    **{
        f"rated-{face.value}": lambda _session, asked, face=face: _rated(asked, Rating.face == face)  # type: ignore[misc]
        for face in Face
    },
    **{
        stage: lambda _session, asked, stage=stage: _tickets(asked, *stage_of(stage))  # type: ignore[misc]
        for stage in STAGES
    },
    **{f"slow-{name}": _slow(name) for name in ("first", "full", "solved", "waited")},
}
_NUMBERED: dict[str, Callable[[Asked, list[int]], Which]] = {
    "weekday": lambda asked, numbers: _written(
        asked,
        (LetterFacts.day - 1) % 7 == numbers[0],
        LetterFacts.hour == numbers[1] if len(numbers) > 1 else sa.true(),
    ),
    "first": _first,
    "level": lambda asked, numbers: _promised(asked, broken(), LevelClock.level_id == numbers[0]),
    "owner": lambda asked, numbers: _promised(asked, broken(), owner=numbers[0]),
    "age": _age,
    "agent": lambda asked, numbers: _replied(asked, ReplyFacts.agent_id == numbers[0]),
    "composed": lambda asked, numbers: _replied(
        asked, _MEASURED, ReplyFacts.agent_id == numbers[0], by=ReplyFacts.composing
    ),
    "searched": lambda asked, numbers: _sought(asked, EarlierSearch.agent_id == numbers[0]),
    "tag": lambda asked, numbers: _tickets(asked, TicketFacts.ticket_id.in_(tagged(numbers[0]))),
    "article": lambda asked, numbers: _replied(asked, ReplyFacts.article_id == numbers[0]),
    "segment": lambda asked, numbers: _written(
        asked, LetterFacts.customer_id.in_(in_segment(f"{TAGGED}{numbers[0]}"))
    ),
    "value": lambda asked, numbers: _written(asked, LetterFacts.customer_id.in_(at_place(*numbers[:2]))),
}
