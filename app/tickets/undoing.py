"""Taking back the last thing an agent did to a ticket: each kind of event knows its way back, as long as nobody has
changed the same thing since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.errors import Conflict, InvalidInput, NotAllowed, NotFound
from app.tickets import (
    fields,
    mailbox_move,
    merging,
    moving,
    notes,
    priorities,
    snoozing,
    spam,
    splitting,
    subjects,
    whose,
)
from app.tickets.models import Event, Message, Status, Ticket
from app.tickets.remembered import put_back
from app.tickets.service import assign, changed, lock, record, set_tags

# After this long "the last action" is not what anybody means.
FRESH = timedelta(minutes=10)


class Done(Protocol):
    """Of an event: who did what, and when."""

    id: int
    agent_id: int | None
    kind: str
    detail: Any
    at: datetime


_SINCE = "Somebody has changed it since."


def last_action(events: Iterable[Done], agent_id: int, now: datetime) -> Done | None:
    """What this agent could take back now: of the ticket's events, the newest of theirs that is not taken back."""
    for event in sorted(events, key=lambda one: one.id, reverse=True):
        if event.agent_id != agent_id or any(
            event.detail.get(word) for word in ("undo", "undo_of", "undone")
        ):
            continue
        return event if event.kind in WAYS_BACK and event.at > now - FRESH else None
    return None


def undo(session: Session, event: Event, *, by: Agent, now: datetime) -> Ticket:
    """Take this event back; the ticket to look at afterwards. Raises NotAllowed for what somebody else did, Conflict
    when the ticket was changed since."""
    if event.agent_id != by.id:
        raise NotAllowed("Only your own actions can be undone.")
    if event.kind not in WAYS_BACK or event.ticket_id is None:
        raise InvalidInput("This cannot be undone.")
    if event.detail.get("undone"):
        raise Conflict("It was undone already.")
    ticket = session.get(Ticket, event.ticket_id)
    if ticket is None:
        raise NotFound("There is no such ticket.")
    session.flush()
    lock(session, ticket)
    newest = session.scalar(sa.select(sa.func.max(Event.id))) or 0
    result = ticket
    for one in _one_act(session, event):
        result = WAYS_BACK[one.kind](session, ticket, one, by, now)
        session.flush()
        _mark_undone(session, one)
    for fresh in session.scalars(sa.select(Event).where(Event.id > newest, Event.agent_id == by.id)):
        fresh.detail = {**fresh.detail, "undo_of": event.id}
    session.flush()
    return result


def _one_act(session: Session, event: Event) -> list[Event]:
    """The event, and those before it of the same moment: out of spam and closed, or all that a macro did."""
    query = sa.select(Event).where(
        Event.ticket_id == event.ticket_id,
        Event.agent_id == event.agent_id,
        Event.at == event.at,
        Event.id <= event.id,
        Event.kind.in_(WAYS_BACK),
    )
    return [
        one
        for one in session.scalars(query.order_by(Event.id.desc()))
        if one is event or not (one.detail.get("undone") or one.detail.get("undo_of"))
    ]


def _mark_undone(session: Session, event: Event) -> None:
    """Also its twin in the other ticket, where two were concerned."""
    query = sa.select(Event).where(
        Event.kind == event.kind, Event.at == event.at, Event.agent_id == event.agent_id
    )
    ids = {event.ticket_id, event.detail.get("source"), event.detail.get("target")}
    for one in session.scalars(query.where(Event.ticket_id.in_([number for number in ids if number]))):
        if one.id == event.id or one.detail == event.detail:
            one.detail = {**one.detail, "undone": True}


def _status(session: Session, ticket: Ticket, event: Event, by: Agent, now: datetime) -> Ticket:
    if ticket.status != event.detail.get("after", _AFTER.get(event.kind)):
        raise Conflict(_SINCE)
    before = ticket.status
    if event.kind == "spam":
        spam.unlearn(session, event.detail.get("learnt") or [])
    if event.kind == "not-spam":
        spam.relearn(session, event.detail.get("forgotten") or [], by=by, now=now)
    record(session, "status", ticket=ticket, by=by, now=now, after=event.detail["before"], before=before)
    put_back(ticket, event.detail, now)
    changed(session, ticket.id, "status", now)
    return ticket


