"""How a ticket stood before a change, as its event keeps it, and the way back to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.tickets.models import Status, Ticket


def remembered(ticket: Ticket) -> dict[str, Any]:
    """The status and the times that belong to it."""
    return {
        "before": ticket.status,
        "before_waiting": _text(ticket.waiting_since),
        "before_closed": _text(ticket.closed_at),
        "before_until": _text(ticket.snoozed_until),
    }


def put_back(ticket: Ticket, detail: Mapping[str, Any], now: datetime) -> None:
    """As `remembered` found it. A snooze whose time is over meanwhile is an open ticket."""
    until = _time(detail.get("before_until"))
    status = str(detail["before"])
    if status == Status.SNOOZED and (until is None or until <= now):
        status = Status.OPEN
    ticket.status = status
    ticket.snoozed_until = until if status == Status.SNOOZED else None
    ticket.trashed_at = now if status == Status.TRASH else None
    ticket.closed_at = _time(detail.get("before_closed")) or (now if status == Status.CLOSED else None)
    ticket.waiting_since = _time(detail.get("before_waiting"))


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
