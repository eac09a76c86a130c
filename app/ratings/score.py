"""Pure: what a number of ratings says, with honest uncertainty.

A neutral rating counts in n and not as positive. The interval is Wilson's (E. B. Wilson, 1927): unlike the usual
"plus or minus" it stays between 0 and 1 and is wide when there are few ratings, so that two happy customers do not
beat two hundred.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

# The two-sided 95 % point of the normal distribution.
Z = 1.959963984540054
# Below this many ratings nobody is ranked: the interval is wider than half the scale.
FEWEST_TO_RANK = 10


@dataclass(frozen=True)
class Score:
    """Counts of one agent, team or period."""

    good: int
    okay: int
    bad: int

    @property
    def n(self) -> int:
        return self.good + self.okay + self.bad

    @property
    def share(self) -> float:
        """Share of positive ratings, 0..1; 0 without ratings."""
        return self.good / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.good, self.n)

    @property
    def low(self) -> float:
        """What ranking goes by."""
        return self.interval[0]

    @property
    def high(self) -> float:
        return self.interval[1]

    @property
    def can_be_ranked(self) -> bool:
        return self.n >= FEWEST_TO_RANK


def wilson(positive: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share. Without any rating everything is possible: (0, 1)."""
    if n <= 0:
        return 0.0, 1.0
    share, spread = positive / n, Z * Z / n
    middle = share + spread / 2
    half = Z * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    return max(0.0, (middle - half) / (1 + spread)), min(1.0, (middle + half) / (1 + spread))


def percent(share: float) -> int:
    """Whole per cent as people read it: 100 and 0 only when it is all and nothing."""
    rounded = round(share * 100)
    if 0 < share < 1:
        return min(99, max(1, rounded))
    return rounded
