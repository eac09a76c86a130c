"""One door for a status that somebody chose: spam and the trash have more to do than the word says."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.errors import InvalidInput
from app.tickets import snoozing, spam, trash
from app.tickets.models import Status, Ticket
from app.tickets.service import set_status


def change(session: Session, ticket: Ticket, status: str, *, by: Agent | None, now: datetime) -> bool:
    """Give the ticket this status, whatever it was; False when it was so already. Raises InvalidInput.

    Out of spam means not spam, out of the trash means restored, and a snoozed ticket that is opened wakes. To snooze
    takes a time: see app.tickets.snoozing.
    """
    if status == ticket.status:
        return False
    if status == Status.SNOOZED:
        raise InvalidInput("Choose a time to put it aside until.", "until")
    if status == Status.SPAM:
        spam.mark(session, ticket, by=by, now=now)
    elif status == Status.TRASH:
        trash.throw_away(session, ticket, by=by, now=now)
    elif status == Status.OPEN and ticket.status == Status.SNOOZED:
        snoozing.wake(session, ticket, by=by, now=now)
    else:
        _come_back(session, ticket, by=by, now=now)
        set_status(session, ticket, status, by=by, now=now)
    return True


def _come_back(session: Session, ticket: Ticket, *, by: Agent | None, now: datetime) -> None:
    if ticket.status == Status.TRASH:
        trash.restore(session, ticket, by=by, now=now)
    if ticket.status == Status.SPAM:
        spam.unmark(session, ticket, by=by, now=now)
