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

from app.accounts.models import Agent
from app.errors import Conflict, NotFound
from app.outgoing import backoff
from app.outgoing.models import Outbox
from app.tickets import service as tickets
from app.tickets.models import Delivery, Kind, Message, Status, Ticket

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
MOST_AT_ONCE = 500
LONGEST_ANSWER = 1000


def most_interesting(states: list[str]) -> str:
    """Of one message's recipients, the state that most needs an agent's eye."""
    return next((state for state in BY_INTEREST if state in states), Delivery.NONE)


def refresh(session: Session, message_id: int, now: datetime) -> str:
    """Bring Message.delivery in line with its recipients and tell open pages."""
    message = session.scalar(sa.select(Message).where(Message.id == message_id).with_for_update())
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
    """The server took responsibility for the mail."""
    return _finish(session, row, Delivery.ACCEPTED, answer, now)


def fail(session: Session, row: Outbox, answer: str, now: datetime) -> bool:
    """Final: the ticket goes back into the queue."""
    return _finish(session, row, Delivery.FAILED, answer, now)


def doubt(session: Session, row: Outbox, answer: str, now: datetime) -> bool:
    """The letter was handed over and no answer came: it may or may not have arrived. A person decides."""
    return _finish(session, row, Delivery.UNCERTAIN, answer, now)


def defer(session: Session, row: Outbox, answer: str, now: datetime) -> bool:
    """Try again later; after five days, fail."""
    first = row.first_tried_at or now
    previous = row.last_tried_at or first
    due_at = backoff.next_try(row.attempts, first, now)
    if due_at is None:
        return fail(session, row, answer, now)
    if not _move(session, row, Delivery.DEFERRED, answer, now, due_at=due_at, last_tried_at=now):
        return False
    if backoff.is_worth_telling(first, previous, now):
        note_event(session, row, "delivery_delayed", answer, now)
    refresh(session, row.message_id, now)
    return True


def _finish(session: Session, row: Outbox, state: Delivery, answer: str, now: datetime) -> bool:
    if not _move(session, row, state, answer, now, due_at=None, last_tried_at=now, done_at=now):
        return False
    if state in (Delivery.FAILED, Delivery.UNCERTAIN):
        back_to_queue(session, row, state, answer, now)
    refresh(session, row.message_id, now)
    return True


def _move(
    session: Session, row: Outbox, state: Delivery, answer: str, now: datetime, **values: object
) -> bool:
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
    )
    return moved is not None


def back_to_queue(session: Session, row: Outbox, state: str, answer: str, now: datetime) -> None:
    """A reply that did not arrive, or may not have, is our turn again."""
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
        refresh(session, released_id, now)
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
        refresh(session, message_id, now)
    begun = sa.select(Outbox).where(Outbox.state == Delivery.DATA_STARTED, Outbox.lease_until < now)
    for row in session.scalars(begun.order_by(Outbox.id)).all():
        doubt(session, row, "The sender stopped while the letter was being handed over.", now)


def due_again(session: Session, now: datetime) -> None:
    """deferred → queued for rows whose next try has come."""
    due = session.scalars(
        sa.update(Outbox)
        .where(Outbox.state == Delivery.DEFERRED, Outbox.due_at <= now)
        .values(state=Delivery.QUEUED)
        .returning(Outbox.message_id)
    )
    for message_id in sorted(set(due)):
        refresh(session, message_id, now)


def waiting(session: Session, now: datetime) -> list[int]:
    """Messages with a recipient that could be sent to now, oldest first."""
    query = (
        sa.select(Outbox.message_id)
        .where(Outbox.state == Delivery.QUEUED, Outbox.due_at <= now)
        .group_by(Outbox.message_id)
        .order_by(sa.func.min(Outbox.due_at), Outbox.message_id)
        .limit(MOST_AT_ONCE)
    )
    return list(session.scalars(query))


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
    return len(rows)


def _requeue(
    session: Session, message_id: int, states: tuple[str, ...], event: str, *, by: Agent, now: datetime
) -> int:
    rows = _rows(session, message_id, states)
    for row in rows:
        row.state, row.due_at, row.attempts, row.done_at = Delivery.QUEUED, now, 0, None
        row.first_tried_at = row.last_tried_at = row.data_started_at = None
    _note(session, message_id, event, rows, by=by, now=now)
    return len(rows)


def _rows(session: Session, message_id: int, states: tuple[str, ...]) -> list[Outbox]:
    message = session.get(Message, message_id)
    if message is None or message.kind != Kind.OUTGOING:
        raise NotFound("There is no such reply.")
    query = (
        sa.select(Outbox).where(Outbox.message_id == message_id, Outbox.state.in_(states)).with_for_update()
    )
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
    refresh(session, message_id, now)
