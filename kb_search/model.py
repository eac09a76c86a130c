"""What the past letters of each article look like: two views over the same sparse rows. Pure.

*Linear*: AROW (Crammer, Kulesza, Dredze 2009) for many classes. An update moves the right class and its
strongest rival only, so rows stay short and learning is cheap. *Likeness*: the cosine with the sum of a
class's letters, rare features counting more; it is the better judge of a class with one or two letters.
Classes are small numbers given by the owner. One row per feature bucket, in flat arrays.
"""

import math
from array import array

from kb_search.features import Vector

# How reluctant a confident weight is to move: smaller learns faster and forgets faster.
_REGULAR = 0.5
_FIRST_VARIANCE = 1.0
# What more classes than this know hardly tells them apart: such a row is left out, so that a question costs about the
# same however many articles there are. With few articles no row is left out.
_COMMON, _COMMON_OF_MANY = 256, 96
# From here on articles are many.
MANY = 512


class Row:
    """One feature: the classes that know it with weight, variance and sum of values; `seen` in how many letters."""

    __slots__ = ("classes", "seen", "sums", "variances", "weights")

    def __init__(self) -> None:
        self.classes = array("I")
        self.weights = array("f")
        self.variances = array("f")
        self.sums = array("f")
        self.seen = 0

    def slot(self, number: int) -> int:
        try:
            return self.classes.index(number)
        except ValueError:
            self.classes.append(number)
            self.weights.append(0.0)
            self.variances.append(_FIRST_VARIANCE)
            self.sums.append(0.0)
            return len(self.classes) - 1


class Model:
    """Scores lists are indexed by class; a class without letters scores 0."""

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        self.lengths: list[float] = []
        self.letters = 0
        self._most = _COMMON

    def grow(self, classes: int) -> None:
        self.lengths += [0.0] * (classes - len(self.lengths))
        self._most = _COMMON if len(self.lengths) <= MANY else _COMMON_OF_MANY

    def add(self, vector: Vector, number: int, weight: float) -> None:
        """The class has one letter more; a negative weight takes one back."""
        sign, most = 1 if weight > 0 else -1, self._most
        self.letters += sign
        for bucket, value in zip(vector.buckets, vector.values, strict=True):
            row = self._row(bucket)
            row.seen += sign
            if len(row.classes) >= most:
                continue
            slot = row.slot(number)
            before = row.sums[slot]
            row.sums[slot] = before + weight * value
            self.lengths[number] += self._rarity(row) * (row.sums[slot] ** 2 - before**2)

    def update(self, vector: Vector, right: int, wrong: int, weight: float) -> None:
        """One step that puts `right` above `wrong` by a margin of 1; `weight` scales the step."""
        most = self._most
        rows = zip(map(self._row, vector.buckets), vector.values, strict=True)
        places = [(row, row.slot(right), row.slot(wrong), x) for row, x in rows if len(row.classes) < most]
        margin = sum(x * (row.weights[up] - row.weights[down]) for row, up, down, x in places)
        if margin >= 1.0:
            return
        spread = sum(x * x * (row.variances[up] + row.variances[down]) for row, up, down, x in places)
        shrink = 1.0 / (spread + _REGULAR)
        step = weight * (1.0 - margin) * shrink
        for row, up, down, x in places:
            variances = row.variances
            row.weights[up] += step * variances[up] * x
            row.weights[down] -= step * variances[down] * x
            variances[up] -= weight * shrink * (variances[up] * x) ** 2
            variances[down] -= weight * shrink * (variances[down] * x) ** 2

    def linear(self, vector: Vector) -> list[float]:
        found = [0.0] * len(self.lengths)
        rows, most = self.rows, self._most
        for bucket, value in zip(vector.buckets, vector.values, strict=True):
            row = rows.get(bucket)
            if row is not None and len(row.classes) < most:
                for number, weight in zip(row.classes, row.weights, strict=True):
                    found[number] += weight * value
        return found

    def likeness(self, vector: Vector) -> list[float]:
        """From 0 to 1 per class."""
        found = [0.0] * len(self.lengths)
        length, most = 0.0, self._most
        for bucket, value in zip(vector.buckets, vector.values, strict=True):
            row = self.rows.get(bucket)
            rarity = self._rarity(row)
            length += rarity * value * value
            if row is not None and len(row.classes) < most:
                scaled = rarity * value
                for number, total in zip(row.classes, row.sums, strict=True):
                    found[number] += total * scaled
        length = math.sqrt(length) or 1.0
        lengths, root = self.lengths, math.sqrt
        for number, score in enumerate(found):
            if score:
                own = lengths[number]
                found[number] = score / (length * root(own)) if own > 1e-6 else 0.0
        return found

    def has(self, bucket: int, number: int) -> bool:
        """Whether a letter of the class had this feature."""
        row = self.rows.get(bucket)
        return row is not None and number in row.classes and row.sums[row.classes.index(number)] > 1e-6

    def rarity(self, bucket: int) -> float:
        return self._rarity(self.rows.get(bucket))

    def _rarity(self, row: Row | None) -> float:
        seen = row.seen if row is not None else 0
        return max(0.05, math.log((self.letters + 1.0) / (seen + 0.5)))

    def _row(self, bucket: int) -> Row:
        row = self.rows.get(bucket)
        if row is None:
            row = self.rows[bucket] = Row()
        return row


def best_rival(scores: list[float], right: int, among: range) -> int | None:
    """The class of `among` with the highest score that is not `right`."""
    rivals = scores[among.start : among.stop]
    if right in among:
        rivals[right - among.start] = -math.inf
    best = max(rivals, default=-math.inf)
    return among.start + rivals.index(best) if best > -math.inf else None
