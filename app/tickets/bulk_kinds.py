"""What each bulk action does to one ticket, which values it touches, and how they are put back.

`change` answers the touched values before and after, or None when the ticket was so already; `restore` answers False
when somebody changed one of them since.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.cursors import row_number
from app.errors import Conflict, InvalidInput
from app.tags.service import tidy
from app.tickets import assignment, mailbox_move, merging, priorities, service, snoozing, spam, trash
from app.tickets.models import Status, Ticket
from app.tickets.service import changed, record
from app.tickets.snooze_times import check as check_moment

Touched = dict[str, Any]
STANDING = ("status", "waiting_since", "closed_at", "snoozed_until", "trashed_at", "status_before", "unread")
# What decides whether a ticket still stands as an action left it; being read in between is no change.
TELLING = ("status", "waiting_since", "snoozed_until")


@dataclass(frozen=True)
class Wish:
    """`kind` is one of KINDS; `value`: an id, a status, a tag's word, a moment in ISO form, '' where none is needed."""

    kind: str
    value: str = ""

    @property
    def number(self) -> int | None:
        return row_number(self.value)


def check(wish: Wish, *, now: datetime) -> None:
    """Raises InvalidInput for what can be done to no ticket."""
    if wish.kind not in KINDS:
        raise InvalidInput("There is no such action.", "do")
    if wish.kind == "status" and wish.value not in (Status.OPEN, Status.WAITING, Status.CLOSED):
        raise InvalidInput("Unknown status.", "status")
    if wish.kind in ("assign", "team") and wish.value and wish.number is None:
        raise InvalidInput("Please choose one of the list.", wish.kind)
    if wish.kind == "mailbox" and wish.number is None:
        raise InvalidInput("Please choose one of the list.", wish.kind)
    if wish.kind == "priority" and wish.value not in priorities.LADDER:
        raise InvalidInput("Unknown priority.", "priority")
    if wish.kind == "snooze":
        check_moment(datetime.fromisoformat(wish.value), now)
    if wish.kind in ("tag", "untag") and not wish.value.strip():
        raise InvalidInput("Type a tag.", "tag")


def prepared(session: Session, wish: Wish, rows: Mapping[int, Ticket]) -> Wish:
    """Tags as they are stored; and a merge needs to know into which ticket: the one that was opened first."""
    if wish.kind in ("tag", "untag"):
        return Wish(wish.kind, ", ".join(tidy(wish.value.split(","))))
    if wish.kind != "merge":
        return wish
    there = [ticket for ticket in rows.values() if ticket.merged_into_id is None]
    if len(there) < 2:
        raise InvalidInput("Choose at least two tickets to merge.", "ticket")
    return Wish("merge", str(min(there, key=lambda ticket: (ticket.opened_at, ticket.id)).id))


def change(
    session: Session, ticket: Ticket, wish: Wish, *, by: Agent, now: datetime
) -> tuple[Touched, Touched] | None:
    """Raises one of our errors when it cannot be done to this ticket."""
    return KINDS[wish.kind][0](session, ticket, wish, by, now)


def restore(
    session: Session, ticket: Ticket, wish: Wish, before: Touched, after: Touched, *, by: Agent, now: datetime
) -> bool:
    return KINDS[wish.kind][1](session, ticket, before, after, by, now)


_Changed = tuple[Touched, Touched] | None
_Do = Callable[[Session, Ticket, Wish, Agent, datetime], _Changed]
_Back = Callable[[Session, Ticket, Touched, Touched, Agent, datetime], bool]


def _one_value(name: str, put: Callable[..., bool], wanted: Callable[[Wish], Any]) -> tuple[_Do, _Back]:
    """An action that gives one column of the ticket another value, and its way back."""

    def act(session: Session, ticket: Ticket, wish: Wish, by: Agent, now: datetime) -> _Changed:
        before, after = getattr(ticket, name), wanted(wish)
        if not put(session, ticket, after, by=by, now=now):
            return None
        return {name: before}, {name: after}

    def back(
        session: Session, ticket: Ticket, before: Touched, after: Touched, by: Agent, now: datetime
    ) -> bool:
        if getattr(ticket, name) != after[name]:
            return False
        return put(session, ticket, before[name], by=by, now=now)

    return act, back


def _status(session: Session, ticket: Ticket, wish: Wish, by: Agent, now: datetime) -> _Changed:
    before = _standing(ticket)
    if wish.value == Status.OPEN and ticket.status == Status.SPAM:
        forgotten = spam.unmark(session, ticket, by=by, now=now)
        return before | {"forgotten": forgotten}, _standing(ticket)
    if wish.value == Status.OPEN and ticket.status == Status.TRASH:
        trash.restore(session, ticket, by=by, now=now)
    elif not service.set_status(session, ticket, wish.value, by=by, now=now):
        return None
    return before, _standing(ticket)


def _snooze(session: Session, ticket: Ticket, wish: Wish, by: Agent, now: datetime) -> _Changed:
    before = _standing(ticket)
    if not snoozing.snooze(session, ticket, datetime.fromisoformat(wish.value), by=by, now=now):
        return None
    return before, _standing(ticket)


def _spam(session: Session, ticket: Ticket, _wish: Wish, by: Agent, now: datetime) -> _Changed:
    if ticket.status == Status.SPAM:
        return None
    before = _standing(ticket)
    known = spam.learnt_among(session, spam.senders(session, ticket))
    learnt = spam.mark(session, ticket, by=by, now=now)
    return before, _standing(ticket) | {"learnt": [learnt] if learnt and learnt not in known else []}


