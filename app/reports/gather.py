"""The facts of some tickets: read what they follow from, work them out, write them in place of those there were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.knowledge.models import Outcome, Suggestion
from app.reports.derive import Facts, RawEvent, RawMessage, RawTicket, facts_of
from app.reports.models import LetterFacts, ReplyFacts, TicketFacts, TicketStep
from app.tasks.calendars import hours_by_mailbox
from app.tasks.clock import Hours
from app.tickets import asides
from app.tickets.models import Event, Kind, Message, Ticket

_TABLES = (TicketFacts, LetterFacts, ReplyFacts, TicketStep)
_TELLING = ("status", "not-spam", "reopened", "snoozed", "woken", "undone")
_SENT = (Outcome.ACCEPTED, Outcome.EDITED, Outcome.INSERTED)


def make(session: Session, ticket_ids: Collection[int], zone: ZoneInfo) -> None:
    """Make the facts of these tickets anew. A ticket that is gone, or that no report counts, has none. Safe to run
    twice."""
    ids = sorted(ticket_ids)
    if not ids:
        return
    found = [facts_of(ticket, zone) for ticket in _read(session, ids)]
    for table in _TABLES:
        session.execute(
            sa.delete(table).where(table.ticket_id.in_(ids)).execution_options(synchronize_session=False)
        )
    for model, rows in zip(_TABLES, _rows(found), strict=True):
        if rows:
            session.execute(sa.insert(cast("sa.Table", model.__table__)), rows)


def _rows(found: Sequence[Facts]) -> tuple[list[Any], ...]:
    counted = [facts for facts in found if facts.ticket is not None]
    return (
        [facts.ticket for facts in counted],
        [row for facts in counted for row in facts.letters],
        [row for facts in counted for row in facts.replies],
        [row for facts in counted for row in facts.steps],
    )


def _read(session: Session, ids: Sequence[int]) -> list[RawTicket]:
    tickets = session.execute(
        sa.select(
            Ticket.id, Ticket.mailbox_id, Ticket.team_id, Ticket.assignee_id, Ticket.customer_id,
            Ticket.status, Ticket.merged_into_id, Ticket.opened_at, Ticket.closed_at, Ticket.last_message_at,
            Ticket.waiting_since,
        ).where(Ticket.id.in_(ids))
    ).all()  # fmt: skip
    messages, events = _messages(session, ids), _events(session, ids)
    hours = hours_by_mailbox(session, {row.mailbox_id for row in tickets})
    return [_ticket(row, messages, events, hours) for row in tickets]


def _ticket(
    row: Any,
    messages: Mapping[int, list[RawMessage]],
    events: Mapping[int, list[RawEvent]],
    hours: Mapping[int, Hours],
) -> RawTicket:
    return RawTicket(
        id=row.id,
        mailbox_id=row.mailbox_id,
        team_id=row.team_id,
        assignee_id=row.assignee_id,
        customer_id=row.customer_id,
        status=row.status,
        merged=row.merged_into_id is not None,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        last_message_at=row.last_message_at,
        waiting_since=row.waiting_since,
        messages=messages.get(row.id, []),
        events=events.get(row.id, []),
        hours=hours.get(row.mailbox_id),
    )


def _messages(session: Session, ids: Sequence[int]) -> dict[int, list[RawMessage]]:
    query = (
        sa.select(
            Message.id, Message.ticket_id, Message.kind, Message.author_id, Message.automatic, Message.held,
            Message.forwarded_id, Message.arrived_at, Message.composing_seconds,
        )
        .where(Message.ticket_id.in_(ids), Message.kind != Kind.NOTE)
        .order_by(Message.ticket_id, Message.arrived_at, Message.id)
    )  # fmt: skip
    rows = session.execute(query).all()
    aside = asides.messages(session, {row.ticket_id for row in rows if row.forwarded_id is not None})
    articles = _articles(session, ids)
    found: dict[int, list[RawMessage]] = defaultdict(list)
    for row in rows:
        counts = row.automatic is None and not row.held and row.id not in aside
        ours = counts and row.kind == Kind.OUTGOING and row.author_id is not None
        theirs = counts and row.kind == Kind.INCOMING
        found[row.ticket_id].append(
            RawMessage(
                row.id,
                row.arrived_at,
                ours,
                theirs,
                row.author_id,
                row.composing_seconds,
                articles.get(row.id),
            )
        )
    return found


def _articles(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """reply → the first article it was made of. One that waits for its time to leave counts as it was inserted."""
    query = (
        sa.select(Suggestion.reply_id, Suggestion.article_id)
        .join(Message, Message.id == Suggestion.message_id)
        .where(Message.ticket_id.in_(ids), Suggestion.reply_id.is_not(None), Suggestion.outcome.in_(_SENT))
        .order_by(Suggestion.id.desc())
    )
    return {row.reply_id: row.article_id for row in session.execute(query) if row.reply_id is not None}


def _events(session: Session, ids: Sequence[int]) -> dict[int, list[RawEvent]]:
    query = (
        sa.select(Event.ticket_id, Event.kind, Event.at, Event.detail)
        .where(Event.ticket_id.in_(ids), Event.kind.in_(_TELLING))
        .order_by(Event.ticket_id, Event.id)
    )
    found: dict[int, list[RawEvent]] = defaultdict(list)
    for row in session.execute(query):
        found[row.ticket_id].append(RawEvent(row.kind, row.at, row.detail))
    return found
