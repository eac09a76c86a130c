"""What of a ticket a macro can change, as values that can be kept and put back. Never commits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.errors import SincerelyError
from app.tickets import assignment, fields, priorities, service
from app.tickets.models import Ticket
from app.tickets.order_models import TicketValue

_TIMES = ("waiting_since", "closed_at", "snoozed_until")


def standing(session: Session, ticket: Ticket) -> dict[str, Any]:
    """Plain values by name; a field by "field:" and its number."""
    query = sa.select(TicketValue.field_id, TicketValue.value).where(TicketValue.ticket_id == ticket.id)
    own = {f"field:{row.field_id}": row.value for row in session.execute(query)}
    return _Standing(
        {
            "status": ticket.status,
            **{name: _text(getattr(ticket, name)) for name in _TIMES},
            "assignee": ticket.assignee_id,
            "team": ticket.team_id,
            "priority": ticket.priority,
            "tags": sorted(tag.name for tag in ticket.tags),
            **own,
        }
    )


class _Standing(dict[str, Any]):
    """A field that says nothing has no row."""

    def __missing__(self, name: str) -> Any:
        return None


def restore(
    session: Session,
    ticket: Ticket,
    before: dict[str, Any],
    after: dict[str, Any],
    *,
    by: Agent,
    now: datetime,
) -> bool:
    """Put back every value that still is what the macro made of it; False when somebody has changed one since."""
    here = standing(session, ticket)
    whole = True
    for name in [name for name in {**before, **after} if name not in _TIMES]:
        if name == "tags":
            _tags_back(session, ticket, before["tags"], after["tags"], by, now)
            continue
        if here[name] != after.get(name):
            whole = False
            continue
        whole = _put(session, ticket, name, before, by, now) and whole
    return whole


def _put(
    session: Session, ticket: Ticket, name: str, before: dict[str, Any], by: Agent, now: datetime
) -> bool:
    value = before.get(name)
    try:
        with session.begin_nested():
            if name == "status":
                _status_back(session, ticket, before, by, now)
            elif name == "assignee":
                service.assign(session, ticket, value, by=by, now=now)
            elif name == "priority":
                priorities.set_priority(session, ticket, str(value), by=by, now=now)
            elif name == "team":
                assignment.set_team(session, ticket, value, by=by, now=now)
            elif name.startswith("field:"):
                fields.put_value(session, ticket, int(name[6:]), value or "", by=by, now=now)
    except SincerelyError:
        return False
    return True


def _status_back(session: Session, ticket: Ticket, before: dict[str, Any], by: Agent, now: datetime) -> None:
    """Exactly as it was: whoever waited has gone on waiting."""
    service.record(
        session,
        "status",
        ticket=ticket,
        by=by,
        now=now,
        before=ticket.status,
        after=before["status"],
        undo=True,
    )
    ticket.status = before["status"]
    for name in _TIMES:
        if name in before:
            setattr(ticket, name, datetime.fromisoformat(before[name]) if before[name] else None)
    service.changed(session, ticket.id, "status", now)
    session.flush()


def _tags_back(
    session: Session, ticket: Ticket, before: list[str], after: list[str], by: Agent, now: datetime
) -> None:
    """Only these: others that came or went meanwhile stay as they are."""
    there = [tag.name for tag in ticket.tags]
    added, removed = set(after) - set(before), set(before) - set(after)
    kept = [name for name in there if name not in added]
    service.set_tags(session, ticket, [*kept, *sorted(removed - set(kept))], by=by, now=now)


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
