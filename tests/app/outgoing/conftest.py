"""A ticket with a customer's letter in it, and the people around it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from app import db
from app.accounts.models import Agent
from app.customers.models import Customer, CustomerAddress
from app.mailboxes.models import Mailbox
from app.settings import Settings
from app.tickets.models import Kind, Message, Participant, Ticket

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=11)


@dataclass(frozen=True)
class World:
    """Ids only: each test opens its own transactions, as the product does."""

    mailbox: int
    ben: int
    vera: int
    ticket: int
    letter: int
    settings: Settings


@pytest.fixture
def world(installation: Settings) -> World:
    with db.transaction() as session:
        mailbox = Mailbox(
            address="support@orbit.example",
            name="Orbit support",
            signature="Orbit, Green street 1",
            smtp_host="127.0.0.1",
            smtp_port=9,
            smtp_security="none",
            created_at=NOW,
        )
        ben = Agent(email="ben@orbit.example", name="Ben Falk", signature="Ben", created_at=NOW)
        vera = Agent(email="vera@orbit.example", name="Vera Lind", created_at=NOW)
        olga = Customer(
            name="Olga Petrova",
            language="ru",
            created_at=NOW,
            addresses=[CustomerAddress(email="olga@client.example")],
        )
        session.add_all([mailbox, ben, vera, olga])
        session.flush()
        ticket = Ticket(
            mailbox_id=mailbox.id,
            customer_id=olga.id,
            subject="Where is my order?",
            language="en",
            opened_at=NOW,
            last_message_at=NOW,
            waiting_since=NOW,
            preview="Hello",
            message_count=1,
        )
        session.add(ticket)
        session.flush()
        letter = Message(
            ticket_id=ticket.id,
            kind=Kind.INCOMING,
            customer_id=olga.id,
            sender_name="Olga Petrova",
            sender_email="olga@client.example",
            subject="Where is my order?",
            visible="Hello,\n\nwhere is my order 17?",
            rfc_message_id="first@client.example",
            arrived_at=NOW,
        )
        session.add_all(
            [letter, Participant(ticket_id=ticket.id, email="olga@client.example", how="customer")]
        )
        session.flush()
        return World(mailbox.id, ben.id, vera.id, ticket.id, letter.id, installation)
