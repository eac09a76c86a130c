"""How somebody would read an article: a customer of ours, or a made-up one."""

from __future__ import annotations

from flask import g
from sqlalchemy.orm import Session

from app.customers.models import Customer
from app.customers.service import find_by_address
from app.knowledge.segments import NOTHING, Facts
from app.knowledge.variables import first_name
from app.tickets.segment_facts import facts_of_customer

SAMPLES = {
    "en": {"customer.name": "Olga Petrova", "customer.first_name": "Olga", "ticket.subject": "Where is my order?",
           "mailbox.name": "Support"},
    "ru": {"customer.name": "Ольга Петрова", "customer.first_name": "Ольга", "ticket.subject": "Где мой заказ?",
           "mailbox.name": "Поддержка"},
}  # fmt: skip


def by_address(session: Session, address: str) -> Customer | None:
    """The card with this address."""
    return find_by_address(session, address)


def reads_as(session: Session, reader: Customer | None, language: str) -> tuple[dict[str, str], Facts]:
    """The variables and what is known of the reader. Made-up values show what the variables become."""
    values = {
        "customer.email": "olga@shop.example",
        "agent.name": g.agent.name,
        "agent.first_name": g.agent.first_name,
        "agent.email": g.agent.email,
        "ticket.number": "1042",
        "mailbox.address": "support@shop.example",
        **SAMPLES.get(language, SAMPLES["en"]),
    }
    if reader is None:
        return values, NOTHING
    own = {
        "customer.name": reader.name,
        "customer.first_name": first_name(reader.name),
        "customer.email": reader.email,
    }
    return {**values, **own}, facts_of_customer(session, reader.id)
