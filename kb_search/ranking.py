"""How well each article fits a question, and the evidence for the first of them. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kb_search.confidence import Evidence
from kb_search.features import Vector
from kb_search.model import Model
from kb_search.text import ASKED_KEPT, TextScores

TEXT_SHARE = 0.06
LIKENESS_SHARE = 3.0


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
        """For the first class of `order`; the second is its rival."""
        first = order[0]
        rival = order[1] if len(order) > 1 else None
        total = sum(scores.total[number] for number in order) / max(1, len(order))
        nearest = self.nearest(scores.vector, first)[0]
        known, own = self._known(scores.vector.terms, first)
        return Evidence(
            gap=min(scores.total[first] - (scores.total[rival] if rival is not None else total), 3.0),
            linear=min(scores.linear[first], 4.0),
            lead=min(scores.linear[first] - (scores.linear[rival] if rival is not None else 0.0), 3.0),
            likeness=scores.likeness[first],
            text=min(scores.text.get(first, 0.0) / 10.0, 4.0),
            known=known,
            own=own,
            nearest=nearest,
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

    def _known(self, terms: Iterable[str], number: int) -> tuple[float, float]:
        """Shares of the question's telling words that anything knows, and that this class knows."""
        every = known = own = 0.0
        for term in set(terms):
            lists = self.text.lists(term)
            idf = self.text.idf(lists) if lists else self.text.idf_of_unknown()
            every += idf
            known += idf if lists else 0.0
            own += idf if any(number in holders for holders in lists.values()) else 0.0
        return (known / every, own / every) if every else (0.0, 0.0)
