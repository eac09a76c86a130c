"""What a Suggester knows. Knows no disk: events go in, ranked articles come out.

The same events in the same order always give the same memory, so it can be rebuilt from any log of them.
"""

import random
from collections.abc import Collection
from dataclasses import dataclass, replace

from kb_search.clean import clean_question
from kb_search.confidence import Calibrator
from kb_search.events import AnsweredFreely, ArticleRemoved, ArticleText, Event, Learnt
from kb_search.features import Vector, vector_of
from kb_search.index import ArticleId
from kb_search.model import best_rival
from kb_search.ranking import Letter, Ranker, Scores
from kb_search.stems import stems

REPLAYS = 8
# Articles whose own text is taught again with each letter, lest a few letters drown it out.
LESSONS = 2
# The class that letters are taken from an article to: it is no article and never suggested.
_NOBODY = 0
REPLAYED = 20_000
SAID = 200
_ARTICLE_WEIGHT = 5.0
_FEWEST_FOR_CASES = 3
# Letters that no article answers are fewer than those that one does.
_TAKEN_AWAY = 0.5
# The very words an agent already answered: the confidence to show, if they are enough to be one question.
_SAME_WORDS = 3
_SAME_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Ranked:
    """A candidate and the probability that it is the answer; `example` is the likest learnt letter or ""."""

    article_id: ArticleId
    number: int
    confidence: float
    example: str


