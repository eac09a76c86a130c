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
from kb_search.meaning import Meaning
from kb_search.memory import Memory
from kb_search.model import Model, Row
from kb_search.ranking import Asked, Letter

_VERSION = 3
_LENGTH = struct.Struct("<Q")


def freeze(memory: Memory, position: int | None) -> bytes:
    letters = memory.ranker.letters
    arrays = [*_letter_arrays(letters), *_row_arrays(memory.ranker.model)]
    blobs = [_bytes(one) for one in arrays]
    meaning, meant = memory.ranker.meaning.frozen() if memory.ranker.meaning else (None, [])
    texts = [text for variants in memory.articles.values() for text in variants.values()]
    vectors = [text.vector for text in texts] + [one.asked.meant for one in letters]
    head = {
        "version": _VERSION,
        "position": position,
        "ids": memory.ids,
        "articles": [[text.id, text.title, text.body, text.language, text.model] for text in texts],
        "letters": [
            [one.said, one.number, one.weight, one.place, one.asked.vector.terms, one.asked.vector.topics]
            for one in letters
        ],
        "meaning": meaning,
        "vectors": list(map(len, vectors)),
        "meant": list(map(len, meant)),
        "latest": [[list(terms), number] for terms, number in memory.latest.items()],
        "lengths": memory.ranker.model.lengths,
        "model_letters": memory.ranker.model.letters,
        "weights": memory.calibrator.weights,
        "cases": memory.calibrator.cases,
        "seen": memory.calibrator.seen,
        "arrays": [[one.typecode, len(blob)] for one, blob in zip(arrays, blobs, strict=True)],
    }
    packed = json.dumps(head, separators=(",", ":")).encode("ascii")
    return b"".join([_LENGTH.pack(len(packed)), packed, *blobs, *vectors, *meant])


def thaw(content: bytes, model: str = "") -> tuple[Memory, int | None]:
    """(memory, position, which is None when its owner never commits).

    `model`: the sentence model there is now; what was learnt from vectors of another one is left out, and the memory
    has no model. Raises ValueError, KeyError or TypeError for what this version did not write.
    """
    size = _LENGTH.unpack_from(content)[0]
    head = json.loads(content[_LENGTH.size : _LENGTH.size + size])
    if head["version"] != _VERSION:
        raise ValueError("the memory was written by another version")
    rest = _Rest(content, _LENGTH.size + size)
    arrays = [_array(typecode, rest.take(length)) for typecode, length in head["arrays"]]
    vectors = list(map(rest.take, head["vectors"]))
    meant = list(map(rest.take, head["meant"]))
    same_model = bool(head["meaning"]) and head["meaning"]["model"] == model
    memory = Memory(model if same_model else "")
    if same_model:
        memory.ranker.meaning = Meaning.thawed(head["meaning"], meant)
    memory.ids = head["ids"]
    memory.numbers = {article_id: number for number, article_id in enumerate(memory.ids) if number}
    _thaw_model(memory.ranker.model, head, arrays[3:])
    articles = len(head["articles"])
    for (article_id, title, body, language, name), vector in zip(
        head["articles"], vectors[:articles], strict=True
    ):
        memory.restore_article(ArticleText(article_id, title, body, language, vector, name))
    for letter in _letters(head["letters"], arrays[:3], vectors[articles:]):
        memory.restore_letter(letter)
    memory.latest = {tuple(terms): number for terms, number in head["latest"]}
    if head["meaning"] is None or same_model:
        _thaw_confidence(memory, head)
    return memory, head["position"]


def _thaw_confidence(memory: Memory, head: dict[str, Any]) -> None:
    """Cases seen with a sentence model say nothing about what is known without it."""
    memory.calibrator.weights = head["weights"]
    memory.calibrator.cases = [
        Case(tuple(figures), right, weight) for figures, right, weight in head["cases"]
    ]
    memory.calibrator.seen = head["seen"]


class _Rest:
    """What follows the head, piece by piece."""

    def __init__(self, content: bytes, start: int) -> None:
        self._content, self._start = content, start

    def take(self, length: int) -> bytes:
        start, self._start = self._start, self._start + length
        if self._start > len(self._content):
            raise ValueError("the memory is cut short")
        return self._content[start : self._start]


def _letter_arrays(letters: Iterable[Letter]) -> list["array[Any]"]:
    counts, buckets, values = array("I"), array("I"), array("f")
    for letter in letters:
        counts.append(len(letter.asked.vector.buckets))
        buckets.extend(letter.asked.vector.buckets)
        values.extend(letter.asked.vector.values)
    return [counts, buckets, values]


def _letters(heads: Iterable[Any], arrays: list["array[Any]"], vectors: list[bytes]) -> Iterator[Letter]:
    counts, buckets, values = arrays
    start = 0
    for (said, number, weight, place, terms, topics), count, meant in zip(
        heads, counts, vectors, strict=True
    ):
        end = start + count
        vector = Vector(buckets[start:end], values[start:end], tuple(terms), tuple(topics))
        yield Letter(said, Asked(vector, meant), number, weight, place)
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
    model.grow(len(model.lengths))
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


def _array(typecode: str, content: bytes) -> "array[Any]":
    one: array[Any] = array(typecode)
    one.frombytes(content)
    if sys.byteorder == "big":
        one.byteswap()
    return one
