"""Putting a ticket aside until a time. It wakes by itself then, at once when the customer writes, or by hand."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.errors import InvalidInput
from app.tickets.models import Status, Ticket
from app.tickets.remembered import remembered
from app.tickets.service import changed, lock, record
from app.tickets.snooze_times import check

# As many wake in one transaction; the next tick takes the rest.
TOGETHER = 200
RESTING = (Status.SPAM, Status.TRASH)


def snooze(session: Session, ticket: Ticket, until: datetime, *, by: Agent | None, now: datetime) -> bool:
    """Put it aside until then; False when it was so already. Raises InvalidInput for a time that is over.

    Who waits goes on waiting: `waiting_since` stays.
    """
    check(until, now)
    lock(session, ticket)
    if ticket.status in RESTING:
        raise InvalidInput("Spam and what is in the trash cannot be snoozed.", "until")
    if ticket.status == Status.SNOOZED and ticket.snoozed_until == until:
        return False
    record(session, "snoozed", ticket=ticket, by=by, now=now, until=until.isoformat(), **remembered(ticket))
    ticket.status, ticket.snoozed_until, ticket.closed_at = Status.SNOOZED, until, None
    changed(session, ticket.id, "status", now)
    session.flush()
    return True


def wake(session: Session, ticket: Ticket, *, by: Agent | None, now: datetime) -> bool:
    """Open a snoozed ticket, at the top of its list; False when it is not snoozed. `by` nobody: its time came."""
    if ticket.status != Status.SNOOZED:
        return False
    until = ticket.snoozed_until.isoformat() if ticket.snoozed_until else None
    record(session, "woken", ticket=ticket, by=by, now=now, until=until)
    ticket.status = Status.OPEN
    ticket.last_message_at = max(now, ticket.last_message_at)
    ticket.waiting_since = ticket.waiting_since or now
    changed(session, ticket.id, "status", now)
    return True


def has_due(session: Session, now: datetime) -> bool:
    """Whether anything is to be woken: one look into an index that holds snoozed tickets only."""
    return session.scalar(sa.select(Ticket.id).where(Ticket.snoozed_until <= now).limit(1)) is not None


def wake_due(session: Session, now: datetime) -> list[int]:
    """Wake what is due, oldest first; ids of what was woken. Two schedulers at once never wake the same one."""
    query = sa.select(Ticket).where(Ticket.snoozed_until <= now)
    first = query.order_by(Ticket.snoozed_until, Ticket.id).limit(TOGETHER)
    due = session.scalars(first.with_for_update(skip_locked=True)).all()
    for ticket in due:
        if ticket.status != Status.SNOOZED:  # whoever changed that left the time behind
            ticket.snoozed_until = None
    return [ticket.id for ticket in due if wake(session, ticket, by=None, now=now)]
