"""What only the clock moves: undo times and leases that ran out, and deferred deliveries whose next try has come."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.outgoing import states
from app.outgoing.models import Outbox
from app.tickets.models import Delivery


def release(session: Session, now: datetime) -> list[int]:
    """held → queued for rows whose time to undo is over. Returns the ids of their messages."""
    due = sa.select(Outbox.id).where(Outbox.state == Delivery.HELD, Outbox.due_at <= now)
    # A row that an undo holds is not waited for: it goes with that undo, or at the next tick.
    free = session.scalars(due.order_by(Outbox.id).with_for_update(skip_locked=True)).all()
    released = session.scalars(
        sa.update(Outbox)
        .where(Outbox.id.in_(free))
        .values(state=Delivery.QUEUED, due_at=now)
        .returning(Outbox.message_id)
    )
    ids = sorted(set(released))
    for released_id in ids:
        states.refresh(session, released_id, now)
    return ids


def recover(session: Session, now: datetime) -> None:
    """Expired leases: a letter that was not begun is queued again, one that was begun is uncertain."""
    expired = session.scalars(
        sa.update(Outbox)
        .where(Outbox.state == Delivery.SENDING, Outbox.lease_until < now)
        .values(state=Delivery.QUEUED, due_at=now, lease_token="", lease_until=None)
        .returning(Outbox.message_id)
    )
    for message_id in sorted(set(expired)):
        states.refresh(session, message_id, now)
    begun = sa.select(Outbox).where(Outbox.state == Delivery.DATA_STARTED, Outbox.lease_until < now)
    for row in session.scalars(begun.order_by(Outbox.id)).all():
        states.doubt(session, row, "The sender stopped while the letter was being handed over.", now)


def due_again(session: Session, now: datetime) -> None:
    """deferred → queued for rows whose next try has come."""
    due = session.scalars(
        sa.update(Outbox)
        .where(Outbox.state == Delivery.DEFERRED, Outbox.due_at <= now)
        .values(state=Delivery.QUEUED)
        .returning(Outbox.message_id)
    )
    for message_id in sorted(set(due)):
        states.refresh(session, message_id, now)
