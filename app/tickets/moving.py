"""When a letter is in the wrong place: accept its sender, give it a ticket of its own, or put it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import rights_of
from app.customers import service as customers
from app.db import Base
from app.errors import Conflict, InvalidInput
from app.tickets import search_index
from app.tickets.models import Kind, Message, Participant, Status, Ticket
from app.tickets.numbering import Numbers
from app.tickets.service import allow, changed, lock, preview, record

LONGEST_SUBJECT = 500


def accept_sender(session: Session, message: Message, *, by: Agent, now: datetime) -> None:
    """A stranger whose letter was held may speak in this ticket from now on. Safe to run twice."""
    if not message.held:
        return
    message.held = False
    message.suggest_state = "pending"
    allow(session, message.ticket, message.sender_email, "accepted")
    record(session, "accepted-sender", ticket=message.ticket, by=by, now=now, email=message.sender_email)
    changed(session, message.ticket_id, "accepted", now)


def move_to_new_ticket(session: Session, message: Message, *, by: Agent, now: datetime) -> Ticket:
    """ "Not this ticket": the letter becomes a ticket of its own on its sender's card, linked to the old one."""
    old = message.ticket
    lock(session, old)
    if message.kind != Kind.INCOMING:
        raise InvalidInput("Only a customer's letter can be moved.")
    if old.message_count < 2:
        raise InvalidInput("This letter is the only one in its ticket.")
    card = customers.find_or_create(session, message.sender_email, message.sender_name, now=now)
    new = Ticket(
        id=Numbers(session, Ticket).take(1)[0],
        mailbox_id=old.mailbox_id,
        team_id=old.team_id,
        priority=old.priority,
        customer_id=card.id,
        subject=message.subject[:LONGEST_SUBJECT],
        status=Status.OPEN,
        language=old.language,
        opened_at=message.arrived_at,
        last_message_at=message.arrived_at,
        waiting_since=message.arrived_at,
        related_id=old.id,
        unread=False,
        message_count=0,
    )
    session.add(new)
    session.flush()
    session.add(Participant(ticket_id=new.id, email=message.sender_email, how="customer"))
    _move(session, message, new, by=by, now=now)
    return new


def move_back(session: Session, message: Message, *, by: Agent, now: datetime) -> Ticket:
    """Undo of `move_to_new_ticket`: the letter returns to the ticket it came from; an emptied ticket is closed."""
    origin = next(
        (item["detail"] for item in reversed(message.evidence) if item.get("rule") == "moved"), None
    )
    ticket = session.get(Ticket, int(origin.lstrip("#"))) if origin else None
    if ticket is None or not rights_of(session, by).sees(ticket.mailbox_id):
        raise InvalidInput("This letter was not moved.")
    if ticket.merged_into_id is not None:
        raise Conflict("One of the two tickets was merged since. Take that back first.")
    left = message.ticket
    _move(session, message, ticket, by=by, now=now)
    if left.message_count == 0:
        left.status, left.closed_at, left.merged_into_id = Status.CLOSED, now, ticket.id
    return ticket


def _move(session: Session, message: Message, target: Ticket, *, by: Agent, now: datetime) -> None:
    source = message.ticket
    lock(session, source, target)
    session.refresh(message, ["ticket_id"])
    if message.ticket_id != source.id:
        raise Conflict("The messages have gone elsewhere since.")
    message.ticket_id = target.id
    message.held = False
    message.evidence = [*message.evidence, {"rule": "moved", "detail": f"#{source.id}"}]
    session.flush()
    session.expire(message, ["ticket"])
    search_index.add_again(session, Message.id == message.id)
    for ticket in (source, target):
        refresh_summary(session, ticket)
        record(
            session,
            "moved",
            ticket=ticket,
            by=by,
            now=now,
            message=message.id,
            source=source.id,
            target=target.id,
        )
        changed(session, ticket.id, "moved", now)


def refresh_summary(session: Session, ticket: Ticket) -> None:
    """Count, newest time and preview of a ticket, from the messages that are in it now."""
    spoken = sa.select(Message).where(Message.ticket_id == ticket.id, Message.kind != Kind.NOTE)
    newest = session.scalar(spoken.order_by(Message.arrived_at.desc(), Message.id.desc()).limit(1))
    ticket.message_count = (
        session.scalar(sa.select(sa.func.count()).select_from(Message).where(Message.ticket_id == ticket.id))
        or 0
    )
    if newest is not None:
        ticket.last_message_at, ticket.preview = newest.arrived_at, preview(newest.visible)
        ticket.waiting_since = (
            newest.arrived_at if newest.kind == Kind.INCOMING and ticket.status == Status.OPEN else None
        )
    session.flush()


def ratings_follow(session: Session, message_ids: Sequence[int], *, of: int, to: int) -> None:
    """Ratings of a reply, and the tasks that came of them, go from ticket to ticket as the reply does. These features
    stand above this one, so their rows are named here."""
    tables = Base.metadata.tables
    if "ratings" not in tables or "tasks" not in tables:
        return
    ratings, invitations, tasks = tables["ratings"], tables["rating_invitations"], tables["tasks"]
    moved = invitations.c.message_id.in_(message_ids)
    session.execute(sa.update(invitations).where(moved).values(in_ticket_id=to))
    asked = sa.select(invitations.c.id).where(moved)
    # An anonymous one names no ticket, and must not begin to.
    named = sa.and_(ratings.c.invitation_id.in_(asked), ratings.c.ticket_id.is_not(None))
    session.execute(sa.update(ratings).where(named).values(ticket_id=to))
    given = sa.select(ratings.c.id).where(named)
    session.execute(sa.update(tasks).where(tasks.c.rating_id.in_(given)).values(ticket_id=to))
    open_one = sa.select(tasks.c.id, tasks.c.due_at).where(tasks.c.closed_at.is_(None))
    for ticket in (session.get_one(Ticket, of), session.get_one(Ticket, to)):
        own = open_one.where(tasks.c.ticket_id == ticket.id).order_by(tasks.c.due_at, tasks.c.id)
        first = session.execute(own.limit(1)).first()
        ticket.recovery_id, ticket.recovery_due_at = (first.id, first.due_at) if first else (None, None)
    session.flush()
