"""What a Suggester knows, and how it ranks. Knows no disk: events go in, ranked articles come out.

The same events in the same order always give the same memory, so it can be rebuilt from any log of them.
"""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from kb_search.clean import clean_question
from kb_search.confidence import Calibrator, Evidence
from kb_search.events import AnsweredFreely, ArticleRemoved, ArticleText, Event, Learnt
from kb_search.features import Vector, vector_of
from kb_search.index import ArticleId
from kb_search.model import Arow, best_rival
from kb_search.stems import stems
from kb_search.text import ASKED_KEPT, TextScores

REPLAYS = 8
REPLAYED = 20_000
_TEXT_SHARE = 0.25


@dataclass(frozen=True)
class Letter:
    """One learnt question; `said` is shown when it explains a suggestion."""

    said: str
    vector: Vector
    number: int
    weight: float


@dataclass(frozen=True)
class Ranked:
    """A candidate: class number, combined score, and the confidence if it came first."""

    number: int
    score: float
    confidence: float
    example: str


class Memory:
    """Articles are numbered in order of appearance; a number is never given to another article."""

    def __init__(self) -> None:
        self.numbers: dict[ArticleId, int] = {}
        self.ids: list[ArticleId] = []
        self.articles: dict[ArticleId, dict[str, ArticleText]] = {}
        self.letters: list[Letter] = []
        self.of_article: dict[int, list[int]] = {}
        self.latest: dict[tuple[str, ...], int] = {}
        self.model = Arow()
        self.calibrator = Calibrator()
        self.text = TextScores()

    def apply(self, event: Event) -> None:
        match event:
            case ArticleText():
                self._put(event)
            case ArticleRemoved():
                self._remove(event.id)
            case Learnt():
                self._learn(event)
            case AnsweredFreely():
                self._answered_freely(event.question)

    def number(self, article_id: ArticleId) -> int:
        if article_id not in self.numbers:
            self.numbers[article_id] = len(self.ids)
            self.ids.append(article_id)
            self.model.classes = len(self.ids)
        return self.numbers[article_id]

    def live(self, allowed: Collection[ArticleId] | None = None) -> set[int]:
        known = self.articles if allowed is None else (one for one in allowed if one in self.articles)
        return {self.numbers[article_id] for article_id in known}

    def _put(self, article: ArticleText) -> None:
        number = self.number(article.id)
        self.articles.setdefault(article.id, {})[article.language] = article
        self._measure(number, article.id)

    def _measure(self, number: int, article_id: ArticleId) -> None:
        variants = self.articles[article_id].values()
        title = [term for variant in variants for term in stems(variant.title)]
        self.text.put(number, title, [term for variant in variants for term in stems(variant.body)])

    def _remove(self, article_id: ArticleId) -> None:
        if self.articles.pop(article_id, None) is not None:
            self.text.remove(self.numbers[article_id])

    def _learn(self, event: Learnt) -> None:
        said = clean_question(event.question)
        vector = vector_of(said)
        right = self.number(event.article_id)
        self._calibrate(vector, right)
        letter = Letter(said[:300], vector, right, event.weight)
        self.letters.append(letter)
        self.of_article.setdefault(right, []).append(len(self.letters) - 1)
        self.latest[vector.terms] = right
        self.text.ask(right, vector.terms)
        wrong = self.numbers.get(event.wrong) if event.wrong is not None else None
        self._update(letter, wrong)
        self._replay()

    def _update(self, letter: Letter, wrong: int | None = None) -> None:
        if wrong is None:
            wrong = best_rival(self.model.scores(letter.vector), letter.number, range(len(self.ids)))
        if wrong is not None and wrong != letter.number:
            self.model.update(letter.vector, letter.number, wrong, letter.weight)

    def _replay(self) -> None:
        chance = random.Random(len(self.letters))
        past = range(max(0, len(self.letters) - REPLAYED), len(self.letters) - 1)
        for place in chance.sample(past, min(REPLAYS, len(past))):
            self._update(self.letters[place])

    def _calibrate(self, vector: Vector, right: int) -> None:
        live = self.live()
        if right not in live or len(live) < 3:
            return
        scored = self._scored(vector)
        for among in (live, live - {right}):
            order = sorted(among, key=lambda number: (-scored[number], number))[:2]
            self.calibrator.observe(self._evidence(vector, scored, order), order[0] == right)

    def _answered_freely(self, question: str) -> None:
        vector = vector_of(clean_question(question))
        scored = self._scored(vector)
        order = sorted(self.live(), key=lambda number: (-scored[number], number))[:2]
        if order:
            self.calibrator.observe(self._evidence(vector, scored, order), False)

    def _scored(self, vector: Vector) -> list[float]:
        linear = self.model.scores(vector)
        middle = sum(linear) / len(linear) if linear else 0.0
        combined = [score - middle for score in linear]
        self._text = self.text.scores(vector.terms)
        self._linear = combined
        for number, score in self._text.items():
            combined[number] += _TEXT_SHARE * score
        return combined

    def _evidence(self, vector: Vector, scored: Sequence[float], order: Sequence[int]) -> Evidence:
        first = order[0]
        second = scored[order[1]] if len(order) > 1 else 0.0
        nearest, _ = self.nearest(vector, first)
        known = sum(1 for term in vector.terms if any(self.text.lists(term).values()))
        return Evidence(
            gap=min(scored[first] - second, 3.0),
            linear=min(scored[first], 5.0) / 2,
            text=min(self._text.get(first, 0.0) / 10, 3.0),
            known=known / max(1, len(vector.terms)),
            nearest=nearest,
            examples=min(len(self.of_article.get(first, ())), 20) / 10,
        )

    def nearest(self, vector: Vector, number: int) -> tuple[float, str]:
        """(likeness from 0 to 1, text) of the learnt letter of this article that is most like the question."""
        mine = dict(zip(vector.buckets, vector.values, strict=True))
        best, said = 0.0, ""
        for place in self.of_article.get(number, ())[-ASKED_KEPT:]:
            letter = self.letters[place]
            pairs = zip(letter.vector.buckets, letter.vector.values, strict=True)
            likeness = sum(mine[bucket] * value for bucket, value in pairs if bucket in mine)
            if likeness > best:
                best, said = likeness, letter.said
        return min(best, 1.0), said

    def rank(self, question: str, allowed: Collection[ArticleId] | None, k: int) -> tuple[Vector, list[Ranked]]:
        vector = vector_of(clean_question(question))
        scored = self._scored(vector)
        order = sorted(self.live(allowed), key=lambda number: (-scored[number], number))
        again = self.latest.get(vector.terms)
        if again in order and vector.terms:
            order.remove(again)
            order.insert(0, again)
        ranked = []
        for place, number in enumerate(order[:k]):
            evidence = self._evidence(vector, scored, order[place : place + 2])
            confidence = self.calibrator.probability(evidence)
            ranked.append(Ranked(number, scored[number], confidence, self.nearest(vector, number)[1]))
        return vector, ranked

