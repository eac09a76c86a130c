"""How urgent a ticket is. A word that agents, macros and rules give; nothing else follows from it by itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.errors import InvalidInput
from app.tickets.kinds import Priority
from app.tickets.models import Ticket
from app.tickets.service import changed, record

# The most urgent last.
LADDER = (Priority.LOW, Priority.NORMAL, Priority.HIGH, Priority.URGENT)


def set_priority(session: Session, ticket: Ticket, priority: str, *, by: Agent | None, now: datetime) -> bool:
    """Give the ticket this priority; False when it had it already. Raises InvalidInput for an unknown one."""
    if priority not in LADDER:
        raise InvalidInput("Unknown priority.", "priority")
    if ticket.priority == priority:
        return False
    record(session, "priority", ticket=ticket, by=by, now=now, before=ticket.priority, after=priority)
    ticket.priority = priority
    changed(session, ticket.id, "priority", now)
    return True


def higher(one: str, other: str) -> str:
    """The more urgent of two."""
    return max(one, other, key=lambda priority: LADDER.index(Priority(priority)))
