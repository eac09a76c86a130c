"""Two tickets about one matter become one, and can become two again.

The messages move; the emptied ticket stays as a signpost: its number, and every answer to its letters, leads to the
other one. What moved is written down, so that taking it back moves exactly that.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.accounts.models import Agent
from app.accounts.rights import Who, rights_of
from app.errors import Conflict, InvalidInput, NotFound
from app.tickets import drafts, priorities
from app.tickets.models import Event, Message, Participant, Status, Ticket
from app.tickets.moving import ratings_follow, refresh_summary
from app.tickets.remembered import put_back
from app.tickets.service import changed, record

FOLLOW = 20
CANDIDATES = 20


def merge(session: Session, source_id: int, target_id: int, *, by: Agent, now: datetime) -> Ticket:
    """Move everything of one ticket into another. Raises NotFound, or InvalidInput when it cannot be done."""
    source, target = _pair(session, source_id, target_id, by)
    moved = list(session.scalars(sa.select(Message.id).where(Message.ticket_id == source.id)))
    people = _people(session, source.id) - _people(session, target.id)
    before = {
        "status": source.status,
        "waiting_since": source.waiting_since.isoformat() if source.waiting_since else None,
        "unread": source.unread,
        "target_status": target.status,
        "target_priority": target.priority,
        "snoozed_until": source.snoozed_until.isoformat() if source.snoozed_until else None,
    }
    _move(session, moved, of=source.id, to=target.id)
    session.add_all(Participant(ticket_id=target.id, email=email, how="accepted") for email in sorted(people))
    _bring_together(source, target)
    source.status, source.closed_at, source.merged_into_id = Status.CLOSED, now, target.id
    source.waiting_since, source.unread = None, False
    drafts.follow(session, source, target, now=now)
    for ticket in (source, target):
        _settle(session, ticket)
        record(
            session, "merged", ticket=ticket, by=by, now=now, source=source.id, target=target.id,
            messages=moved, people=sorted(people), before=before,
        )  # fmt: skip
        changed(session, ticket.id, "merged", now)
    return target


def unmerge(session: Session, source_id: int, *, by: Agent, now: datetime) -> Ticket:
    """Undo of `merge`: what came from the ticket goes back. Raises Conflict when the other was merged on."""
    session.flush()
    source = session.get(Ticket, source_id, with_for_update=True, populate_existing=True)
    allowed = rights_of(session, by)
    if source is None or source.merged_into_id is None or not allowed.sees(source.mailbox_id):
        raise NotFound("This ticket is not merged.")
    target = session.get_one(Ticket, source.merged_into_id, with_for_update=True, populate_existing=True)
    if not allowed.sees(target.mailbox_id):
        raise NotFound("This ticket is not merged.")
    if target.merged_into_id is not None:
        raise Conflict("The other ticket was merged as well. Take that back first.")
    detail = _last_merge(session, source.id)
    mine = sa.select(Message.id).where(Message.id.in_(detail["messages"]), Message.ticket_id == target.id)
    _move(session, list(session.scalars(mine)), of=target.id, to=source.id)
    session.execute(
        sa.delete(Participant).where(
            Participant.ticket_id == target.id, Participant.email.in_(detail.get("people") or [])
        )
    )
    before = detail["before"]
    source.merged_into_id = None
    put_back(source, {"before": before["status"], "before_until": before.get("snoozed_until")}, now)
    source.closed_at = now if source.status in (Status.CLOSED, Status.SPAM) else None
    source.unread = bool(before["unread"])
    lent = before.get("target_priority", target.priority)
    if target.priority == priorities.higher(source.priority, lent):
        target.priority = lent
    for ticket in (source, target):
        _settle(session, ticket)
        record(session, "unmerged", ticket=ticket, by=by, now=now, source=source.id, target=target.id)
        changed(session, ticket.id, "unmerged", now)
    waiting = before.get("waiting_since")
    source.waiting_since = datetime.fromisoformat(waiting) if waiting else None
    return source


def end_of(session: Session, ticket_id: int) -> int:
    """Where a ticket went: itself, or the last of the tickets it was merged into."""
    for _ in range(FOLLOW):
        further = session.scalar(sa.select(Ticket.merged_into_id).where(Ticket.id == ticket_id))
        if further is None:
            return ticket_id
        ticket_id = further
    return ticket_id


def merged_here(session: Session, ticket_id: int) -> list[int]:
    """Tickets that were merged into this one and can be taken out again, newest first."""
    query = sa.select(Ticket.id).where(Ticket.merged_into_id == ticket_id)
    return list(session.scalars(query.order_by(Ticket.closed_at.desc(), Ticket.id.desc())))


def candidates(session: Session, ticket: Ticket, who: Who) -> Sequence[Ticket]:
    """The customer's other tickets, newest first: what one most often wants to merge with."""
    query = (
        sa.select(Ticket)
        .where(
            Ticket.customer_id == ticket.customer_id,
            Ticket.id != ticket.id,
            Ticket.merged_into_id.is_(None),
            Ticket.status != Status.TRASH,
            rights_of(session, who).within(Ticket.mailbox_id),
        )
        .options(joinedload(Ticket.customer))
        .order_by(Ticket.last_message_at.desc(), Ticket.id.desc())
        .limit(CANDIDATES)
    )
    return session.scalars(query).all()


