"""What happened with one customer, over all tickets: letters, replies, notes and events, newest first.

Ratings live a floor above; app.web.timeline puts them between these. `before` is a place in that order, (time,
id): only what comes after it in the list is read.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.accounts.rights import Rights
from app.tickets.models import Event, Message, Status, Ticket

Before = tuple[datetime, int]


@dataclass(frozen=True)
class Figures:
    """Of one customer. `last_at` is when the newest message came or went."""

    tickets: int = 0
    open: int = 0
    last_at: datetime | None = None


def messages(
    session: Session,
    customer_id: int,
    kinds: Collection[str],
    *,
    before: Before | None,
    limit: int,
    rights: Rights | None = None,
) -> list[Message]:
    """Messages of the customer's tickets, and the customer's letters in tickets of others; `rights`: of who asks."""
    query = (
        sa.select(Message)
        .options(joinedload(Message.ticket), joinedload(Message.author))
        .where(_theirs(Message, customer_id), Message.kind.in_(kinds), *_seen(Message.ticket_id, rights))
        .order_by(Message.arrived_at.desc(), Message.id.desc())
    )
    if before is not None:
        query = query.where(_earlier(Message.arrived_at, Message.id, before))
    return list(session.scalars(query.limit(limit)))


def events(
    session: Session, customer_id: int, *, before: Before | None, limit: int, rights: Rights | None = None
) -> list[Event]:
    """What was done to the card and to the customer's tickets."""
    of_tickets = sa.and_(Event.ticket_id.in_(_tickets_of(customer_id)), *_seen(Event.ticket_id, rights))
    of_card = sa.and_(Event.customer_id == customer_id, *_seen(Event.ticket_id, rights, or_none=True))
    query = (
        sa.select(Event)
        .options(joinedload(Event.agent))
        .where(_theirs(Event, customer_id), sa.or_(of_card, of_tickets))
        .order_by(Event.at.desc(), Event.id.desc())
    )
    if before is not None:
        query = query.where(_earlier(Event.at, Event.id, before))
    return list(session.scalars(query.limit(limit)))


def _theirs(rows: type[Message] | type[Event], customer_id: int) -> sa.ColumnElement[bool]:
    """Of the customer, or of one of the customer's tickets: two searches by index. Asked for as one condition with
    "or", PostgreSQL reads the whole table."""
    own = sa.select(rows.id).where(rows.customer_id == customer_id)
    of_tickets = sa.select(rows.id).where(rows.ticket_id.in_(_tickets_of(customer_id)))
    return rows.id.in_(own.union(of_tickets))


def recent_tickets(
    session: Session,
    customer_id: int,
    *,
    but: int | None = None,
    limit: int = 5,
    rights: Rights | None = None,
) -> list[Ticket]:
    """The customer's tickets with the newest message first, save the one on the screen."""
    query = sa.select(Ticket).where(
        Ticket.customer_id == customer_id, Ticket.merged_into_id.is_(None), Ticket.status != Status.TRASH
    )
    if rights is not None:
        query = query.where(rights.within(Ticket.mailbox_id))
    if but is not None:
        query = query.where(Ticket.id != but)
    return list(session.scalars(query.order_by(Ticket.last_message_at.desc(), Ticket.id.desc()).limit(limit)))


def figures(
    session: Session, customer_ids: Collection[int], *, rights: Rights | None = None
) -> dict[int, Figures]:
    """customer id → figures, for every id asked, in one query."""
    running = sa.func.count(sa.case((Ticket.status.in_((Status.OPEN, Status.WAITING, Status.SNOOZED)), 1)))
    query = (
        sa.select(Ticket.customer_id, sa.func.count(), running, sa.func.max(Ticket.last_message_at))
        .where(
            Ticket.customer_id.in_(customer_ids),
            Ticket.status.not_in((Status.SPAM, Status.TRASH)),
            Ticket.merged_into_id.is_(None),
            sa.true() if rights is None else rights.within(Ticket.mailbox_id),
        )
        .group_by(Ticket.customer_id)
    )
    known = (
        {row[0]: Figures(row[1], row[2], row[3]) for row in session.execute(query)} if customer_ids else {}
    )
    return {customer_id: known.get(customer_id, Figures()) for customer_id in customer_ids}


def _earlier(
    at: sa.orm.InstrumentedAttribute[datetime], row_id: sa.orm.InstrumentedAttribute[int], before: Before
) -> sa.ColumnElement[bool]:
    return sa.or_(at < before[0], sa.and_(at == before[0], row_id < before[1]))


def _tickets_of(customer_id: int) -> sa.Select[int]:
    return sa.select(Ticket.id).where(Ticket.customer_id == customer_id)


def _seen(
    ticket_id: sa.orm.InstrumentedAttribute[Any], rights: Rights | None, *, or_none: bool = False
) -> list[sa.ColumnElement[bool]]:
    """Nothing to add for those who see every mailbox; else only rows of tickets they see, or of no ticket at all."""
    if rights is None or rights.mailboxes is None:
        return []
    seen = ticket_id.in_(sa.select(Ticket.id).where(rights.within(Ticket.mailbox_id)))
    return [sa.or_(ticket_id.is_(None), seen) if or_none else seen]
