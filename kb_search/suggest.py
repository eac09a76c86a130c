"""A customer's letter → at most three articles with confidence and reason; learns from what agents accept.

One process owns a directory:

    index/          the Whoosh index of the articles, which `query.ArticleSearch` reads (disposable)
    journal.log     every article and accepted answer since the start

Nothing here raises because of the state of the disk: what cannot be read is rebuilt or left out, and
`problem` says so in one sentence.
"""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kb_search.events import AnsweredFreely, ArticleRemoved, ArticleText, Event, Learnt, from_record, to_record
from kb_search.index import ArticleId, Document, IndexTrouble, SearchIndex, article_key
from kb_search.journal import Journal, read_journal
from kb_search.memory import Memory, Ranked
from kb_search.stems import stem, words
from kb_search.stopwords import STOP_WORDS

log = logging.getLogger(__name__)
JOURNAL = "journal.log"


@dataclass(frozen=True)
class Why:
    """`words` of the letter that the article or its past letters share; `example` is the likest past letter or ""."""

    words: tuple[str, ...]
    example: str

    def __str__(self) -> str:
        parts = [f"matches: {', '.join(self.words)}"] if self.words else []
        return "; ".join([*parts, *([f"like a letter answered before: “{self.example}”"] if self.example else [])])


@dataclass(frozen=True)
class Suggestion:
    """`confidence` is the probability that this is the answer; `shown` follows the precision target."""

    article_id: ArticleId
    confidence: float
    why: Why
    shown: Literal["open", "folded"] = "folded"
    title: str = ""


class Suggester:
    """Suggestions from a directory. See the module for what is in it.

    `position` is the owner's place in its own log of events, as of the last `commit`. Events after the
    last commit are forgotten when the directory is opened again; an owner that never commits keeps all.
    """

    def __init__(
        self, directory: str | Path, *, precision_target: float = 0.9, floor: float = 0.05
    ) -> None:
        self._directory = Path(directory)
        self._target = precision_target
        self._floor = floor
        self._index = SearchIndex(self._directory / "index")
        self._journal: Journal | None = None
        self._stale = True
        self.position = 0
        self.problem: str | None = None
        self._memory = Memory()
        self._open()

    def add_article(self, id: ArticleId, title: str, body: str, language: str = "") -> None:
        """Adds an article, or changes it when id and language are known. What was learnt for it stays."""
        self._happened([ArticleText(id, title, body, language)])

    def add_articles(self, articles: Iterable[ArticleText]) -> None:
        """Many articles with one commit of the index."""
        self._happened(articles)

    def remove_article(self, id: ArticleId) -> None:
        """Never suggested again, unless it is added again."""
        self._happened([ArticleRemoved(id)])

    def learn(
        self, question: str, article_id: ArticleId, *, weight: float = 1.0, wrong: ArticleId | None = None
    ) -> None:
        """`question` was answered with this article: counts for the very next question."""
        self._happened([Learnt(question, article_id, weight, wrong)])

    def answered_freely(self, question: str) -> None:
        """Suggestions were shown and the agent wrote something else: makes the confidence more careful."""
        self._happened([AnsweredFreely(question)])

    def suggest(
        self,
        question: str,
        k: int = 3,
        *,
        language: str | None = None,
        allowed: Collection[ArticleId] | None = None,
    ) -> list[Suggestion]:
        """At most k articles, likeliest first; nothing when nothing reaches the floor.

        `language`: articles with a text in it come first. `allowed`: the only ids that may be named.
        """
        ranked = self._memory.rank(question, allowed, k)
        found = [self._suggestion(question, one) for one in ranked]
        return [one for one in found if one.confidence >= self._floor]

    def commit(self, position: int) -> None:
        """Everything so far is on the disk, together with the owner's position in its log."""
        self.position = position
        self._append({"is": "position", "at": position})
        self._refresh()
        if self._journal is not None:
            self._journal.sync()

    def rebuild(self, events: Iterable[Event], position: int = 0) -> None:
        """Forgets everything and lives through these events: the same events give the same answers."""
        self._close_journal()
        (self._directory / JOURNAL).unlink(missing_ok=True)
        self._memory = Memory()
        self._open()
        self._happened(events)
        self.commit(position)

    def close(self) -> None:
        self._refresh()
        self._close_journal()

    def _close_journal(self) -> None:
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def _open(self) -> None:
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            records, length, whole = read_journal(self._directory / JOURNAL)
            if not whole:
                self._notice("The end of the journal was unreadable and was left out.")
            self._journal = Journal(self._directory / JOURNAL, length)
        except OSError as error:
            records = []
            self._notice(f"The directory cannot be used ({error}).")
        for record in records:
            if record["is"] == "position":
                self.position = record["at"]
            else:
                self._memory.apply(from_record(record))
        self._refresh()

    def _happened(self, events: Iterable[Event]) -> None:
        for event in events:
            self._append(to_record(event))
            if isinstance(event, ArticleText | ArticleRemoved):
                self._stale = True
            self._memory.apply(event)

    def _append(self, record: dict[str, object]) -> None:
        try:
            if self._journal is not None:
                self._journal.append(record)
        except OSError as error:
            self._notice(f"The journal cannot be written ({error}).")

    def _refresh(self) -> None:
        """Brings the index up to the articles in memory."""
        if not self._stale:
            return
        self._stale = False
        documents = [
            Document(article.id, article.language, article.title, article.body)
            for variants in self._memory.articles.values()
            for article in variants.values()
        ]
        try:
            self._index.rebuild(documents)
        except IndexTrouble as trouble:
            self._notice(f"The article index cannot be written ({trouble}).")

    def _suggestion(self, question: str, ranked: Ranked) -> Suggestion:
        article_id = ranked.article_id
        title = next(iter(self._memory.articles[article_id].values())).title
        shown: Literal["open", "folded"] = "open" if ranked.confidence >= self._target else "folded"
        why = Why(self._shared(question, ranked.number), ranked.example)
        return Suggestion(article_id, ranked.confidence, why, shown, title)

    def _shared(self, question: str, number: int) -> tuple[str, ...]:
        shared = [
            word
            for word in dict.fromkeys(words(question))
            if word not in STOP_WORDS
            and any(number in holders for holders in self._memory.ranker.text.lists(stem(word)).values())
        ]
        return tuple(shared[:6])

    def _notice(self, sentence: str) -> None:
        self.problem = sentence
        log.warning(sentence)


__all__ = ["ArticleText", "Suggester", "Suggestion", "Why", "article_key"]
