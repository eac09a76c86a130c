"""Which messages of tickets belong to an exchange with somebody to whom an agent passed a letter on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.customers.models import CustomerAddress
from app.tickets.models import Kind, Message, Participant, Ticket
from app.tickets.third_parties import is_aside, third_parties


def messages(session: Session, ticket_ids: Collection[int]) -> set[int]:
    """Messages of exchanges with third parties; tickets without a forward have none."""
    if not ticket_ids:
        return set()
    query = sa.select(
        Message.id, Message.ticket_id, Message.kind, Message.sender_email, Message.to, Message.cc, Message.bcc,
        Message.forwarded_id,
    ).where(Message.ticket_id.in_(ticket_ids), Message.kind != Kind.NOTE)  # fmt: skip
    by_ticket: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(query):
        by_ticket[row.ticket_id].append(row)
    customers = _customers(session, ticket_ids)
    found: set[int] = set()
    for ticket_id, rows in by_ticket.items():
        others = third_parties(rows, customers.get(ticket_id, set()))
        found |= {row.id for row in rows if is_aside(row, others)}
    return found


def _customers(session: Session, ticket_ids: Collection[int]) -> dict[int, set[str]]:
    """ticket → addresses that are the customer's."""
    first = sa.select(Participant.ticket_id, Participant.email).where(
        Participant.ticket_id.in_(ticket_ids), Participant.how == "customer"
    )
    own = (
        sa.select(Ticket.id, CustomerAddress.email)
        .join(CustomerAddress, CustomerAddress.customer_id == Ticket.customer_id)
        .where(Ticket.id.in_(ticket_ids))
    )
    found: dict[int, set[str]] = defaultdict(set)
    for ticket_id, email in [*session.execute(first), *session.execute(own)]:
        found[ticket_id].add(email)
    return found
