"""The first letter of each ticket, read once and kept as its telling words: what the search for gaps works on."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from app.knowledge.gaps import telling_words
from app.tickets.models import Kind, Message, Ticket
from app.upkeep.models import AskedLetter, UpkeepRound

KEPT = timedelta(days=180)
# Messages looked at in one transaction, of which about one in ten is the first letter of a ticket.
BATCH = 400
NAME = "letters"
_Before = aliased(Message)


def read_new(session: Session, *, now: datetime, limit: int = BATCH) -> bool:
    """The next messages; True when there may be more."""
    done = session.get(UpkeepRound, NAME)
    if done is None:
        done = UpkeepRound(name=NAME, position=0, seconds=0.0, rows=0)
        session.add(done)
    last = _last_id(session, done.position, limit)
    if last is None:
        return False
    letters = [
        {
            "message_id": row.id,
            "language": row.language,
            "asked_at": row.arrived_at,
            "words": " ".join(words),
            "closeness": 0.0,
        }
        for row in session.execute(_first_letters(done.position, last, now - KEPT)).all()
        if (words := telling_words(row.subject, row.visible))
    ]
    if letters:
        session.execute(sa.insert(AskedLetter), letters)
    done.position = last
    session.flush()
    return True


def forget_old(session: Session, *, now: datetime) -> None:
    """What was asked long ago makes no gap any more."""
    session.execute(
        sa.delete(AskedLetter)
        .where(AskedLetter.asked_at < now - KEPT)
        .execution_options(synchronize_session=False)
    )


def _last_id(session: Session, position: int, limit: int) -> int | None:
    ids = sa.select(Message.id).where(Message.id > position).order_by(Message.id).limit(limit).subquery()
    last: int | None = session.scalar(sa.select(sa.func.max(ids.c.id)))
    return last


def _first_letters(after: int, last: int, since: datetime) -> sa.Select[int, str, str, str, datetime]:
    earlier = sa.exists().where(
        _Before.ticket_id == Message.ticket_id, _Before.kind == Kind.INCOMING, _Before.id < Message.id
    )
    language = sa.func.coalesce(sa.func.nullif(Message.language, ""), Ticket.language)
    known = sa.exists().where(AskedLetter.message_id == Message.id)
    return (
        sa.select(
            Message.id, Message.subject, Message.visible, language.label("language"), Message.arrived_at
        )
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(
            Message.id > after,
            Message.id <= last,
            Message.kind == Kind.INCOMING,
            Message.automatic.is_(None),
            Message.held.is_(False),
            Message.arrived_at >= since,
            ~earlier,
            ~known,
        )
        .order_by(Message.id)
    )
