"""How sure to be that the first suggestion is right: a small logistic regression that keeps refitting. Pure.

It starts from a shipped prior. Every learnt letter gives two cases: as it stood before learning, and with
its own article taken away, which is what a question that no article answers looks like.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

RING = 600
REFIT_EVERY = 50
# An installation's own letters outweigh the prior after about this many cases.
_PRIOR_CASES = 150.0
_ROUNDS = 12
# Share of answers where the agent's choice is not the best article: without it a few such mistakes would
# talk the confidence out of every sure suggestion.
_MISTAKEN = 0.03


class Evidence(NamedTuple):
    """What is known about a candidate for a letter; every figure is of the order of 1.

    odds: logarithm of its odds against all others · own: share of the letter its past letters and text know ·
    sure_and_known: both together · lead: of the linear score over the next candidate · linear: that score ·
    examples: how many letters it has answered, in tens
    """

    odds: float
    sure_and_known: float
    own: float
    lead: float
    linear: float
    examples: float


class Case(NamedTuple):
    """Figures with a leading 1, what became of it (1 or 0), and how much it counts."""

    figures: tuple[float, ...]
    right: float
    weight: float


# Fitted on development questions, English and Russian, with 0 to 30 letters per article and 30 % of letters
# that no article answers; the matrix is how firmly those questions held each figure, per case.
_PRIOR = (-1.081, 0.425, 1.155, 2.381, 0.761, -0.730, -0.374)
_FIRMNESS = (
    (0.1379, -0.0083, 0.0196, 0.0346, 0.0184, 0.0403, 0.0699),
    (-0.0083, 0.7938, 0.0399, 0.0261, 0.0401, 0.0560, 0.0866),
    (0.0196, 0.0399, 0.0072, 0.0083, 0.0054, 0.0105, 0.0197),
    (0.0346, 0.0261, 0.0083, 0.0134, 0.0068, 0.0146, 0.0281),
    (0.0184, 0.0401, 0.0054, 0.0068, 0.0079, 0.0106, 0.0185),
    (0.0403, 0.0560, 0.0105, 0.0146, 0.0106, 0.0217, 0.0424),
    (0.0699, 0.0866, 0.0197, 0.0281, 0.0185, 0.0424, 0.1378),
)
_SIZE = len(_PRIOR)


class Calibrator:
    """probability() of a suggestion being right; observe() what became of one."""

    def __init__(self) -> None:
        self.weights: list[float] = list(_PRIOR)
        self.cases: list[Case] = []
        self.seen = 0

    def probability(self, evidence: Evidence) -> float:
        return _logistic(_dot(self.weights, (1.0, *evidence)))

    def observe(self, evidence: Evidence, right: bool, weight: float = 1.0) -> None:
        case = Case((1.0, *evidence), 1.0 if right else 0.0, weight)
        if len(self.cases) < RING:
            self.cases.append(case)
        else:
            self.cases[self.seen % RING] = case
        self.seen += 1
        if self.seen % REFIT_EVERY == 0:
            self.weights = _fit(self.cases)


def _fit(cases: Sequence[Case]) -> list[float]:
    """Newton's method from the prior; a few rounds are exact enough for seven figures."""
    weights = list(_PRIOR)
    for _ in range(_ROUNDS):
        slope, curve = _prior_pull(weights)
        for case in cases:
            _add_case(slope, curve, weights, case)
        step = _solve(curve, slope)
        weights = [weight + change for weight, change in zip(weights, step, strict=True)]
        if max(map(abs, step)) < 1e-4:
            break
    return weights


def _prior_pull(weights: Sequence[float]) -> tuple[list[float], list[list[float]]]:
    """Slope and curvature of the prior alone."""
    curve = [[_PRIOR_CASES * firmness for firmness in row] for row in _FIRMNESS]
    for place in range(_SIZE):
        curve[place][place] += 0.1
    away = [prior - weight for prior, weight in zip(_PRIOR, weights, strict=True)]
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
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for pivot in range(_SIZE):
        for below in range(pivot + 1, _SIZE):
            factor = rows[below][pivot] / rows[pivot][pivot]
            for column in range(pivot, _SIZE + 1):
                rows[below][column] -= factor * rows[pivot][column]
    answer = [0.0] * _SIZE
    for pivot in reversed(range(_SIZE)):
        rest = sum(rows[pivot][column] * answer[column] for column in range(pivot + 1, _SIZE))
        answer[pivot] = (rows[pivot][_SIZE] - rest) / rows[pivot][pivot]
    return answer


def _dot(left: Sequence[float], right: Sequence[float]) -> float:
    return sum(one * other for one, other in zip(left, right, strict=True))


def _logistic(value: float) -> float:
    if value < -30.0:
        return 0.0
    return 1.0 / (1.0 + math.exp(-min(value, 30.0)))
