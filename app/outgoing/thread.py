"""What a reply answers: the letter it quotes, the chain of Message-IDs, the letters it settles.

The messages of a ticket are read once, without their texts (`exchange_of`); who answers what is then worked out from
that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.tickets import third_parties
from app.tickets.models import Kind, Message, MessageReference, Ticket

# Enough for any mail program to find the thread; RFC 5322 sets no limit, header size does.
LONGEST_CHAIN = 40

_M = Message.__table__.c
_TICKET: sa.BindParameter[int] = sa.bindparam("ticket", type_=sa.BigInteger)
_SAID = (
    sa.select(_M.id, _M.kind, _M.sender_email, _M.forwarded_id, _M.rfc_message_id, _M.automatic, _M.held)
    .where(_M.ticket_id == _TICKET)
    .order_by(_M.arrived_at, _M.id)
)
# Of most tickets nothing was ever passed on, and nobody needs to know to whom their messages went.
_ADDRESSED = _SAID.add_columns(_M.to, _M.cc, _M.bcc)
_PARENT = sa.select(
    _M.id,
    _M.subject,
    _M.visible,
    _M.sender_name,
    _M.sender_email,
    _M.arrived_at,
    _M.rfc_message_id,
    _M.automatic,
).where(_M.id == sa.bindparam("message", type_=sa.BigInteger))
_NAMED = (
    sa.select(MessageReference.__table__.c.rfc_message_id)
    .where(MessageReference.__table__.c.message_id == sa.bindparam("message", type_=sa.BigInteger))
    .order_by(MessageReference.__table__.c.rfc_message_id)
)


class Answered(Protocol):
    """What a reply needs of the letter below it."""

    @property
    def id(self) -> int: ...
    @property
    def subject(self) -> str: ...
    @property
    def visible(self) -> str: ...
    @property
    def sender_name(self) -> str: ...
    @property
    def sender_email(self) -> str: ...
    @property
    def arrived_at(self) -> datetime: ...
    @property
    def rfc_message_id(self) -> str: ...
    @property
    def automatic(self) -> str | None: ...


@dataclass(frozen=True)
class Exchange:
    """The messages of a ticket, oldest first, without their texts, and its third parties."""

    said: Sequence[Any]
    others: frozenset[str]

    def is_aside(self, message: Any) -> bool:
        """Whether it belongs to the exchange with third parties."""
        if message.forwarded_id is not None:
            return True
        return bool(self.others) and third_parties.is_aside(message, self.others)

    def parent_id(self, *, aside: bool = False, about_id: int | None = None) -> int | None:
        """The letter that is answered: the newest one a person wrote, else the newest of a program. Held ones never.

        What third parties wrote is quoted to them alone (`aside`); what the customer wrote is never quoted to them.
        `about_id` is the letter an agent chose, where it is of the right side.
        """
        letters = [one for one in self._letters() if (one.sender_email.lower() in self.others) is aside]
        # Of those that are as good the last one stays last.
        ranked = sorted(letters, key=lambda one: (one.id == about_id, one.automatic is None))
        return ranked[-1].id if ranked else None

    def names(self, *, aside: bool = False) -> list[str]:
        """Message-IDs of the customer's side of the ticket, or of the exchange with third parties, oldest first."""
        return [
            one.rfc_message_id
            for one in self.said
            if one.kind != Kind.NOTE
            and not one.held
            and _is_clean(one.rfc_message_id)
            and self.is_aside(one) is aside
        ]

    def answered_ids(self, before: int | None = None) -> list[int]:
        """The customer's letters since the last reply, oldest first; or those that the reply `before` answers."""
        # A receipt answers nothing, and neither does a letter that was passed on.
        replies = [
            one.id
            for one in self.said
            if one.kind == Kind.OUTGOING
            and one.automatic is None
            and one.forwarded_id is None
            and (before is None or one.id < before)
        ]
        since = max(replies, default=0)
        letters = [one for one in self._letters() if one.id > since and not self.is_aside(one)]
        return sorted(one.id for one in letters if before is None or one.id < before)

    def _letters(self) -> list[Any]:
        return [one for one in self.said if one.kind == Kind.INCOMING and not one.held]


def exchange_of(session: Session, ticket: Ticket) -> Exchange:
    """One query for a ticket without forwards."""
    connection = session.connection()
    said = connection.execute(_SAID, {"ticket": ticket.id}).all()
    if all(one.forwarded_id is None for one in said):
        return Exchange(said, frozenset())
    addressed = connection.execute(_ADDRESSED, {"ticket": ticket.id}).all()
    forwards = [one for one in addressed if one.forwarded_id is not None and one.kind == Kind.OUTGOING]
    return Exchange(addressed, frozenset(third_parties.of_forwards(session, ticket, forwards)))


def letter(session: Session, message_id: int | None) -> Answered | None:
    """The letter that is answered, with its text."""
    if message_id is None:
        return None
    return session.connection().execute(_PARENT, {"message": message_id}).first()


def chain(
    session: Session, exchange: Exchange, answered: Answered | None, *, aside: bool = False
) -> list[str]:
    """References, oldest first, the letter that is answered last (RFC 5322, section 3.6.4)."""
    ours = exchange.names(aside=aside)
    if answered is None:
        return _cut(ours)
    named = session.connection().execute(_NAMED, {"message": answered.id}).scalars()
    foreign = [name for name in named if name not in ours and _is_clean(name)]
    last = answered.rfc_message_id if _is_clean(answered.rfc_message_id) else ""
    return _cut([*foreign, *(name for name in ours if name != last), *([last] if last else [])])


def answered_letters(session: Session, reply: Message) -> list[Message]:
    """The customer's letters between the reply before this one and this one, oldest first. None for a forward and for
    a reply to third parties: the customer still waits."""
    session.flush()
    exchange = exchange_of(session, session.get_one(Ticket, reply.ticket_id))
    if exchange.is_aside(reply):
        return []
    ids = exchange.answered_ids(before=reply.id)
    return list(session.scalars(sa.select(Message).where(Message.id.in_(ids)).order_by(Message.id)))


def _cut(names: list[str]) -> list[str]:
    unique = list(dict.fromkeys(names))
    return unique if len(unique) <= LONGEST_CHAIN else unique[:1] + unique[1 - LONGEST_CHAIN :]


def _is_clean(name: str) -> bool:
    """Fit to stand in a header of ours: printable ASCII without spaces or brackets."""
    return bool(name) and name.isascii() and name.isprintable() and not any(char in " <>" for char in name)
