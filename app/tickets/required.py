"""Fields that must be filled in before somebody closes a ticket."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.tickets.field_values import is_filled
from app.tickets.models import Ticket
from app.tickets.order_models import Field, TicketValue


def missing(session: Session, ticket: Ticket) -> list[str]:
    """Names of the required fields that are empty, in their order; one query."""
    query = (
        sa.select(Field.name, Field.kind, sa.func.coalesce(TicketValue.value, ""))
        .outerjoin(TicketValue, sa.and_(TicketValue.field_id == Field.id, TicketValue.ticket_id == ticket.id))
        .where(Field.scope == "ticket", Field.required.is_(True), Field.retired_at.is_(None))
        .order_by(Field.position, Field.id)
    )
    return [name for name, kind, value in session.execute(query) if not is_filled(kind, value)]


def refuse_unfilled(session: Session, ticket: Ticket) -> None:
    """Raises InvalidInput when this ticket cannot be closed yet."""
    if missing(session, ticket):
        raise InvalidInput("Fill in the fields marked with * before you close the ticket.", "fields")
