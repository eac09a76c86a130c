"""Pure: from a ticket with its messages and history to the facts that reports are counted from.

A customer's letter is an incoming message that a person wrote, that is not held back and does not come from somebody to
whom an agent passed a letter on. A reply is an outgoing message that an agent wrote to the customer; receipts, forwards
and letters to others are none.

first    from the customer's first letter to the first reply after it.
full     from the customer's first letter to the last reply that answered something, once the ticket is closed or no
         letter waits for an answer any more.
solved   from the opening to the last closing, while the ticket is closed.
waited   of a reply: since the first letter that nobody had answered.
reopened how often the ticket left "closed" again; a closing that was taken back at once is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.tasks.clock import Hours, worked

CLOSED = "closed"
LEFT_OUT = ("spam", "trash")
# An Undo button lives for seconds; what is taken back later was meant.
TAKEN_BACK = timedelta(minutes=10)
Row = dict[str, Any]


@dataclass(frozen=True)
class RawMessage:
    """`ours`: an agent wrote it to the customer; `theirs`: the customer wrote it. Neither: it counts for nothing."""

    id: int
    at: datetime
    ours: bool
    theirs: bool
    author_id: int | None = None
    composing: int | None = None
    article_id: int | None = None


@dataclass(frozen=True)
class RawEvent:
    kind: str
    at: datetime
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class RawTicket:
    """`messages` and `events` in their order. `hours`: None where the mailbox is always open."""

    id: int
    mailbox_id: int
    team_id: int | None
    assignee_id: int | None
    customer_id: int
    status: str
    merged: bool
    opened_at: datetime
    closed_at: datetime | None
    last_message_at: datetime
    waiting_since: datetime | None
    messages: Sequence[RawMessage]
    events: Sequence[RawEvent]
    hours: Hours | None = None


@dataclass(frozen=True)
class Facts:
    """Rows by table; `ticket` is None for a ticket that no report counts."""

    ticket: Row | None
    letters: Sequence[Row] = ()
    replies: Sequence[Row] = ()
    steps: Sequence[Row] = ()


@dataclass(frozen=True)
class _Turn:
    """A reply, and since when the customer had waited for it."""

    message: RawMessage
    asked_at: datetime | None


def facts_of(ticket: RawTicket, zone: ZoneInfo) -> Facts:
    if ticket.merged or ticket.status in LEFT_OUT:
        return Facts(None)
    letters = [message for message in ticket.messages if message.theirs]
    turns, waits = _turns(ticket.messages)
    steps = steps_of(ticket)
    placed = {
        "ticket_id": ticket.id,
        "mailbox_id": ticket.mailbox_id,
        "team_id": ticket.team_id,
        "assignee_id": ticket.assignee_id,
        "customer_id": ticket.customer_id,
    }
    return Facts(
        ticket=placed | _summary(ticket, letters, turns, waits, steps, zone),
        letters=[
            placed | {"message_id": one.id, "day": _day(one.at, zone), "hour": _hour(one.at, zone)}
            for one in letters
        ],
        replies=[placed | _reply(turn, ticket.hours, zone) for turn in turns],
        steps=[
            placed | {"number": number, "day": _day(at, zone), "step": step}
            for number, (at, step) in enumerate(steps)
        ],
    )


def steps_of(ticket: RawTicket) -> list[tuple[datetime, int]]:
    """Moments at which it came into the backlog (+1) and left it (-1), in turns, beginning with its opening.

    What the history does not tell, since nobody wrote it down there, follows from how the ticket stands now.
    """
    steps = [(ticket.opened_at, 1)]
    for event in ticket.events:
        closed = _closes(event)
        if closed is None:
            continue
        if not closed and _takes_back(event, steps):
            steps.pop()
        elif closed == (steps[-1][1] > 0):
            steps.append((max(event.at, steps[-1][0]), -1 if closed else 1))
    is_closed = ticket.status == CLOSED
    if is_closed and steps[-1][1] > 0:
        steps.append((max(ticket.closed_at or ticket.last_message_at, steps[-1][0]), -1))
    elif not is_closed and steps[-1][1] < 0:
        steps.append((max(ticket.waiting_since or ticket.last_message_at, steps[-1][0]), 1))
    return steps


def _closes(event: RawEvent) -> bool | None:
    """True: it was closed then; False: it was not any more; None: this says nothing of that."""
    if event.kind in ("status", "not-spam"):
        return event.detail.get("after") == CLOSED
    return False if event.kind in ("reopened", "snoozed", "woken", "undone") else None


def _takes_back(event: RawEvent, steps: Sequence[tuple[datetime, int]]) -> bool:
    at, step = steps[-1]
    undoes = event.kind == "undone" or bool(event.detail.get("undo"))
    return step < 0 and undoes and event.at - at <= TAKEN_BACK


def _turns(messages: Sequence[RawMessage]) -> tuple[list[_Turn], bool]:
    """Every reply, and whether a letter waits at the end."""
    turns: list[_Turn] = []
    asked_at: datetime | None = None
    for message in messages:
        if message.theirs:
            asked_at = asked_at or message.at
        elif message.ours:
            turns.append(_Turn(message, asked_at))
            asked_at = None
    return turns, asked_at is not None


def _summary(
    ticket: RawTicket,
    letters: Sequence[RawMessage],
    turns: Sequence[_Turn],
    waits: bool,
    steps: Sequence[tuple[datetime, int]],
    zone: ZoneInfo,
) -> Row:
    answering = [turn.message.at for turn in turns if turn.asked_at is not None]
    closed_at = steps[-1][0] if steps[-1][1] < 0 else None
    begun = letters[0].at if letters else None
    whole = begun is not None and answering and (closed_at is not None or not waits)
    return {
        "day": _day(ticket.opened_at, zone),
        "closed_day": _day(closed_at, zone) if closed_at else None,
        **_span("first", begun, answering[0] if answering else None, ticket.hours),
        **_span("full", begun, answering[-1] if whole else None, ticket.hours),
        **_span("solved", ticket.opened_at, closed_at, ticket.hours),
        "reopened": sum(step > 0 for _at, step in steps) - 1,
        "letters": len(letters),
        "replies": len(turns),
        "open": closed_at is None,
    }


def _reply(turn: _Turn, hours: Hours | None, zone: ZoneInfo) -> Row:
    message = turn.message
    return {
        "message_id": message.id,
        "agent_id": message.author_id,
        "day": _day(message.at, zone),
        "hour": _hour(message.at, zone),
        **_span("waited", turn.asked_at, message.at, hours),
        "composing": message.composing,
        "article_id": message.article_id,
    }


def _span(name: str, begin: datetime | None, end: datetime | None, hours: Hours | None) -> Row:
    """The time between the two by the calendar on the wall and by our business hours, in whole seconds."""
    if begin is None or end is None:
        return {f"{name}_seconds": None, f"{name}_business": None}
    seconds = max(0, int((end - begin).total_seconds()))
    business = seconds if hours is None else max(0, int(worked(hours, begin, end).total_seconds()))
    return {f"{name}_seconds": seconds, f"{name}_business": business}


def _day(at: datetime, zone: ZoneInfo) -> int:
    return at.astimezone(zone).date().toordinal()


def _hour(at: datetime, zone: ZoneInfo) -> int:
    return at.astimezone(zone).hour