def _pair(session: Session, source_id: int, target_id: int, by: Agent) -> tuple[Ticket, Ticket]:
    """Both rows, locked in the order of their numbers so that two merges cannot wait for each other."""
    allowed = rights_of(session, by).within(Ticket.mailbox_id)
    query = sa.select(Ticket).where(Ticket.id.in_((source_id, target_id)), allowed).order_by(Ticket.id)
    # Whoever asks has read them before: what counts is how they are once we have them.
    locked = query.with_for_update(of=Ticket).execution_options(populate_existing=True)
    rows = {row.id: row for row in session.scalars(locked)}
    source, target = rows.get(source_id), rows.get(target_id)
    if source is None:
        raise NotFound("There is no such ticket.")
    if target is None:
        raise InvalidInput("There is no ticket with this number.", "target")
    if source is target:
        raise InvalidInput("A ticket cannot be merged into itself.", "target")
    if source.merged_into_id is not None:
        raise Conflict("This ticket is merged already.")
    if target.merged_into_id is not None:
        raise InvalidInput("That ticket was itself merged into another one.", "target")
    return source, target


def _people(session: Session, ticket_id: int) -> set[str]:
    return set(session.scalars(sa.select(Participant.email).where(Participant.ticket_id == ticket_id)))


def _move(session: Session, message_ids: Sequence[int], *, of: int, to: int) -> None:
    session.execute(sa.update(Message).where(Message.id.in_(message_ids)).values(ticket_id=to))
    ratings_follow(session, message_ids, of=of, to=to)
    session.expire_all()


def _bring_together(source: Ticket, target: Ticket) -> None:
    """If either is our turn, the whole is, since when the first of them was."""
    asked = [time for time in (source.waiting_since, target.waiting_since) if time is not None]
    if source.status == Status.OPEN and target.status != Status.OPEN:
        target.status, target.closed_at = Status.OPEN, None
    target.waiting_since = min(asked) if asked and target.status == Status.OPEN else target.waiting_since
    target.unread = target.unread or source.unread
    target.priority = priorities.higher(source.priority, target.priority)
    if target.assignee_id is None:
        target.assignee_id = source.assignee_id


def _settle(session: Session, ticket: Ticket) -> None:
    """Counts and preview; the time since when a customer waits was decided by who merged."""
    session.flush()
    waiting = ticket.waiting_since
    refresh_summary(session, ticket)
    ticket.waiting_since = waiting
    session.flush()


def _last_merge(session: Session, source_id: int) -> dict[str, Any]:
    query = sa.select(Event.detail).where(Event.ticket_id == source_id, Event.kind == "merged")
    detail: dict[str, Any] | None = session.scalar(query.order_by(Event.id.desc()).limit(1))
    if detail is None:
        raise NotFound("This ticket is not merged.")
    return detail
