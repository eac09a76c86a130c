"""Whose turn it is: which letter of a mailbox leaves next, and whether it may leave now.

Oldest first. A letter to the same person in the same ticket never overtakes an earlier one that is still on its way:
an earlier one that was put off is tried first. One sender at most works for one mailbox, so that a slow server holds
up its own mailbox and nobody else's. Nothing here speaks to a server.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.mailboxes.models import Mailbox
from app.outgoing import states
from app.outgoing.accounts import account_id
from app.outgoing.models import Outbox
from app.outgoing.pace import PAUSE, SLOWLY_FOR, Pace
from app.tickets.models import Delivery, Message, Ticket

MOST_SENDERS = 1
# With the mailbox's id the key of an advisory lock; another number than those of receipts and of the log.
_LOCK = 7_305_414
_IN_HAND = (Delivery.SENDING, Delivery.DATA_STARTED)


@dataclass(frozen=True)
class Wait:
    """Something is due, and the account's limit lets it leave at `until`."""

    until: datetime


def take(
    session: Session, mailbox_id: int, now: datetime, *, since: datetime, seconds: float
) -> Outbox | Wait | None:
    """Claim the next delivery of this mailbox, with a lease. None when there is nothing to do for this sender.

    `since`: when this sender began. What it has tried since then is not tried again before its time.
    """
    _alone(session, mailbox_id)
    in_hand = _in_hand(session)
    senders = [one for one in in_hand if one.mailbox_id == mailbox_id and (one.lease_until or now) >= now]
    if len(senders) >= MOST_SENDERS:
        return None
    due = _due(session, mailbox_id, in_hand, now)
    if due is None:
        return None
    wait = reserve(session, mailbox_id, now)
    return wait or states.claim(session, _first(session, due, since, now), now, seconds=seconds)


def _alone(session: Session, mailbox_id: int) -> None:
    """Two senders who count at the same moment would both find nobody at work; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK, mailbox_id)))


def waiting(session: Session, now: datetime) -> list[int]:
    """For each mailbox that may send now: the message that has waited longest for its turn."""
    query = (
        sa.select(sa.func.min(Outbox.message_id))
        .join(Message, Message.id == Outbox.message_id)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .join(Mailbox, Mailbox.id == account_id())
        .where(
            Outbox.state == Delivery.QUEUED,
            Outbox.due_at <= now,
            sa.or_(Mailbox.next_send_at.is_(None), Mailbox.next_send_at <= now),
        )
        .group_by(Mailbox.id)
    )
    return sorted(session.scalars(query))


def one_of_each(session: Session, message_ids: Sequence[int]) -> list[int]:
    """Of these messages the first of each mailbox."""
    query = (
        sa.select(sa.func.min(Message.id))
        .join(Ticket, Ticket.id == Message.ticket_id)
        .join(Mailbox, Mailbox.id == account_id())
        .where(Message.id.in_(message_ids))
        .group_by(Mailbox.id)
    )
    return sorted(session.scalars(query)) if message_ids else []


def mailbox_of(session: Session, message_id: int) -> int | None:
    query = sa.select(account_id()).join_from(Message, Ticket, Message.ticket_id == Ticket.id)
    return session.scalar(query.where(Message.id == message_id))


def slow_down(session: Session, mailbox_id: int, now: datetime) -> None:
    """The provider asked for less: nothing for a minute, and then little for a while."""
    session.execute(
        sa.update(Mailbox)
        .where(Mailbox.id == mailbox_id)
        .values(next_send_at=now + PAUSE, send_slowly_until=now + SLOWLY_FOR)
        .execution_options(synchronize_session=False)
    )


def server_answers(session: Session, mailbox_id: int, now: datetime) -> int:
    """The account's server is there again: what waited for it is due now. Returns how many deliveries that are."""
    due = session.scalars(
        sa.update(Outbox)
        .where(
            Outbox.state == Delivery.DEFERRED,
            Outbox.waits_for_server,
            Outbox.message_id.in_(_messages_of(mailbox_id)),
        )
        .values(state=Delivery.QUEUED, due_at=now, waits_for_server=False)
        .returning(Outbox.message_id)
        .execution_options(synchronize_session=False)
    ).all()
    for message_id in sorted(set(due)):
        states.refresh(session, message_id, now)
    return len(due)


