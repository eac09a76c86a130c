"""Every new row of the history and of the messages, once: how far they have been told, and what is new since.

Numbers are drawn before a transaction commits, so on PostgreSQL a lower one can appear after a higher one was told. A
number that is missing is remembered and looked for again until nobody can be writing it any more. SQLite numbers in
order, but gives the number of the newest row out again after that row was taken back: the stamp tells them apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.tickets.models import Change, Event, Message
from app.together.models import Followed

MOST_AT_ONCE = 500
# Three times the longest that a writer waits for the database, and then some.
PATIENCE = timedelta(minutes=2)
MOST_MISSING = 1000
MODELS: dict[str, type[Event] | type[Message] | type[Change]] = {
    "events": Event,
    "messages": Message,
    "changes": Change,
    "promises": Change,
}
# What agents are told of; changes are followed by whoever counts (reports) and by the clocks of service levels.
TOLD = ("events", "messages")
_STAMPS: dict[str, sa.ColumnElement[datetime]] = {
    "events": Event.__table__.c.at,
    "messages": Message.__table__.c.arrived_at,
    "changes": Change.__table__.c.at,
    "promises": Change.__table__.c.at,
}


def has_news(session: Session, sources: Sequence[str] = TOLD) -> bool:
    """A cheap look without a lock: may there be anything to take?"""
    for followed in session.scalars(sa.select(Followed).where(Followed.source.in_(sources))):
        newest = _newest(session, followed.source)
        if followed.missing or newest != (followed.newest, followed.stamp):
            return True
    return False


def take(session: Session, source: str, *, now: datetime) -> list[int]:
    """Numbers of rows that nobody has taken yet, at most so many; they are taken when the caller commits."""
    followed = session.get(Followed, source, with_for_update=True)
    if followed is None:
        followed = Followed(source=source, newest=_newest(session, source)[0], stamp="", missing=[])
        session.add(followed)
    _go_back(session, followed)
    patience = (now - PATIENCE).timestamp()
    waited = {number: since for number, since in followed.missing if since > patience}
    model = MODELS[source]
    fresh = sa.or_(model.id > followed.newest, model.id.in_(sorted(waited)))
    taken = list(session.scalars(sa.select(model.id).where(fresh).order_by(model.id).limit(MOST_AT_ONCE)))
    gaps = _gaps(followed.newest, taken)
    for number in taken:
        waited.pop(number, None)
    waited |= dict.fromkeys(gaps, now.timestamp())
    followed.missing = [[number, since] for number, since in sorted(waited.items())][-MOST_MISSING:]
    followed.newest = max([followed.newest, *taken])
    followed.stamp = _stamp(session, source, followed.newest)
    return taken


def skip(session: Session) -> None:
    """Nobody is told of what is there now: it was written in bulk, and is news to nobody."""
    for source in TOLD:
        followed = session.get(Followed, source) or Followed(source=source)
        followed.newest, followed.stamp = _newest(session, source)
        followed.missing = []
        session.add(followed)


def _go_back(session: Session, followed: Followed) -> None:
    """The newest row that was told is gone, or another one has its number now."""
    if not followed.newest or not followed.stamp:
        return
    if _stamp(session, followed.source, followed.newest) == followed.stamp:
        return
    model = MODELS[followed.source]
    below = sa.select(sa.func.max(model.id)).where(model.id < followed.newest)
    followed.newest = session.scalar(below) or 0


def _gaps(newest: int, taken: Sequence[int]) -> list[int]:
    """Numbers between what was told and what is told now that were not there."""
    fresh = [number for number in taken if number > newest]
    if not fresh or fresh[-1] - newest == len(fresh):
        return []
    there = set(fresh)
    begin = max(newest + 1, fresh[-1] - MOST_MISSING)
    return [number for number in range(begin, fresh[-1]) if number not in there]


def _newest(session: Session, source: str) -> tuple[int, str]:
    number = session.scalar(sa.select(sa.func.max(MODELS[source].id))) or 0
    return number, _stamp(session, source, number)


def _stamp(session: Session, source: str, number: int) -> str:
    at = session.scalar(sa.select(_STAMPS[source]).where(MODELS[source].id == number)) if number else None
    return at.isoformat() if at else ""
