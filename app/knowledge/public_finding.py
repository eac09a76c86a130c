"""The search of the help centre in this process: an index of the public pages, made anew when one of them changed."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.knowledge.models import Article
from app.knowledge.public_excerpts import Part, excerpt
from app.knowledge.public_models import HelpPage
from app.knowledge.public_pages import LIVE, Heading, headings, texts
from app.knowledge.public_search import Found, Key, PageWords, PublicIndex, page_words

MOST_HITS = 20
# A page that shares two telling words, or most of what was typed: less is no answer to offer unasked.
_OFFERED_SHARE = 0.5


@dataclass(frozen=True)
class Hit:
    """`title` and `parts`: pieces of text, each with whether it is one of the words that were looked for."""

    page: Heading
    title: tuple[Part, ...]
    parts: tuple[Part, ...]


class _Known:
    """The newest index of this process, for the database it was read from."""

    newest: ClassVar[tuple[tuple[str, int], PublicIndex] | None] = None
    lock: ClassVar[threading.Lock] = threading.Lock()


def search(session: Session, edition: int, typed: str, language: str, *, limit: int = MOST_HITS) -> list[Hit]:
    """Best first, with the words marked."""
    found = index(session, edition).search(typed, language, limit)
    return _hits(session, found)


def offered(session: Session, edition: int, typed: str, language: str, *, limit: int = 3) -> list[Heading]:
    """What may answer somebody who is still typing; nothing rather than something that hardly fits."""
    found = index(session, edition).search(typed, language, limit, growing=True)
    keys = [one.key for one in found if one.share >= _OFFERED_SHARE or len(one.words) > 1]
    return list(headings(session, keys).values())


def related(session: Session, edition: int, key: Key, *, limit: int = 4) -> list[Heading]:
    """Other pages about the same."""
    return list(headings(session, [one.key for one in index(session, edition).like(key, limit)]).values())


def index(session: Session, edition: int) -> PublicIndex:
    """Of this edition of the pages. Two threads that both find it old make it one after the other."""
    wanted = (str(session.get_bind().engine.url), edition)
    known = _Known.newest
    if known is not None and known[0] == wanted:
        return known[1]
    with _Known.lock:
        known = _Known.newest
        if known is None or known[0] != wanted:
            known = (wanted, PublicIndex(_pages(session)))
            _Known.newest = known
    return known[1]


def _pages(session: Session) -> list[PageWords]:
    query = sa.select(HelpPage.article_id, HelpPage.language, HelpPage.stems).join(Article, LIVE)
    return [page_words((row[0], row[1]), row[2]) for row in session.execute(query)]


def _hits(session: Session, found: list[Found]) -> list[Hit]:
    keys = [one.key for one in found]
    pages, plain = headings(session, keys), texts(session, keys)
    return [
        Hit(
            pages[one.key],
            excerpt(pages[one.key].title, one.words, whole=True),
            excerpt(plain.get(one.key, ""), one.words),
        )
        for one in found
        if one.key in pages
    ]
