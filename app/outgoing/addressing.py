"""To whom a letter goes: one outbox row each, the right to speak in the ticket, and who is asked for a rating."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.customers.models import Customer
from app.customers.service import find_by_addresses
from app.outgoing import words
from app.outgoing.models import Outbox
from app.outgoing.recipients import Mailable, tidy_name
from app.outgoing.reply import Content
from app.ratings import service as ratings
from app.tickets import service as tickets
from app.tickets.models import Delivery, Message, Status, Ticket

Guests = dict[str, tuple[int, str]]


def address(
    session: Session, ticket: Ticket, content: Content, message: Message, *, due_at: datetime, now: datetime
) -> dict[str, Customer]:
    """Write the recipients down; returns their cards. A blind copy has its row, and stands in no header."""
    cards = find_by_addresses(session, [one.email for one in content.everybody])
    people = content.people
    message.to = [_named(one, cards) for one in people.to]
    message.cc = [_named(one, cards) for one in people.cc]
    message.bcc = [_named(one, cards) for one in people.bcc]
    for one in content.everybody:
        session.add(
            Outbox(
                message_id=message.id,
                recipient=one.email,
                state=Delivery.HELD,
                due_at=due_at,
                created_at=now,
            )
        )
        tickets.allow(session, ticket, one.email, "agent")
    return cards


def invite(
    session: Session,
    ticket: Ticket,
    content: Content,
    message: Message,
    *,
    cards: dict[str, Customer],
    language: str,
    secret: str,
    now: datetime,
) -> None:
    """Ask the customers for a rating, where the letter answers something of theirs.

    Colleagues, third parties and whoever reads in secret are not asked, and nobody for a letter that we began.
    """
    if (
        not ticket.mailbox.ask_ratings
        or ticket.status == Status.SPAM
        or content.aside
        or content.parent is None
    ):
        return
    emails = [one.email for one in content.people.to + content.people.cc if one.email not in content.others]
    colleagues = set(session.scalars(sa.select(Agent.email).where(sa.func.lower(Agent.email).in_(emails))))
    guests: Guests = {}
    for email in emails:
        if email not in {colleague.lower() for colleague in colleagues}:
            card = cards.get(email, ticket.customer)
            guests[email] = (card.id, words.language_known(card.language, language))
    ratings.invite(session, message, guests, secret=secret, now=now)


def _named(one: Mailable, cards: dict[str, Customer]) -> list[str]:
    card = cards.get(one.email)
    return [one.name or tidy_name(card.name if card else ""), one.email]
