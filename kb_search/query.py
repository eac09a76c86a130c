"""What a person typed → ranked hits with highlights. For web processes: reads only, from the live generation."""

from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from whoosh.highlight import ContextFragmenter, HtmlFormatter
from whoosh.query import And, Or, Prefix, Query, Term

from kb_search.index import RANKING, ArticleId, IndexTrouble, article_key, article_of, open_current
from kb_search.stems import fold, stems, words

_FIELDS = (("title", 2.0), ("body", 1.0), ("asked", 0.5))
_MOST_WORDS = 20
_SHORTEST_PREFIX = 2


@dataclass(frozen=True)
class Hit:
    """`highlight` is safe HTML: escaped text with the found words in <mark>."""

    article_id: ArticleId
    title: str
    highlight: str
    score: float
    language: str


class ArticleSearch:
    """Search over the index that a Suggester keeps in the same directory.

    `problem` is None, or one sentence why the last search had nothing to read.
    """

    def __init__(self, directory: str | Path) -> None:
        self._directory = Path(directory) / "index"
        self.problem: str | None = None

    def search(
        self,
        text: str,
        limit: int = 10,
        *,
        language: str | None = None,
        allowed: Collection[ArticleId] | None = None,
    ) -> list[Hit]:
        """Best hits first: any word may match, the last one also as the beginning of a word.

        `language` keeps one language, `allowed` the articles this person may see. Any text is safe: it is
        never read as a query language. No index, or a damaged one: [] and `problem`.
        """
        self.problem = None
        asked = _query(text)
        if asked is None or limit < 1:
            return []
        try:
            return self._search(asked, limit, language, allowed)
        except IndexTrouble as trouble:
            self.problem = f"The article index cannot be read ({trouble})."
            return []

    def _search(
        self, asked: Query, limit: int, language: str | None, allowed: Collection[ArticleId] | None
    ) -> list[Hit]:
        index = open_current(self._directory)
        try:
            with closing(index), index.searcher(weighting=RANKING) as searcher:
                results = searcher.search(asked, limit=limit, filter=_visible(language, allowed))
                results.fragmenter = ContextFragmenter(maxchars=160, surround=40)
                results.formatter = _Mark(between=" … ")
                return [_hit(result) for result in results]
        except Exception as error:  # a damaged file breaks Whoosh in any way it likes
            raise IndexTrouble(f"{type(error).__name__}: {error}") from error


class _Mark(HtmlFormatter):  # type: ignore[misc]  # whoosh carries no types
    """<mark> without classes; the formatter of Whoosh escapes the text itself."""

    def __init__(self, between: str) -> None:
        super().__init__(tagname="mark", between=between)
        self.template = "<%(tag)s>%(t)s</%(tag)s>"


def _query(text: str) -> Query | None:
    terms = list(dict.fromkeys(stems(text[:10_000])))[-_MOST_WORDS:]
    if not terms:
        return None
    parts: list[Query] = [Term(field, term, boost=boost) for term in terms for field, boost in _FIELDS]
    beginning = _beginning(text)
    if beginning:
        parts += [Prefix(field, beginning, boost=boost / 2) for field, boost in _FIELDS[:2]]
    return Or(parts)


def _beginning(text: str) -> str | None:
    """The last word, when it may still be growing."""
    if not text or not fold(text)[-1].isalnum():
        return None
    last = words(text[-200:])[-1:]
    return last[0] if last and len(last[0]) >= _SHORTEST_PREFIX else None


def _visible(language: str | None, allowed: Collection[ArticleId] | None) -> Query | None:
    parts: list[Query] = []
    if language is not None:
        parts.append(Term("language", language))
    if allowed is not None:
        parts.append(Or([Term("article", article_key(article_id)) for article_id in allowed]))
    return And(parts) if parts else None


def _hit(result: Any) -> Hit:
    shown = result.highlights("body", top=2) or result.highlights("title") or escape(result["body"][:160])
    return Hit(article_of(result["article"]), result["title"], shown, float(result.score), result["language"])
