"""A delivery report came back: which reply it is about, and what that changes.

The caller has found the reply by our own token or Message-ID; a report that names none of ours changes nothing, so
nobody can mark a reply as bounced by writing a report of their own without having had the mail.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.customers.models import CustomerAddress
from app.db import changed_rows
from app.outgoing import states
from app.outgoing.models import Outbox
from app.tickets.models import Delivery, Kind, Message

# RFC 3464, section 2.3.3.
FAILED, DELAYED, ARRIVED = "failed", "delayed", ("delivered", "relayed", "expanded")
_STILL_OURS = (Delivery.HELD, Delivery.QUEUED, Delivery.SENDING)


def record_bounce(
    session: Session,
    message_id: int,
    recipients: Sequence[str],
    status: str,
    diagnostic: str,
    action: str,
    now: datetime,
) -> list[str]:
    """Write a report down. Returns the recipients of that reply it was about: [] when it was about none of them.

    action: 'failed', 'delayed', 'delivered' …; '' means failed. status: "5.1.1". A report that names no recipient
    is about the only one there is; with several, about none.
    """
    if session.scalar(sa.select(Message.kind).where(Message.id == message_id)) != Kind.OUTGOING:
        return []
    rows = _about(session, message_id, recipients)
    words = " ".join(f"{status} {diagnostic}".split())[: states.LONGEST_ANSWER]
    action = action.strip().lower() or FAILED
    touched = [row for row in rows if _apply(session, row, action, words, now)]
    if touched:
        states.refresh(session, message_id, now)
    return [row.recipient for row in touched]


def wrote_again(session: Session, addresses: Collection[str]) -> int:
    """These addresses work: somebody wrote from them, or a server said that mail arrived. How many were marked."""
    if not addresses:
        return 0
    marked = sa.update(CustomerAddress).where(
        CustomerAddress.email.in_(addresses), CustomerAddress.bounced_at.is_not(None)
    )
    return changed_rows(session.execute(marked.values(bounced_at=None, bounce_reason="")))


def _about(session: Session, message_id: int, recipients: Sequence[str]) -> list[Outbox]:
    rows = list(session.scalars(sa.select(Outbox).where(Outbox.message_id == message_id).with_for_update()))
    named = {recipient.strip().lower() for recipient in recipients if recipient.strip()}
    if named:
        return [row for row in rows if row.recipient in named]
    return rows if len(rows) == 1 else []


def _apply(session: Session, row: Outbox, action: str, words: str, now: datetime) -> bool:
    """False when the report says nothing new, or speaks of a mail that has not left."""
    if row.state in _STILL_OURS:
        return False
    if action == FAILED:
        return _bounced(session, row, words, now)
    if action in ARRIVED:
        wrote_again(session, [row.recipient])
    if action in ARRIVED and row.state in (Delivery.UNCERTAIN, Delivery.DATA_STARTED):
        row.state, row.due_at, row.done_at, row.answer = Delivery.ACCEPTED, None, now, words
        row.lease_token, row.lease_until = "", None
        session.flush()
        return True
    if action == DELAYED and row.state == Delivery.ACCEPTED:
        row.answer = words
        states.note_event(session, row, "delivery_delayed", words, now)
        session.flush()
        return True
    return False


def _bounced(session: Session, row: Outbox, words: str, now: datetime) -> bool:
    if row.state == Delivery.BOUNCED:
        return False
    row.state, row.due_at, row.done_at, row.answer = Delivery.BOUNCED, None, now, words
    row.lease_token, row.lease_until = "", None
    session.flush()
    session.execute(
        sa.update(CustomerAddress)
        .where(CustomerAddress.email == row.recipient)
        .values(bounced_at=now, bounce_reason=words)
    )
    states.back_to_queue(session, row, Delivery.BOUNCED, words, now)
    return True
