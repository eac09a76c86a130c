"""Part of gathering: our letters carry the number of the ticket they were written in; some were split off since."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.tickets.models import Message


def where_now(session: Session, tokens: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """Tokens with the ticket that their message is in now. The signature was checked before; one query."""
    if not tokens:
        return tokens
    query = sa.select(Message.id, Message.ticket_id).where(
        Message.id.in_({message_id for _ticket, message_id in tokens.values()})
    )
    now = {row.id: row.ticket_id for row in session.execute(query)}
    return {text: (now.get(token[1], token[0]), token[1]) for text, token in tokens.items()}
