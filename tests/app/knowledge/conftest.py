"""A ticket with letters, and articles: what suggestions hang on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.customers.models import Customer
from app.knowledge import service
from app.knowledge.models import Article
from app.knowledge.service import ArticleText
from app.mailboxes.models import Mailbox
from app.tickets.models import Kind, Message, Ticket

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@dataclass
class Desk:
    """One ticket of a customer. `letter` adds a letter, `reply` a reply."""

    session: Session
    nora: Agent
    ticket: Ticket
    returns: Article
    delivery: Article

    def letter(self) -> int:
        return self._message(Kind.INCOMING)

    def reply(self) -> int:
        return self._message(Kind.OUTGOING)

    def _message(self, kind: Kind) -> int:
        message = Message(ticket_id=self.ticket.id, kind=kind, arrived_at=NOW)
        self.session.add(message)
        self.session.flush()
        return message.id


@pytest.fixture
def desk(session: Session) -> Desk:
    nora = Agent(email="nora@help.example", name="Nora", created_at=NOW)
    mailbox = Mailbox(address="support@help.example", created_at=NOW)
    olga = Customer(name="Olga", created_at=NOW)
    session.add_all([nora, mailbox, olga])
    session.flush()
    ticket = Ticket(mailbox_id=mailbox.id, customer_id=olga.id, opened_at=NOW, last_message_at=NOW)
    session.add(ticket)
    session.flush()
    returns = (
        "You can return the kettle within fourteen days. A courier collects it free of charge from your door."
    )
    delivery = (
        "Delivery takes two to four working days. The tracking number is in the letter from the carrier."
    )
    return Desk(
        session,
        nora,
        ticket,
        service.create(session, ArticleText("Returns", returns, "en"), by=nora, now=NOW),
        service.create(session, ArticleText("Delivery", delivery, "en"), by=nora, now=NOW),
    )