def _snoozed(session: Session, ticket: Ticket, event: Event, by: Agent, now: datetime) -> Ticket:
    if ticket.snoozed_until is None or ticket.snoozed_until.isoformat() != event.detail["until"]:
        raise Conflict(_SINCE)
    return _status(session, ticket, event, by, now)


def _woken(session: Session, ticket: Ticket, event: Event, by: Agent, now: datetime) -> Ticket:
    until = datetime.fromisoformat(event.detail["until"])
    if ticket.status != Status.OPEN or until <= now:
        raise Conflict(_SINCE)
    snoozing.snooze(session, ticket, until, by=by, now=now)
    return ticket


def _assigned(session: Session, ticket: Ticket, event: Event, by: Agent, now: datetime) -> Ticket:
    if ticket.assignee_id != event.detail.get("after"):
        raise Conflict(_SINCE)
    assign(session, ticket, event.detail.get("before"), by=by, now=now)
    return ticket


def _tags(session: Session, ticket: Ticket, event: Event, by: Agent, now: datetime) -> Ticket:
    if sorted(tag.name for tag in ticket.tags) != sorted(event.detail.get("after") or []):
        raise Conflict(_SINCE)
    set_tags(session, ticket, event.detail.get("before") or [], by=by, now=now)
    return ticket


def _priority(session: Session, ticket: Ticket, event: Event, by: Agent, now: datetime) -> Ticket:
    if ticket.priority != event.detail.get("after"):
        raise Conflict(_SINCE)
    priorities.set_priority(session, ticket, event.detail["before"], by=by, now=now)
    return ticket


def _renamed(session: Session, ticket: Ticket, event: Event, by: Agent, now: datetime) -> Ticket:
    if ticket.subject != event.detail.get("after"):
        raise Conflict(_SINCE)
    subjects.put(session, ticket, event.detail["before"], by=by, now=now)
    return ticket


def _customer(session: Session, ticket: Ticket, event: Event, by: Agent, now: datetime) -> Ticket:
    if ticket.customer_id != event.detail.get("after"):
        raise Conflict(_SINCE)
    whose.take_back(session, ticket, event.detail, by=by, now=now)
    return ticket


def _mailbox(session: Session, ticket: Ticket, event: Event, by: Agent, now: datetime) -> Ticket:
    before, after = event.detail["before"], event.detail["after"]
    if not mailbox_move.put_back(session, ticket, before, after, by=by, now=now):
        raise Conflict(_SINCE)
    return ticket


def _note(session: Session, ticket: Ticket, event: Event, by: Agent, now: datetime) -> Ticket:
    notes.take_back(session, event.detail, by, by=by, now=now)
    return ticket


def _split(session: Session, _ticket: Ticket, event: Event, by: Agent, now: datetime) -> Ticket:
    return splitting.take_back(session, event.detail, by=by, now=now)


def _moved(session: Session, _ticket: Ticket, event: Event, by: Agent, now: datetime) -> Ticket:
    message = session.get(Message, event.detail["message"])
    if message is None or message.ticket_id != event.detail["target"]:
        raise Conflict(_SINCE)
    return moving.move_back(session, message, by=by, now=now)


def _merged(session: Session, _ticket: Ticket, event: Event, by: Agent, now: datetime) -> Ticket:
    return merging.unmerge(session, event.detail["source"], by=by, now=now)


def _field(session: Session, ticket: Ticket, event: Event, by: Agent, now: datetime) -> Ticket:
    if fields.stored(session, ticket.id, event.detail["field_id"]) != event.detail["after"]:
        raise Conflict(_SINCE)
    fields.put_value(session, ticket, event.detail["field_id"], event.detail["before"], by=by, now=now)
    return ticket


_AFTER = {
    "snoozed": Status.SNOOZED,
    "spam": Status.SPAM,
    "trashed": Status.TRASH,
}
Way = Callable[[Session, Ticket, Event, Agent, datetime], Ticket]
WAYS_BACK: dict[str, Way] = {
    "status": _status,
    "snoozed": _snoozed,
    "woken": _woken,
    "spam": _status,
    "not-spam": _status,
    "trashed": _status,
    "restored": _status,
    "assigned": _assigned,
    "tags": _tags,
    "priority": _priority,
    "renamed": _renamed,
    "customer": _customer,
    "mailbox": _mailbox,
    "note-edited": _note,
    "split": _split,
    "moved": _moved,
    "merged": _merged,
    "field": _field,
}
