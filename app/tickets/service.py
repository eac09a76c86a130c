"""What can happen to a ticket. Every function takes the session first, never commits, and leaves an event where a
person would later ask "who did that?", and a change row so that open pages see it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import can_take
from app.customers.models import Customer
from app.errors import InvalidInput, Merged
from app.tags.service import find_or_make
from app.tickets import mentions, search_index
from app.tickets.models import Change, Delivery, Draft, Event, Kind, Message, Participant, Status, Ticket
from app.tickets.remembered import remembered
from app.tickets.required import refuse_unfilled
from app.tickets.safe_html import reply_to_text, sanitise_reply

# What a person may choose; the rest are reached in other ways.
CHOSEN_STATUSES = (Status.OPEN, Status.WAITING, Status.CLOSED, Status.SPAM)
PREVIEW_LENGTH = 200
_COLUMNS = [column.key for column in Ticket.__table__.c if column.computed is None]


# Written when it is not there yet, in one statement that is the same every time.
_ALLOWED = {
    "sqlite": sqlite.insert(Participant).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(Participant).on_conflict_do_nothing(),
}


def changed(session: Session, ticket_id: int, kind: str, now: datetime) -> None:
    """Tell open pages that this ticket looks different now."""
    session.add(Change(ticket_id=ticket_id, kind=kind, at=now))


def record(
    session: Session,
    kind: str,
    *,
    ticket: Ticket | None = None,
    customer: Customer | None = None,
    by: Agent | None = None,
    now: datetime,
    **detail: Any,
) -> Event:
    """One line of history. `detail` holds plain values that the page words in the reader's language."""
    if ticket is not None and sa.inspect(ticket).pending:
        session.flush()  # an event needs the row of its ticket
    event = Event(
        ticket_id=ticket.id if ticket else None,
        customer_id=customer.id if customer else None,
        agent_id=by.id if by else None,
        kind=kind,
        detail=detail,
        at=now,
    )
    session.add(event)
    return event


def set_status(session: Session, ticket: Ticket, status: str, *, by: Agent | None, now: datetime) -> bool:
    """Change the status; False when it was so already. Raises InvalidInput for an unknown one."""
    if status not in CHOSEN_STATUSES:
        raise InvalidInput("Unknown status.", "status")
    if ticket.status == status:
        return False
    if status == Status.CLOSED and by is not None:
        refuse_unfilled(session, ticket)
    record(session, "status", ticket=ticket, by=by, now=now, after=status, **remembered(ticket))
    ticket.status = status
    ticket.closed_at = now if status == Status.CLOSED else None
    if status != Status.OPEN:
        ticket.waiting_since = None
    elif ticket.waiting_since is None:
        ticket.waiting_since = now
    changed(session, ticket.id, "status", now)
    return True


def assign(
    session: Session, ticket: Ticket, agent_id: int | None, *, by: Agent | None, now: datetime
) -> bool:
    """Give the ticket to an active agent, or to nobody; False when it was so already."""
    if ticket.assignee_id == agent_id:
        return False
    if agent_id is not None:
        agent = by if by is not None and by.id == agent_id else session.get(Agent, agent_id)
        if agent is None or not can_take(session, agent_id, ticket.mailbox_id):
            raise InvalidInput("That agent cannot take tickets.", "assignee")
    record(session, "assigned", ticket=ticket, by=by, now=now, before=ticket.assignee_id, after=agent_id)
    ticket.assignee_id = agent_id
    session.flush()
    session.expire(ticket, ["assignee"])
    changed(session, ticket.id, "assigned", now)
    return True


def set_tags(
    session: Session, ticket: Ticket, names: Iterable[str], *, by: Agent | None, now: datetime
) -> None:
    """Make these the ticket's tags."""
    tags = find_or_make(session, names)
    before, after = [tag.name for tag in ticket.tags], [tag.name for tag in tags]
    if sorted(before) == sorted(after):
        return
    ticket.tags = tags
    record(session, "tags", ticket=ticket, by=by, now=now, before=before, after=after)
    changed(session, ticket.id, "tags", now)


