"""Every figure of every report once more, from raw rows and by other means: loops over all tickets, one customer after
the other, minute by minute where hours are counted. Slow and plain; nothing of app.reports is used.

The history is read as the product writes it (app.tickets.service): a ticket is closed from an event that says so until
one that says otherwise.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.customers.models import Customer
from app.knowledge.models import Suggestion
from app.ratings.models import Rating
from app.tasks.models import Calendar, MailboxCalendar
from app.tickets.models import Event, Message, Ticket

Spans = list[tuple[datetime, datetime | None]]


@dataclass
class Raw:
    """A ticket with everything of it. `spans`: from when to when it was not closed."""

    ticket: Ticket
    tags: set[str]
    card_tags: set[str]
    letters: list[datetime] = field(default_factory=list)
    # (when, by whom, since when the customer waited, seconds of writing, with an article)
    replies: list[tuple[datetime, int, datetime | None, int | None, int | None]] = field(default_factory=list)
    spans: Spans = field(default_factory=list)
    unanswered: bool = False


class Slow:
    """All tickets of a desk, read once."""

    def __init__(self, session: Session, zone: str, now: datetime) -> None:
        self.zone, self.now = ZoneInfo(zone), now
        self.calendars = {
            row.mailbox_id: session.get_one(Calendar, row.calendar_id)
            for row in session.scalars(sa.select(MailboxCalendar))
        }
        cards = {one.id: {tag.name for tag in one.tags} for one in session.scalars(sa.select(Customer))}
        used = {}
        for one in session.scalars(sa.select(Suggestion).order_by(Suggestion.id)):
            if one.reply_id and one.outcome in ("accepted", "edited", "inserted"):
                used.setdefault(one.reply_id, one.article_id)
        self.tickets = []
        for ticket in session.scalars(sa.select(Ticket).order_by(Ticket.id)):
            if ticket.status in ("spam", "trash") or ticket.merged_into_id:
                continue
            raw = Raw(ticket, {tag.name for tag in ticket.tags}, cards[ticket.customer_id])
            self._said(session, raw, used)
            self._history(session, raw)
            self.tickets.append(raw)
        self.ratings = list(session.scalars(sa.select(Rating).where(Rating.counted_at.is_not(None))))

    def _said(self, session: Session, raw: Raw, used: dict[int, int]) -> None:
        waits: datetime | None = None
        query = sa.select(Message).where(Message.ticket_id == raw.ticket.id)
        for message in sorted(session.scalars(query), key=lambda one: (one.arrived_at, one.id)):
            if message.automatic or message.held or message.forwarded_id or message.kind == "note":
                continue
            if message.kind == "incoming":
                raw.letters.append(message.arrived_at)
                if waits is None:
                    waits = message.arrived_at
            elif message.author_id:
                article = used.get(message.id)
                raw.replies.append(
                    (message.arrived_at, message.author_id, waits, message.composing_seconds, article)
                )
                waits = None
        raw.unanswered = waits is not None

    def _history(self, session: Session, raw: Raw) -> None:
        spans: Spans = [(raw.ticket.opened_at, None)]
        query = sa.select(Event).where(Event.ticket_id == raw.ticket.id).order_by(Event.id)
        for event in session.scalars(query):
            is_open = spans[-1][1] is None
            if event.kind == "status" and event.detail["after"] == "closed" and is_open:
                spans[-1] = (spans[-1][0], event.at)
            elif not is_open and (
                event.kind == "reopened" or (event.kind == "status" and event.detail["after"] != "closed")
            ):
                spans.append((event.at, None))
        raw.spans = spans

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def in_period(self, at: datetime | None, first: date, last: date) -> bool:
        return at is not None and first <= self.day(at) <= last

    def closed_at(self, raw: Raw) -> datetime | None:
        return raw.spans[-1][1]

    def seconds(self, raw: Raw, begin: datetime, end: datetime, *, business: bool) -> int:
        """Whole seconds; business hours are counted minute by minute, the rest of a minute in seconds."""
        calendar = self.calendars.get(raw.ticket.mailbox_id)
        if not business or calendar is None:
            return int((end - begin).total_seconds())
        here, closed = ZoneInfo(calendar.timezone), {one.day for one in calendar.holidays}
        total, at = 0, begin
        while at < end:
            step = min(timedelta(minutes=1), end - at)
            local = at.astimezone(here)
            minute = local.hour * 60 + local.minute
            is_open = any(low <= minute < high for low, high in calendar.week[local.weekday()])
            if is_open and local.date() not in closed:
                total += int(step.total_seconds())
            at += step
        return total

    # Times ------------------------------------------------------------------------------------------------------

    def first(self, raw: Raw, *, business: bool) -> int | None:
        answers = [reply for reply in raw.replies if reply[2] is not None]
        if not raw.letters or not answers:
            return None
        return self.seconds(raw, raw.letters[0], answers[0][0], business=business)

    def full(self, raw: Raw, *, business: bool) -> int | None:
        answers = [reply for reply in raw.replies if reply[2] is not None]
        if not raw.letters or not answers or (self.closed_at(raw) is None and raw.unanswered):
            return None
        return self.seconds(raw, raw.letters[0], answers[-1][0], business=business)

    def solved(self, raw: Raw, *, business: bool) -> int | None:
        end = self.closed_at(raw)
        return None if end is None else self.seconds(raw, raw.ticket.opened_at, end, business=business)


def quantile(values: list[int], share: float) -> int | None:
    """By counting: the first value that so many are not larger than."""
    wanted = Fraction(str(share)) * len(values)
    for value in sorted(values):
        if sum(other <= value for other in values) >= wanted:
            return value
    return None


def wilson(good: int, n: int) -> tuple[float, float]:
    """The two roots of (p - s)² = z² p (1 - p) / n, found by halving."""
    if n == 0:
        return 0.0, 1.0
    z, s = 1.959963984540054, good / n

    def outside(p: float) -> bool:
        return (p - s) ** 2 > z * z * p * (1 - p) / n

    low, high = (0.0, s), (s, 1.0)
    for _ in range(60):
        middle = sum(low) / 2
        low = (middle, low[1]) if outside(middle) else (low[0], middle)
        middle = sum(high) / 2
        high = (high[0], middle) if outside(middle) else (middle, high[1])
    return low[0], high[0]


def welch(samples: list[tuple[list[int], list[int]]]) -> tuple[float, float, float] | None:
    """(gain, low, high) by the textbook, with Student's t by numeric integration."""
    total = variance = below = 0.0
    for made, typed in samples:
        if len(made) < 5 or len(typed) < 5:
            continue
        total += len(made) * (sum(typed) / len(typed) - sum(made) / len(made))
        for one in (made, typed):
            mean = sum(one) / len(one)
            own = sum((value - mean) ** 2 for value in one) / (len(one) - 1) / len(one) * len(made) ** 2
            variance += own
            below += own * own / (len(one) - 1)
    if not variance:
        return None
    half = student(variance**2 / below) * math.sqrt(variance)
    return total, total - half, total + half


def student(freedom: float) -> float:
    """The point that 97.5 % are below, by Simpson's rule and halving."""

    def density(t: float) -> float:
        scale = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2) - math.log(freedom * math.pi) / 2
        return math.exp(scale - (freedom + 1) / 2 * math.log1p(t * t / freedom))

    def upto(t: float, steps: int = 400) -> float:
        width = t / steps
        inner = sum(density(place * width) * (4 if place % 2 else 2) for place in range(1, steps))
        return 0.5 + width / 3 * (density(0) + inner + density(t))

    low, high = 0.0, 50.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if upto(middle) < 0.975 else (low, middle)
    return low


def fifths(values: list[float]) -> list[int]:
    """Of each value: by how many are smaller."""
    return [1 + 5 * sum(other < value for other in values) // len(values) for value in values]


def spread(items: list[Any], key: Any) -> dict[Any, int]:
    found: dict[Any, int] = defaultdict(int)
    for item in items:
        found[key(item)] += 1
    return dict(found)


def utc(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)
