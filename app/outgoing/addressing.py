"""To whom a letter goes: one outbox row each, and the right to speak in the ticket."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from app.outgoing.models import Outbox
from app.outgoing.people import Card
from app.outgoing.recipients import Mailable, tidy_name
from app.outgoing.reply import Content
from app.tickets import service as tickets
from app.tickets.models import Delivery, Message, Ticket

_OUTBOX = Outbox.__table__.insert()  # type: ignore[attr-defined]


def name(message: Message, content: Content) -> None:
    """Write into the letter whom it goes to. A blind copy stands in no header."""
    people, cards = content.people, content.known.cards
    message.to = [_named(one, cards) for one in people.to]
    message.cc = [_named(one, cards) for one in people.cc]
    message.bcc = [_named(one, cards) for one in people.bcc]


def address(
    session: Session, ticket: Ticket, content: Content, message: Message, *, due_at: datetime, now: datetime
) -> None:
    """A delivery for each recipient, who may speak in the ticket from now on."""
    row = {"message_id": message.id, "state": Delivery.HELD, "due_at": due_at, "created_at": now}
    emails = [one.email for one in content.everybody]
    session.connection().execute(_OUTBOX, [{**row, "recipient": email} for email in emails])
    for email in emails:
        tickets.allow(session, ticket, email, "agent")


def _named(one: Mailable, cards: Mapping[str, Card]) -> list[str]:
    card = cards.get(one.email)
    return [one.name or tidy_name(card.name if card else ""), one.email]
