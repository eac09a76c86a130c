"""The messages of a ticket as they go on paper: their words, in order, without anything laid out."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer, joinedload, selectinload

from app.tickets.models import Kind, Message


def printed_messages(session: Session, ticket_id: int, *, limit: int, notes: bool) -> list[Message]:
    """Oldest first, the newest `limit` of them; with internal notes only when asked for."""
    query = (
        sa.select(Message)
        .where(Message.ticket_id == ticket_id)
        .options(
            joinedload(Message.author), selectinload(Message.attachments), defer(Message.html, raiseload=True)
        )
        .order_by(Message.arrived_at.desc(), Message.id.desc())
        .limit(limit)
    )
    if not notes:
        query = query.where(Message.kind != Kind.NOTE)
    return list(session.scalars(query))[::-1]
