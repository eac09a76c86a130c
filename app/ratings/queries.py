"""Reading ratings one by one: a page of them with their tickets, what they were before, and who praised them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.accounts.rights import Rights
from app.cursors import read_cursor, write_cursor
from app.db import UtcDateTime
from app.errors import NotFound
from app.ratings import cuts, reasons
from app.ratings.asking_models import RatingReason
from app.ratings.cuts import Cut, Scope
from app.ratings.models import Face, Praise, Rating, RatingChange
from app.tickets.models import Ticket

PAGE = 30


@dataclass(frozen=True)
class Row:
    """A rating as a list shows it. Of an anonymous one neither ticket nor customer is known, nor when it was given."""

    rating: Rating
    subject: str = ""
    reasons: list[RatingReason] = field(default_factory=list)
    # What it was before, oldest first, without what it is now.
    earlier: list[RatingChange] = field(default_factory=list)
    praises: list[Praise] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        assert self.rating.counted_at is not None
        return self.rating.counted_at

    @property
    def agent(self) -> str:
        return self.rating.agent.name

    @property
    def customer(self) -> str:
        # No address here: the name is enough, and the card is one click away.
        return self.rating.customer.name if self.rating.customer is not None else ""


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    # The cursor of the next page, '' on the last one.
    next: str


def ratings_seen(rights: Rights | None) -> sa.ColumnElement[bool]:
    """A condition on ratings: their ticket is one that the asker may see."""
    if rights is None or rights.mailboxes is None:
        return sa.true()
    return Rating.ticket_id.in_(sa.select(Ticket.id).where(rights.within(Ticket.mailbox_id)))


def tickets_rated(face: str) -> sa.ColumnElement[bool]:
    """A condition on tickets: one of their replies was rated with this face, or with "any". Never anonymously."""
    rated = sa.select(Rating.ticket_id).where(Rating.ticket_id.is_not(None))
    return Ticket.id.in_(rated if face == "any" else rated.where(Rating.face == face))


def page(
    session: Session,
    cut: Cut,
    scope: Scope,
    *,
    face: str = "",
    words: bool = False,
    after: str = "",
    limit: int | None = None,
) -> Page:
    """Ratings of a cut, newest first; with `words` only explained ones. `after` is the cursor of the page before."""
    size = limit or PAGE
    query = _visible(cut, scope).order_by(Rating.counted_at.desc(), Rating.mark.desc()).limit(size + 1)
    if face in list(Face):
        query = query.where(Rating.face == face)
    if words:
        query = query.where(Rating.comment != "")
    cursor = read_cursor(after, 1)
    if cursor is not None:
        last = sa.tuple_(sa.literal(cursor[0], UtcDateTime()), sa.literal(cursor[1][0], sa.BigInteger))
        query = query.where(sa.tuple_(Rating.counted_at, Rating.mark) < last)
    found = session.execute(query).unique().all()
    rows = _rows(session, [(row[0], row[1]) for row in found[:size]])
    more = len(found) > size
    return Page(rows, write_cursor(rows[-1].at, rows[-1].rating.mark) if more else "")


def by_mark(session: Session, mark: int, scope: Scope) -> Row:
    """One rating that carries a name. Raises NotFound for what the asker may not see, and for anonymous ones."""
    query = _visible(Cut(), scope).where(Rating.mark == mark, Rating.anonymous.is_(False)).limit(1)
    found = session.execute(query).unique().first()
    if found is None:
        raise NotFound("There is no such rating.")
    return _rows(session, [(found[0], found[1])])[0]


def praises_of(session: Session, agent_id: int, *, limit: int = 8) -> list[Praise]:
    """The newest praise an agent was given, with the ratings it was for."""
    query = (
        sa.select(Praise)
        .where(Praise.agent_id == agent_id)
        .options(joinedload(Praise.by), joinedload(Praise.rating))
        .order_by(Praise.at.desc(), Praise.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def _visible(cut: Cut, scope: Scope) -> sa.Select[Rating, str]:
    return (
        sa.select(Rating, Ticket.subject)
        .outerjoin(Ticket, Ticket.id == Rating.ticket_id)
        .where(Rating.counted_at.is_not(None), *cuts.conditions(Rating, Rating.counted_at, cut, scope))
        .options(joinedload(Rating.customer), joinedload(Rating.agent))
    )


def _rows(session: Session, found: Sequence[tuple[Rating, str | None]]) -> list[Row]:
    ids = [rating.id for rating, _subject in found]
    named = [rating.id for rating, _subject in found if not rating.anonymous]
    chosen = reasons.chosen(session, ids)
    known = {one.id: one for one in reasons.every(session)} if chosen else {}
    changes = _earlier(session, named)
    praises = _praises(session, named)
    return [
        Row(
            rating,
            subject or "",
            [known[one] for one in chosen.get(rating.id, [])],
            changes.get(rating.id, []),
            praises.get(rating.id, []),
        )
        for rating, subject in found
    ]


def _earlier(session: Session, ids: Iterable[int]) -> dict[int, list[RatingChange]]:
    """Without the last of each, which is what the rating is."""
    query = sa.select(RatingChange).where(RatingChange.rating_id.in_(list(ids))).order_by(RatingChange.id)
    found: dict[int, list[RatingChange]] = {}
    for one in session.scalars(query):
        found.setdefault(one.rating_id, []).append(one)
    return {rating_id: rows[:-1] for rating_id, rows in found.items()}


def _praises(session: Session, ids: Iterable[int]) -> dict[int, list[Praise]]:
    query = sa.select(Praise).where(Praise.rating_id.in_(list(ids))).order_by(Praise.id)
    found: dict[int, list[Praise]] = {}
    for one in session.scalars(query.options(joinedload(Praise.by))):
        found.setdefault(one.rating_id, []).append(one)
    return found
