"""Tickets that belong together: linked by hand, seen from both sides, taken apart again. Never commits."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import rights_of
from app.errors import InvalidInput, NotFound
from app.tickets import service
from app.tickets.models import Message, Ticket
from app.together.models import TicketLink

MOST = 50


def link(
    session: Session,
    ticket: Ticket,
    other: Ticket,
    *,
    message: Message | None = None,
    by: Agent,
    now: datetime,
) -> bool:
    """Say that these two belong together; `message` is one of `ticket` that it is about. False when it was so already.

    Raises InvalidInput for a ticket with itself.
    """
    if ticket.id == other.id:
        raise InvalidInput("A ticket cannot be linked to itself.", "target")
    if message is not None and message.ticket_id != ticket.id:
        raise InvalidInput("That message is in another ticket.", "target")
    service.lock(session, ticket, other)
    low, high = sorted((ticket.id, other.id))
    known = _find(session, low, high)
    message_id = message.id if message is not None else None
    if known is not None:
        if message_id is not None:
            known.message_id = message_id
        return False
    if _number_of_links(session, ticket.id) >= MOST:
        raise InvalidInput("This ticket has as many links as it can have.", "target")
    session.add(TicketLink(low_id=low, high_id=high, message_id=message_id, agent_id=by.id, at=now))
    _tell(session, "linked", ticket, other, by, now)
    return True


def unlink(session: Session, ticket: Ticket, other_id: int, *, by: Agent, now: datetime) -> None:
    """Take the link away. Raises NotFound when there is none, or none that this agent sees from both sides."""
    low, high = sorted((ticket.id, other_id))
    known = _find(session, low, high)
    other = session.get(Ticket, other_id)
    if known is None or other is None or not rights_of(session, by).sees(other.mailbox_id):
        raise NotFound("These two tickets are not linked.")
    session.delete(known)
    _tell(session, "unlinked", ticket, other, by, now)


def _tell(session: Session, kind: str, ticket: Ticket, other: Ticket, by: Agent, now: datetime) -> None:
    """A line in the history of both, and open pages of both look again."""
    for one, two in ((ticket, other), (other, ticket)):
        service.record(session, kind, ticket=one, by=by, now=now, other=two.id)
        service.changed(session, one.id, "link", now)
    session.flush()


def _find(session: Session, low: int, high: int) -> TicketLink | None:
    return session.scalar(sa.select(TicketLink).where(TicketLink.low_id == low, TicketLink.high_id == high))


def _number_of_links(session: Session, ticket_id: int) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(TicketLink)
        .where(sa.or_(TicketLink.low_id == ticket_id, TicketLink.high_id == ticket_id))
    )
    return session.scalar(query) or 0
