"""What the past letters of each article mean: vectors of a sentence model, beside the words. Needs numpy.

Two views over the same vectors, as over the words: *likeness*, the cosine with the mean of a class's letters, and
*linear*, AROW with one weight for each place of a vector. Classes are the numbers of `memory`; scores are lists
indexed by class.
"""

import importlib
import math
from collections.abc import Iterable
from typing import Any

_REGULAR = 0.5
_FIRST_VARIANCE = 1.0
_PER_CLASS = ("sums", "weights", "variances")


class Meaning:
    """Vectors are 16-bit floats, as embed.py makes them; `model` says whose: those of another model are refused."""

    def __init__(self, model: str) -> None:
        self.model = model
        self._np: Any = importlib.import_module("numpy")
        self._size = 0
        self._classes = 0
        self._arrays: dict[str, Any] = {}

    def accepted(self, vector: bytes, model: str) -> bytes:
        """The vector, or b"" when it is of another model or damaged."""
        if not vector or model != self.model or len(vector) % 2:
            return b""
        places = self._read(vector)
        if (self._size and len(places) != self._size) or not self._np.isfinite(places).all():
            return b""
        return vector

    def grow(self, classes: int) -> None:
        self._classes = max(self._classes, classes)

    def add(self, vector: bytes, number: int, weight: float) -> None:
        """The class has one letter more; a negative weight takes one back."""
        places = self._read(vector)
        self._room(len(places))
        self._arrays["sums"][number] += self._np.float32(weight) * places

    def update(self, vector: bytes, right: int, wrong: int, weight: float) -> None:
        """One step of AROW that puts `right` above `wrong` by a margin of 1."""
        places = self._read(vector)
        self._room(len(places))
        weights, variances = self._arrays["weights"], self._arrays["variances"]
        margin = self._dot(places, weights[right] - weights[wrong])
        if right == wrong or margin >= 1.0:
            return
        squares = places * places
        spread = self._dot(squares, variances[right] + variances[wrong])
        shrink = 1.0 / (spread + _REGULAR)
        step = weight * (1.0 - margin) * shrink
        weights[right] += step * variances[right] * places
        weights[wrong] -= step * variances[wrong] * places
        for number in (right, wrong):
            variances[number] -= weight * shrink * squares * variances[number] ** 2

    def linear(self, vector: bytes) -> list[float]:
        if not self._size:
            return [0.0] * self._classes
        self._room(self._size)
        return self._each(self._arrays["weights"], self._read(vector))

    def likeness(self, vector: bytes) -> list[float]:
        """Cosine with the mean of each class; 0 for a class without vectors."""
        if not self._size:
            return [0.0] * self._classes
        self._room(self._size)
        places = self._read(vector)
        sums = self._arrays["sums"][: self._classes]
        lengths = map(math.sqrt, self._np.einsum("ij,ij->i", sums, sums).tolist())
        own = math.sqrt(self._dot(places, places)) or 1.0
        return [
            score / (length * own) if length > 1e-6 else 0.0
            for score, length in zip(self._each(sums, places), lengths, strict=True)
        ]

    def frozen(self) -> tuple[dict[str, int | str], list[bytes]]:
        """(shape, contents), for `thawed`. Every bit is kept."""
        if self._size:
            self._room(self._size)
        shape: dict[str, int | str] = {"model": self.model, "size": self._size, "classes": self._classes}
        return shape, [one[: self._classes].astype("<f4").tobytes() for one in self._arrays.values()]

    @classmethod
    def thawed(cls, shape: dict[str, Any], contents: Iterable[bytes]) -> "Meaning":
        """Raises ValueError, KeyError or TypeError for what `frozen` did not give."""
        found = cls(str(shape["model"]))
        found._size, found._classes = int(shape["size"]), int(shape["classes"])
        for name, content in zip(_PER_CLASS, contents, strict=bool(found._size)):
            flat = found._np.frombuffer(content, dtype="<f4").astype("f4")
            found._arrays[name] = flat.reshape(found._classes, found._size)
        return found

    def _read(self, vector: bytes) -> Any:
        return self._np.frombuffer(vector, dtype="<f2").astype("f4")

    # einsum adds in one order always; a matrix product takes the order of the machine and of the table's size, and a
    # memory made anew would differ in its last bits.
    def _dot(self, one: Any, other: Any) -> float:
        return float(self._np.einsum("i,i->", one, other))

    def _each(self, table: Any, places: Any) -> list[float]:
        found: list[float] = self._np.einsum("ij,j->i", table[: self._classes], places).tolist()
        return found

    def _room(self, size: int) -> None:
        """Rows for all classes there are; grown by halves, since articles come one at a time."""
        self._size = self._size or size
        have = len(self._arrays["sums"]) if self._arrays else 0
        if have >= self._classes:
            return
        rows = max(self._classes, have + have // 2, 16)
        for name in _PER_CLASS:
            first = _FIRST_VARIANCE if name == "variances" else 0.0
            fresh = self._np.full((rows, self._size), first, dtype="f4")
            if have:
                fresh[:have] = self._arrays[name]
            self._arrays[name] = fresh
