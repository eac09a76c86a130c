"""Pure: which promises a ticket has made, how each stands, and when it ends.

first   from the customer's first letter to the first reply after it.
next    from every later letter that finds nobody else's before it unanswered, to the next reply.
solved  from the first letter to the closing. It stands still while we wait for the customer, from "waiting" to their
        next letter or until somebody takes the ticket up again, and while the ticket is closed; reopened, it goes on.

A clock of first or next stops when the ticket is closed without a reply: somebody decided that none was needed. Time
is counted by the business hours given, or all of it. What is spent and what is left is counted in that time; `due_at`
is the moment on the wall at which nothing is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from app.tasks.clock import Hours, after, worked

FIRST, NEXT, SOLVED = "first", "next", "solved"
KINDS = (FIRST, NEXT, SOLVED)
# Nobody sees these tickets until they come back: they promise nothing.
LEFT_OUT = ("spam", "trash")

What = Literal["letter", "reply", "run", "wait", "close"]


@dataclass(frozen=True)
class Moment:
    """Something that moves a clock. run: it is our turn; wait: we wait for the customer; close: it is closed."""

    at: datetime
    what: What


@dataclass(frozen=True)
class Promise:
    """What one level promises one ticket. `minutes`: by kind; a kind that is missing is not promised.

    `hours`: None when all hours count."""

    minutes: Mapping[str, int]
    hours: Hours | None = None


@dataclass(frozen=True)
class Clock:
    """`due_at` is None while it stands still, and `stopped_at` while it has not ended. `broken`: it ran out before it
    ended; a clock that still runs is asked with the time of the question."""

    kind: str
    started_at: datetime
    target: timedelta
    spent: timedelta
    due_at: datetime | None
    stopped_at: datetime | None = None

    def is_broken(self, now: datetime) -> bool:
        if self.stopped_at is not None or self.due_at is None:
            return self.spent > self.target
        return now > self.due_at


@dataclass(frozen=True)
class _Span:
    """A clock before it is read: when it ran. The last run is open while `end` is None."""

    kind: str
    runs: tuple[tuple[datetime, datetime | None], ...]
    stopped_at: datetime | None


def clocks_of(moments: Sequence[Moment], promise: Promise, now: datetime) -> list[Clock]:
    """Every clock there was and is, oldest first. `moments` in their order; before the first letter nothing counts."""
    spans = [*_answering(moments), *_solving(moments)]
    found = [_read(span, promise, now) for span in spans if promise.minutes.get(span.kind)]
    return sorted(found, key=lambda one: (one.started_at, KINDS.index(one.kind)))


def nearest(clocks: Sequence[Clock]) -> Clock | None:
    """The running clock that ends first; None where none runs."""
    running = [one for one in clocks if one.stopped_at is None and one.due_at is not None]
    return min(running, key=lambda one: (one.due_at or one.started_at, KINDS.index(one.kind)), default=None)


def _answering(moments: Sequence[Moment]) -> list[_Span]:
    """Clocks of first and next: from a letter to what answers or ends it."""
    spans: list[_Span] = []
    asked_at: datetime | None = None
    for moment in moments:
        if moment.what == "letter":
            asked_at = asked_at or moment.at
        elif moment.what in ("reply", "close") and asked_at is not None:
            spans.append(_Span(NEXT if spans else FIRST, ((asked_at, moment.at),), moment.at))
            asked_at = None
    if asked_at is not None:
        spans.append(_Span(NEXT if spans else FIRST, ((asked_at, None),), None))
    return spans


def _solving(moments: Sequence[Moment]) -> list[_Span]:
    runs: list[tuple[datetime, datetime | None]] = []
    running_since: datetime | None = None
    closed_at: datetime | None = None
    for moment in moments:
        if moment.what == "letter" or (moment.what == "run" and runs):
            running_since, closed_at = running_since or moment.at, None
        elif moment.what in ("wait", "close"):
            closed_at = moment.at if moment.what == "close" else None
            if running_since is not None:
                runs.append((running_since, moment.at))
                running_since = None
    if running_since is not None:
        runs.append((running_since, None))
    return [_Span(SOLVED, tuple(runs), closed_at)] if runs else []


def _read(span: _Span, promise: Promise, now: datetime) -> Clock:
    target = timedelta(minutes=promise.minutes[span.kind])
    spent = timedelta()
    due_at = None
    for begin, end in span.runs:
        if end is None:
            due_at = _due(begin, target - spent, promise.hours)
        spent += _counted(begin, end or max(now, begin), promise.hours)
    return Clock(span.kind, span.runs[0][0], target, spent, due_at, span.stopped_at)


def _due(begin: datetime, left: timedelta, hours: Hours | None) -> datetime | None:
    """None also where the mailbox never opens for long enough: then nothing is ever late."""
    return begin + left if hours is None else after(hours, begin, left)


def _counted(begin: datetime, end: datetime, hours: Hours | None) -> timedelta:
    return end - begin if hours is None else worked(hours, begin, end)
