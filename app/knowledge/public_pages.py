"""Reading the help centre. Every query has LIVE in it: an article that is not public just now is not there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.knowledge.models import Article, ArticleFile, ArticleVariant, Visibility, article_tags
from app.knowledge.public_models import HelpPage, HelpRead, HelpSlug
from app.tags.models import Tag

PAGE = 50
MOST_IN_SITEMAP = 50_000
READ_DAYS = 90
# What an article must be: for everybody, and not put away. One for some agents only is for no reader at all.
PUBLIC = sa.and_(
    Article.visibility == Visibility.PUBLIC, Article.restricted.is_(False), Article.archived.is_(False)
)
_HAS_LANGUAGE = sa.or_(
    HelpPage.language == Article.language,
    sa.exists().where(
        ArticleVariant.article_id == HelpPage.article_id, ArticleVariant.language == HelpPage.language
    ),
)
# A page of an older version, or of a language that is gone, is as good as none.
LIVE = sa.and_(Article.id == HelpPage.article_id, PUBLIC, HelpPage.version == Article.version, _HAS_LANGUAGE)


@dataclass(frozen=True)
class Heading:
    """A page in a list."""

    article_id: int
    language: str
    slug: str
    title: str
    updated_at: datetime


@dataclass(frozen=True)
class Listed:
    """Pages by title; `next` is the mark of the following ones, '' at the end."""

    pages: list[Heading]
    next: str


@dataclass(frozen=True)
class PublicFile:
    id: int
    filename: str
    size: int
    sha256: str


_HEADING = (HelpPage.article_id, HelpPage.language, HelpPage.slug, HelpPage.title, HelpPage.updated_at)


def page_at(session: Session, language: str, slug: str) -> HelpPage | None:
    """The page that has this address now."""
    query = sa.select(HelpPage).join(Article, LIVE)
    return session.scalar(query.where(HelpPage.language == language, HelpPage.slug == slug))


def moved_to(session: Session, language: str, slug: str) -> str | None:
    """The address that a page has now which had this one; None when there is no such page."""
    query = (
        sa.select(HelpPage.slug)
        .join(Article, LIVE)
        .join(HelpSlug, HelpSlug.article_id == HelpPage.article_id)
        .where(HelpPage.language == language, HelpSlug.language == language, HelpSlug.slug == slug)
    )
    return session.scalar(query)


def article_once_at(session: Session, language: str, slug: str) -> int | None:
    """The article that has or had this address, whether it is still public or not."""
    query = sa.select(HelpSlug.article_id).where(HelpSlug.language == language, HelpSlug.slug == slug)
    return session.scalar(query)


def address_of(session: Session, language: str, article_id: int) -> str | None:
    """The address of a page that is there; None when there is none."""
    query = sa.select(HelpPage.slug).join(Article, LIVE)
    return session.scalar(query.where(HelpPage.article_id == article_id, HelpPage.language == language))


def languages_of(session: Session, article_id: int, languages: Collection[str]) -> dict[str, str]:
    """language → address of the same article, in the languages that are open."""
    query = sa.select(HelpPage.language, HelpPage.slug).join(Article, LIVE)
    query = query.where(HelpPage.article_id == article_id, HelpPage.language.in_(languages))
    return {row.language: row.slug for row in session.execute(query.order_by(HelpPage.language))}


def files_of(session: Session, article_id: int) -> list[PublicFile]:
    """The files of a page that is there; ask for it first."""
    query = sa.select(ArticleFile).where(ArticleFile.article_id == article_id).order_by(ArticleFile.id)
    return [PublicFile(one.id, one.filename, one.size, one.sha256) for one in session.scalars(query)]


def tags_of(session: Session, article_id: int) -> set[int]:
    return set(
        session.scalars(sa.select(article_tags.c.tag_id).where(article_tags.c.article_id == article_id))
    )


def headings(session: Session, keys: Collection[tuple[int, str]]) -> dict[tuple[int, str], Heading]:
    """Of these (article, language) those that are there."""
    wanted = {article_id for article_id, _language in keys}
    query = sa.select(*_HEADING).join(Article, LIVE).where(HelpPage.article_id.in_(wanted))
    found = {(row[0], row[1]): Heading(*row) for row in session.execute(query)} if wanted else {}
    return {key: found[key] for key in keys if key in found}


def texts(session: Session, keys: Collection[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """The plain text of these pages, for what is quoted of them."""
    wanted = {article_id for article_id, _language in keys}
    query = sa.select(HelpPage.article_id, HelpPage.language, HelpPage.plain).join(Article, LIVE)
    rows = session.execute(query.where(HelpPage.article_id.in_(wanted))) if wanted else ()
    return {(row[0], row[1]): row[2] for row in rows if (row[0], row[1]) in keys}


def listed(
    session: Session, language: str, *, tag_id: int | None = None, after: str = "", limit: int = PAGE
) -> Listed:
    """By title, then by number; one query."""
    query = sa.select(*_HEADING).join(Article, LIVE).where(HelpPage.language == language)
    if tag_id is not None:
        tagged = sa.exists().where(
            article_tags.c.article_id == HelpPage.article_id, article_tags.c.tag_id == tag_id
        )
        query = query.where(tagged)
    if mark := _mark(session, language, after):
        place = sa.tuple_(HelpPage.title, HelpPage.article_id)
        query = query.where(place > sa.tuple_(sa.literal(mark[0]), sa.literal(mark[1])))
    rows = session.execute(query.order_by(HelpPage.title, HelpPage.article_id).limit(limit + 1)).all()
    following = rows[limit - 1].slug if len(rows) > limit else ""
    return Listed([Heading(*row) for row in rows[:limit]], following)


def counts(session: Session, language: str, tag_ids: Collection[int]) -> dict[int, int]:
    """tag → how many pages of this language have it."""
    if not tag_ids:
        return {}
    query = (
        sa.select(article_tags.c.tag_id, sa.func.count())
        .join(HelpPage, HelpPage.article_id == article_tags.c.article_id)
        .join(Article, LIVE)
        .where(HelpPage.language == language, article_tags.c.tag_id.in_(tag_ids))
        .group_by(article_tags.c.tag_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def most_read(session: Session, language: str, *, today: date, limit: int = 8) -> list[Heading]:
    """In the last three months; where that is less than `limit`, those that were changed last."""
    since = today - timedelta(days=READ_DAYS)
    pages = sa.select(*_HEADING).join(Article, LIVE).where(HelpPage.language == language)
    times = sa.func.sum(HelpRead.times)
    read = (
        sa.select(HelpRead.article_id)
        .join(HelpPage, HelpPage.article_id == HelpRead.article_id)
        .join(Article, LIVE)
        .where(HelpRead.language == language, HelpRead.day >= since, HelpPage.language == language)
        .group_by(HelpRead.article_id)
        .order_by(times.desc(), HelpRead.article_id)
        .limit(limit)
    )
    order = {article_id: place for place, article_id in enumerate(session.scalars(read))}
    found = [Heading(*row) for row in session.execute(pages.where(HelpPage.article_id.in_(order)))]
    found.sort(key=lambda one: order[one.article_id])
    if len(found) < limit:
        newest = pages.where(HelpPage.article_id.not_in(order)).order_by(
            HelpPage.updated_at.desc(), HelpPage.article_id.desc()
        )
        found += [Heading(*row) for row in session.execute(newest.limit(limit - len(found)))]
    return found


def for_sitemap(session: Session, languages: Collection[str]) -> Sequence[Heading]:
    """Every page, those of one article together."""
    query = sa.select(*_HEADING).join(Article, LIVE).where(HelpPage.language.in_(languages))
    query = query.order_by(HelpPage.article_id, HelpPage.language).limit(MOST_IN_SITEMAP)
    return [Heading(*row) for row in session.execute(query)]


def number_of_pages(session: Session, language: str) -> int:
    query = sa.select(sa.func.count()).select_from(HelpPage).join(Article, LIVE)
    return session.scalar(query.where(HelpPage.language == language)) or 0


def public_tags(session: Session) -> list[tuple[int, str]]:
    """Tags on public articles, for whoever chooses the topics: number and name."""
    query = (
        sa.select(Tag.id, Tag.name)
        .join(article_tags, article_tags.c.tag_id == Tag.id)
        .join(Article, Article.id == article_tags.c.article_id)
        .where(PUBLIC)
        .distinct()
        .order_by(Tag.name)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def _mark(session: Session, language: str, slug: str) -> tuple[str, int] | None:
    """Where the list goes on: behind the page with this address."""
    if not slug:
        return None
    query = sa.select(HelpPage.title, HelpPage.article_id).join(Article, LIVE)
    found = session.execute(query.where(HelpPage.language == language, HelpPage.slug == slug)).first()
    return (found[0], found[1]) if found else None
