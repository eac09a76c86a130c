"""Pure: when a letter that is put off leaves, in the agent's own time zone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.errors import InvalidInput

MORNING = time(9)
CHOICES = ("hour", "tomorrow", "monday")
EXACT = "exact"


def leaves_at(choice: str, exact: str, now: datetime, zone: str) -> datetime:
    """Aware UTC. `choice` is one of CHOICES, or EXACT with `exact` as a browser's field writes it (2026-11-23T09:00).

    Raises InvalidInput for what is neither.
    """
    if choice == EXACT:
        return _exact(exact, zone)
    if choice == "hour":
        return now + timedelta(hours=1)
    here = now.astimezone(ZoneInfo(zone))
    days = {"tomorrow": 1, "monday": 7 - here.weekday()}.get(choice)
    if days is None:
        raise InvalidInput("Choose when the letter is to leave.", "send_at")
    morning = datetime.combine(here.date() + timedelta(days=days), MORNING, ZoneInfo(zone))
    return morning.astimezone(UTC)


def offers(now: datetime, zone: str) -> list[tuple[str, datetime]]:
    """Each choice with the time it means."""
    return [(choice, leaves_at(choice, "", now, zone)) for choice in CHOICES]


def _exact(typed: str, zone: str) -> datetime:
    try:
        local = datetime.fromisoformat(typed.strip())
    except ValueError:
        raise InvalidInput("Choose a day and a time.", "send_at") from None
    if local.tzinfo is not None:
        raise InvalidInput("Choose a day and a time.", "send_at")
    try:
        return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except OverflowError:  # the first hours of year 1, east of Greenwich
        raise InvalidInput("Choose a day and a time.", "send_at") from None
