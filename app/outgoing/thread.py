"""What a reply answers: the letter it quotes, the chain of Message-IDs, the letters it settles."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.tickets.models import Kind, Message, MessageReference, Ticket

# Enough for any mail program to find the thread; RFC 5322 sets no limit, header size does.
LONGEST_CHAIN = 40


def parent(session: Session, ticket: Ticket) -> Message | None:
    """The letter that is answered: the newest one a person wrote, else the newest of a program. Held ones never."""
    letters = sa.select(Message).where(
        Message.ticket_id == ticket.id, Message.kind == Kind.INCOMING, Message.held.is_(False)
    )
    newest = letters.order_by(
        Message.automatic.is_not(None), Message.arrived_at.desc(), Message.id.desc()
    ).limit(1)
    return session.scalar(newest)


def chain(session: Session, ticket: Ticket, answered: Message | None) -> list[str]:
    """References, oldest first, the letter that is answered last (RFC 5322, section 3.6.4)."""
    query = (
        sa.select(Message.rfc_message_id)
        .where(
            Message.ticket_id == ticket.id,
            Message.kind != Kind.NOTE,
            Message.held.is_(False),
            Message.rfc_message_id != "",
        )
        .order_by(Message.arrived_at, Message.id)
    )
    ours = [name for name in session.scalars(query) if _is_clean(name)]
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
    """The incoming letters between the reply before this one and this one, oldest first."""
    before = (
        sa.select(sa.func.max(Message.id))
        .where(
            Message.ticket_id == reply.ticket_id,
            Message.kind == Kind.OUTGOING,
            Message.automatic.is_(None),  # a receipt answers nothing
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
    return list(session.scalars(query.order_by(Message.id)))


def _cut(names: list[str]) -> list[str]:
    unique = list(dict.fromkeys(names))
    return unique if len(unique) <= LONGEST_CHAIN else unique[:1] + unique[1 - LONGEST_CHAIN :]


def _is_clean(name: str) -> bool:
    """Fit to stand in a header of ours: printable ASCII without spaces or brackets."""
    return bool(name) and name.isascii() and name.isprintable() and not any(char in " <>" for char in name)