def _messages_of(mailbox_id: int) -> sa.Select[int]:
    return (
        sa.select(Message.id).join(Ticket, Ticket.id == Message.ticket_id).where(account_id() == mailbox_id)
    )


def _in_hand(session: Session) -> Sequence[sa.Row[int, int, str, datetime | None]]:
    """What is being handed over at the moment, by whatever mailbox: a handful of rows."""
    query = (
        sa.select(account_id().label("mailbox_id"), Message.ticket_id, Outbox.recipient, Outbox.lease_until)
        .join_from(Outbox, Message, Message.id == Outbox.message_id)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(Outbox.state.in_(_IN_HAND))
    )
    return session.execute(query).all()


def _due(
    session: Session,
    mailbox_id: int,
    in_hand: Sequence[sa.Row[int, int, str, datetime | None]],
    now: datetime,
) -> sa.Row[int, int, str, int] | None:
    """The oldest delivery that may be tried and does not wait for an earlier one to the same person."""
    behind = [
        sa.and_(Message.ticket_id == one.ticket_id, Outbox.recipient == one.recipient) for one in in_hand
    ]
    query = (
        sa.select(Outbox.id, Outbox.message_id, Outbox.recipient, Message.ticket_id)
        .join(Message, Message.id == Outbox.message_id)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(
            account_id() == mailbox_id,
            Outbox.state == Delivery.QUEUED,
            Outbox.due_at <= now,
            *[~one for one in behind],
        )
        .order_by(Outbox.id)
        .limit(1)
    )
    return session.execute(query).first()


def _first(session: Session, due: sa.Row[int, int, str, int], since: datetime, now: datetime) -> int:
    """The message to try: the due one, or an earlier one to the same person that was put off."""
    earlier = _earlier(session, due, since)
    if earlier is None:
        return int(due.message_id)
    earlier.state, earlier.due_at = Delivery.QUEUED, now
    session.flush()
    return earlier.message_id


def _earlier(session: Session, due: sa.Row[int, int, str, int], since: datetime) -> Outbox | None:
    """An earlier letter to the same person in the same ticket that was put off, and not tried by this sender."""
    query = (
        sa.select(Outbox)
        .join(Message, Message.id == Outbox.message_id)
        .where(
            Outbox.id < due.id,
            Outbox.recipient == due.recipient,
            Message.ticket_id == due.ticket_id,
            Outbox.state == Delivery.DEFERRED,
            Outbox.last_tried_at < since,
        )
        .order_by(Outbox.id)
        .limit(1)
        .with_for_update(of=Outbox)
    )
    return session.scalar(query)


def reserve(session: Session, mailbox_id: int, now: datetime) -> Wait | None:
    """Take one of the account's places in time; Wait when the next one is later."""
    limited = sa.or_(Mailbox.send_per_minute > 0, Mailbox.next_send_at > now, Mailbox.send_slowly_until > now)
    row = session.execute(
        sa.select(Mailbox.send_per_minute, Mailbox.next_send_at, Mailbox.send_slowly_until)
        .where(Mailbox.id == mailbox_id, limited)
        .with_for_update()
    ).first()
    if row is None:
        return None
    pace = Pace(*row)
    free_at = pace.free_at(now)
    if free_at > now:
        return Wait(free_at)
    session.execute(
        sa.update(Mailbox)
        .where(Mailbox.id == mailbox_id)
        .values(next_send_at=pace.after_one(now))
        .execution_options(synchronize_session=False)
    )
    return None
