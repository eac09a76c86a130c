"""What moved the clocks of a ticket, read from its messages and its history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.levels.clocks import Moment, What
from app.tickets import asides
from app.tickets.models import Delivery, Event, Kind, Message

# A reply that reached nobody answers nothing.
_UNSENT = (Delivery.FAILED, Delivery.BOUNCED)
_BY_STATUS: dict[str, What] = {"open": "run", "waiting": "wait", "closed": "close"}
_BACK = ("reopened", "woken", "restored", "undone")
_TELLING = ("status", "not-spam", *_BACK)


def moments_of(session: Session, ticket_ids: Collection[int]) -> dict[int, list[Moment]]:
    """ticket → its moments, oldest first. A mere "thank you" asks for nothing and moves nothing."""
    ids = sorted(ticket_ids)
    thanks = _thanks(session, ids)
    found: dict[int, list[tuple[datetime, int, Moment]]] = defaultdict(list)
    for ticket_id, message_id, moment in _messages(session, ids):
        if message_id not in thanks:
            found[ticket_id].append((moment.at, 0, moment))
    for ticket_id, moment in _events(session, ids):
        # What an agent chose while they replied comes after the reply.
        found[ticket_id].append((moment.at, 1, moment))
    return {key: [one[2] for one in sorted(rows, key=lambda one: one[:2])] for key, rows in found.items()}


def _messages(session: Session, ids: list[int]) -> list[tuple[int, int, Moment]]:
    query = sa.select(
        Message.id, Message.ticket_id, Message.kind, Message.author_id, Message.arrived_at, Message.forwarded_id,
        Message.delivery,
    ).where(
        Message.ticket_id.in_(ids),
        Message.kind != Kind.NOTE,
        Message.automatic.is_(None),
        Message.held.is_(False),
    )  # fmt: skip
    rows = session.execute(query.order_by(Message.arrived_at, Message.id)).all()
    aside = asides.messages(session, {row.ticket_id for row in rows if row.forwarded_id is not None})
    found: list[tuple[int, int, Moment]] = []
    for row in rows:
        if row.id in aside:
            continue
        if row.kind == Kind.INCOMING:
            found.append((row.ticket_id, row.id, Moment(row.arrived_at, "letter")))
        elif row.author_id is not None and row.delivery not in _UNSENT:
            found.append((row.ticket_id, row.id, Moment(row.arrived_at, "reply")))
    return found


def _events(session: Session, ids: list[int]) -> list[tuple[int, Moment]]:
    query = (
        sa.select(Event.ticket_id, Event.kind, Event.at, Event.detail)
        .where(Event.ticket_id.in_(ids), Event.kind.in_(_TELLING))
        .order_by(Event.id)
    )
    found: list[tuple[int, Moment]] = []
    for row in session.execute(query):
        what = "run" if row.kind in _BACK else _BY_STATUS.get(str(row.detail.get("after", "")))
        if what is not None:
            found.append((row.ticket_id, Moment(row.at, what)))
    return found


def _thanks(session: Session, ids: list[int]) -> set[int]:
    query = sa.select(Event.detail).where(Event.ticket_id.in_(ids), Event.kind == "thanks")
    numbers = (detail.get("message_id") for detail in session.scalars(query))
    return {number for number in numbers if isinstance(number, int)}
