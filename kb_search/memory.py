"""What a Suggester knows. Knows no disk: events go in, ranked articles come out.

The same events in the same order always give the same memory, so it can be rebuilt from any log of them.
"""

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from kb_search.clean import clean_question
from kb_search.confidence import Calibrator
from kb_search.events import AnsweredFreely, ArticleRemoved, ArticleText, Event, Learnt
from kb_search.features import vector_of
from kb_search.index import ArticleId
from kb_search.lessons import lessons_of, topics_of
from kb_search.meaning import Meaning
from kb_search.model import MANY
from kb_search.priors import WITH_MEANING, WORDS_ALONE
from kb_search.ranking import Asked, Letter, Ranker, Scores

# How many letters are learnt again with each new one, and of how many articles the own text, lest a few letters drown
# it out. With many articles there is more to go through for each, and less that any two have to do with each other.
REPLAYS, REPLAYS_OF_MANY = 8, 3
LESSONS, LESSONS_OF_MANY = 2, 1
# The class that letters are taken from an article to: it is no article and never suggested.
_NOBODY = 0
REPLAYED = 20_000
SAID = 200
_ARTICLE_WEIGHT = 5.0
_FEWEST_FOR_CASES = 3
# Letters that no article answers are fewer than those that one does, and not as much like the ones that are left.
_TAKEN_AWAY = 0.1
# A wrong first place is often a near miss: it should not make all the rest look doubtful.
_WRONG_FIRST = 0.7
# The very words an agent already answered: the confidence to show, if they are enough to be one question.
_SAME_WORDS = 3
# A score below this comes from pieces of words that any two texts share.
_SOMETHING = 0.5
_SAME_CONFIDENCE = 0.95


# The only articles that may be named, or a question to ask about each; None for all of them.
Among = Collection[ArticleId] | Callable[[ArticleId], bool] | None


@dataclass(frozen=True)
class Ranked:
    """A candidate and the probability that it is the answer; `example` is the likest learnt letter or ""."""

    article_id: ArticleId
    number: int
    confidence: float
    example: str


