"""What a number of letters says about an article. Pure.

All figures are of the letters that arrived in the period: an article that was offered beside a letter in March and
sent in April counts in March.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

# Below this many measured replies without an article nobody can say what usual is.
FEWEST_MEASURED = 5


@dataclass(frozen=True)
class Counts:
    """Letters. `typed`: sent without being inserted, because the agent wrote the same; it is in `unchanged` or `edited`
    as well. `passed_over`: answered without it."""

    shown: int = 0
    inserted: int = 0
    unchanged: int = 0
    edited: int = 0
    typed: int = 0
    dismissed: int = 0
    passed_over: int = 0

    @property
    def sent(self) -> int:
        return self.unchanged + self.edited


@dataclass(frozen=True)
class Saved:
    """Seconds of work: `usual` is the median of replies without an article, `mine` that of replies with this one.

    `seconds`: usual less what each of the `n` measured replies took, added up. Below zero it cost time.
    """

    n: int
    seconds: int
    mine: float
    usual: float

    @property
    def minutes(self) -> int:
        return round(self.seconds / 60)


def saved(with_article: Sequence[int], free: Sequence[int]) -> Saved | None:
    """Both in seconds of active writing. None where too little was measured to say anything."""
    if not with_article or len(free) < FEWEST_MEASURED:
        return None
    usual = median(free)
    seconds = round(sum(usual - one for one in with_article))
    return Saved(len(with_article), seconds, median(with_article), usual)


@dataclass(frozen=True)
class Reopened:
    """Tickets: how many were closed after the article was sent, and how many of these a customer's letter opened."""

    closed: int = 0
    opened: int = 0

    @property
    def share(self) -> float:
        return self.opened / self.closed if self.closed else 0.0
