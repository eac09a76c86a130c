"""A small desk for page tests: a customer with a ticket, its messages, events and a rating. Ids only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app import db
from app.accounts.models import Agent
from app.customers import service as customers
from app.customers.models import CustomerPhone, Organisation
from app.mailboxes.models import Mailbox
from app.ratings.models import Rating, RatingInvitation
from app.tags.models import Tag
from app.tickets.models import Event, Kind, Message, Ticket

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
# Escaped text of it may appear on a page; the tag itself, or an attribute made of it, must not.
CANARY = "<img src=x onerror=canary>'\"{{7*7}}"


@dataclass(frozen=True)
class Seeded:
    customer: int
    ticket: int
    author: int


def seed(author: Agent, *, text: str = "Where is my parcel?", name: str = "Olga Petrova") -> Seeded:
    """Everything a person may have written carries `text`, everything that names somebody `name`."""
    with db.transaction() as session:
        mailbox = Mailbox(address="support@help.example", name=name[:200], created_at=NOW)
        customer = customers.find_or_create(session, "olga@mail.example", name, now=NOW)
        customer.notes, customer.organisation = text, Organisation(name=name)
        customer.phones.append(CustomerPhone(number=text[:40]))
        customer.tags = [Tag(name=text[:60])]
        customer.addresses[0].bounced_at, customer.addresses[0].bounce_reason = NOW, text
        session.add(mailbox)
        session.flush()
        ticket = Ticket(mailbox_id=mailbox.id, customer_id=customer.id, subject=text, preview=text, opened_at=NOW,
                        last_message_at=NOW)  # fmt: skip
        session.add(ticket)
        session.flush()
        reply = None
        for minutes, kind in enumerate((Kind.INCOMING, Kind.NOTE, Kind.OUTGOING)):
            reply = Message(ticket_id=ticket.id, kind=kind, subject=text, visible=text, sender_name=name,
                            sender_email="olga@mail.example", arrived_at=NOW + timedelta(minutes=minutes),
                            author_id=author.id if kind != Kind.INCOMING else None,
                            customer_id=customer.id if kind == Kind.INCOMING else None)  # fmt: skip
            session.add(reply)
        session.add(
            Event(ticket_id=ticket.id, agent_id=author.id, kind="tags", detail={"after": [text]}, at=NOW)
        )
        session.add(Event(customer_id=customer.id, kind=text[:30], detail={}, at=NOW))
        session.flush()
        assert reply is not None
        invitation = RatingInvitation(message_id=reply.id, recipient="olga@mail.example", agent_id=author.id,
                                      customer_id=customer.id, language="en", nonce="n", token_hash="h",
                                      created_at=NOW, expires_at=NOW)  # fmt: skip
        session.add(invitation)
        session.flush()
        session.add(Rating(invitation_id=invitation.id, agent_id=author.id, ticket_id=ticket.id,
                           customer_id=customer.id, face="bad", comment=text, created_at=NOW, changed_at=NOW,
                           changeable_until=NOW))  # fmt: skip
        return Seeded(customer.id, ticket.id, author.id)
