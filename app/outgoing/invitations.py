"""Who is asked to rate a reply: gathers what is known, lets app.ratings.whom_to_ask decide, and writes it down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.outgoing import words
from app.outgoing.models import WrittenReply
from app.outgoing.people import Card
from app.outgoing.reply import Content
from app.ratings import asking
from app.ratings import service as ratings
from app.ratings.whom_to_ask import Occasion, Recipient, why_not
from app.tickets.models import Message, Status, Ticket


def invite(
    session: Session,
    ticket: Ticket,
    content: Content,
    written: WrittenReply,
    *,
    cards: Mapping[str, Card],
    secret: str,
    now: datetime,
) -> None:
    """Ask the customers for a rating, where the letter answers something of theirs; and keep why others are not asked.

    Whoever reads in secret (Bcc) is nobody here: neither asked nor counted.
    """
    message = session.get_one(Message, written.message_id)
    choice = asking.choice_of(session, ticket.mailbox_id)
    occasion = _occasion(ticket, content, message, choice)
    people = _people(ticket, content, cards)
    asked = _last_asked(session, people, occasion.every_days, now)
    reasons = {
        email: why_not(occasion, _recipient(content, email, asked.get(email)), now) for email in people
    }
    guests = {
        email: (card_id, words.language_known(language, written.language))
        for email, (card_id, language) in people.items()
        if not reasons[email]
    }
    ratings.not_asked(session, message, ticket.mailbox_id, filter(None, reasons.values()), now=now)
    if guests:
        written.look = {**written.look, "asking": asking.in_letter(choice)}
        ratings.invite(
            session,
            message,
            guests,
            mailbox_id=ticket.mailbox_id,
            secret=secret,
            now=now,
            anonymous=choice.anonymous == "yes",
        )


def _occasion(ticket: Ticket, content: Content, message: Message, choice: asking.Choice) -> Occasion:
    parent_id = content.parent.id if content.parent is not None else None
    return Occasion(
        asks=ticket.mailbox.ask_ratings,
        moment=choice.moment,
        closes=(message.then_status or ticket.status) == Status.CLOSED,
        spam=ticket.status == Status.SPAM,
        aside=content.aside,
        begun=parent_id is None,
        automatic=any(one.id == parent_id and one.automatic is not None for one in content.exchange.said),
        every_days=choice.every_days or 0,
    )


def _people(ticket: Ticket, content: Content, cards: Mapping[str, Card]) -> dict[str, tuple[int, str]]:
    """Address → card id and language; an address that no card has belongs to the ticket's customer."""
    customer = ticket.customer
    return {
        one.email: (card.id, card.language)
        if (card := cards.get(one.email)) is not None
        else (customer.id, customer.language)
        for one in content.people.to + content.people.cc
    }


def _recipient(content: Content, email: str, asked_at: datetime | None) -> Recipient:
    return Recipient(email in content.known.colleagues, email in content.others, asked_at)


def _last_asked(
    session: Session, people: Mapping[str, tuple[int, str]], every_days: int, now: datetime
) -> dict[str, datetime]:
    """When each of these was last asked, at this address or another of the same card; if it matters at all."""
    if not every_days:
        return {}
    since = now - timedelta(days=every_days)
    card_ids = [card_id for card_id, _language in people.values()]
    addresses, cards = ratings.last_asked(session, people, card_ids, since)
    found = {
        email: addresses.get(email) or cards.get(card_id) for email, (card_id, _language) in people.items()
    }
    return {email: at for email, at in found.items() if at is not None}
