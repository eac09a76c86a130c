"""Reading articles, their versions and usage, and the suggestions beside letters."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app.accounts.models import Agent
from app.cursors import read_cursor, write_cursor
from app.errors import NotFound
from app.knowledge.models import Article, ArticleVersion, KnowledgeLog, Outcome, Suggestion, article_tags
from app.tags.models import Tag

PAGE = 50


@dataclass(frozen=True)
class Usage:
    """How often an article was suggested, and what became of it; `sent` is unchanged plus edited."""

    shown: int = 0
    accepted: int = 0
    edited: int = 0
    dismissed: int = 0
    ignored: int = 0

    @property
    def sent(self) -> int:
        return self.accepted + self.edited


@dataclass(frozen=True)
class Page:
    """Articles with their usage; `next` is the cursor of the following page, '' at the end."""

    articles: list[Article]
    usage: dict[int, Usage]
    next: str


@dataclass(frozen=True)
class Offered:
    """A suggestion beside a letter."""

    id: int
    message_id: int
    article_id: int
    title: str
    answer: str
    language: str
    rank: int
    confidence: float
    words: tuple[str, ...]
    example: str
    shown: str
    outcome: str

    @property
    def percent(self) -> int:
        return round(self.confidence * 100)


@dataclass(frozen=True)
class Filters:
    """What the list shows; `text` is a plain search for its words."""

    language: str = ""
    tag: str = ""
    archived: bool = False
    text: str = ""


_S, _A = Suggestion.__table__.c, Article.__table__.c
# Every ticket page asks this: built once.
_SUGGESTED = (
    sa.select(
        *(_S[name] for name in ("id", "message_id", "article_id", "rank", "confidence")),
        *(_A[name] for name in ("title", "answer", "language")),
        *(_S[name] for name in ("why", "shown", "outcome")),
    )
    .join(Article.__table__, _A.id == _S.article_id)
    .where(
        _S.message_id.in_(sa.bindparam("letters", expanding=True)),
        _S.rank > 0,
        sa.or_(_A.archived.is_(False), _S.outcome != Outcome.SHOWN),
    )
    .order_by(_S.message_id, _S.rank, _S.id)
)


def suggestions_for(session: Session, message_ids: Sequence[int]) -> list[Offered]:
    """The suggestions of these letters, by letter and rank; articles archived since are left out."""
    if not message_ids:
        return []
    found = session.connection().execute(_SUGGESTED, {"letters": list(message_ids)})
    return [_offered(row) for row in found]


def article(session: Session, article_id: int) -> Article:
    """With its tags; archived ones too. Raises NotFound."""
    found = session.get(Article, article_id, options=[selectinload(Article.tags)])
    if found is None:
        raise NotFound("There is no such article.")
    return found


def versions(session: Session, article_id: int) -> list[tuple[ArticleVersion, str]]:
    """Every version with its author's name, newest first."""
    query = (
        sa.select(ArticleVersion, sa.func.coalesce(Agent.name, ""))
        .outerjoin(Agent, Agent.id == ArticleVersion.agent_id)
        .where(ArticleVersion.article_id == article_id)
        .order_by(ArticleVersion.version.desc())
    )
    return [(version, name) for version, name in session.execute(query)]


def page(session: Session, filters: Filters, *, after: str = "", limit: int = PAGE) -> Page:
    """Last changed first. Three queries, however many articles."""
    query = _filtered(filters).order_by(Article.updated_at.desc(), Article.id.desc()).limit(limit + 1)
    cursor = read_cursor(after, 1)
    if cursor is not None:
        at, (last_id,) = cursor
        mark = sa.tuple_(sa.literal(at), sa.literal(last_id))
        query = query.where(sa.tuple_(Article.updated_at, Article.id) < mark)
    rows = list(session.scalars(query))
    following = write_cursor(rows[limit - 1].updated_at, rows[limit - 1].id) if len(rows) > limit else ""
    return Page(rows[:limit], usage(session, [row.id for row in rows[:limit]]), following)


def found(session: Session, ids: Sequence[int], filters: Filters) -> Page:
    """The articles a search found, in its order, as far as the filters let them through."""
    rows = {row.id: row for row in session.scalars(_filtered(filters).where(Article.id.in_(ids)))}
    articles = [rows[article_id] for article_id in ids if article_id in rows]
    return Page(articles, usage(session, [row.id for row in articles]), "")


def usage(session: Session, ids: Collection[int]) -> dict[int, Usage]:
    """article id → its figures, for every id asked."""

    def counted(*outcomes: Outcome) -> sa.ColumnElement[int]:
        return sa.func.count(sa.case((Suggestion.outcome.in_(outcomes), 1)))

    query = (
        sa.select(
            Suggestion.article_id,
            sa.func.count(sa.case((Suggestion.rank > 0, 1))),
            counted(Outcome.ACCEPTED),
            counted(Outcome.EDITED),
            counted(Outcome.DISMISSED),
            counted(Outcome.IGNORED),
        )
        .where(Suggestion.article_id.in_(ids))
        .group_by(Suggestion.article_id)
    )
    figures = {row[0]: Usage(*row[1:]) for row in session.execute(query)} if ids else {}
    return {article_id: figures.get(article_id, Usage()) for article_id in ids}


def learnt_count(session: Session, article_id: int) -> int:
    """From how many letters this article has learnt."""
    query = sa.select(sa.func.count()).where(
        KnowledgeLog.article_id == article_id, KnowledgeLog.kind == "learn"
    )
    return session.scalar(query) or 0


def all_tags(session: Session) -> list[str]:
    """The words on articles that are not archived."""
    query = (
        sa.select(Tag.name)
        .join(article_tags, article_tags.c.tag_id == Tag.id)
        .join(Article, Article.id == article_tags.c.article_id)
        .where(Article.archived.is_(False))
        .distinct()
    )
    return list(session.scalars(query.order_by(Tag.name)))


def has_articles(session: Session) -> bool:
    return session.scalar(sa.select(Article.id).limit(1)) is not None


def _filtered(filters: Filters) -> sa.Select[Article]:
    query = (
        sa.select(Article).options(selectinload(Article.tags)).where(Article.archived.is_(filters.archived))
    )
    if filters.language:
        query = query.where(Article.language == filters.language)
    if filters.tag:
        query = query.where(Article.tags.any(Tag.name == filters.tag))
    for word in _words(filters.text):
        query = query.where(sa.or_(_contains(Article.title, word), _contains(Article.answer, word)))
    return query


def _contains(column: sa.orm.InstrumentedAttribute[str], word: str) -> sa.ColumnElement[bool]:
    """SQLite compares letters beyond ASCII exactly, so both usual spellings are tried."""
    spellings: Iterable[str] = {word, word.lower(), word.capitalize()}
    return sa.or_(*(column.icontains(spelling, autoescape=True) for spelling in spellings))


def _words(text: str) -> list[str]:
    return text.split()[:8]


def _offered(row: sa.Row[Any]) -> Offered:
    why = row.why or {}
    return Offered(
        row.id,
        row.message_id,
        row.article_id,
        row.title,
        row.answer,
        row.language,
        row.rank,
        row.confidence,
        tuple(map(str, why.get("words", ()))),
        str(why.get("example", "")),
        row.shown,
        row.outcome,
    )
