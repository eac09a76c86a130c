"""How well each article fits a question, and the evidence for the first of them. Pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kb_search.confidence import Evidence
from kb_search.features import Vector
from kb_search.meaning import Meaning
from kb_search.model import Model, best_rival
from kb_search.text import ASKED_KEPT, TextScores

TEXT_SHARE = 0.12
LIKENESS_SHARE = 2.0
MEANT_LINEAR_SHARE = 1.5
MEANT_LIKENESS_SHARE = 5.0
_SHARPNESS = 4.0
_NOTHING_FITS = 0.5
# Those behind them have no share worth counting.
_RIVALS = 256


@dataclass(frozen=True)
class Asked:
    """A question as it is compared; `meant` is its vector of the sentence model, b"" without one."""

    vector: Vector
    meant: bytes = b""


@dataclass(frozen=True)
class Letter:
    """One learnt question; `said` is shown when it explains a suggestion, beside letters from the same `place`."""

    said: str
    asked: Asked
    number: int
    weight: float
    place: str = ""


@dataclass(frozen=True)
class Scores:
    """All lists are indexed by class; `linear` is centred over the live classes."""

    vector: Vector
    linear: list[float]
    likeness: list[float]
    meant: list[float]
    text: dict[int, float]
    total: list[float]

    def order(self, among: Iterable[int]) -> list[int]:
        """Classes of `among`, best first; equal ones in the order they appeared."""
        return sorted(sorted(among), key=self.total.__getitem__, reverse=True)


@dataclass
class Ranker:
    """The models of words and of meaning, the posting lists, and the letters of each class."""

    meaning: Meaning | None = None
    model: Model = field(default_factory=Model)
    text: TextScores = field(default_factory=TextScores)
    letters: list[Letter] = field(default_factory=list)
    of_class: dict[int, list[int]] = field(default_factory=dict)

    def grow(self, classes: int) -> None:
        self.model.grow(classes)
        if self.meaning:
            self.meaning.grow(classes)

    def add(self, asked: Asked, number: int, weight: float) -> None:
        """The class has one letter more; a negative weight takes one back."""
        self.model.add(asked.vector, number, weight)
        if self.meaning and asked.meant:
            self.meaning.add(asked.meant, number, weight)

    def update(self, asked: Asked, right: int, wrong: int, weight: float) -> None:
        """One step that puts `right` above `wrong`."""
        if right == wrong:
            return
        self.model.update(asked.vector, right, wrong, weight)
        if self.meaning and asked.meant:
            self.meaning.update(asked.meant, right, wrong, weight)

    def teach(self, asked: Asked, number: int, weight: float, among: range) -> None:
        """Puts the class above its strongest rival of `among`, in words and in meaning."""
        rival = best_rival(self.model.linear(asked.vector), number, among)
        if rival is not None:
            self.model.update(asked.vector, number, rival, weight)
        if self.meaning and asked.meant:
            rival = best_rival(self.meaning.linear(asked.meant), number, among)
            if rival is not None:
                self.meaning.update(asked.meant, number, rival, weight)

    def scores(self, asked: Asked, live: set[int]) -> Scores:
        linear = _centred(self.model.linear(asked.vector), live)
        likeness = self.model.likeness(asked.vector)
        text = self.text.scores(asked.vector.topics)
        total = [one + LIKENESS_SHARE * like for one, like in zip(linear, likeness, strict=True)]
        for number, score in text.items():
            total[number] += TEXT_SHARE * score
        meant = self._add_meaning(total, asked.meant, live)
        return Scores(asked.vector, linear, likeness, meant, text, total)

    def _add_meaning(self, total: list[float], meant: bytes, live: set[int]) -> list[float]:
        """Adds to `total`; returns the likeness of meaning alone."""
        if not self.meaning or not meant:
            return [0.0] * len(total)
        likeness = self.meaning.likeness(meant)
        linear = _centred(self.meaning.linear(meant), live)
        for number, (one, like) in enumerate(zip(linear, likeness, strict=True)):
            total[number] += MEANT_LINEAR_SHARE * one + MEANT_LIKENESS_SHARE * like
        return likeness

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
            examples=math.log1p(min(len(self.of_class.get(first, ())), 60)),
            total=min(scores.total[first], 10.0),
            meant=scores.meant[first],
        )

    def nearest(self, vector: Vector, number: int, place: str | None = None) -> tuple[float, Letter | None]:
        """The learnt letter of this class and place that is most like the question, and how like, from 0 to 1."""
        mine = dict(zip(vector.buckets, vector.values, strict=True))
        best, found = 0.0, None
        for index in self.of_class.get(number, ())[-ASKED_KEPT:]:
            letter = self.letters[index]
            if place is not None and letter.place != place:
                continue
            pairs = zip(letter.asked.vector.buckets, letter.asked.vector.values, strict=True)
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


def _centred(scores: list[float], live: Iterable[int]) -> list[float]:
    """Less their mean, which is summed so that the order of a set does not show in its last digit."""
    some = [scores[number] for number in live]
    middle = math.fsum(some) / max(1, len(some))
    return [score - middle for score in scores]


def _share(total: Sequence[float], order: Sequence[int]) -> float:
    """The first's part in a softmax over all candidates and "no article fits", kept off 0 and 1."""
    top = total[order[0]]
    rivals = sum(math.exp(min(_SHARPNESS * (total[number] - top), 30.0)) for number in order[:_RIVALS])
    part = 1.0 / (rivals + math.exp(min(_SHARPNESS * (_NOTHING_FITS - top), 30.0)))
    return min(max(part, 1e-4), 1.0 - 1e-4)
