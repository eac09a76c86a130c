"""Which articles share telling words with a question: BM25 over title, body and the questions they answered. Pure.

Only the rarest words of the question count, through posting lists. The lists are kept in memory beside the
model, not read from the index on disk: a learnt letter counts at once, a rebuild gives the same answers to
the last digit, and a damaged index costs no suggestion.
"""

import math
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

RAREST = 20
ASKED_KEPT = 60
_K1 = 4.0
_B = 0.6
_BOOST = {"title": 2.0, "body": 1.0, "asked": 1.0}


@dataclass
class _Field:
    """stem → class → frequency, and the length of each class."""

    lists: dict[str, dict[int, int]] = field(default_factory=dict)
    lengths: dict[int, int] = field(default_factory=dict)
    total: int = 0

    def add(self, number: int, terms: Sequence[str]) -> None:
        for term in terms:
            counts = self.lists.setdefault(term, {})
            counts[number] = counts.get(number, 0) + 1
        self._grow(number, len(terms))

    def take(self, number: int, terms: Sequence[str]) -> None:
        for term in terms:
            counts = self.lists[term]
            counts[number] -= 1
            if not counts[number]:
                del counts[number]
            if not counts:
                del self.lists[term]
        self._grow(number, -len(terms))

    def _grow(self, number: int, change: int) -> None:
        self.total += change
        length = self.lengths.pop(number, 0) + change
        if length:
            self.lengths[number] = length


class TextScores:
    """Scores of classes for the stems of a question."""

    def __init__(self) -> None:
        self._fields = {name: _Field() for name in _BOOST}
        self._articles: dict[int, dict[str, list[str]]] = {}
        self._questions: dict[int, deque[tuple[str, ...]]] = {}

    def put(self, number: int, title: list[str], body: list[str]) -> None:
        """An article with these stems in all its languages together."""
        self.remove(number)
        self._articles[number] = {"title": title, "body": body}
        for name, terms in self._articles[number].items():
            self._fields[name].add(number, terms)

    def remove(self, number: int) -> None:
        for name, terms in self._articles.pop(number, {}).items():
            self._fields[name].take(number, terms)

    def ask(self, number: int, terms: tuple[str, ...]) -> None:
        """The article answered a question; only its last sixty count."""
        questions = self._questions.setdefault(number, deque())
        questions.append(terms)
        self._fields["asked"].add(number, terms)
        if len(questions) > ASKED_KEPT:
            self._fields["asked"].take(number, questions.popleft())

    def asked(self, number: int) -> Iterable[tuple[str, ...]]:
        return self._questions.get(number, ())

    def lists(self, term: str) -> dict[str, dict[int, int]]:
        """field → class → frequency for one stem."""
        return {name: found.lists[term] for name, found in self._fields.items() if term in found.lists}

    def idf(self, lists: dict[str, dict[int, int]]) -> float:
        """Telling power of a stem with these lists."""
        holders = len(set().union(*lists.values()))
        return (
            math.log(1.0 + max(0.0, len(self._articles) - holders + 0.5) / (holders + 0.5))
            if holders
            else 0.0
        )

    def idf_of_unknown(self) -> float:
        """Telling power of a stem that nothing knows."""
        return math.log(1.0 + (len(self._articles) + 0.5) / 0.5)

    def scores(self, terms: Iterable[str]) -> dict[int, float]:
        """class → score over the rarest stems; classes without any are absent."""
        found: dict[int, float] = {}
        telling = []
        for term, count in Counter(terms).items():
            lists = self.lists(term)
            idf = self.idf(lists)
            if idf > 0.0:
                telling.append((idf * min(count, 2), term, lists))
        telling.sort(key=lambda entry: (-entry[0], entry[1]))
        for idf, _, lists in telling[:RAREST]:
            self._add(found, idf, lists)
        return found

    def _add(self, found: dict[int, float], idf: float, lists: dict[str, dict[int, int]]) -> None:
        articles = self._articles
        for name, postings in lists.items():
            lengths, total = self._fields[name].lengths, self._fields[name].total
            average = total / max(1, len(lengths))
            most, slope = _BOOST[name] * idf * (_K1 + 1.0), _K1 * _B / max(average, 1.0)
            for number, frequency in postings.items():
                if number in articles:
                    norm = _K1 * (1.0 - _B) + slope * lengths.get(number, average)
                    found[number] = found.get(number, 0.0) + most * frequency / (frequency + norm)
