"""Reading articles, their versions and usage. What a person may not see is not found; see app.knowledge.who_sees."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app.accounts.models import Agent
from app.accounts.rights import Rights, Who
from app.cursors import read_cursor, write_cursor
from app.errors import NotFound
from app.knowledge.models import (
    Article,
    ArticleVariant,
    ArticleVersion,
    KnowledgeLog,
    Outcome,
    Suggestion,
    Visibility,
    article_tags,
)
from app.knowledge.segments import NOTHING, resolve
from app.knowledge.who_sees import visible, visible_to
from app.tags.models import Tag

PAGE = 50
MOST_TAGS = 200


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
class Filters:
    """What the list shows; `text` is a plain search for its words.

    `language`: what can be read in it; `lacks`: what cannot. `due`: to be looked at by then.
    """

    language: str = ""
    tag: str = ""
    archived: bool = False
    text: str = ""
    lacks: str = ""
    visibility: str = ""
    owner_id: int = 0
    due: date | None = None


@dataclass(frozen=True)
class PublicText:
    """A text of the help centre: one article in one language. `languages`: all that it can be read in."""

    article_id: int
    language: str
    title: str
    answer: str
    updated_at: datetime
    languages: tuple[str, ...]


def article(session: Session, article_id: int) -> Article:
    """With its tags, languages and files; archived ones too. For what asks in nobody's name. Raises NotFound."""
    return _one(session, article_id, sa.true())


def article_for(session: Session, who: Who, article_id: int) -> Article:
    """The same for a person. Raises NotFound also for one that is not theirs to see."""
    return _one(session, article_id, visible_to(session, who))


def _one(session: Session, article_id: int, may: sa.ColumnElement[bool]) -> Article:
    whole = (selectinload(Article.tags), selectinload(Article.variants), selectinload(Article.files))
    query = sa.select(Article).where(Article.id == article_id, may).options(*whole)
    found = session.scalar(query)
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


def page(session: Session, who: Rights, filters: Filters, *, after: str = "", limit: int = PAGE) -> Page:
    """Last changed first. Four queries, however many articles."""
    query = _filtered(filters, who).order_by(Article.updated_at.desc(), Article.id.desc()).limit(limit + 1)
    cursor = read_cursor(after, 1)
    if cursor is not None:
        at, (last_id,) = cursor
        mark = sa.tuple_(sa.literal(at), sa.literal(last_id))
        query = query.where(sa.tuple_(Article.updated_at, Article.id) < mark)
    rows = list(session.scalars(query))
    following = write_cursor(rows[limit - 1].updated_at, rows[limit - 1].id) if len(rows) > limit else ""
    return Page(rows[:limit], usage(session, [row.id for row in rows[:limit]]), following)


def found(session: Session, who: Rights, ids: Sequence[int], filters: Filters) -> Page:
    """The articles a search found, in its order, as far as the filters and the rights let them through."""
    rows = {row.id: row for row in session.scalars(_filtered(filters, who).where(Article.id.in_(ids)))}
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
        KnowledgeLog.article_id == article_id, KnowledgeLog.kind == "learn", KnowledgeLog.weight > 0
    )
    return session.scalar(query) or 0


def all_tags(session: Session, who: Rights) -> list[str]:
    """The words on articles that this person sees and that are not archived, the most used ones first; 200 at most."""
    query = (
        sa.select(Tag.name)
        .join(article_tags, article_tags.c.tag_id == Tag.id)
        .join(Article, Article.id == article_tags.c.article_id)
        .where(Article.archived.is_(False), visible(who))
        .group_by(Tag.name)
        .order_by(sa.func.count().desc(), Tag.name)
        .limit(MOST_TAGS)
    )
    return list(session.scalars(query))


def has_articles(session: Session, who: Rights) -> bool:
    return session.scalar(sa.select(Article.id).where(visible(who)).limit(1)) is not None


def due_count(session: Session, who: Rights, today: date) -> int:
    """How many articles that this person sees should have been looked at again."""
    query = sa.select(sa.func.count(Article.id)).where(
        Article.archived.is_(False), Article.review_on <= today, visible(who)
    )
    return session.scalar(query) or 0


def public_articles(
    session: Session, language: str = "", *, ids: Collection[int] | None = None
) -> list[PublicText]:
    """What anybody may read, by title: in `language`, or every text. Articles for some agents only are never public,
    and parts for some customers are not in them: nobody is known there."""
    shown = sa.and_(
        Article.visibility == Visibility.PUBLIC,
        Article.archived.is_(False),
        Article.restricted.is_(False),
        sa.true() if ids is None else Article.id.in_(ids),
    )
    first = sa.select(Article.id, Article.language, Article.title, Article.answer, Article.updated_at)
    other = sa.select(
        ArticleVariant.article_id,
        ArticleVariant.language,
        ArticleVariant.title,
        ArticleVariant.answer,
        ArticleVariant.updated_at,
    ).join(Article, Article.id == ArticleVariant.article_id)
    rows = session.execute(sa.union_all(first.where(shown), other.where(shown))).all()
    languages: dict[int, list[str]] = {}
    for row in rows:
        languages.setdefault(row[0], []).append(row[1])
    texts = [
        PublicText(row[0], row[1], row[2], resolve(row[3], NOTHING), row[4], tuple(languages[row[0]]))
        for row in rows
        if language in ("", row[1])
    ]
    return sorted(texts, key=lambda one: (one.title.casefold(), one.article_id, one.language))


def _filtered(filters: Filters, who: Rights) -> sa.Select[Article]:
    query = (
        sa.select(Article)
        .options(selectinload(Article.tags), selectinload(Article.variants))
        .where(Article.archived.is_(filters.archived), visible(who))
    )
    if filters.language:
        query = query.where(says(filters.language))
    if filters.lacks:
        query = query.where(sa.not_(says(filters.lacks)))
    if filters.visibility:
        query = query.where(Article.visibility == filters.visibility)
    if filters.owner_id:
        query = query.where(Article.owner_id == filters.owner_id)
    if filters.due is not None:
        query = query.where(Article.review_on <= filters.due)
    if filters.tag:
        query = query.where(Article.tags.any(Tag.name == filters.tag))
    for word in _words(filters.text):
        columns = (Article.title, Article.answer, ArticleVariant.title, ArticleVariant.answer)
        own, other = columns[:2], columns[2:]
        query = query.where(
            sa.or_(
                *(_contains(column, word) for column in own),
                Article.variants.any(sa.or_(*(_contains(column, word) for column in other))),
            )
        )
    return query


def says(language: str) -> sa.ColumnElement[bool]:
    """A condition on articles: they can be read in this language."""
    return sa.or_(Article.language == language, Article.variants.any(ArticleVariant.language == language))


def _contains(column: sa.orm.InstrumentedAttribute[str], word: str) -> sa.ColumnElement[bool]:
    """SQLite compares letters beyond ASCII exactly, so both usual spellings are tried."""
    spellings: Iterable[str] = {word, word.lower(), word.capitalize()}
    return sa.or_(*(column.icontains(spelling, autoescape=True) for spelling in spellings))


def _words(text: str) -> list[str]:
    return text.split()[:8]
