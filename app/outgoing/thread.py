"""What a reply answers: the letter it quotes, the chain of Message-IDs, the letters it settles."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.tickets import third_parties
from app.tickets.models import Kind, Message, MessageReference, Ticket

# Enough for any mail program to find the thread; RFC 5322 sets no limit, header size does.
LONGEST_CHAIN = 40


def parent(
    session: Session,
    ticket: Ticket,
    others: Collection[str] = (),
    *,
    aside: bool = False,
    about_id: int | None = None,
) -> Message | None:
    """The letter that is answered: the newest one a person wrote, else the newest of a program. Held ones never.

    `others` are the third parties of the ticket. What they wrote is quoted to them alone, and to nobody else
    (`aside`); what the customer wrote is never quoted to them. `about_id` is the letter an agent chose, where it is of
    the right side.
    """
    theirs = sa.func.lower(Message.sender_email).in_(sorted(others))
    letters = sa.select(Message).where(
        Message.ticket_id == ticket.id, Message.kind == Kind.INCOMING, Message.held.is_(False)
    )
    if others:
        letters = letters.where(theirs if aside else ~theirs)
    elif aside:
        return None
    newest = letters.order_by(
        Message.id.is_distinct_from(about_id),
        Message.automatic.is_not(None),
        Message.arrived_at.desc(),
        Message.id.desc(),
    )
    return session.scalar(newest.limit(1))


def chain(
    session: Session,
    ticket: Ticket,
    answered: Message | None,
    others: Collection[str] = (),
    *,
    aside: bool = False,
) -> list[str]:
    """References, oldest first, the letter that is answered last (RFC 5322, section 3.6.4).

    Only of the customer's side of the ticket, or only of the exchange with third parties.
    """
    query = (
        sa.select(
            Message.rfc_message_id, Message.kind, Message.sender_email, Message.to, Message.forwarded_id
        )
        .where(
            Message.ticket_id == ticket.id,
            Message.kind != Kind.NOTE,
            Message.held.is_(False),
            Message.rfc_message_id != "",
        )
        .order_by(Message.arrived_at, Message.id)
    )
    ours = [
        one.rfc_message_id
        for one in session.execute(query)
        if third_parties.is_aside(one, others) is aside and _is_clean(one.rfc_message_id)
    ]
    if answered is None:
        return _cut(ours)
    named = session.scalars(
        sa.select(MessageReference.rfc_message_id)
        .where(MessageReference.message_id == answered.id)
        .order_by(MessageReference.rfc_message_id)
    )
    foreign = [name for name in named if name not in ours and _is_clean(name)]
    last = answered.rfc_message_id if _is_clean(answered.rfc_message_id) else ""
    return _cut([*foreign, *(name for name in ours if name != last), *([last] if last else [])])


def answered_letters(session: Session, reply: Message) -> list[Message]:
    """The customer's letters between the reply before this one and this one, oldest first. None for a forward and for
    a reply to third parties: the customer still waits."""
    others = third_parties.of_ticket(session, session.get_one(Ticket, reply.ticket_id))
    if third_parties.is_aside(reply, others):
        return []
    before = (
        sa.select(sa.func.max(Message.id))
        .where(
            Message.ticket_id == reply.ticket_id,
            Message.kind == Kind.OUTGOING,
            Message.automatic.is_(None),  # a receipt answers nothing
            Message.forwarded_id.is_(None),
            Message.id < reply.id,
        )
        .scalar_subquery()
    )
    query = sa.select(Message).where(
        Message.ticket_id == reply.ticket_id,
        Message.kind == Kind.INCOMING,
        Message.held.is_(False),
        Message.id < reply.id,
        Message.id > sa.func.coalesce(before, 0),
    )
    letters = session.scalars(query.order_by(Message.id))
    return [letter for letter in letters if not third_parties.is_aside(letter, others)]


def _cut(names: list[str]) -> list[str]:
    unique = list(dict.fromkeys(names))
    return unique if len(unique) <= LONGEST_CHAIN else unique[:1] + unique[1 - LONGEST_CHAIN :]


def _is_clean(name: str) -> bool:
    """Fit to stand in a header of ours: printable ASCII without spaces or brackets."""
    return bool(name) and name.isascii() and name.isprintable() and not any(char in " <>" for char in name)
