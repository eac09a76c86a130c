"""A reply that was sent, and the link its recipient got."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.accounts.models import Agent
from app.customers.models import Customer, CustomerAddress
from app.mailboxes.models import Mailbox
from app.ratings import service
from app.ratings.models import Rating, RatingChange, RatingHit, RatingInvitation
from app.settings import Settings
from app.tickets.models import Kind, Message, Ticket

PERSON = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
)


@dataclass(frozen=True)
class Asked:
    """Ids, and the tokens of two recipients of one reply."""

    ben: int
    ticket: int
    message: int
    invitation: int
    token: str
    other_token: str


def add_reply(
    session: Session,
    agent: Agent,
    customer: Customer,
    secret: str,
    *,
    at: datetime,
    subject: str = "Where?",
    recipients: tuple[tuple[str, str], ...] = (("olga@client.example", "ru"),),
) -> list[RatingInvitation]:
    mailbox = session.scalar(sa.select(Mailbox))
    if mailbox is None:
        mailbox = Mailbox(address="support@orbit.example", name="Orbit support", created_at=at)
        session.add(mailbox)
        session.flush()
    ticket = Ticket(
        mailbox_id=mailbox.id, customer_id=customer.id, subject=subject, opened_at=at, last_message_at=at
    )
    session.add(ticket)
    session.flush()
    message = Message(
        ticket_id=ticket.id,
        kind=Kind.OUTGOING,
        author_id=agent.id,
        arrived_at=at,
        sender_name=f"{agent.first_name} — Orbit support",
        sender_email="support@orbit.example",
    )
    session.add(message)
    session.flush()
    service.invite(
        session,
        message,
        {email: (customer.id, language) for email, language in recipients},
        secret=secret,
        now=at,
    )
    session.flush()
    return list(
        session.scalars(
            sa.select(RatingInvitation)
            .where(RatingInvitation.message_id == message.id)
            .order_by(RatingInvitation.id)
        )
    )


def add_people(session: Session, at: datetime) -> tuple[Agent, Customer]:
    agent = Agent(email="ben@orbit.example", name="Ben Falk", created_at=at)
    customer = Customer(
        name="Olga Petrova", created_at=at, addresses=[CustomerAddress(email="olga@client.example")]
    )
    session.add_all([agent, customer])
    session.flush()
    return agent, customer


@pytest.fixture
def asked(installation: Settings) -> Asked:
    at = db.now() - timedelta(hours=2)
    with db.transaction() as session:
        agent, customer = add_people(session, at)
        mine, other = add_reply(
            session,
            agent,
            customer,
            installation.secret_key,
            at=at,
            recipients=(("olga@client.example", "ru"), ("igor@client.example", "en")),
        )
        ticket_id = session.get_one(Message, mine.message_id).ticket_id
        return Asked(
            agent.id,
            ticket_id,
            mine.message_id,
            mine.id,
            service.invitation_token(mine, installation.secret_key),
            service.invitation_token(other, installation.secret_key),
        )


def ratings() -> list[Rating]:
    with db.reading() as session:
        return list(session.scalars(sa.select(Rating).order_by(Rating.id)))


def changes() -> list[tuple[str, str]]:
    with db.reading() as session:
        return [
            (row.face, row.comment)
            for row in session.scalars(sa.select(RatingChange).order_by(RatingChange.id))
        ]


def hits() -> list[tuple[str, str, str]]:
    with db.reading() as session:
        return [
            (row.method, row.face, row.filtered)
            for row in session.scalars(sa.select(RatingHit).order_by(RatingHit.id))
        ]
