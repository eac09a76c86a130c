"""What becomes of a ticket whose first and only letter was taken back before it left: nothing is left of it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.tickets.models import Draft, DraftKind, Ticket


def is_one(session: Session, ticket: Ticket, draft: Draft) -> bool:
    """Whether this draft is all there is: we began the ticket, and nothing was said in it."""
    others = sa.select(Draft.id).where(Draft.ticket_id == ticket.id, Draft.id != draft.id).limit(1)
    return draft.kind == DraftKind.REPLY and ticket.message_count == 0 and session.scalar(others) is None


def forget_ticket(session: Session, ticket: Ticket, draft: Draft, subject: str) -> bool:
    """Its words become a letter yet to be sent; False where somebody has hung something on the ticket meanwhile."""
    mailbox_id = ticket.mailbox_id
    try:
        with session.begin_nested():
            draft.ticket_id, draft.kind = None, DraftKind.NEW
            draft.subject, draft.mailbox_id = subject, mailbox_id
            session.flush()
            session.delete(ticket)
            session.flush()
    except sa.exc.IntegrityError:
        session.refresh(ticket)
        session.refresh(draft)
        return False
    return True
