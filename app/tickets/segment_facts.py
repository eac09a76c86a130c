"""What is known of a customer, for the parts of an answer that only some read; see app.knowledge.segments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.customers.models import Customer, Organisation, customer_tags
from app.knowledge import segments
from app.knowledge.segments import Facts
from app.tags.models import Tag
from app.tickets.models import ticket_tags
from app.tickets.order_models import CardValue, Field, TicketValue


def facts_for(session: Session, texts: Iterable[str], ticket: Any) -> Facts:
    """Of the ticket (a Ticket or a line of it) and its customer. One query, and none when no text asks for any."""
    if not any(segments.asks(text) for text in texts):
        return segments.NOTHING
    facts = _facts(session, ticket.id, ticket.customer_id)
    facts.setdefault("customer.language", [ticket.language])
    facts["mailbox.address"] = [ticket.mailbox.address]
    return facts


def facts_of_customer(session: Session, customer_id: int) -> Facts:
    """Of a card alone: for a preview."""
    return _facts(session, 0, customer_id)


def _facts(session: Session, ticket_id: int, customer_id: int) -> dict[str, list[str]]:
    facts: dict[str, list[str]] = {}
    for name, value in session.execute(_query(ticket_id, customer_id)):
        if value:
            facts.setdefault(name, []).append(value)
    return facts


def _query(ticket_id: int, customer_id: int) -> sa.CompoundSelect[Any]:
    card = Customer.id == customer_id
    return sa.union_all(
        sa.select(sa.literal("customer.tag"), Tag.name)
        .join(customer_tags, customer_tags.c.tag_id == Tag.id)
        .where(customer_tags.c.customer_id == customer_id),
        sa.select(sa.literal("ticket.tag"), Tag.name)
        .join(ticket_tags, ticket_tags.c.tag_id == Tag.id)
        .where(ticket_tags.c.ticket_id == ticket_id),
        sa.select(sa.literal("customer.language"), Customer.language).where(card),
        sa.select(sa.literal("customer.organisation"), Organisation.name)
        .join(Customer, Customer.organisation_id == Organisation.id)
        .where(card),
        sa.select(sa.literal("customer.field.") + Field.key, CardValue.value)
        .join(Field, Field.id == CardValue.field_id)
        .where(CardValue.customer_id == customer_id),
        sa.select(sa.literal("ticket.field.") + Field.key, TicketValue.value)
        .join(Field, Field.id == TicketValue.field_id)
        .where(TicketValue.ticket_id == ticket_id),
    )
