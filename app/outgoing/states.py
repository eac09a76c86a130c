"""The outbox's states, one committed step at a time. The caller owns the transaction.

held (undo) → queued → sending (lease) → data_started → accepted | deferred | failed | uncertain. Every step is an
UPDATE that names the state it comes from, so of two workers one finds nothing to do, and a worker that wakes up
after its lease ran out finds another's token and stops.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.outgoing import backoff, sent_copies
from app.outgoing.models import Outbox
from app.tickets import service as tickets
from app.tickets.models import Delivery, Message, Status, Ticket

# What most needs an agent's eye comes first.
BY_INTEREST = (
    Delivery.FAILED,
    Delivery.BOUNCED,
    Delivery.UNCERTAIN,
    Delivery.DEFERRED,
    Delivery.DATA_STARTED,
    Delivery.SENDING,
    Delivery.QUEUED,
    Delivery.HELD,
    Delivery.ACCEPTED,
)
ON_THE_WAY = (Delivery.HELD, Delivery.QUEUED, Delivery.SENDING, Delivery.DATA_STARTED, Delivery.DEFERRED)
LONGEST_ANSWER = 1000


def most_interesting(states: list[str]) -> str:
    """Of one message's recipients, the state that most needs an agent's eye."""
    return next((state for state in BY_INTEREST if state in states), Delivery.NONE)


def refresh(session: Session, message_id: int, now: datetime) -> str:
    """Bring Message.delivery in line with its recipients and tell open pages."""
    # As it is now: an older copy in this session would hide what somebody else wrote meanwhile.
    query = sa.select(Message).where(Message.id == message_id).with_for_update()
    message = session.scalar(query.execution_options(populate_existing=True))
    if message is None:
        return Delivery.NONE
    states = list(session.scalars(sa.select(Outbox.state).where(Outbox.message_id == message_id)))
    delivery = most_interesting(states)
    if message.delivery != delivery:
        message.delivery = delivery
        tickets.changed(session, message.ticket_id, "delivery", now)
    return delivery


def claim(session: Session, message_id: int, now: datetime, *, seconds: float) -> Outbox | None:
    """Take the next recipient of this message that is due; the row then carries our lease. None when none is."""
    due = (
        sa.select(Outbox.id)
        .where(Outbox.message_id == message_id, Outbox.state == Delivery.QUEUED, Outbox.due_at <= now)
        .order_by(Outbox.id)
        .limit(1)
    )
    token = secrets.token_hex(16)
    claimed = session.scalar(
        sa.update(Outbox)
        .where(Outbox.id == due.scalar_subquery(), Outbox.state == Delivery.QUEUED)
        .values(
            state=Delivery.SENDING,
            lease_token=token,
            lease_until=now + timedelta(seconds=seconds),
            due_at=None,
            attempts=Outbox.attempts + 1,
            first_tried_at=sa.func.coalesce(Outbox.first_tried_at, now),
        )
        .returning(Outbox.id)
    )
    if claimed is None:
        return None
    refresh(session, message_id, now)
    return session.get(Outbox, claimed, populate_existing=True)


def renew(session: Session, row: Outbox, now: datetime, *, seconds: float) -> None:
    """The worker that has this row is alive and still at it."""
    session.execute(
        sa.update(Outbox)
        .where(Outbox.id == row.id, Outbox.lease_token == row.lease_token)
        .values(lease_until=now + timedelta(seconds=seconds))
        .execution_options(synchronize_session=False)
    )


def give_back(session: Session, row: Outbox, now: datetime) -> None:
    """Claimed, and then an older letter turned out to be due: as if this one had not been touched."""
    _move(session, row, Delivery.QUEUED, row.answer, due_at=now, attempts=Outbox.attempts - 1)
    refresh(session, row.message_id, now)


def start_data(session: Session, row: Outbox, now: datetime, *, seconds: float) -> bool:
    """Note that the letter itself is about to be sent. False: the lease is not ours any more, send nothing."""
    started = session.scalar(
        sa.update(Outbox)
        .where(Outbox.id == row.id, Outbox.state == Delivery.SENDING, Outbox.lease_token == row.lease_token)
        .values(
            state=Delivery.DATA_STARTED, data_started_at=now, lease_until=now + timedelta(seconds=seconds)
        )
        .returning(Outbox.id)
    )
    if started is not None:
        refresh(session, row.message_id, now)
    return started is not None


def accept(session: Session, row: Outbox, answer: str, now: datetime) -> bool:
    """The server took responsibility for the mail. Counts also when it says so after our lease ran out."""
    if _finish(session, row, Delivery.ACCEPTED, answer, now):
        return True
    return proved_arrived(session, row.message_id, row.recipient, now, how="answer")


def fail(session: Session, row: Outbox, answer: str, now: datetime) -> bool:
    """Final: the ticket goes back into the queue."""
    return _finish(session, row, Delivery.FAILED, answer, now)


def doubt(session: Session, row: Outbox, answer: str, now: datetime) -> bool:
    """The letter was handed over and no answer came: it may or may not have arrived. A person decides."""
    return _finish(session, row, Delivery.UNCERTAIN, answer, now)


def defer(session: Session, row: Outbox, answer: str, now: datetime, *, for_server: bool = False) -> bool:
    """Try again later; after five days, fail. `for_server`: no letter of this account can leave at the moment."""
    first = row.first_tried_at or now
    previous = row.last_tried_at or first
    due_at = backoff.next_try(row.attempts, first, now)
    if due_at is None:
        return fail(session, row, answer, now)
    moved = _move(
        session, row, Delivery.DEFERRED, answer, due_at=due_at, last_tried_at=now, waits_for_server=for_server
    )
    if moved and backoff.is_worth_telling(first, previous, now):
        note_event(session, row, "delivery_delayed", answer, now)
    refresh(session, row.message_id, now)
    return moved


def _finish(session: Session, row: Outbox, state: Delivery, answer: str, now: datetime) -> bool:
    bad = state in (Delivery.FAILED, Delivery.UNCERTAIN)
    if bad:
        lock_ticket(session, row.message_id)
    if not _move(session, row, state, answer, due_at=None, last_tried_at=now, done_at=now):
        return False
    if bad:
        back_to_queue(session, row, state, answer, now)
    refresh(session, row.message_id, now)
    sent_copies.note_delivery(session, row.message_id, state, now)
    return True


def _move(session: Session, row: Outbox, state: Delivery, answer: str, **values: object) -> bool:
    """From a state that we hold the lease of; a stale worker moves nothing."""
    moved = session.scalar(
        sa.update(Outbox)
        .where(
            Outbox.id == row.id,
            Outbox.lease_token == row.lease_token,
            Outbox.state.in_((Delivery.SENDING, Delivery.DATA_STARTED)),
        )
        .values(state=state, answer=answer[:LONGEST_ANSWER], lease_token="", lease_until=None, **values)
        .returning(Outbox.id)
        .execution_options(synchronize_session="fetch")
    )
    return moved is not None


def lock_ticket(session: Session, message_id: int) -> Ticket:
    """The ticket as it is now, and until we commit: an agent who closes it at this moment comes before us or after."""
    mine = sa.select(Ticket).join(Message, Message.ticket_id == Ticket.id).where(Message.id == message_id)
    return session.scalars(mine.with_for_update(of=Ticket).execution_options(populate_existing=True)).one()


def back_to_queue(session: Session, row: Outbox, state: str, answer: str, now: datetime) -> None:
    """A reply that did not arrive, or may not have, is our turn again."""
    lock_ticket(session, row.message_id)
    ticket = note_event(session, row, f"delivery_{state}", answer, now)
    if session.get_one(Message, row.message_id).automatic is not None:
        return  # nobody waits for a receipt
    if ticket.status in (Status.WAITING, Status.CLOSED, Status.SNOOZED):
        tickets.set_status(session, ticket, Status.OPEN, by=None, now=now)
    if ticket.status == Status.OPEN and ticket.waiting_since is None:
        ticket.waiting_since = now
    ticket.unread = True
    tickets.changed(session, ticket.id, "delivery", now)


def note_event(session: Session, row: Outbox, kind: str, answer: str, now: datetime) -> Ticket:
    """One line in the history of the ticket, in the words of the server."""
    message = session.get_one(Message, row.message_id)
    ticket = session.get_one(Ticket, message.ticket_id)
    tickets.record(
        session,
        kind,
        ticket=ticket,
        now=now,
        message_id=message.id,
        recipient=row.recipient,
        answer=answer[:LONGEST_ANSWER],
    )
    return ticket


def proved_arrived(session: Session, message_id: int, recipient: str, now: datetime, *, how: str) -> bool:
    """An uncertain delivery did arrive; False when it was not uncertain.

    how: 'reply' when the recipient's own letter names our Message-ID, 'copy' when the account's server filed the
    letter as sent, 'answer' when the server's answer came after all.
    """
    row = session.scalar(
        sa.update(Outbox)
        .where(
            Outbox.message_id == message_id,
            Outbox.recipient == recipient.lower(),
            Outbox.state == Delivery.UNCERTAIN,
        )
        .values(state=Delivery.ACCEPTED, done_at=now, due_at=None)
        .returning(Outbox)
        .execution_options(synchronize_session="fetch")
    )
    if row is None:
        return False
    message = session.get_one(Message, message_id)
    ticket = session.get_one(Ticket, message.ticket_id)
    tickets.record(
        session,
        "delivery_proved",
        ticket=ticket,
        now=now,
        message_id=message_id,
        recipient=row.recipient,
        how=how,
    )
    tickets.changed(session, ticket.id, "delivery", now)
    refresh(session, message_id, now)
    sent_copies.note_delivery(session, message_id, Delivery.ACCEPTED, now)
    return True
