"""Finding tickets by the words of their messages and by what is known of them, newest or best first, page by page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.rights import rights_of
from app.customers.models import Customer
from app.tickets import queries, search_index
from app.tickets.models import Message, Ticket
from app.tickets.queries import PAGE, Page, TicketRow
from app.tickets.search_filters import Asker, Condition, contains, on_messages, on_tickets
from app.tickets.search_query import Query
from app.tickets.search_text import MOST_EXCERPTED, Term, excerpt

# How many matching messages are read at once; several of them are often of one ticket.
BATCH = 200
# The best are looked for among so many of the newest: the index has no cheaper way to rank.
RANKED = 5000
MOST_CARDS = 50
_MARK = re.compile(r"\d{1,18}\Z")


@dataclass(frozen=True)
class Hit:
    """A ticket and its newest, or best, message that matches."""

    ticket_id: int
    message_id: int


def search_page(
    session: Session, query: Query, asker: Asker, *, after: str = "", best: bool = False, limit: int = PAGE
) -> Page:
    """Tickets of any status. Newest first goes on from the mark `after`; best first is one page."""
    if query.is_empty:
        return Page([], "")
    rights = rights_of(session, asker.agent_id)
    conditions = [*on_tickets(query, asker), rights.within(Ticket.mailbox_id)]
    if not query.terms:
        return queries.condition_page(session, conditions, asker.agent_id, after=after, limit=limit)
    narrowed = [*conditions, *on_messages(query, asker)]
    if best:
        hits, mark = _best(session, query.terms, narrowed, limit), ""
    else:
        start = int(after) if _MARK.match(after) else None
        hits, mark = _newest(session, query.terms, narrowed, start, limit)
        if start is None:
            hits = _named(session, query, conditions, hits)
    return Page(_with_excerpts(session, hits, query.terms, asker.agent_id), mark)


def _newest(
    session: Session, terms: Sequence[Term], conditions: Sequence[Condition], start: int | None, limit: int
) -> tuple[list[Hit], str]:
    """The tickets of the newest matching messages before `start`, one hit each, and the mark to go on from."""
    hits: dict[int, Hit] = {}
    position = start
    while True:
        batch = _batch(session, terms, conditions, position)
        known = _shown_before(session, terms, {hit.ticket_id for hit in batch}, start)
        for hit in batch:
            if hit.ticket_id in hits or hit.ticket_id in known:
                continue
            if len(hits) == limit:
                return list(hits.values()), str(list(hits.values())[-1].message_id)
            hits[hit.ticket_id] = hit
        if len(batch) < BATCH:
            return list(hits.values()), ""
        position = batch[-1].message_id


def _batch(
    session: Session, terms: Sequence[Term], conditions: Sequence[Condition], before: int | None
) -> list[Hit]:
    found = search_index.matches(session, terms)
    if found is None:
        return []
    table, key = found
    query = (
        sa.select(Message.ticket_id, key)
        .select_from(table.join(Message, Message.id == key).join(Ticket, Ticket.id == Message.ticket_id))
        .where(*conditions)
        .order_by(key.desc())
        .limit(BATCH)
    )
    if before is not None:
        query = query.where(key < before)
    return [Hit(*row) for row in session.execute(query)]


def _shown_before(
    session: Session, terms: Sequence[Term], ticket_ids: set[int], start: int | None
) -> set[int]:
    """Which of these tickets stood on an earlier page, by a newer message."""
    found = search_index.matches(session, terms)
    if start is None or not ticket_ids or found is None:
        return set()
    table, key = found
    newer = sa.select(Message.id).where(Message.ticket_id.in_(ticket_ids), Message.id >= start)
    query = sa.select(Message.ticket_id).join(table, key == Message.id).where(key.in_(newer))
    return set(session.scalars(query))


def _best(session: Session, terms: Sequence[Term], conditions: Sequence[Condition], limit: int) -> list[Hit]:
    floor = _floor(session, terms)
    found = search_index.matches(session, terms)
    if found is None:
        return []
    table, key = found
    query = (
        sa.select(Message.ticket_id, key)
        .select_from(table.join(Message, Message.id == key).join(Ticket, Ticket.id == Message.ticket_id))
        .where(*conditions, key >= floor)
        .order_by(sa.literal_column("found.rank"), key.desc())
        .limit(BATCH)
    )
    hits: dict[int, Hit] = {}
    for row in session.execute(query):
        hits.setdefault(row[0], Hit(*row))
    return list(hits.values())[:limit]


def _floor(session: Session, terms: Sequence[Term]) -> int:
    """The id of the oldest message that is ranked."""
    found = search_index.matches(session, terms)
    if found is None:
        return 0
    table, key = found
    oldest = sa.select(key).select_from(table).order_by(key.desc()).offset(RANKED).limit(1)
    return session.scalar(oldest) or 0


def _named(session: Session, query: Query, conditions: Sequence[Condition], hits: list[Hit]) -> list[Hit]:
    """Before the first page: the ticket of a bare number, and tickets of cards whose name an agent corrected."""
    words = [term.stems[0] for term in query.terms if len(term.stems) == 1 and not term.field]
    if len(words) != len(query.terms) or any(term.without for term in query.terms):
        return hits
    typed = [term.begun or term.stems[0] for term in query.terms]
    named = [contains(Customer.name, word) for word in typed]
    cards = session.scalars(sa.select(Customer.id).where(*named).limit(MOST_CARDS)).all()
    ways: list[Condition] = [Ticket.customer_id.in_(cards)] if cards else []
    if len(typed) == 1 and typed[0].isdecimal() and len(typed[0]) < 19:
        ways.append(Ticket.id == int(typed[0]))
    if not ways:
        return hits
    known = {hit.ticket_id for hit in hits}
    own = (
        sa.select(Ticket.id)
        .where(sa.or_(*ways), *conditions)
        .order_by(Ticket.last_message_at.desc())
        .limit(MOST_CARDS)
    )
    return [*(Hit(row, 0) for row in session.scalars(own) if row not in known), *hits]


def _with_excerpts(
    session: Session, hits: Sequence[Hit], terms: Sequence[Term], agent_id: int
) -> list[TicketRow]:
    rows = queries.rows_of(session, [hit.ticket_id for hit in hits], agent_id)
    ids = [hit.message_id for hit in hits if hit.message_id]
    beginning = sa.func.substr(Message.visible, 1, MOST_EXCERPTED)
    found = session.execute(sa.select(Message.id, beginning).where(Message.id.in_(ids)))
    texts: dict[int, str] = {row[0]: row[1] for row in found}
    return [
        replace(rows[hit.ticket_id], excerpt=tuple(excerpt(texts.get(hit.message_id, ""), terms)))
        for hit in hits
        if hit.ticket_id in rows
    ]
