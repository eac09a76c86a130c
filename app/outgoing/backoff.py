"""Pure: when to try a deferred delivery again, when to give up, and when an agent should hear of it."""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST_WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60))
LATER_WAIT = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=5)
# RFC 5321, section 4.5.4.1 asks for four to five days of trying; people want to know much sooner.
TELL_AFTER = (timedelta(minutes=15), timedelta(hours=4))


def wait_after(attempts: int) -> timedelta:
    """How long to wait after `attempts` failures (at least one)."""
    return FIRST_WAITS[attempts - 1] if attempts <= len(FIRST_WAITS) else LATER_WAIT


def next_try(attempts: int, first_tried_at: datetime, now: datetime) -> datetime | None:
    """When to try again after `attempts` failures (at least one); None when five days are over."""
    due_at = now + wait_after(attempts)
    return due_at if due_at <= first_tried_at + GIVE_UP_AFTER else None


def is_worth_telling(first_tried_at: datetime, last_tried_at: datetime, now: datetime) -> bool:
    """True at the first failure past 15 minutes and at the first past 4 hours of trying."""
    return any(last_tried_at - first_tried_at < limit <= now - first_tried_at for limit in TELL_AFTER)
