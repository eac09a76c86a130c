"""Which mails of a folder broke the fetch: asked for last and one by one, so that they hold up nobody else.

A server that cannot read one of its own files answers NO to the whole FETCH or hangs up, for a batch of fifty as for
one. Kept in the memory of one watch: after a restart the first failure teaches it again.
"""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from app.errors import TemporaryFailure
from mail_ingest.fetch import LIST_BATCH

# A broken line costs a mail one or two strikes; only one that always breaks it is put off.
MOST_STRIKES = 3
# Short enough for what a bad line alone broke, once the line is good again; each try costs one connection at most.
PUT_OFF_SECONDS = 60.0


def wanted_again(withheld: int) -> float:
    """Seconds until the whole folder is to be listed again because of mails that we lack: a quick look starts above
    the highest number we have, and would pass them over."""
    return PUT_OFF_SECONDS if withheld else math.inf


class Strikes:
    """Of one folder. Times are of time.monotonic()."""

    def __init__(self) -> None:
        self._uidvalidity = 0
        self._strikes: dict[int, int] = {}
        self._again_at: dict[int, float] = {}

    def turns(self, uidvalidity: int, uids: Collection[int]) -> list[list[int]]:
        """What to ask for, in this order: all without a strike in large turns, then suspects one at a time."""
        if uidvalidity != self._uidvalidity:
            self._uidvalidity, self._strikes, self._again_at = uidvalidity, {}, {}
        clean = sorted(uid for uid in uids if uid not in self._strikes)
        suspects = sorted((self._strikes[uid], uid) for uid in uids if uid in self._strikes)
        now = time.monotonic()
        return [
            *(clean[start : start + LIST_BATCH] for start in range(0, len(clean), LIST_BATCH)),
            *([uid] for _strikes, uid in suspects if self._again_at.get(uid, now) <= now),
        ]

    def put_off(self, uids: Collection[int]) -> int:
        """How many of these are not asked for now."""
        now = time.monotonic()
        return sum(self._again_at.get(uid, now) > now for uid in uids)

    @contextmanager
    def watching(self, turn: Collection[int]) -> Iterator[None]:
        """Clears the names of a turn that went well, and remembers one in which the server failed."""
        try:
            yield
        except TemporaryFailure:
            for uid in turn:
                self._strikes[uid] = self._strikes.get(uid, 0) + (len(turn) == 1)
                if self._strikes[uid] >= MOST_STRIKES:
                    self._again_at[uid] = time.monotonic() + PUT_OFF_SECONDS
            raise
        for uid in turn:
            self._strikes.pop(uid, None)
            self._again_at.pop(uid, None)
