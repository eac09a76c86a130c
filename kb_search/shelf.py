"""Keeps the Whoosh index equal to the articles of a memory, in few commits. The index is disposable."""

import logging
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from kb_search.events import AnsweredFreely, ArticleRemoved, Event, Learnt
from kb_search.index import ArticleId, Document, IndexTrouble, SearchIndex, article_key, article_of
from kb_search.memory import Memory
from kb_search.text import ASKED_KEPT

log = logging.getLogger(__name__)
# Questions that articles answered are written along with other changes, or when this many have come together.
_LEARNT_TOGETHER = 25


class Shelf:
    """Notes what changed; flush() writes it. Never raises for a damaged index or a full disk."""

    def __init__(self, directory: Path) -> None:
        self._index = SearchIndex(directory)
        self._changed: set[ArticleId] = set()
        self._asked: set[ArticleId] = set()
        self._learnt = 0
        self.problem: str | None = None

    def open(self, memory: Memory) -> None:
        """Opens the index and notes where it differs from the memory; writes all of it anew if it cannot be read."""
        stamps = self._stamps()
        if stamps is None:
            self.rebuild(memory)
            return
        wanted = {
            (article_key(one.id), one.language): one.stamp for one in _documents(memory, memory.articles)
        }
        pairs = stamps.keys() | wanted.keys()
        self._changed = {article_of(pair[0]) for pair in pairs if stamps.get(pair) != wanted.get(pair)}
        self.flush(memory)

    def _stamps(self) -> dict[tuple[str, str], str] | None:
        """None when there is no index, or an unreadable one."""
        if not self._index.exists():
            return None
        try:
            self._index.open()
            return self._index.stamps()
        except IndexTrouble as trouble:
            log.warning("the article index is written anew: %s", trouble)
            return None

    def note(self, event: Event) -> None:
        match event:
            case Learnt():
                self._asked.add(event.article_id)
                self._learnt += 1
            case ArticleRemoved():
                self._changed.add(event.id)
            case AnsweredFreely():
                pass
            case article:
                self._changed.add(article.id)

    def flush(self, memory: Memory, *, all_of_it: bool = False) -> None:
        """One commit with everything noted."""
        if not (self._changed or self._learnt >= _LEARNT_TOGETHER or (all_of_it and self._asked)):
            return
        touched = self._changed | self._asked
        try:
            self._index.write(_documents(memory, touched), drop=touched)
        except IndexTrouble as trouble:
            log.warning("the article index is written anew: %s", trouble)
            self.rebuild(memory)
            return
        self._written()

    def rebuild(self, memory: Memory) -> None:
        """A new generation of the index."""
        try:
            self._index.rebuild(list(_documents(memory, memory.articles)))
        except IndexTrouble as trouble:
            self.problem = f"The article index cannot be written ({trouble})."
            log.warning(self.problem)
            return
        self._written()

    def close(self) -> None:
        self._index.close()

    def _written(self) -> None:
        self._changed.clear()
        self._asked.clear()
        self._learnt = 0
        self.problem = None


def _documents(memory: Memory, ids: Iterable[ArticleId]) -> Iterator[Document]:
    for article_id in ids:
        asked = _asked(memory, article_id)
        for text in memory.articles.get(article_id, {}).values():
            title, body = (_whole(words) for words in (text.title, text.body))
            stamp = f"{zlib.crc32(f'{title} / {body}'.encode()):08x}"
            yield Document(article_id, text.language, title, body, _whole(asked), stamp)


def _asked(memory: Memory, article_id: ArticleId) -> str:
    letters = memory.ranker.letters
    places = (
        memory.ranker.of_class.get(memory.numbers[article_id], ()) if article_id in memory.numbers else ()
    )
    return "\n".join(letters[place].said for place in places[-ASKED_KEPT:])


def _whole(text: str) -> str:
    """Without half characters, which no file takes."""
    return text.encode("utf-8", "ignore").decode("utf-8")