def mark_read(session: Session, ticket: Ticket, *, now: datetime, newest_id: int | None = None) -> None:
    """An agent has opened it. `newest_id`: of its messages, where that is known."""
    if ticket.unread:
        ticket.unread = False
        ticket.seen_message_id = newest_id or session.scalar(
            sa.select(sa.func.max(Message.id)).where(Message.ticket_id == ticket.id)
        )
        changed(session, ticket.id, "read", now)


def add_note(session: Session, ticket: Ticket, html: str, *, by: Agent, now: datetime, nonce: str) -> Message:
    """Add an internal note; the same nonce again returns the first one. Raises InvalidInput when it is empty."""
    lock(session, ticket)
    earlier = session.scalar(sa.select(Message).where(Message.form_nonce == nonce))
    if earlier is not None:
        return earlier
    clean = sanitise_reply(html)
    text = reply_to_text(clean)
    if not text.strip():
        raise InvalidInput("The note is empty.", "html")
    note = Message(
        ticket_id=ticket.id,
        kind=Kind.NOTE,
        author_id=by.id,
        sender_name=by.name,
        sender_email=by.email,
        subject=ticket.subject,
        visible=text,
        html=clean,
        arrived_at=now,
        form_nonce=nonce,
        delivery=Delivery.NONE,
        evidence=mentions.find(text, mentions.names(session)) if "@" in text else [],
    )
    add_message(session, ticket, note, now=now)
    discard_draft(session, ticket.id, by.id, Kind.NOTE, into=note)
    return note


def discard_draft(
    session: Session, ticket_id: int, agent_id: int, kind: str, *, into: Message | None = None
) -> None:
    """Remove an agent's draft; its files go to the message it became, if any."""
    draft = session.scalar(
        sa.select(Draft).where(Draft.ticket_id == ticket_id, Draft.agent_id == agent_id, Draft.kind == kind)
    )
    if draft is None:
        return
    for attachment in list(draft.attachments):
        attachment.draft_id = None
        if into is not None:
            attachment.message_id = into.id
    session.flush()
    session.delete(draft)


def add_message(
    session: Session, ticket: Ticket, message: Message, *, now: datetime, indexed: bool = True
) -> Message:
    """Put a message into a ticket and bring the ticket's summary up to date. Notes do not move the ticket.

    `indexed`: its words are all there; else whoever adds the rest puts it into the index.
    """
    session.add(message)
    session.flush()
    # After the message: what else changes in the ticket goes into the same UPDATE.
    count_in(ticket, message)
    if indexed:
        search_index.add(session, [(message, ())])
    changed(session, ticket.id, message.kind, now)
    return message


def lock(session: Session, *tickets: Ticket) -> None:
    """Wait for whoever changes these tickets at this moment, and see them as they are then. Before any change.

    Raises Merged for one that has become part of another since it was read: what is put there now nobody would see.
    """
    if session.get_bind().dialect.name == "sqlite":
        # A transaction that may write is alone from its beginning: what it has read is so.
        return
    # What was changed here before would be read over.
    session.flush()
    for ticket in sorted(tickets, key=lambda one: one.id):
        before = ticket.merged_into_id
        session.refresh(ticket, _COLUMNS, with_for_update={"of": Ticket})
        if before is None and ticket.merged_into_id is not None:
            raise Merged("This ticket was merged into another one. Reload the page.", ticket.merged_into_id)


def count_in(ticket: Ticket, message: Message) -> None:
    """Bring the ticket's summary up to date for a message that comes into it."""
    ticket.message_count += 1
    if message.kind != Kind.NOTE:
        ticket.last_message_at = max(ticket.last_message_at, message.arrived_at)
        if message.arrived_at >= ticket.last_message_at:
            ticket.preview = preview(message.visible)


def allow(session: Session, ticket: Ticket, email: str, how: str) -> None:
    """This address may speak in the ticket from now on. Safe to run twice."""
    if sa.inspect(ticket).pending:
        session.flush()
    row = {"ticket_id": ticket.id, "email": email.lower(), "how": how}
    session.connection().execute(_ALLOWED[session.get_bind().dialect.name], row)


def preview(text: str) -> str:
    """The first words on one line, for lists."""
    words = " ".join(text[: PREVIEW_LENGTH * 4].split())
    return words if len(words) <= PREVIEW_LENGTH else words[: PREVIEW_LENGTH - 1] + "…"
