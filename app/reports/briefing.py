"""The briefing: what a lead wants to know in five minutes, as values. Words are in app.reports.briefing_words.

It speaks of the last seven whole days of the company's time zone and compares them with the seven before; what burns
is as it stands at this moment.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.customers.models import Customer
from app.ratings.models import Face, Rating
from app.ratings.score import Score
from app.reports.filters import Condition, Filters, Scope, moments, rated, seen, within
from app.reports.models import LetterFacts, TicketFacts, TicketStep
from app.reports.reading import by_day, halves, joined, values_by_day
from app.reports.stats import median
from app.tags.models import Tag
from app.tickets.models import Status, Ticket, ticket_tags

WEEK, MONTH = 7, 30
# Who waits longer is late; where nobody wrote for so long it is silent.
LATE = timedelta(days=1)
SILENT = timedelta(days=7)
MOST = 5
SHINING = 3
# Of all the customers who rate, with 95 % certainty.
SURELY_MOST = 0.5
# So much more than the others have, and not few, is too much.
OVERLOAD, FEWEST = 1.5, 5


@dataclass(frozen=True)
class Burning:
    """A ticket; `at`: since when somebody waits, or when the last word was said, or the rating was given."""

    ticket_id: int
    subject: str
    who: str
    at: datetime


@dataclass(frozen=True)
class Shining:
    agent_id: int
    name: str
    score: Score


@dataclass(frozen=True)
class Loaded:
    agent_id: int
    name: str
    open: int


@dataclass(frozen=True)
class Pair:
    """Of the week and of the one before; None where there was nothing to count."""

    now: float | None
    before: float | None


@dataclass(frozen=True)
class Briefing:
    """Counts are of all, lists of the first few. `usual`: open tickets of an agent on average."""

    at: datetime
    filters: Filters
    late: list[Burning]
    late_count: int
    unhappy: list[Burning]
    unhappy_count: int
    silent: list[Burning]
    silent_count: int
    unassigned: int
    letters: Pair
    first_reply: Pair
    satisfaction: Pair
    ratings: Pair
    open: Pair
    rising: tuple[int, str, int, int] | None
    shining: list[Shining]
    overloaded: list[Loaded]
    usual: float = 0.0
    whose: str = field(default="")

    @property
    def is_empty(self) -> bool:
        """Nothing came in two weeks and nothing is open."""
        return not (self.letters.now or self.letters.before or self.open.now)


# A ticket to be solved may be late while nobody waits for a reply.
_SINCE = sa.func.coalesce(Ticket.waiting_since, Ticket.due_at)


def gather(session: Session, scope: Scope, *, now: datetime, zone: str) -> Briefing:
    today = now.astimezone(ZoneInfo(zone)).date()
    week = Filters(today - timedelta(days=WEEK), today - timedelta(days=1))
    late, late_count = _burning(session, week, scope, _SINCE, _late(now))
    silent, silent_count = _burning(session, week, scope, Ticket.last_message_at, _quiet(now))
    unhappy, unhappy_count = _unhappy(session, week, scope, zone)
    score, score_before = _score(session, week, scope, zone), _score(session, week.before, scope, zone)
    loads = _loads(session, week, scope)
    usual = sum(one.open for one in loads) / len(loads) if loads else 0.0
    letters = by_day(
        session, LetterFacts.day, [within(LetterFacts.day, week.both), *seen(LetterFacts, week, scope)]
    )
    open_now = _count(session, [TicketFacts.open.is_(True), *seen(TicketFacts, week, scope)])
    return Briefing(
        at=now,
        filters=week,
        late=late,
        late_count=late_count,
        unhappy=unhappy,
        unhappy_count=unhappy_count,
        silent=silent,
        silent_count=silent_count,
        unassigned=_count(
            session,
            [TicketFacts.open.is_(True), TicketFacts.assignee_id.is_(None), *seen(TicketFacts, week, scope)],
        ),
        letters=Pair(*halves(letters, week)),
        first_reply=_first_reply(session, week, scope),
        satisfaction=Pair(score.share if score.n else None, score_before.share if score_before.n else None),
        ratings=Pair(score.n, score_before.n),
        open=Pair(open_now, open_now - _steps(session, week, scope)),
        rising=_rising(session, week, scope),
        shining=_shining(session, today, scope, zone),
        overloaded=[one for one in loads if len(loads) > 1 and one.open >= max(FEWEST, OVERLOAD * usual)],
        usual=usual,
    )


def late_ones(now: datetime) -> Condition:
    """A condition on tickets; for the list behind the figure."""
    return TicketFacts.ticket_id.in_(sa.select(Ticket.id).where(_late(now)))


def _late(now: datetime) -> Condition:
    """Somebody waits for a day, or what a service level promised is late."""
    return sa.or_(Ticket.waiting_since < now - LATE, Ticket.due_at < now)


def silent_ones(now: datetime) -> Condition:
    return TicketFacts.ticket_id.in_(sa.select(Ticket.id).where(_quiet(now)))


def _quiet(now: datetime) -> Condition:
    """Answered and not closed, and not a word since. Where the customer waits, that is said already."""
    return sa.and_(
        Ticket.status.in_((Status.OPEN, Status.WAITING)),
        Ticket.waiting_since.is_(None),
        Ticket.last_message_at < now - SILENT,
    )


def _burning(
    session: Session, week: Filters, scope: Scope, at: Any, which: Condition
) -> tuple[list[Burning], int]:
    """The oldest few, and how many there are."""
    conditions = [TicketFacts.open.is_(True), which, *seen(TicketFacts, week, scope)]
    joined_up = (
        sa.select(Ticket.id, Ticket.subject, Customer.name, at)
        .join(TicketFacts, TicketFacts.ticket_id == Ticket.id)
        .join(Customer, Customer.id == Ticket.customer_id)
        .where(*conditions)
    )
    rows = session.execute(joined_up.order_by(at, Ticket.id).limit(MOST)).all()
    number = session.scalar(sa.select(sa.func.count()).select_from(joined_up.subquery())) or 0
    return [Burning(*row) for row in rows], number


def _unhappy(session: Session, week: Filters, scope: Scope, zone: str) -> tuple[list[Burning], int]:
    """The newest few; anonymous ones only count."""
    begin, _end = moments(week, zone)
    conditions = [Rating.counted_at >= begin, Rating.face == Face.BAD, *rated(week, scope)]
    query = (
        sa.select(Rating.ticket_id, Ticket.subject, Customer.name, Rating.counted_at)
        .join(Ticket, Ticket.id == Rating.ticket_id)
        .join(Customer, Customer.id == Rating.customer_id)
        .where(*conditions)
        .order_by(Rating.counted_at.desc(), Rating.id.desc())
        .limit(MOST)
    )
    number = session.scalar(sa.select(sa.func.count()).select_from(Rating).where(*conditions)) or 0
    found = [
        Burning(ticket_id, subject, name, at)
        for ticket_id, subject, name, at in session.execute(query)
        if ticket_id is not None and at is not None
    ]
    return found, number


def _score(session: Session, filters: Filters, scope: Scope, zone: str) -> Score:
    begin, end = moments(filters, zone)
    faces = [
        sa.func.sum(sa.case((Rating.face == face, 1), else_=0)) for face in (Face.GOOD, Face.OKAY, Face.BAD)
    ]
    query = sa.select(*faces).where(
        Rating.counted_at >= begin, Rating.counted_at < end, *rated(filters, scope)
    )
    return Score(*(int(number or 0) for number in session.execute(query).one()))


def _shining(session: Session, today: Any, scope: Scope, zone: str) -> list[Shining]:
    """By the lower end of the interval over a month; nobody below the fewest ratings that can be ranked, and nobody of
    whom it is not certain that most customers were happy: to be the only one rated is no praise."""
    month = Filters(today - timedelta(days=MONTH), today - timedelta(days=1))
    begin, end = moments(month, zone)
    faces = [
        sa.func.sum(sa.case((Rating.face == face, 1), else_=0)) for face in (Face.GOOD, Face.OKAY, Face.BAD)
    ]
    query = (
        sa.select(Rating.agent_id, Agent.name, *faces)
        .join(Agent, Agent.id == Rating.agent_id)
        .where(
            Rating.counted_at >= begin, Rating.counted_at < end, Agent.active.is_(True), *rated(month, scope)
        )
        .group_by(Rating.agent_id, Agent.name)
    )
    found = [Shining(row[0], row[1], Score(*(int(one) for one in row[2:]))) for row in session.execute(query)]
    ranked = [one for one in found if one.score.can_be_ranked and one.score.low > SURELY_MOST]
    return sorted(ranked, key=lambda one: (-one.score.low, one.name, one.agent_id))[:SHINING]


def _loads(session: Session, week: Filters, scope: Scope) -> list[Loaded]:
    """Agents with open tickets, most first."""
    query = (
        sa.select(Agent.id, Agent.name, sa.func.count())
        .join(TicketFacts, TicketFacts.assignee_id == Agent.id)
        .where(TicketFacts.open.is_(True), Agent.active.is_(True), *seen(TicketFacts, week, scope))
        .group_by(Agent.id, Agent.name)
        .order_by(sa.func.count().desc(), Agent.id)
    )
    return [Loaded(*row) for row in session.execute(query)]


def _first_reply(session: Session, week: Filters, scope: Scope) -> Pair:
    conditions = [within(TicketFacts.day, week.both), *seen(TicketFacts, week, scope)]
    days = values_by_day(session, TicketFacts.day, [TicketFacts.first_seconds], conditions)
    now = joined(lists[0] for day, lists in days.items() if week.has(day))
    before = joined(lists[0] for day, lists in days.items() if not week.has(day))
    return Pair(median(now), median(before))


def _rising(session: Session, week: Filters, scope: Scope) -> tuple[int, str, int, int] | None:
    """The tag that grew most: (id, name, tickets of the week, of the week before); None where none grew much."""
    query = (
        sa.select(ticket_tags.c.tag_id, Tag.name, TicketFacts.day, sa.func.count())
        .join(TicketFacts, TicketFacts.ticket_id == ticket_tags.c.ticket_id)
        .join(Tag, Tag.id == ticket_tags.c.tag_id)
        .where(within(TicketFacts.day, week.both), *seen(TicketFacts, week, scope))
        .group_by(ticket_tags.c.tag_id, Tag.name, TicketFacts.day)
    )
    now: Counter[tuple[int, str]] = Counter()
    before: Counter[tuple[int, str]] = Counter()
    for tag_id, name, day, number in session.execute(query):
        (now if week.has(day) else before)[tag_id, name] += number
    grown = [tag for tag, number in now.items() if number >= FEWEST and number >= OVERLOAD * before[tag]]
    most = max(grown, key=lambda tag: (now[tag] - before[tag], -tag[0]), default=None)
    return None if most is None else (*most, now[most], before[most])


def _steps(session: Session, week: Filters, scope: Scope) -> int:
    """How much the backlog grew since the week began."""
    conditions = [TicketStep.day >= week.span[0], *seen(TicketStep, week, scope)]
    return int(session.scalar(sa.select(sa.func.sum(TicketStep.step)).where(*conditions)) or 0)


def _count(session: Session, conditions: list[Condition]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(TicketFacts).where(*conditions)) or 0
