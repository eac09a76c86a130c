"""The tickets that a macro is used on: those that were ticked, or all of a view."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from flask import g, request
from sqlalchemy.orm import Session, joinedload, selectinload

from app.customers.models import Customer
from app.db import now
from app.tickets.models import Ticket
from app.web.forms import number
from app.web.inbox_page import ids_of, known_view

MOST_TICKETS = 500


def wanted(session: Session, asked: Sequence[str], everything: bool) -> list[Ticket]:
    """The tickets that were ticked, or all of the view as it is at this moment, from the top of the list."""
    if everything:
        view = known_view(request.values.get("view", ""))
        asked = [str(one) for one in ids_of(session, view, g.agent.id, limit=MOST_TICKETS, now=now())]
    return tickets_of(session, asked)


def tickets_of(session: Session, asked: Sequence[str]) -> list[Ticket]:
    """Those of them that this agent may see and that are not part of others, in a fixed number of queries."""
    ids = {one for one in map(number, asked[:MOST_TICKETS]) if one is not None}
    query = (
        sa.select(Ticket)
        .where(Ticket.id.in_(ids), Ticket.merged_into_id.is_(None), g.rights.within(Ticket.mailbox_id))
        .options(
            joinedload(Ticket.customer).selectinload(Customer.addresses),
            joinedload(Ticket.mailbox),
            selectinload(Ticket.tags),
        )
        .order_by(Ticket.id)
    )
    return list(session.scalars(query))
