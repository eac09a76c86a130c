"""How well each article fits a question, and the evidence for the first of them. Pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kb_search.confidence import Evidence
from kb_search.features import Vector
from kb_search.model import Model
from kb_search.text import ASKED_KEPT, TextScores

TEXT_SHARE = 0.06
LIKENESS_SHARE = 3.0
_SHARPNESS = 4.0
_NOTHING_FITS = 0.5


@dataclass(frozen=True)
class Letter:
    """One learnt question; `said` is shown when it explains a suggestion."""

    said: str
    vector: Vector
    number: int
    weight: float


@dataclass(frozen=True)
class Scores:
    """All lists are indexed by class; `linear` is centred over the live classes."""

    vector: Vector
    linear: list[float]
    likeness: list[float]
    text: dict[int, float]
    total: list[float]

    def order(self, among: Iterable[int]) -> list[int]:
        """Classes of `among`, best first; equal ones in the order they appeared."""
        return sorted(among, key=lambda number: (-self.total[number], number))


@dataclass
class Ranker:
    """The model and the posting lists together, and the letters of each class."""

    model: Model = field(default_factory=Model)
    text: TextScores = field(default_factory=TextScores)
    letters: list[Letter] = field(default_factory=list)
    of_class: dict[int, list[int]] = field(default_factory=dict)

    def scores(self, vector: Vector, live: Sequence[int] | set[int]) -> Scores:
        linear = self.model.linear(vector)
        middle = sum(linear[number] for number in live) / max(1, len(live))
        linear = [score - middle for score in linear]
        likeness = self.model.likeness(vector)
        text = self.text.scores(vector.terms)
        total = [one + LIKENESS_SHARE * like for one, like in zip(linear, likeness, strict=True)]
        for number, score in text.items():
            total[number] += TEXT_SHARE * score
        return Scores(vector, linear, likeness, text, total)

    def evidence(self, scores: Scores, order: Sequence[int]) -> Evidence:
        """For the first class of `order`, all others of it being its rivals."""
        first = order[0]
        share = _share(scores.total, order)
        own = self._own(scores.vector, first)
        return Evidence(
            odds=min(max(math.log(share / (1.0 - share)), -4.0), 8.0),
            sure_and_known=share * own,
            own=own,
            lead=min(scores.linear[first] - scores.linear[order[1]], 3.0) if len(order) > 1 else 0.0,
            linear=min(scores.linear[first], 4.0),
            examples=min(len(self.of_class.get(first, ())), 30) / 10.0,
        )

    def nearest(self, vector: Vector, number: int) -> tuple[float, Letter | None]:
        """The learnt letter of this class that is most like the question, and how like, from 0 to 1."""
        mine = dict(zip(vector.buckets, vector.values, strict=True))
        best, found = 0.0, None
        for place in self.of_class.get(number, ())[-ASKED_KEPT:]:
            letter = self.letters[place]
            pairs = zip(letter.vector.buckets, letter.vector.values, strict=True)
            likeness = sum([mine[bucket] * value for bucket, value in pairs if bucket in mine])
            if likeness > best:
                best, found = likeness, letter
        return min(best, 1.0), found

    def _own(self, vector: Vector, number: int) -> float:
        """The share of the question, rare features counting more, that this class has seen."""
        every = own = 0.0
        for bucket, value in zip(vector.buckets, vector.values, strict=True):
            part = self.model.rarity(bucket) * value * value
            every += part
            if self.model.has(bucket, number):
                own += part
        return own / every if every else 0.0


def _share(total: Sequence[float], order: Sequence[int]) -> float:
    """The first's part in a softmax over all candidates and "no article fits", kept off 0 and 1."""
    top = total[order[0]]
    rivals = sum(math.exp(min(_SHARPNESS * (total[number] - top), 30.0)) for number in order)
    part = 1.0 / (rivals + math.exp(min(_SHARPNESS * (_NOTHING_FITS - top), 30.0)))
    return min(max(part, 1e-4), 1.0 - 1e-4)
