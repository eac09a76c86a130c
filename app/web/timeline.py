"""One customer's timeline: letters, replies, notes, ratings and events in one order, newest first.

Composed here because it joins features that do not know each other. Each page costs three queries, whatever is on
it: messages, events, ratings.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.accounts.rights import Rights
from app.cursors import read_cursor, write_cursor
from app.ratings.beside import RatingLine
from app.ratings.models import Rating
from app.ratings.queries import ratings_seen
from app.tickets import timeline as of_tickets
from app.tickets.lines import EntryLine, EventLine
from app.tickets.models import Event, Kind, Message

PAGE = 30
KINDS = ("letters", "replies", "notes", "ratings", "events")
_MESSAGES = {"letters": Kind.INCOMING, "replies": Kind.OUTGOING, "notes": Kind.NOTE}
# At the same moment a message comes before what was said about it; the list is read from the bottom up.
_RANK = {"message": 0, "event": 1, "rating": 2}
_PAST_EVERY_ID = 2**62


@dataclass(frozen=True)
class Entry:
    """One line; exactly one of the three is set."""

    at: datetime
    message: Message | EntryLine | None = None
    event: Event | EventLine | None = None
    rating: Rating | RatingLine | None = None

    @property
    def source(self) -> str:
        return "message" if self.message else "event" if self.event else "rating"

    @property
    def row(self) -> Any:
        return self.message or self.event or self.rating

    @property
    def place(self) -> tuple[datetime, int, int]:
        return (self.at, _RANK[self.source], self.row.id)


@dataclass(frozen=True)
class Page:
    """`next` is the cursor of the following page, '' at the end."""

    entries: list[Entry]
    next: str


def page(
    session: Session,
    customer_id: int,
    *,
    kind: str = "",
    after: str = "",
    limit: int = PAGE,
    rights: Rights | None = None,
) -> Page:
    """The entries of one kind, or of all; `kind` is one of KINDS or ''; `rights` of who looks."""
    cursor = _read_cursor(after)
    wanted = (kind,) if kind in KINDS else KINDS
    entries = _messages(session, customer_id, wanted, cursor, limit + 1, rights)
    if "events" in wanted:
        before = _before(cursor, "event")
        found = of_tickets.events(session, customer_id, before=before, limit=limit + 1, rights=rights)
        entries += [Entry(row.at, event=row) for row in found]
    if "ratings" in wanted:
        entries += [
            Entry(row.changed_at, rating=row)
            for row in _ratings(session, customer_id, cursor, limit + 1, rights)
        ]
    entries.sort(key=lambda entry: entry.place, reverse=True)
    following = write_cursor(*entries[limit - 1].place) if len(entries) > limit else ""
    return Page(entries[:limit], following)


def last_ratings(
    session: Session, customer_id: int, limit: int = 5, *, rights: Rights | None = None
) -> list[Rating]:
    """Newest first."""
    return _ratings(session, customer_id, None, limit, rights)


def _messages(
    session: Session,
    customer_id: int,
    wanted: tuple[str, ...],
    cursor: tuple[datetime, int, int] | None,
    limit: int,
    rights: Rights | None,
) -> list[Entry]:
    kinds = [_MESSAGES[name] for name in wanted if name in _MESSAGES]
    if not kinds:
        return []
    before = _before(cursor, "message")
    found = of_tickets.messages(session, customer_id, kinds, before=before, limit=limit, rights=rights)
    return [Entry(row.arrived_at, message=row) for row in found]


def _ratings(
    session: Session,
    customer_id: int,
    cursor: tuple[datetime, int, int] | None,
    limit: int,
    rights: Rights | None,
) -> list[Rating]:
    query = (
        sa.select(Rating)
        .options(joinedload(Rating.agent))
        .where(Rating.customer_id == customer_id, ratings_seen(rights))
        .order_by(Rating.changed_at.desc(), Rating.id.desc())
    )
    before = _before(cursor, "rating")
    if before is not None:
        at, row_id = before
        query = query.where(
            sa.or_(Rating.changed_at < at, sa.and_(Rating.changed_at == at, Rating.id < row_id))
        )
    return list(session.scalars(query.limit(limit)))


def _before(cursor: tuple[datetime, int, int] | None, source: str) -> tuple[datetime, int] | None:
    """Where this source goes on: of its rows at the cursor's moment all, some or none were shown already."""
    if cursor is None:
        return None
    at, rank, row_id = cursor
    if _RANK[source] == rank:
        return (at, row_id)
    return (at, _PAST_EVERY_ID if _RANK[source] < rank else 0)


def _read_cursor(text: str) -> tuple[datetime, int, int] | None:
    """A cursor somebody tampered with means the first page."""
    found = read_cursor(text, 2)
    if found is None:
        return None
    at, (rank, row_id) = found
    return (at, rank, row_id) if rank in _RANK.values() else None
