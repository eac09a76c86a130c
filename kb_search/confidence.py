"""How sure to be that the first suggestion is right: a small logistic regression that keeps refitting. Pure.

It starts from a shipped prior. Every learnt letter gives two cases: as it stood before learning, and with
its own article taken away, which is what a question that no article answers looks like.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

RING = 600
REFIT_EVERY = 50
# An installation's own letters outweigh the prior after about this many cases: more than the ring holds, since one
# wrong choice among a few hundred would move the end of the scale where it is decided what to show.
_PRIOR_CASES = 1500.0
_ROUNDS = 4
# Share of answers where the agent's choice is not the best article: without it a few such mistakes would
# talk the confidence out of every sure suggestion.
_MISTAKEN = 0.03


class Evidence(NamedTuple):
    """What is known about a candidate for a letter; every figure is of the order of 1.

    odds: logarithm of its odds against all others · own: share of the letter its past letters and text know ·
    sure_and_known: both together · lead: of the linear score over the next candidate · linear: that score ·
    examples: logarithm of how many letters it has answered · total: the score that ranks · meant: likeness of meaning
    """

    odds: float
    sure_and_known: float
    own: float
    lead: float
    linear: float
    examples: float
    total: float
    meant: float


class Case(NamedTuple):
    """Figures with a leading 1, what became of it (1 or 0), and how much it counts."""

    figures: tuple[float, ...]
    right: float
    weight: float


@dataclass(frozen=True)
class Prior:
    """Weights to start from, the first one for no figure at all, and how firmly they are held, per case.

    `caution` is taken from the logarithm of the odds after all fitting, which would undo a lower weight within a few
    hundred letters.
    """

    weights: tuple[float, ...]
    firmness: tuple[tuple[float, ...], ...]
    caution: float = 0.0


class Calibrator:
    """probability() of a suggestion being right; observe() what became of one."""

    def __init__(self, prior: Prior) -> None:
        self._prior = prior
        self.weights: list[float] = list(prior.weights)
        self.cases: list[Case] = []
        self.seen = 0

    def probability(self, evidence: Evidence) -> float:
        return _logistic(_dot(self.weights, (1.0, *evidence)) - self._prior.caution)

    def observe(self, evidence: Evidence, right: bool, weight: float = 1.0) -> None:
        case = Case((1.0, *evidence), 1.0 if right else 0.0, weight)
        if len(self.cases) < RING:
            self.cases.append(case)
        else:
            self.cases[self.seen % RING] = case
        self.seen += 1
        if self.seen % REFIT_EVERY == 0:
            self.weights = fit(self.cases, self._prior, self.weights)


def fit(cases: Sequence[Case], prior: Prior, start: Sequence[float]) -> list[float]:
    """Newton's method; from weights that were good a moment ago it takes a round or two."""
    weights = list(start)
    for _ in range(_ROUNDS):
        slope, curve = _prior_pull(weights, prior)
        for case in cases:
            _add_case(slope, curve, weights, case)
        step = _solve(curve, slope)
        weights = [weight + change for weight, change in zip(weights, step, strict=True)]
        if max(map(abs, step)) < 1e-2:
            break
    return weights


def _prior_pull(weights: Sequence[float], prior: Prior) -> tuple[list[float], list[list[float]]]:
    """Slope and curvature of the prior alone."""
    curve = [[_PRIOR_CASES * firmness for firmness in row] for row in prior.firmness]
    for place in range(len(curve)):
        curve[place][place] += 0.1
    away = [before - weight for before, weight in zip(prior.weights, weights, strict=True)]
    return [_dot(row, away) for row in curve], curve


def _add_case(slope: list[float], curve: list[list[float]], weights: Sequence[float], case: Case) -> None:
    guess = _logistic(_dot(weights, case.figures))
    noted = (1.0 - _MISTAKEN) * guess + _MISTAKEN / 10.0
    turn = (1.0 - _MISTAKEN) * guess * (1.0 - guess)
    spread = noted * (1.0 - noted)
    off = case.weight * (case.right - noted) * turn / spread
    bend = case.weight * turn * turn / spread
    for row, figure in enumerate(case.figures):
        slope[row] += off * figure
        scaled = bend * figure
        line = curve[row]
        for column, other in enumerate(case.figures):
            line[column] += scaled * other


def _solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gauss elimination of a small positive definite system."""
    size = len(right)
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for pivot in range(size):
        for below in range(pivot + 1, size):
            factor = rows[below][pivot] / rows[pivot][pivot]
            for column in range(pivot, size + 1):
                rows[below][column] -= factor * rows[pivot][column]
    answer = [0.0] * size
    for pivot in reversed(range(size)):
        rest = sum(rows[pivot][column] * answer[column] for column in range(pivot + 1, size))
        answer[pivot] = (rows[pivot][size] - rest) / rows[pivot][pivot]
    return answer


def _dot(left: Sequence[float], right: Sequence[float]) -> float:
    return sum(one * other for one, other in zip(left, right, strict=True))


def _logistic(value: float) -> float:
    if value < -30.0:
        return 0.0
    return 1.0 / (1.0 + math.exp(-min(value, 30.0)))
