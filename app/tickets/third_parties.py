"""Who in a ticket is not the customer: people to whom an agent passed a letter on.

They may speak in the ticket, so that their answer comes back here. What they write is nobody's question to us, and
what the customer wrote or reads is not theirs: a reply goes to one side or to the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.tickets.models import Kind, Message, Participant, Ticket


class Addressed(Protocol):
    """What of a message, or of a row with its columns, says whose it is."""

    @property
    def kind(self) -> Any: ...

    @property
    def sender_email(self) -> Any: ...

    @property
    def to(self) -> Any: ...

    @property
    def forwarded_id(self) -> Any: ...


def emails_of(pairs: Iterable[Any]) -> set[str]:
    """The addresses of a message's [name, email] pairs, in lower case."""
    return {str(email).lower() for _name, email in pairs}


def third_parties(messages: Iterable[Any], customers: Collection[str]) -> set[str]:
    """Whom forwards among these messages went to; `customers` are addresses that stay the customer's all the same."""
    asked: set[str] = set()
    for message in messages:
        if message.forwarded_id is not None:
            asked |= emails_of([*message.to, *message.cc, *message.bcc])
    return asked - {email.lower() for email in customers}


_FORWARDS = sa.select(Message.forwarded_id, Message.to, Message.cc, Message.bcc).where(
    Message.ticket_id == sa.bindparam("ticket"),
    Message.kind == Kind.OUTGOING,
    Message.forwarded_id.is_not(None),
)


def of_ticket(session: Session, ticket: Ticket) -> set[str]:
    """The same, asked of the database: one query for a ticket without forwards."""
    return of_forwards(session, ticket, session.execute(_FORWARDS, {"ticket": ticket.id}).all())


def of_forwards(session: Session, ticket: Ticket, forwards: Sequence[Any]) -> set[str]:
    """The same, of all that was ever passed on in the ticket."""
    if not forwards:
        return set()
    first = sa.select(Participant.email).where(
        Participant.ticket_id == ticket.id, Participant.how == "customer"
    )
    customers = {address.email for address in ticket.customer.addresses} | set(session.scalars(first))
    return third_parties(forwards, customers)


def is_aside(message: Addressed, others: Collection[str]) -> bool:
    """True for a message of the exchange with third parties: a forward, their letter, or a reply to them alone."""
    if message.forwarded_id is not None:
        return True
    if message.kind == Kind.INCOMING:
        return str(message.sender_email).lower() in others
    return bool(message.to) and emails_of(message.to) <= set(others)
