"""Pure: the arithmetic of reports. Quantiles that are one of the values, the gain between two samples with its
interval, the loyalty index, and quintiles in which equal values stand together."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.ratings.score import Z

# Below this many replies on either side an agent's own baseline says nothing.
FEWEST_TO_COMPARE = 5
QUINTILES = 5


def quantile(values: Sequence[int], share: float) -> int | None:
    """The smallest of the values such that at least this share of them is not larger. `values` sorted."""
    return values[max(0, math.ceil(share * len(values)) - 1)] if values else None


def median(values: Sequence[int]) -> int | None:
    """Of an even number the lower of the two in the middle. `values` sorted."""
    return quantile(values, 0.5)


@dataclass(frozen=True)
class Sample:
    """Of some numbers: how many, their sum, and the sum of their squares."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0

    @property
    def mean(self) -> float:
        return self.total / self.n if self.n else 0.0

    @property
    def variance(self) -> float:
        """Of the sample, with n - 1."""
        return (
            max(0.0, (self.squares - self.total * self.total / self.n) / (self.n - 1)) if self.n > 1 else 0.0
        )

    def __add__(self, other: Sample) -> Sample:
        return Sample(self.n + other.n, self.total + other.total, self.squares + other.squares)


@dataclass(frozen=True)
class Gain:
    """Seconds saved in all, with the 95 % interval; `replies` so many with an article, of so many `agents`."""

    seconds: float
    low: float
    high: float
    replies: int
    agents: int


def gain(samples: Iterable[tuple[Sample, Sample]]) -> Gain | None:
    """What replies with an article saved against the same agent's replies without one: Welch's method, agent by agent.

    samples: (with, without) of each agent. None when nobody has enough of both to compare. Each agent's difference of
    means counts for as many replies as they wrote with an article; the variances add up in the same way, and the
    degrees of freedom are those of Welch and Satterthwaite. The gain may be negative.
    """
    seconds = spread = below = 0.0
    replies = agents = 0
    for made, typed in samples:
        if min(made.n, typed.n) < FEWEST_TO_COMPARE:
            continue
        agents, replies = agents + 1, replies + made.n
        seconds += made.n * (typed.mean - made.mean)
        for sample in (made, typed):
            part = made.n * made.n * sample.variance / sample.n
            spread += part
            below += part * part / (sample.n - 1)
    if not agents:
        return None
    half = student(spread * spread / below) * math.sqrt(spread) if below else 0.0
    return Gain(seconds, seconds - half, seconds + half, replies, agents)


def student(freedom: float) -> float:
    """The two-sided 95 % point of Student's t: the expansion of Cornish and Fisher, right to 0.01 from 4 degrees on."""
    square = Z * Z
    first = Z * (square + 1) / 4
    second = Z * (5 * square * square + 16 * square + 3) / 96
    third = Z * (3 * square**3 + 19 * square * square + 17 * square - 15) / 384
    fourth = Z * (79 * square**4 + 776 * square**3 + 1482 * square * square - 1920 * square - 945) / 92160
    return Z + first / freedom + second / freedom**2 + third / freedom**3 + fourth / freedom**4


def loyalty(satisfaction: float, competition: float) -> float:
    """L = 1 - r (1 - S): who has nowhere else to go stays, whatever the satisfaction."""
    return 1 - competition * (1 - satisfaction)


def quintiles(values: Iterable[float]) -> dict[float, int]:
    """value → its fifth, 1 (smallest) to 5. Equal values stand in one fifth: that of the first of them in the order."""
    counts = Counter(values)
    total, below, found = sum(counts.values()), 0, {}
    for value in sorted(counts):
        found[value] = 1 + QUINTILES * below // total
        below += counts[value]
    return found


def share(part: float, whole: float) -> float | None:
    """None of nothing."""
    return part / whole if whole else None