def _trash(session: Session, ticket: Ticket, _wish: Wish, by: Agent, now: datetime) -> _Changed:
    before = _standing(ticket)
    return (before, _standing(ticket)) if trash.throw_away(session, ticket, by=by, now=now) else None


def _standing_back(
    session: Session, ticket: Ticket, before: Touched, after: Touched, by: Agent, now: datetime
) -> bool:
    """Put status and times back exactly: whoever waited has gone on waiting."""
    here = _standing(ticket)
    if any(here[name] != after[name] for name in TELLING):
        return False
    spam.unlearn(session, after.get("learnt", []))
    spam.relearn(session, before.get("forgotten", []), by=by, now=now)
    record(
        session, "status", ticket=ticket, by=by, now=now,
        before=ticket.status, after=before["status"], undo=True, until=before["snoozed_until"],
    )  # fmt: skip
    ticket.status = before["status"]
    for name in STANDING[1:]:
        if name != "unread" or before[name]:
            setattr(ticket, name, _value(name, before[name]))
    changed(session, ticket.id, "status", now)
    return True


def _tag(session: Session, ticket: Ticket, wish: Wish, by: Agent, now: datetime) -> _Changed:
    there = [tag.name for tag in ticket.tags]
    fresh = [name for name in wish.value.split(", ") if name not in there]
    if not fresh:
        return None
    service.set_tags(session, ticket, [*there, *fresh], by=by, now=now)
    return {}, {"added": fresh}


def _untag(session: Session, ticket: Ticket, wish: Wish, by: Agent, now: datetime) -> _Changed:
    there = [tag.name for tag in ticket.tags]
    gone = [name for name in wish.value.split(", ") if name in there]
    if not gone:
        return None
    service.set_tags(session, ticket, [name for name in there if name not in gone], by=by, now=now)
    return {"removed": gone}, {}


def _tags_back(
    session: Session, ticket: Ticket, before: Touched, after: Touched, by: Agent, now: datetime
) -> bool:
    """Only these tags: others that came or went meanwhile stay as they are."""
    there = [tag.name for tag in ticket.tags]
    added, removed = after.get("added", []), before.get("removed", [])
    if set(added) - set(there) or set(removed) & set(there):
        return False
    service.set_tags(session, ticket, [*(set(there) - set(added)), *removed], by=by, now=now)
    return True


def _merge(session: Session, ticket: Ticket, wish: Wish, by: Agent, now: datetime) -> _Changed:
    if ticket.id == wish.number:
        return None
    target = session.get_one(Ticket, wish.number)
    if target.customer_id != ticket.customer_id:
        raise Conflict("Tickets of different customers are merged one by one.")
    merging.merge(session, ticket.id, target.id, by=by, now=now)
    return {}, {"merged_into_id": target.id}


def _merge_back(
    session: Session, ticket: Ticket, _before: Touched, after: Touched, by: Agent, now: datetime
) -> bool:
    if ticket.merged_into_id != after["merged_into_id"]:
        return False
    merging.unmerge(session, ticket.id, by=by, now=now)
    return True


def _mailbox(session: Session, ticket: Ticket, wish: Wish, by: Agent, now: datetime) -> _Changed:
    before = mailbox_move.place(ticket)
    if not mailbox_move.move(session, ticket, wish.number, by=by, now=now):
        return None
    return before, mailbox_move.place(ticket)


def _mailbox_back(
    session: Session, ticket: Ticket, before: Touched, after: Touched, by: Agent, now: datetime
) -> bool:
    return mailbox_move.put_back(session, ticket, before, after, by=by, now=now)


def _read(session: Session, ticket: Ticket, wish: Wish, _by: Agent, now: datetime) -> _Changed:
    unread = wish.kind == "unread"
    if ticket.unread == unread:
        return None
    _set_unread(session, ticket, unread, now)
    return {"unread": not unread}, {"unread": unread}


def _read_back(
    session: Session, ticket: Ticket, before: Touched, after: Touched, _by: Agent, now: datetime
) -> bool:
    if ticket.unread != after["unread"]:
        return False
    _set_unread(session, ticket, before["unread"], now)
    return True


def _set_unread(session: Session, ticket: Ticket, unread: bool, now: datetime) -> None:
    ticket.unread = unread
    changed(session, ticket.id, "read", now)


def _standing(ticket: Ticket) -> Touched:
    values = {name: getattr(ticket, name) for name in STANDING}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()
    }


def _value(name: str, kept: Any) -> Any:
    is_time = name in ("waiting_since", "closed_at", "snoozed_until", "trashed_at")
    return datetime.fromisoformat(kept) if is_time and kept else kept


KINDS: dict[str, tuple[_Do, _Back]] = {
    "assign": _one_value("assignee_id", service.assign, attrgetter("number")),
    "team": _one_value("team_id", assignment.set_team, attrgetter("number")),
    "mailbox": (_mailbox, _mailbox_back),
    "priority": _one_value("priority", priorities.set_priority, attrgetter("value")),
    "status": (_status, _standing_back),
    "snooze": (_snooze, _standing_back),
    "spam": (_spam, _standing_back),
    "trash": (_trash, _standing_back),
    "tag": (_tag, _tags_back),
    "untag": (_untag, _tags_back),
    "merge": (_merge, _merge_back),
    "read": (_read, _read_back),
    "unread": (_read, _read_back),
}
