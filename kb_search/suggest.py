"""A customer's letter → at most three articles with confidence and reason; learns from what agents accept.

One long-lived process owns a directory: the Whoosh index of the articles, which `query.ArticleSearch` reads from any
process, and beside it what was learnt (see store.py). Nothing here raises because of the state of the disk: what
cannot be read is rebuilt or left out, and `problem` says so in one sentence.
"""

import logging
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from kb_search.clean import clean_question
from kb_search.embed import FindEmbedder, installed_embedder
from kb_search.events import (
    AnsweredFreely,
    ArticleRemoved,
    ArticleText,
    Event,
    Learnt,
    from_record,
    to_record,
)
from kb_search.explain import Suggestion, Why, explained
from kb_search.freeze import freeze, thaw
from kb_search.index import ArticleId
from kb_search.lessons import texts_of
from kb_search.memory import Among, Memory
from kb_search.shelf import Shelf
from kb_search.store import POSITION, Kept, Store

__all__ = ["Suggester", "Suggestion", "Why"]

log = logging.getLogger(__name__)
# A new memory file after so many events, or a tenth of what was learnt: the most a start lives through again.
_EVENTS_PER_GENERATION = 250
_OWNED = "Another process owns this directory: what is learnt here is not kept."


class Suggester:
    """Suggestions from a directory.

    `position` is the owner's place in its own log of events, as of the last `commit`. Events after the last
    commit are forgotten when the directory is opened again, so that the owner can feed them again: commit the
    starting position before the first event. An owner that never commits keeps every event.

    `problem` is None or one sentence for a person. A second Suggester on a directory that is owned already
    reads what is there; what it learns is not kept, and `problem` says so.

    `find_embedder` gives the sentence model, or None for words alone. What was learnt without it stays without it until
    `rebuild`; `lacks_meaning` says so.
    """

    def __init__(
        self,
        directory: str | Path,
        *,
        precision_target: float = 0.9,
        floor: float = 0.012,
        find_embedder: FindEmbedder = installed_embedder,
    ) -> None:
        self._embedder = find_embedder()
        self._target = precision_target
        self._floor = floor
        self._problem: str | None = None
        self._events = 0
        self._gap = False
        self._committed: int | None = None
        self._memory = self._empty()
        self._store = Store(Path(directory))
        self._shelf = Shelf(Path(directory) / "index")
        self._open()

    @property
    def position(self) -> int:
        return self._committed or 0

    @property
    def problem(self) -> str | None:
        return self._problem or self._shelf.problem

    @property
    def model(self) -> str:
        """Name of the sentence model whose vectors count, '' for words alone."""
        return self._memory.model

    @property
    def lacks_meaning(self) -> bool:
        """A sentence model is there, but what is known was learnt without it."""
        return self._memory.model != self.embedder_name

    def with_vector(self, event: Event) -> Event:
        """The event with its vector of the sentence model that is there, unless it has that already."""
        name = self.embedder_name
        if not name or isinstance(event, ArticleRemoved) or event.model == name:
            return event
        return replace(event, vector=b"".join(map(self._embedded, texts_of(event))), model=name)

    @property
    def embedder_name(self) -> str:
        """Of the sentence model that is there, '' without one."""
        return self._embedder.name if self._embedder else ""

    def vector_of(self, question: str) -> bytes:
        """What a letter means to the sentence model; b"" without one."""
        return self._embedded(clean_question(question))

    def add_article(self, id: ArticleId, title: str, body: str, language: str = "") -> None:
        """Adds an article, or changes it when id and language are known; what was learnt for it stays.

        Suggested at once; found by ArticleSearch after the next commit() or close().
        """
        self._happened(ArticleText(id, title, body, language))

    def add_articles(self, articles: Iterable[ArticleText]) -> None:
        for article in articles:
            self._happened(article)
        self._flush()

    def remove_article(self, id: ArticleId) -> None:
        self._happened(ArticleRemoved(id))

    def learn(
        self,
        question: str,
        article_id: ArticleId,
        *,
        weight: float = 1.0,
        wrong: ArticleId | None = None,
        place: str = "",
    ) -> None:
        """`question` was answered with this article: counts for the very next question.

        `weight` from 0 to 1, how far the answer was the article; below 0 it counts against the pair (a bad
        rating). `wrong`: the article that was shown first and passed over. `place`: where the letter came from.
        """
        self._happened(Learnt(question, article_id, weight, wrong, place))

    def apply(self, event: Event) -> Event:
        """An event of the owner's log; returns it with the vector that it was learnt with."""
        return self._happened(event)

    def answered_freely(self, question: str) -> None:
        """Suggestions were shown and the agent wrote something else: makes the confidence more careful."""
        self._happened(AnsweredFreely(question))

    def suggest(
        self,
        question: str,
        k: int = 3,
        *,
        language: str | None = None,
        allowed: Among = None,
        place: str | None = None,
        vector: bytes | None = None,
    ) -> list[Suggestion]:
        """At most k articles, likeliest first; none when not even the first reaches the floor.

        `language`: articles with a text in it come first. `allowed`: the only ids that may be named, or a question
        to ask about each. `place`: `why` quotes letters from there only; None quotes any. `vector`: that of the
        letter, when it was computed before.
        """
        meant = self.vector_of(question) if vector is None else vector
        asked = self._memory.ask(question, meant, self.embedder_name)
        ranked = self._memory.rank(asked, allowed, k if language is None else max(k, 10), place=place)
        if not ranked or ranked[0].confidence < self._floor:
            return []
        if language is not None:
            ranked.sort(key=lambda one: language not in self._memory.articles[one.article_id])
        return [explained(self._memory, question, one, language, self._target) for one in ranked[:k]]

    def search(self, words: str, k: int = 10) -> list[ArticleId]:
        """What an agent types → articles like it, best first: what was learnt from letters counts as well."""
        return self._memory.alike(self._memory.ask(words, self.vector_of(words), self.embedder_name), k)

    def commit(self, position: int) -> bool:
        """Puts everything so far on the disk, with the owner's position in its log. False: it is not there."""
        self._committed = position
        try:
            self._take_over()
            self._flush()
            if self._gap or self._is_time():
                self._new_generation()
            self._store.append({POSITION: position})
            self._store.sync()
        except OSError as error:
            self._lost(error)
            return False
        return self._store.writable

    def rebuild(self, events: Iterable[Event], position: int = 0) -> bool:
        """Forgets everything and lives through these events: the same events give the same answers.

        On the disk the old memory is replaced when the new one is whole. False: it is not there.
        """
        fresh = self._empty()
        for event in events:
            fresh.apply(self._meant(event, fresh))
        self._memory = fresh
        self._shelf.rebuild(self._memory)
        self._problem = None
        self._gap = True
        return self.commit(position)

    def close(self) -> None:
        self._shelf.flush(self._memory, all_of_it=self._store.writable)
        self._shelf.close()
        self._store.close()

    def _open(self) -> None:
        try:
            kept = self._store.load()
        except OSError as error:
            self._notice(f"What was learnt cannot be read ({error}).")
            return
        self._problem, self._gap = kept.problem, kept.problem is not None
        self._live_again(kept)
        if self._store.writable:
            self._shelf.open(self._memory)
            return
        self._notice(_OWNED)

    def _live_again(self, kept: Kept) -> None:
        try:
            if kept.memory is not None:
                self._memory, self._committed = thaw(kept.memory, self.embedder_name)
            for record in kept.records:
                self._remember(record)
        except (ValueError, KeyError, TypeError, IndexError) as error:
            self._memory, self._committed = self._empty(), None
            self._notice(f"What was learnt is unreadable and has to be rebuilt ({error!r}).")
            self._gap = True

    def _remember(self, record: dict[str, object]) -> None:
        if POSITION in record:
            self._committed = int(str(record[POSITION]))
        else:
            self._memory.apply(self._meant(from_record(record), self._memory))
            self._events += 1

    def _happened(self, event: Event) -> Event:
        """Learnt first, written second: a full disk must not make suggestions stale."""
        event = self._meant(event, self._memory)
        self._memory.apply(event)
        self._shelf.note(event)
        self._events += 1
        try:
            self._take_over()
            if not self._gap:
                self._store.append(to_record(event))
            if self._committed is None and (self._gap or self._is_time()):
                self._new_generation()
        except OSError as error:
            self._lost(error)
        return event

    def _empty(self) -> Memory:
        return Memory(self.embedder_name)

    def _meant(self, event: Event, memory: Memory) -> Event:
        return self.with_vector(event) if memory.model else event

    def _embedded(self, text: str) -> bytes:
        if self._embedder is None:
            return b""
        try:
            return self._embedder.embed(text)
        except Exception:
            log.exception("the sentence model fails on a text: words alone count for it")
            return b""

    def _take_over(self) -> None:
        """A former owner that ended after this one began leaves the directory to it."""
        if self._problem == _OWNED and self._store.take_over():
            self._problem = None
            self._gap = True
            self._shelf.open(self._memory)

    def _is_time(self) -> bool:
        """A large memory takes longer to write, so it is written less often."""
        return self._events >= max(_EVENTS_PER_GENERATION, len(self._memory.ranker.letters) // 10)

    def _new_generation(self) -> None:
        if self._store.writable:
            self._store.next_generation(freeze(self._memory, self._committed), continues=not self._gap)
            self._events = 0
            self._gap = False

    def _lost(self, error: OSError) -> None:
        """The journal has a gap: nothing more goes into it until a whole memory is written."""
        self._gap = True
        self._notice(f"What was learnt cannot be written ({error}).")

    def _flush(self) -> None:
        if self._store.writable:
            self._shelf.flush(self._memory)

    def _notice(self, sentence: str) -> None:
        self._problem = sentence
        log.warning(sentence)
