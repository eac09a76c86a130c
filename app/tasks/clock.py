"""Pure: business hours. What is open when, how long we worked between two moments, when so much work will be done.

A calendar is read as people read it: "Monday, nine to six" is what the clock on the wall of its place says. Each day's
hours become moments in UTC, so a day of 23 or 25 hours has as many as it has. Hours that the clock jumps over do not
exist; hours that it shows twice count twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60
# Whoever is closed longer than this has no business hours.
MOST_DAYS = 5 * 366
_DAY = timedelta(days=1)
# The hours of one day: (begin, end) in minutes.
Day = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Hours:
    """When we work. `week`: seven days from Monday, each a tuple of (begin, end) in minutes of the local day, sorted,
    apart from each other, end at most 1440. `holidays`: local days on which we are closed. `instead`: local days with
    hours of their own, whatever weekday they are."""

    zone: str
    week: tuple[Day, ...]
    holidays: frozenset[date] = frozenset()
    instead: frozenset[tuple[date, Day]] = frozenset()


Interval = tuple[datetime, datetime]


def is_open(hours: Hours, at: datetime) -> bool:
    return any(begin <= at < end for begin, end in opening(hours, _local_day(hours, at)))


def worked(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """Working time between two moments; negative when `end` is the earlier one."""
    if end < start:
        return -worked(hours, end, start)
    total = timedelta()
    day, last = _local_day(hours, start), _local_day(hours, end)
    while day <= last:
        for begin, until in opening(hours, day):
            total += max(timedelta(), min(until, end) - max(begin, start))
        day += _DAY
    return total


def after(hours: Hours, start: datetime, amount: timedelta) -> datetime | None:
    """The earliest moment by which `amount` was worked since `start`. None when that much is never worked."""
    if amount <= timedelta():
        return start
    for begin, end in _forwards(hours, start):
        begin = max(begin, start)
        if end - begin >= amount:
            return begin + amount
        amount -= max(timedelta(), end - begin)
    return None


def before(hours: Hours, end: datetime, amount: timedelta) -> datetime | None:
    """The latest moment since which `amount` was worked until `end`: everything older has waited at least as long."""
    if amount <= timedelta():
        return end
    for begin, until in _backwards(hours, end):
        until = min(until, end)
        if until - begin >= amount:
            return until - amount
        amount -= max(timedelta(), until - begin)
    return None


def next_opening(hours: Hours, at: datetime) -> datetime | None:
    """When we open next: `at` itself while we are open, None when never."""
    for begin, end in _forwards(hours, at):
        if end > at:
            return max(begin, at)
    return None


@lru_cache(maxsize=20_000)
def opening(hours: Hours, day: date) -> tuple[Interval, ...]:
    """The hours of one local day as moments in UTC, in order and apart from each other."""
    if day in hours.holidays:
        return ()
    zone = ZoneInfo(hours.zone)
    found: list[Interval] = []
    for begin, end in _spans(hours, day):
        first, last = _moment(day, begin, zone, fold=0), _moment(day, end, zone, fold=1)
        if found:
            first = max(first, found[-1][1])
        if last > first:
            found.append((first, last))
    return tuple(found)


def _spans(hours: Hours, day: date) -> Day:
    return next((spans for other, spans in hours.instead if other == day), hours.week[day.weekday()])


def _forwards(hours: Hours, start: datetime) -> Iterator[Interval]:
    day = _local_day(hours, start)
    for number in range(MOST_DAYS):
        yield from opening(hours, day + number * _DAY)


def _backwards(hours: Hours, end: datetime) -> Iterator[Interval]:
    day = _local_day(hours, end)
    for number in range(MOST_DAYS):
        yield from reversed(opening(hours, day - number * _DAY))


def _local_day(hours: Hours, at: datetime) -> date:
    return at.astimezone(ZoneInfo(hours.zone)).date()


def _moment(day: date, minute: int, zone: ZoneInfo, *, fold: int) -> datetime:
    """The moment in UTC at which the wall clock shows this. `fold` chooses of two; for none it is the jump itself."""
    if minute == DAY_MINUTES:
        # Midnight belongs to the next day: where it is shown twice, that day begins with the first.
        day, minute, fold = day + _DAY, 0, 0
    local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone, fold=fold)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    return _jump(local.replace(fold=1).astimezone(UTC), local.replace(fold=0).astimezone(UTC), zone)


def _jump(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    """The second between these two at which the clock is put forward."""
    target = late.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == target:
            late = middle
        else:
            early = middle
    return late
