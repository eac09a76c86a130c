"""Pure: how fast an account may send, and when a provider asks for less.

The generic cell rate algorithm (ITU-T I.371): `next_at` is when the next letter may leave. An account that was quiet
may send a few at once, yet never more than its limit in any minute.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
LARGEST_BURST = 10
# After a provider asked for less: a pause, and then a slow pace for a while.
PAUSE = timedelta(seconds=60)
SLOWLY_FOR = timedelta(minutes=15)
SLOW_PER_MINUTE = 6

_TEMPORARY = re.compile(r"4\d\d[ -]")
# "4.2.x" speaks of the recipient's mailbox, and grey-listing of one pair of addresses: neither is about our pace.
_ABOUT_SOMEBODY_ELSE = re.compile(r"\b4\.2\.\d|gr[ea]y.?list", re.IGNORECASE)
_TOO_MUCH = re.compile(
    r"too (many|much|fast)|rate.{0,3}(limit|control)|throttl|slow down|exceed|\b4\.7\.(28|500|650)\b|"
    r"(limit|quota).{0,20}reached|(message|sending) (limit|rate)|server busy",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Pace:
    """What the mailbox says: letters a minute (0: no limit), when the next may leave, until when to go slowly."""

    per_minute: int
    next_at: datetime | None
    slowly_until: datetime | None

    def free_at(self, now: datetime) -> datetime:
        """When the next letter may leave; `now` when it may leave at once."""
        return max(now, self.next_at) if self.next_at is not None else now

    def after_one(self, now: datetime) -> datetime | None:
        """`next_at` once a letter leaves now; None when there is nothing to wait for."""
        limit = self._limit(now)
        if not limit:
            return None
        burst = min(LARGEST_BURST, 1 + limit // 10)
        gap = MINUTE / (limit - burst + 1)
        earliest = now - gap * (burst - 1)
        return (max(self.next_at, earliest) if self.next_at is not None else earliest) + gap

    def _limit(self, now: datetime) -> int:
        if self.slowly_until is not None and now < self.slowly_until:
            return min(self.per_minute or SLOW_PER_MINUTE, SLOW_PER_MINUTE)
        return self.per_minute


def asks_for_less(answer: str) -> bool:
    """True for a temporary refusal that says we send too much (RFC 3463, X.7.x, and the words of large providers)."""
    if not _TEMPORARY.search(answer) or _ABOUT_SOMEBODY_ELSE.search(answer):
        return False
    return _TOO_MUCH.search(answer) is not None
