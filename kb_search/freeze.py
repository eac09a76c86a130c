"""A Memory as bytes and back: a length, a JSON head, then flat arrays. Pure.

Floats keep every bit, so a thawed memory gives the same answers as the one that was frozen.
"""

import json
import struct
import sys
from array import array
from collections.abc import Iterable, Iterator
from typing import Any

from kb_search.confidence import Case
from kb_search.events import ArticleText
from kb_search.features import Vector
from kb_search.memory import Memory
from kb_search.model import Model, Row
from kb_search.ranking import Letter

_VERSION = 1
_LENGTH = struct.Struct("<Q")


def freeze(memory: Memory, position: int | None) -> bytes:
    arrays = [*_letter_arrays(memory.ranker.letters), *_row_arrays(memory.ranker.model)]
    blobs = [_bytes(one) for one in arrays]
    head = {
        "version": _VERSION,
        "position": position,
        "ids": memory.ids,
        "articles": [
            [text.id, text.title, text.body, text.language]
            for variants in memory.articles.values()
            for text in variants.values()
        ],
        "letters": [
            [one.said, one.number, one.weight, list(one.vector.terms)] for one in memory.ranker.letters
        ],
        "latest": [[list(terms), number] for terms, number in memory.latest.items()],
        "lengths": memory.ranker.model.lengths,
        "model_letters": memory.ranker.model.letters,
        "weights": memory.calibrator.weights,
        "cases": memory.calibrator.cases,
        "seen": memory.calibrator.seen,
        "arrays": [[one.typecode, len(blob)] for one, blob in zip(arrays, blobs, strict=True)],
    }
    packed = json.dumps(head, separators=(",", ":")).encode("ascii")
    return b"".join([_LENGTH.pack(len(packed)), packed, *blobs])


def thaw(content: bytes) -> tuple[Memory, int | None]:
    """(memory, position, which is None when its owner never commits). Raises ValueError,
    KeyError or TypeError for what this version did not write."""
    size = _LENGTH.unpack_from(content)[0]
    head = json.loads(content[_LENGTH.size : _LENGTH.size + size])
    if head["version"] != _VERSION:
        raise ValueError("the memory was written by another version")
    arrays = list(_arrays(content[_LENGTH.size + size :], head["arrays"]))
    memory = Memory()
    memory.ids = head["ids"]
    memory.numbers = {article_id: number for number, article_id in enumerate(memory.ids) if number}
    _thaw_model(memory.ranker.model, head, arrays[3:])
    for values in head["articles"]:
        memory.restore_article(ArticleText(*values))
    for letter in _letters(head["letters"], arrays[:3]):
        memory.restore_letter(letter)
    memory.latest = {tuple(terms): number for terms, number in head["latest"]}
    memory.calibrator.weights = head["weights"]
    memory.calibrator.cases = [
        Case(tuple(figures), right, weight) for figures, right, weight in head["cases"]
    ]
    memory.calibrator.seen = head["seen"]
    return memory, head["position"]


def _letter_arrays(letters: Iterable[Letter]) -> list["array[Any]"]:
    counts, buckets, values = array("I"), array("I"), array("f")
    for letter in letters:
        counts.append(len(letter.vector.buckets))
        buckets.extend(letter.vector.buckets)
        values.extend(letter.vector.values)
    return [counts, buckets, values]


def _letters(heads: Iterable[Any], arrays: list["array[Any]"]) -> Iterator[Letter]:
    counts, buckets, values = arrays
    start = 0
    for (said, number, weight, terms), count in zip(heads, counts, strict=True):
        end = start + count
        yield Letter(said, Vector(buckets[start:end], values[start:end], tuple(terms)), number, weight)
        start = end


def _row_arrays(model: Model) -> list["array[Any]"]:
    buckets, seen, counts = array("I"), array("I"), array("I")
    classes, weights, variances, sums = array("I"), array("f"), array("f"), array("f")
    for bucket, row in model.rows.items():
        buckets.append(bucket)
        seen.append(row.seen)
        counts.append(len(row.classes))
        classes.extend(row.classes)
        weights.extend(row.weights)
        variances.extend(row.variances)
        sums.extend(row.sums)
    return [buckets, seen, counts, classes, weights, variances, sums]


def _thaw_model(model: Model, head: dict[str, Any], arrays: list["array[Any]"]) -> None:
    buckets, seen, counts, *columns = arrays
    model.lengths, model.letters = head["lengths"], head["model_letters"]
    start = 0
    for bucket, times, count in zip(buckets, seen, counts, strict=True):
        row = model.rows[bucket] = Row()
        end = start + count
        row.seen = times
        row.classes, row.weights, row.variances, row.sums = (column[start:end] for column in columns)
        start = end


def _bytes(one: "array[Any]") -> bytes:
    """Little-endian everywhere: a data directory may move to another machine."""
    if sys.byteorder == "big":
        one = array(one.typecode, one)
        one.byteswap()
    return one.tobytes()


def _arrays(content: bytes, shapes: Iterable[tuple[str, int]]) -> Iterator["array[Any]"]:
    start = 0
    for typecode, size in shapes:
        one: array[Any] = array(typecode)
        one.frombytes(content[start : start + size])
        if sys.byteorder == "big":
            one.byteswap()
        start += size
        yield one