class Memory:
    """Articles are numbered in order of appearance; a number is never given to another article.

    `model`: the sentence model whose vectors the events carry, '' for words alone.
    """

    def __init__(self, model: str = "") -> None:
        self.numbers: dict[ArticleId, int] = {}
        self.ids: list[ArticleId] = [""]
        self.articles: dict[ArticleId, dict[str, ArticleText]] = {}
        self.live: set[int] = set()
        self.latest: dict[tuple[str, ...], int] = {}
        self.lessons: dict[int, list[Asked]] = {}
        self.ranker = Ranker(meaning=Meaning(model) if model else None)
        self.ranker.grow(1)
        self.calibrator = Calibrator(WITH_MEANING if model else WORDS_ALONE)

    @property
    def model(self) -> str:
        """Of the sentence model that this memory knows vectors of, or ''."""
        return self.ranker.meaning.model if self.ranker.meaning else ""

    def apply(self, event: Event) -> None:
        match event:
            case ArticleText():
                self._put(event)
            case ArticleRemoved():
                self._remove(event.id)
            case Learnt():
                self._learn(event)
            case AnsweredFreely():
                self._answered_freely(event)

    def rank(self, asked: Asked, among: Among, k: int, *, place: str | None = None) -> list[Ranked]:
        """The k best of the live articles, or of those of them that are in `among`.

        `place`: only letters from there are quoted; None quotes any.
        """
        vector = asked.vector
        live = self._among(among)
        if not live or not vector.terms or k < 1:
            return []
        scores = self.ranker.scores(asked, self.live)
        order = scores.order(live)
        again = self.latest.get(vector.terms)
        if again in live:
            order.remove(again)
            order.insert(0, again)
        ranked = [self._ranked(scores, order, rank, place) for rank in range(min(k, len(order)))]
        if again in live and len(set(vector.terms)) >= _SAME_WORDS:
            ranked[0] = replace(ranked[0], confidence=max(_SAME_CONFIDENCE, ranked[0].confidence))
        rest = 1.0 - ranked[0].confidence
        return [ranked[0], *(replace(one, confidence=min(one.confidence, rest)) for one in ranked[1:])]

    def alike(self, asked: Asked, k: int) -> list[ArticleId]:
        """The k live articles that are most like it, without those that share nothing telling with it."""
        if not self.live or not asked.vector.terms:
            return []
        scores = self.ranker.scores(asked, self.live)
        order = [number for number in scores.order(self.live) if scores.total[number] >= _SOMETHING]
        again = self.latest.get(asked.vector.terms)
        if again in self.live:
            order = [again, *(number for number in order if number != again)]
        return [self.ids[number] for number in order[:k]]

    def ask(self, question: str, vector: bytes = b"", model: str = "") -> Asked:
        """A letter as it is compared: cleaned, its words weighed, and its vector if it is of our model."""
        meaning = self.ranker.meaning
        meant = meaning.accepted(vector, model) if meaning else b""
        return Asked(vector_of(clean_question(question)), meant)

    def _among(self, among: Among) -> set[int]:
        if among is None:
            return self.live
        if callable(among):
            return {self.numbers[one] for one in self.articles if among(one)}
        return {self.numbers[one] for one in among if one in self.articles}

    def _ranked(self, scores: Scores, order: list[int], rank: int, place: str | None) -> Ranked:
        number = order[rank]
        rivals = [number, *order[:rank], *order[rank + 1 :]]
        confidence = self.calibrator.probability(self.ranker.evidence(scores, rivals))
        letter = self.ranker.nearest(scores.vector, number, place)[1]
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
        self.ranker.text.ask(letter.number, letter.asked.vector.topics)

    def _number(self, article_id: ArticleId) -> int:
        if article_id not in self.numbers:
            self.numbers[article_id] = len(self.ids)
            self.ids.append(article_id)
            self.ranker.grow(len(self.ids))
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
        for lesson in lessons_of(article, self.ranker.meaning):
            self.ranker.add(lesson, number, weight)
            if weight > 0:
                self._update(lesson, number, 1.0)
            else:
                self.ranker.update(lesson, _NOBODY, number, 1.0)

    def _post(self, number: int, article_id: ArticleId) -> None:
        variants = self.articles[article_id].values()
        self.lessons[number] = [
            lesson for variant in variants for lesson in lessons_of(variant, self.ranker.meaning)
        ]
        title = [topic for variant in variants for topic in topics_of(variant.title)]
        body = [topic for variant in variants for topic in topics_of(variant.body)]
        self.ranker.text.put(number, title, body)

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
        asked = self.ask(event.question, event.vector, event.model)
        if not asked.vector.terms or event.weight == 0:
            return
        number = self._number(event.article_id)
        if event.weight < 0:
            self._learn_against(asked, number, -event.weight)
            return
        self._observe(asked, number)
        said = clean_question(event.question)[:SAID]
        letter = Letter(said, asked, number, min(event.weight, 1.0), event.place)
        self._keep(letter)
        if event.wrong is not None and event.wrong in self.numbers:
            self.ranker.update(asked, number, self.numbers[event.wrong], letter.weight)
        self._update(asked, number, letter.weight)
        self._replay()

    def _keep(self, letter: Letter) -> None:
        self.restore_letter(letter)
        self.ranker.add(letter.asked, letter.number, letter.weight)
        self.latest[letter.asked.vector.terms] = letter.number

    def _learn_against(self, asked: Asked, number: int, weight: float) -> None:
        if self.latest.get(asked.vector.terms) == number:
            del self.latest[asked.vector.terms]
        self.ranker.update(asked, _NOBODY, number, weight)

    def _update(self, asked: Asked, number: int, weight: float) -> None:
        self.ranker.teach(asked, number, weight, range(_NOBODY + 1, len(self.ids)))

    def _replay(self) -> None:
        letters = self.ranker.letters
        chance = random.Random(len(letters))  # noqa: S311 - chosen the same way in every rebuild
        past = range(max(0, len(letters) - REPLAYED), len(letters) - 1)
        many = len(self.ids) > MANY
        for place in chance.sample(past, min(REPLAYS_OF_MANY if many else REPLAYS, len(past))):
            letter = letters[place]
            self._update(letter.asked, letter.number, letter.weight)
        lessons = min(LESSONS_OF_MANY if many else LESSONS, len(self.ids) - 1)
        for number in chance.sample(range(_NOBODY + 1, len(self.ids)), lessons):
            for lesson in self.lessons.get(number, ()):
                self._update(lesson, number, 1.0)

    def _observe(self, asked: Asked, right: int) -> None:
        """Two cases for the confidence: the letter as it stands, and as if its article did not exist."""
        if right not in self.live or len(self.live) < _FEWEST_FOR_CASES:
            return
        scores = self.ranker.scores(asked, self.live)
        order = scores.order(self.live)
        first = order[0] == right
        self.calibrator.observe(self.ranker.evidence(scores, order), first, 1.0 if first else _WRONG_FIRST)
        order.remove(right)
        self.calibrator.observe(self.ranker.evidence(scores, order), False, _TAKEN_AWAY)

    def _answered_freely(self, event: AnsweredFreely) -> None:
        asked = self.ask(event.question, event.vector, event.model)
        if self.live and asked.vector.terms:
            scores = self.ranker.scores(asked, self.live)
            self.calibrator.observe(self.ranker.evidence(scores, scores.order(self.live)), False)
