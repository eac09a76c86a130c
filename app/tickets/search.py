"""Finding tickets by the words of their messages and by what is known of them, newest or best first, page by page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.rights import rights_of
from app.customers.models import Customer
from app.tickets import queries, search_index
from app.tickets.models import Message, Ticket
from app.tickets.queries import PAGE, Page, TicketRow
from app.tickets.search_filters import Asker, Condition, contains, on_messages, on_tickets
from app.tickets.search_newest import BATCH, Asked, Hit, newest
from app.tickets.search_query import Query
from app.tickets.search_text import MOST_EXCERPTED, Term, excerpt, whole

# The best are looked for among so many of the newest: the index has no cheaper way to rank.
RANKED = 5000
MOST_CARDS = 50
_MARK = re.compile(r"\d{1,18}\Z")


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
    terms = _settled(session, query.terms)
    if best:
        narrowed = [*conditions, *on_messages(query, asker)]
        hits, mark = _best(session, terms, narrowed, limit), ""
    else:
        start = int(after) if _MARK.match(after) else None
        asked = Asked(terms, conditions, on_messages(query, asker))
        hits, mark = newest(session, asked, start, limit)
        if start is None:
            hits = _named(session, query, conditions, hits)
    return Page(_with_excerpts(session, hits, terms, asker.agent_id), mark)


def _settled(session: Session, terms: Sequence[Term]) -> tuple[Term, ...]:
    """The last word may still be typed; one that is common as it stands is no beginning."""
    return tuple(
        whole(one) if one.begun and not one.without and search_index.is_common(session, whole(one)) else one
        for one in terms
    )


def _best(session: Session, terms: Sequence[Term], conditions: Sequence[Condition], limit: int) -> list[Hit]:
    found = search_index.ranked(session, terms)
    if found is None:
        return []
    table, key = found
    query = (
        sa.select(Message.ticket_id, key)
        .select_from(table.join(Message, Message.id == key).join(Ticket, Ticket.id == Message.ticket_id))
        .where(*conditions, key >= _floor(session, terms))
        .order_by(table.c.rank, key.desc())
        .limit(BATCH)
    )
    hits: dict[int, Hit] = {}
    for row in session.execute(query):
        hits.setdefault(row[0], Hit(*row))
    return list(hits.values())[:limit]


def _floor(session: Session, terms: Sequence[Term]) -> int:
    """The id of the oldest message that is ranked."""
    found = search_index.newest(session, terms, 2**62, RANKED)
    if found is None:
        return 0
    return session.scalar(sa.select(sa.func.min(found.c.id))) or 0


def _named(session: Session, query: Query, conditions: Sequence[Condition], hits: list[Hit]) -> list[Hit]:
    """Before the first page: the ticket of a bare number, and tickets of cards whose name an agent corrected."""
    words = [term.stems[0] for term in query.terms if len(term.stems) == 1 and not term.field]
    if len(words) != len(query.terms) or any(term.without for term in query.terms):
        return hits
    typed = [term.begun or term.stems[0] for term in query.terms]
    named = [contains(Customer.name, word) for word in typed]
    # Names that letters came under are in the index; written out, so that the index of the others serves.
    renamed: Condition = sa.literal_column("customers.renamed")
    connection = session.connection()
    cards = (
        connection.execute(sa.select(Customer.id).where(renamed, *named).limit(MOST_CARDS)).scalars().all()
    )
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
    return [*(Hit(row, 0) for row in connection.execute(own).scalars() if row not in known), *hits]


def _with_excerpts(
    session: Session, hits: Sequence[Hit], terms: Sequence[Term], agent_id: int
) -> list[TicketRow]:
    rows = queries.rows_of(session, [hit.ticket_id for hit in hits], agent_id)
    ids = [hit.message_id for hit in hits if hit.message_id]
    beginning = sa.func.substr(Message.visible, 1, MOST_EXCERPTED)
    found = session.connection().execute(sa.select(Message.id, beginning).where(Message.id.in_(ids)))
    texts: dict[int, str] = {row[0]: row[1] for row in found}
    return [
        replace(rows[hit.ticket_id], excerpt=tuple(excerpt(texts.get(hit.message_id, ""), terms)))
        for hit in hits
        if hit.ticket_id in rows
    ]
