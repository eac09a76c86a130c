"""The moments that a ticket can be put aside until, in the time zone of whoever puts it aside. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.errors import InvalidInput

MORNING = time(9)
LATER = timedelta(hours=3)
# Whatever would wake later than this in the evening is not "today" any more.
LAST_HOUR = 21
LONGEST = timedelta(days=5 * 366)
NAMES = ("later", "tomorrow", "monday", "week")


@dataclass(frozen=True)
class Moment:
    """One of NAMES and the moment it stands for now, in UTC."""

    name: str
    at: datetime


def moments(now: datetime, zone: ZoneInfo) -> list[Moment]:
    """What is offered now, soonest first; what would be the same moment as another is left out."""
    local = now.astimezone(zone)
    found = []
    later = _next_hour(local + LATER)
    if later.date() == local.date() and later.hour <= LAST_HOUR:
        found.append(Moment("later", later.astimezone(UTC)))
    today = local.date()
    for name, days in (("tomorrow", 1), ("monday", 7 - today.weekday()), ("week", 7)):
        at = _morning(today + timedelta(days=days), zone)
        if all(known.at != at for known in found):
            found.append(Moment(name, at))
    return sorted(found, key=lambda moment: moment.at)


def moment_of(name: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The moment of a name, also of one that is not offered at this hour. Raises InvalidInput for no name of ours."""
    if name not in NAMES:
        raise InvalidInput("Choose a time to put it aside until.", "until")
    if name == "later":
        return _next_hour(now.astimezone(zone) + LATER).astimezone(UTC)
    today = now.astimezone(zone).date()
    days = {"tomorrow": 1, "monday": 7 - today.weekday(), "week": 7}[name]
    return _morning(today + timedelta(days=days), zone)


def read_moment(typed: str, zone: ZoneInfo) -> datetime:
    """A date and time as a browser sends it, "2026-11-24T09:30", or a date alone, which means nine in the morning."""
    try:
        local = datetime.fromisoformat(typed.strip())
    except ValueError:
        raise InvalidInput("This is no date and time.", "at") from None
    if local.tzinfo is not None:
        return local.astimezone(UTC)
    if len(typed.strip()) <= len("2026-11-24"):
        local = datetime.combine(local.date(), MORNING)
    try:
        return local.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        raise InvalidInput("This is no date and time.", "at") from None


def check(until: datetime, now: datetime) -> datetime:
    """Raises InvalidInput for a moment that is over, or too far away to be meant."""
    if until <= now:
        raise InvalidInput("That time is over already.", "at")
    if until > now + LONGEST:
        raise InvalidInput("That is more than five years away.", "at")
    return until


def _morning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, MORNING, zone).astimezone(UTC)


def _next_hour(local: datetime) -> datetime:
    full = local.replace(minute=0, second=0, microsecond=0)
    return full if full == local else (full.astimezone(UTC) + timedelta(hours=1)).astimezone(local.tzinfo)
