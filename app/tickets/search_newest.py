"""The tickets of the newest messages that match, without looking at more messages than a page needs.

The index gives matching messages newest first, so most searches end after a few hundred. What would not is a common
word together with a condition that few tickets meet: such tickets are found first, and only their messages looked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.tickets import search_index
from app.tickets.models import Message, Ticket
from app.tickets.search_filters import Condition
from app.tickets.search_text import Term

# How many matching messages are looked at first; four times as many whenever these were not enough for a page.
BATCH, MOST_AT_ONCE = 200, 3200
# When fewer than one in so many messages meets the conditions, it is asked how many tickets do.
RARELY = 10
# So many tickets are few: their messages are listed.
FEW = 2000
_NO_END = 2**62


@dataclass(frozen=True)
class Hit:
    """A ticket and its newest, or best, message that matches."""

    ticket_id: int
    message_id: int


@dataclass(frozen=True)
class Asked:
    """What is searched: words, what the tickets must meet, and what the messages with the words must meet."""

    terms: Sequence[Term]
    on_tickets: Sequence[Condition]
    on_messages: Sequence[Condition]


def newest(session: Session, asked: Asked, start: int | None, limit: int) -> tuple[list[Hit], str]:
    """The tickets of the newest matching messages before `start`, one hit each, and the mark to go on from."""
    hits: dict[int, Hit] = {}
    position, size, among = start or _NO_END, BATCH, None
    is_new = True
    while True:
        looked = _look(session, asked, position, size, among)
        met = [Hit(row.ticket_id, row.id) for row in looked if row.ticket_id is not None]
        known = _shown_before(session, asked, {hit.ticket_id for hit in met}, start)
        for hit in met:
            if hit.ticket_id in hits or hit.ticket_id in known:
                continue
            if len(hits) == limit:
                return list(hits.values()), str(list(hits.values())[-1].message_id)
            hits[hit.ticket_id] = hit
        if len(looked) < size:
            return list(hits.values()), ""
        position = looked[-1].id
        if is_new and len(met) * RARELY < size:
            is_new, among = False, _few(session, asked)
        size = min(4 * size, MOST_AT_ONCE)


def _look(
    session: Session, asked: Asked, before: int, most: int, among: sa.Select[Any] | None
) -> Sequence[Any]:
    """The newest matching messages, newest first: id and, of those that meet the conditions, ticket_id."""
    found = search_index.newest(session, asked.terms, before, most, among)
    if found is None:
        return []
    here = sa.and_(Ticket.id == Message.ticket_id, *asked.on_tickets, *asked.on_messages)
    query = sa.select(found.c.id, Ticket.id.label("ticket_id")).select_from(
        found.join(Message, Message.id == found.c.id).outerjoin(Ticket, here)
    )
    rows = session.connection().execute(query).all()
    return sorted(rows, key=lambda row: row.id, reverse=True)


def _few(session: Session, asked: Asked) -> sa.Select[Any] | None:
    """The messages of all tickets that meet the conditions, if those are few."""
    tickets = sa.select(Ticket.id).where(*asked.on_tickets).limit(FEW + 1).subquery()
    number = session.connection().execute(sa.select(sa.func.count()).select_from(tickets)).scalar() or 0
    if number > FEW:
        return None
    mine = sa.select(Ticket.id).where(*asked.on_tickets)
    return sa.select(Message.id).where(Message.ticket_id.in_(mine))


def _shown_before(session: Session, asked: Asked, ticket_ids: set[int], start: int | None) -> set[int]:
    """Which of these tickets stood on an earlier page, by a newer message."""
    condition = search_index.has(session, asked.terms)
    if start is None or not ticket_ids or condition is None:
        return set()
    index, key = search_index.table(session)
    newer = sa.select(Message.id).where(Message.ticket_id.in_(ticket_ids), Message.id >= start)
    # Plus nothing: so that the index is walked once, and not asked for each of these messages.
    query = (
        sa.select(Message.ticket_id)
        .select_from(index.join(Message, Message.id == key))
        .where(condition, key >= start, (key + 0).in_(newer))
    )
    return set(session.scalars(query))
