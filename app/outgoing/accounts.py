"""Which mailbox a letter of ours leaves by: the one it was written for, also after its ticket was merged elsewhere."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.mailboxes.models import Mailbox
from app.tickets.models import Message, Ticket


def account_id() -> sa.ColumnElement[int]:
    """The mailbox's id, in a query over Message and Ticket."""
    by_address = sa.select(Mailbox.id).where(Mailbox.address == Message.sender_email)
    found: sa.ColumnElement[int] = sa.func.coalesce(
        by_address.correlate(Message).scalar_subquery(), Ticket.mailbox_id
    )
    return found


def mailbox_of(session: Session, message: Message) -> Mailbox:
    """The mailbox whose server, folder and settings count for this letter."""
    ours = session.get_one(Ticket, message.ticket_id).mailbox
    if ours.address == message.sender_email:
        return ours
    return session.scalar(sa.select(Mailbox).where(Mailbox.address == message.sender_email)) or ours
