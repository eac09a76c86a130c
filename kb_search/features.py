"""A cleaned question as a sparse vector: stems, pairs of neighbouring stems, pieces of words, concepts. Pure.

Pieces of three to five letters recognise misspelt words and Russian endings. Features are hashed by
CRC-32, which is the same in every process (Python's own hash of a text is not).
"""

import math
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from kb_search.concepts import concept_of, topics
from kb_search.stems import stem, words
from kb_search.stopwords import STOP_WORDS

BUCKETS = 1 << 20
_MASK = BUCKETS - 1
_PIECES = (3, 4, 5)
_SHARE = {"stem": 1.0, "pair": 0.6, "piece": 0.8, "concept": 0.6}
_STOP_VALUE = 0.4
_MOST_WORDS = 200


@dataclass(frozen=True)
class Vector:
    """Bucket numbers and their values, of unit length together; `terms` are the telling stems in order, `topics`
    what they are about (see concepts.py)."""

    buckets: "array[int]"
    values: "array[float]"
    terms: tuple[str, ...]
    topics: tuple[str, ...]


def vector_of(question: str) -> Vector:
    every = words(question)[:_MOST_WORDS]
    pairs = _stem_values(every)
    telling = tuple(stem(word) for word in every if word not in STOP_WORDS) or tuple(map(stem, every))
    values: dict[int, float] = {}
    _add(values, pairs, _SHARE["stem"])
    _add(values, dict(Counter(_pairs(every))), _SHARE["pair"])
    _add(values, _piece_values(every), _SHARE["piece"])
    _add(values, _concept_values(every), _SHARE["concept"])
    length = math.sqrt(sum(value * value for value in values.values())) or 1.0
    shares = array("f", (value / length for value in values.values()))
    return Vector(array("I", values), shares, telling, tuple(topics(every)))


def _add(values: dict[int, float], group: Mapping[int, float], share: float) -> None:
    damped = {bucket: math.sqrt(count) for bucket, count in group.items()}
    length = math.sqrt(sum(value * value for value in damped.values())) or 1.0
    for bucket, value in damped.items():
        values[bucket] = values.get(bucket, 0.0) + share * value / length


def _stem_values(every: Iterable[str]) -> dict[int, float]:
    values: dict[int, float] = {}
    for word in every:
        bucket = _bucket("s" + stem(word))
        values[bucket] = values.get(bucket, 0.0) + (_STOP_VALUE if word in STOP_WORDS else 1.0)
    return values


def _pairs(every: list[str]) -> Iterable[int]:
    line = ["", *map(stem, every), ""]
    return [_bucket(f"p{left} {right}") for left, right in pairwise(line)]


def _piece_values(every: Iterable[str]) -> dict[int, float]:
    values: dict[int, float] = {}
    for word in every:
        for bucket in _pieces(word):
            values[bucket] = values.get(bucket, 0.0) + 1.0
    return values


def _concept_values(every: Iterable[str]) -> dict[int, float]:
    numbers = (number for word in every if (number := concept_of(word)) is not None)
    return {_bucket(f"m{number}"): float(count) for number, count in Counter(numbers).items()}


@lru_cache(maxsize=1 << 13)
def _pieces(word: str) -> tuple[int, ...]:
    framed = f"_{word}_"
    return tuple(
        _bucket("c" + framed[start : start + size])
        for size in _PIECES
        for start in range(max(1, len(framed) - size + 1))
    )


def _bucket(feature: str) -> int:
    return zlib.crc32(feature.encode("utf-8", "surrogatepass")) & _MASK
