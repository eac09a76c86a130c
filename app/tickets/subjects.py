"""What a ticket is called: its first letter's subject, until an agent finds better words."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.errors import InvalidInput
from app.tickets import search_index
from app.tickets.models import Message, Ticket
from app.tickets.service import changed, record

LONGEST = 500


def rename(session: Session, ticket: Ticket, subject: str, *, by: Agent, now: datetime) -> bool:
    """Call the ticket so from now on, replies to the customer too; False when it was called so already.

    Letters keep the subject they were sent with, and are found by both. Raises InvalidInput.
    """
    wanted = " ".join(subject.split())
    if not wanted:
        raise InvalidInput("A ticket needs a subject.", "subject")
    if len(wanted) > LONGEST:
        raise InvalidInput("This subject is too long.", "subject")
    if ticket.subject == wanted:
        return False
    put(session, ticket, wanted, by=by, now=now)
    return True


def put(session: Session, ticket: Ticket, subject: str, *, by: Agent, now: datetime) -> None:
    """Without asking what it is: back to none at all, too."""
    record(session, "renamed", ticket=ticket, by=by, now=now, before=ticket.subject, after=subject)
    ticket.subject = subject
    search_index.add_again(session, Message.ticket_id == ticket.id)
    changed(session, ticket.id, "renamed", now)
