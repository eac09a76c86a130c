"""How sure to be that the first suggestion is right: a small logistic regression that keeps refitting. Pure.

It starts from a shipped prior. Every learnt letter gives two cases: as it stood before learning, and with
its own article taken away, which is what a question that no article answers looks like.
"""

import math
from array import array
from collections.abc import Sequence
from typing import NamedTuple

RING = 600
REFIT_EVERY = 50
_PULL = 4.0  # strength of the prior, in cases
_ROUNDS = 12


class Evidence(NamedTuple):
    """What is known about the first candidate for a letter; every figure is of the order of 1."""

    gap: float
    linear: float
    lead: float
    likeness: float
    text: float
    known: float
    own: float
    nearest: float
    examples: float


# Fitted on development questions; a new installation starts from these.
_PRIOR = (-4.0, 1.0, 0.8, 0.5, 1.0, 0.5, 1.0, 1.0, 2.0, 0.0)


class Calibrator:
    """probability() of a first suggestion being right; observe() what became of it."""

    def __init__(self) -> None:
        self.weights: list[float] = list(_PRIOR)
        self.cases: list[tuple[tuple[float, ...], float]] = []
        self.seen = 0

    def probability(self, evidence: Evidence) -> float:
        return _logistic(_dot(self.weights, (1.0, *evidence)))

    def observe(self, evidence: Evidence, right: bool) -> None:
        case = ((1.0, *evidence), 1.0 if right else 0.0)
        if len(self.cases) < RING:
            self.cases.append(case)
        else:
            self.cases[self.seen % RING] = case
        self.seen += 1
        if self.seen % REFIT_EVERY == 0:
            self.weights = _fit(self.cases)

    def dump(self) -> tuple[list[float], "array[float]", int]:
        flat = array("d", (figure for case, label in self.cases for figure in (*case, label)))
        return self.weights, flat, self.seen

    def load(self, weights: list[float], flat: "array[float]", seen: int) -> None:
        width = len(_PRIOR) + 1
        rows = [flat[start : start + width] for start in range(0, len(flat), width)]
        self.weights, self.seen = weights, seen
        self.cases = [(tuple(row[:-1]), row[-1]) for row in rows]


def _fit(cases: Sequence[tuple[tuple[float, ...], float]]) -> list[float]:
    """Newton's method towards the prior; a few rounds are exact enough for seven figures."""
    weights = list(_PRIOR)
    size = len(weights)
    for _ in range(_ROUNDS):
        slope = [_PULL * (prior - weight) for prior, weight in zip(_PRIOR, weights, strict=True)]
        curve = [[_PULL if row == column else 0.0 for column in range(size)] for row in range(size)]
        for figures, label in cases:
            guess = _logistic(_dot(weights, figures))
            bend = guess * (1.0 - guess)
            for row in range(size):
                slope[row] += (label - guess) * figures[row]
                scaled = bend * figures[row]
                for column in range(size):
                    curve[row][column] += scaled * figures[column]
        step = _solve(curve, slope)
        weights = [weight + change for weight, change in zip(weights, step, strict=True)]
        if max(map(abs, step)) < 1e-6:
            break
    return weights


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