class Memory:
    """Articles are numbered in order of appearance; a number is never given to another article."""

    def __init__(self) -> None:
        self.numbers: dict[ArticleId, int] = {}
        self.ids: list[ArticleId] = [""]
        self.articles: dict[ArticleId, dict[str, ArticleText]] = {}
        self.live: set[int] = set()
        self.latest: dict[tuple[str, ...], int] = {}
        self.lessons: dict[int, list[Letter]] = {}
        self.ranker = Ranker()
        self.ranker.model.grow(1)
        self.calibrator = Calibrator()

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

    def rank(self, question: str, among: Collection[ArticleId] | None, k: int) -> list[Ranked]:
        """The k best of the live articles, or of those of them that are in `among`."""
        vector = vector_of(clean_question(question))
        live = self.live if among is None else {self.numbers[one] for one in among if one in self.articles}
        if not live or not vector.terms or k < 1:
            return []
        scores = self.ranker.scores(vector, self.live)
        order = scores.order(live)
        again = self.latest.get(vector.terms)
        if again in live:
            order.remove(again)
            order.insert(0, again)
        ranked = [self._ranked(scores, order, place) for place in range(min(k, len(order)))]
        if again in live and len(set(vector.terms)) >= _SAME_WORDS:
            ranked[0] = replace(ranked[0], confidence=max(_SAME_CONFIDENCE, ranked[0].confidence))
        rest = 1.0 - ranked[0].confidence
        return [ranked[0], *(replace(one, confidence=min(one.confidence, rest)) for one in ranked[1:])]

    def _ranked(self, scores: Scores, order: list[int], place: int) -> Ranked:
        number = order[place]
        rivals = [number, *order[:place], *order[place + 1 :]]
        confidence = self.calibrator.probability(self.ranker.evidence(scores, rivals))
        letter = self.ranker.nearest(scores.vector, number)[1]
        return Ranked(self.ids[number], number, confidence, letter.said if letter else "")

    def restore_article(self, article: ArticleText) -> None:
        """Puts back an article whose teaching the model already holds."""
        self.articles.setdefault(article.id, {})[article.language] = article
        self.live.add(self.numbers[article.id])
        self._post(self.numbers[article.id], article.id)

    def restore_letter(self, letter: Letter) -> None:
        """Puts back a letter that the model already holds."""
        self.ranker.letters.append(letter)
        self.ranker.of_class.setdefault(letter.number, []).append(len(self.ranker.letters) - 1)
        self.ranker.text.ask(letter.number, letter.vector.terms)

    def _number(self, article_id: ArticleId) -> int:
        if article_id not in self.numbers:
            self.numbers[article_id] = len(self.ids)
            self.ids.append(article_id)
            self.ranker.model.grow(len(self.ids))
        return self.numbers[article_id]

    def _put(self, article: ArticleText) -> None:
        number = self._number(article.id)
        variants = self.articles.setdefault(article.id, {})
        before = variants.get(article.language)
        variants[article.language] = article
        self.live.add(number)
        self._post(number, article.id)
        if before is None or (before.title, before.body) != (article.title, article.body):
            if before is not None:
                self._teach(before, number, -_ARTICLE_WEIGHT)
            self._teach(article, number, _ARTICLE_WEIGHT)

    def _teach(self, article: ArticleText, number: int, weight: float) -> None:
        """The article itself is the first letter it answers."""
        for vector in _lessons(article):
            self.ranker.model.add(vector, number, weight)
            if weight > 0:
                self._update(Letter("", vector, number, 1.0))
            else:
                self.ranker.model.update(vector, _NOBODY, number, 1.0)

    def _post(self, number: int, article_id: ArticleId) -> None:
        variants = self.articles[article_id].values()
        vectors = (vector for variant in variants for vector in _lessons(variant))
        self.lessons[number] = [Letter("", vector, number, 1.0) for vector in vectors]
        title = [term for variant in variants for term in stems(variant.title)]
        self.ranker.text.put(number, title, [term for variant in variants for term in stems(variant.body)])

    def _remove(self, article_id: ArticleId) -> None:
        variants = self.articles.pop(article_id, None)
        if variants is None:
            return
        number = self.numbers[article_id]
        self.live.discard(number)
        self.ranker.text.remove(number)
        self.lessons.pop(number, None)
        for article in variants.values():
            self._teach(article, number, -_ARTICLE_WEIGHT)

    def _learn(self, event: Learnt) -> None:
        said = clean_question(event.question)
        vector = vector_of(said)
        if not vector.terms or event.weight == 0:
            return
        number = self._number(event.article_id)
        if event.weight < 0:
            self._learn_against(Letter(said[:SAID], vector, number, -event.weight))
            return
        self._observe(vector, number)
        letter = Letter(said[:SAID], vector, number, min(event.weight, 1.0))
        self._keep(letter)
        if event.wrong is not None and event.wrong in self.numbers:
            self._update(letter, self.numbers[event.wrong])
        self._update(letter)
        self._replay()

    def _keep(self, letter: Letter) -> None:
        self.restore_letter(letter)
        self.ranker.model.add(letter.vector, letter.number, letter.weight)
        self.latest[letter.vector.terms] = letter.number

    def _learn_against(self, letter: Letter) -> None:
        if self.latest.get(letter.vector.terms) == letter.number:
            del self.latest[letter.vector.terms]
        self.ranker.model.update(letter.vector, _NOBODY, letter.number, letter.weight)

    def _update(self, letter: Letter, wrong: int | None = None) -> None:
        model = self.ranker.model
        if wrong is None:
            wrong = best_rival(model.linear(letter.vector), letter.number, range(_NOBODY + 1, len(self.ids)))
        if wrong is not None and wrong != letter.number:
            model.update(letter.vector, letter.number, wrong, letter.weight)

    def _replay(self) -> None:
        letters = self.ranker.letters
        chance = random.Random(len(letters))  # noqa: S311 - chosen the same way in every rebuild
        past = range(max(0, len(letters) - REPLAYED), len(letters) - 1)
        for place in chance.sample(past, min(REPLAYS, len(past))):
            self._update(letters[place])
        for number in chance.sample(range(_NOBODY + 1, len(self.ids)), min(LESSONS, len(self.ids) - 1)):
            for lesson in self.lessons.get(number, ()):
                self._update(lesson)

    def _observe(self, vector: Vector, right: int) -> None:
        """Two cases for the confidence: the letter as it stands, and as if its article did not exist."""
        if right not in self.live or len(self.live) < _FEWEST_FOR_CASES:
            return
        scores = self.ranker.scores(vector, self.live)
        order = scores.order(self.live)
        self.calibrator.observe(self.ranker.evidence(scores, order), order[0] == right)
        order.remove(right)
        self.calibrator.observe(self.ranker.evidence(scores, order), False, _TAKEN_AWAY)

    def _answered_freely(self, question: str) -> None:
        vector = vector_of(clean_question(question))
        if self.live and vector.terms:
            scores = self.ranker.scores(vector, self.live)
            self.calibrator.observe(self.ranker.evidence(scores, scores.order(self.live)), False)


def _lessons(article: ArticleText) -> list[Vector]:
    """What an article itself teaches: its title, and all of it."""
    texts = [article.title, f"{article.title} {article.body}"] if article.body else [article.title]
    return [vector for vector in map(vector_of, texts) if vector.terms]
