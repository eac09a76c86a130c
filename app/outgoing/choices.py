"""What an agent decides about a delivery: send it again, or that an uncertain one did arrive. Never commits."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.errors import Conflict, NotFound
from app.outgoing import sent_copies, states
from app.outgoing.models import Outbox
from app.tickets import service as tickets
from app.tickets.models import Delivery, Kind, Message, Ticket


def retry(session: Session, message_id: int, *, by: Agent, now: datetime) -> int:
    """Send again to everybody it failed for, bounced from or is deferred for. Raises Conflict when there is nobody."""
    again = (Delivery.FAILED, Delivery.BOUNCED, Delivery.DEFERRED)
    return _requeue(session, message_id, again, "delivery_retried", by=by, now=now)


def resolve_uncertain(session: Session, message_id: int, *, arrived: bool, by: Agent, now: datetime) -> int:
    """What the agent found out: it arrived, or it did not and is sent again (the same mail, the same Message-ID)."""
    if not arrived:
        return _requeue(session, message_id, (Delivery.UNCERTAIN,), "delivery_resent", by=by, now=now)
    rows = _rows(session, message_id, (Delivery.UNCERTAIN,))
    for row in rows:
        row.state, row.done_at = Delivery.ACCEPTED, now
    _note(session, message_id, "delivery_confirmed", rows, by=by, now=now)
    sent_copies.note_delivery(session, message_id, Delivery.ACCEPTED, now)
    return len(rows)


def _requeue(
    session: Session, message_id: int, old: tuple[str, ...], event: str, *, by: Agent, now: datetime
) -> int:
    rows = _rows(session, message_id, old)
    for row in rows:
        row.state, row.due_at, row.attempts, row.done_at = Delivery.QUEUED, now, 0, None
        row.first_tried_at = row.last_tried_at = row.data_started_at = None
    _note(session, message_id, event, rows, by=by, now=now)
    return len(rows)


def _rows(session: Session, message_id: int, old: tuple[str, ...]) -> list[Outbox]:
    message = session.get(Message, message_id)
    if message is None or message.kind != Kind.OUTGOING:
        raise NotFound("There is no such reply.")
    query = sa.select(Outbox).where(Outbox.message_id == message_id, Outbox.state.in_(old)).with_for_update()
    rows = list(session.scalars(query.order_by(Outbox.id)))
    if not rows:
        raise Conflict("The delivery of this reply has changed in the meantime.")
    return rows


def _note(
    session: Session, message_id: int, event: str, rows: list[Outbox], *, by: Agent, now: datetime
) -> None:
    session.flush()
    ticket = session.get_one(Ticket, session.get_one(Message, message_id).ticket_id)
    tickets.record(
        session,
        event,
        ticket=ticket,
        by=by,
        now=now,
        message_id=message_id,
        recipients=[row.recipient for row in rows],
    )
    states.refresh(session, message_id, now)
