"""An online linear model: AROW (Crammer, Kulesza, Dredze 2009) for many classes, in flat arrays. Pure.

One row per feature bucket holds the classes it knows, their weights and how sure it is of each. An
update moves the right class and its strongest rival only, so rows stay short and learning is cheap.
"""

from array import array
from collections.abc import Collection, Sequence

from kb_search.features import Vector

# How reluctant a confident weight is to move; smaller learns faster and forgets faster.
_REGULAR = 0.3
_FIRST_VARIANCE = 1.0


class Arow:
    """Classes are small numbers given by the owner; scores of unknown classes are 0."""

    def __init__(self) -> None:
        self.rows: dict[int, tuple[array[int], array[float], array[float]]] = {}
        self.classes = 0

    def scores(self, vector: Vector) -> list[float]:
        """One score per class."""
        found = [0.0] * self.classes
        rows = self.rows
        for bucket, value in zip(vector.buckets, vector.values, strict=True):
            row = rows.get(bucket)
            if row is not None:
                for number, weight in zip(row[0], row[1], strict=True):
                    found[number] += weight * value
        return found

    def update(self, vector: Vector, right: int, wrong: int, weight: float) -> None:
        """One step that puts `right` above `wrong` by a margin of 1; `weight` scales the step."""
        self.classes = max(self.classes, right + 1, wrong + 1)
        places = [self._place(bucket, (right, wrong)) for bucket in vector.buckets]
        margin = spread = 0.0
        for (row, up, down), value in zip(places, vector.values, strict=True):
            margin += value * (row[1][up] - row[1][down])
            spread += value * value * (row[2][up] + row[2][down])
        if margin >= 1.0:
            return
        shrink = 1.0 / (spread + _REGULAR)
        step = weight * (1.0 - margin) * shrink
        for (row, up, down), value in zip(places, vector.values, strict=True):
            _, weights, variances = row
            weights[up] += step * variances[up] * value
            weights[down] -= step * variances[down] * value
            variances[up] -= weight * shrink * (variances[up] * value) ** 2
            variances[down] -= weight * shrink * (variances[down] * value) ** 2

    def _place(
        self, bucket: int, pair: Sequence[int]
    ) -> tuple[tuple["array[int]", "array[float]", "array[float]"], int, int]:
        row = self.rows.get(bucket)
        if row is None:
            row = self.rows[bucket] = (array("I"), array("f"), array("f"))
        return row, _slot(row, pair[0]), _slot(row, pair[1])


def _slot(row: tuple["array[int]", "array[float]", "array[float]"], number: int) -> int:
    classes, weights, variances = row
    try:
        return classes.index(number)
    except ValueError:
        classes.append(number)
        weights.append(0.0)
        variances.append(_FIRST_VARIANCE)
        return len(classes) - 1


def best_rival(scores: Sequence[float], right: int, among: Collection[int]) -> int | None:
    """The class of `among` with the highest score that is not `right`."""
    rivals = [number for number in among if number != right]
    return max(rivals, key=lambda number: scores[number] if number < len(scores) else 0.0, default=None)
