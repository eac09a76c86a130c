"""Choices of the whole desk that admins make in the browser: one row each."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.tickets.order_models import Preference

TRASH_DAYS = "trash_days"
DEFAULTS: dict[str, Any] = {TRASH_DAYS: 30}
LONGEST_TRASH = 3650


def preference(session: Session, name: str) -> Any:
    """What was chosen, else the default."""
    row = session.get(Preference, name)
    return DEFAULTS[name] if row is None else row.value


def trash_days(session: Session) -> int:
    """How many days a ticket stays in the trash; 0 is for ever."""
    return int(preference(session, TRASH_DAYS))


def set_trash_days(session: Session, typed: str) -> int:
    """Raises InvalidInput for what is no number of days up to ten years."""
    days = int(typed) if typed.strip().isascii() and typed.strip().isdecimal() and len(typed) < 9 else -1
    if not 0 <= days <= LONGEST_TRASH:
        raise InvalidInput("A number of days from 0 to 3650.", "days")
    row = session.get(Preference, TRASH_DAYS)
    if row is None:
        session.add(Preference(name=TRASH_DAYS, value=days))
    else:
        row.value = days
    session.flush()
    return days
