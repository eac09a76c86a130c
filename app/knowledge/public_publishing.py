"""Keeping the pages of the help centre as their articles are.

`follow` is called with every change of an article, in the same transaction; `catch_up` finds what was changed some
other way. A page that was not brought up to date is not shown (app.knowledge.public_pages.LIVE), so a call that is
missed can only make a page late, never make it say what is no longer public.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app import db
from app.knowledge import public_settings
from app.knowledge.models import Article, ArticleVariant
from app.knowledge.public_models import HelpPage, HelpSlug
from app.knowledge.public_pages import PUBLIC
from app.knowledge.public_slugs import LONGEST, free_slug, is_slug_of, slug_of
from app.knowledge.public_text import public_text, stems_of

BATCH = 200
MOST_BATCHES = 10
BREATH_SECONDS = 0.1


def follow(session: Session, article_id: int, *, now: datetime) -> None:
    """Make, change or take away the pages of one article; writes what is pending. While the help centre is closed
    there are none to see to."""
    session.flush()
    centre = public_settings.row(session, lock=True)
    if centre is None or not centre.enabled:
        return
    if _follow(session, _articles(session, [article_id]), [article_id], now):
        centre.edition += 1


def catch_up(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Pages that are not as their articles are, some hundreds at a time; how many articles were looked at."""
    centre = public_settings.row(session, lock=True)
    if centre is None or not centre.enabled:
        return 0
    late = _late(session, limit)
    if late and _follow(session, _articles(session, late), late, now):
        centre.edition += 1
    return len(late)


def keep_up(now: datetime) -> None:
    """`catch_up` in transactions of its own, some thousand articles at most. Mostly there is nothing to do."""
    for _ in range(MOST_BATCHES):
        with db.reading() as session:
            late = is_late(session)
        if not late:
            return
        with db.transaction() as session:
            catch_up(session, now=now)
        # SQLite has one writer: let the others in.
        time.sleep(BREATH_SECONDS)


def is_late(session: Session) -> bool:
    """Whether `catch_up` has anything to do."""
    centre = public_settings.row(session)
    return centre is not None and centre.enabled and bool(_late(session, 1))


def refused(session: Session, *, limit: int = 50) -> list[tuple[int, str, str, list[str]]]:
    """Public texts that are not shown, for a variable without a fallback: article, language, title, names."""
    found = [
        (article.id, text.language, text.title, list(public_text(text.answer).missing))
        for article in _with_variables(session)
        for text in _texts(article)
    ]
    return [one for one in found if one[3]][:limit]


def _late(session: Session, limit: int) -> list[int]:
    """Articles with a page that should not be there or is of another version, or with none where one is due."""
    gone = (
        sa.select(HelpPage.article_id)
        .join(Article, Article.id == HelpPage.article_id)
        .where(sa.or_(sa.not_(PUBLIC), HelpPage.version != Article.version))
    )
    no_page = ~sa.exists().where(HelpPage.article_id == Article.id, HelpPage.version == Article.version)
    without = sa.select(Article.id).where(PUBLIC, no_page, Article.id.not_in(_unpublishable(session)))
    found = {*session.scalars(gone.limit(limit)), *session.scalars(without.limit(limit))}
    return sorted(found)[:limit]


def _unpublishable(session: Session) -> list[int]:
    """Public articles that cannot have a page in any language: they are not asked again and again."""
    return [
        article.id
        for article in _with_variables(session)
        if all(public_text(text.answer).missing for text in _texts(article))
    ]


def _with_variables(session: Session) -> Sequence[Article]:
    """Public articles with anything in braces: few."""
    elsewhere = sa.exists().where(
        ArticleVariant.article_id == Article.id, ArticleVariant.answer.contains("{{")
    )
    query = sa.select(Article).where(PUBLIC, sa.or_(Article.answer.contains("{{"), elsewhere))
    return session.scalars(query.options(selectinload(Article.variants)).order_by(Article.id)).all()


def _follow(session: Session, articles: Sequence[Article], ids: Sequence[int], now: datetime) -> bool:
    """Whether anything changed."""
    pages = {
        (page.article_id, page.language): page
        for page in session.scalars(sa.select(HelpPage).where(HelpPage.article_id.in_(ids)))
    }
    changed = False
    for article in articles:
        for text in _texts(article):
            page = pages.pop((article.id, text.language), None)
            if page is not None and page.version == article.version:
                continue
            changed |= _publish(session, article, text, page, now)
    for page in pages.values():
        session.delete(page)
    session.flush()
    return changed or bool(pages)


def _publish(
    session: Session, article: Article, text: Article | ArticleVariant, page: HelpPage | None, now: datetime
) -> bool:
    shown = public_text(text.answer)
    if shown.missing:
        if page is not None:
            session.delete(page)
        return page is not None
    if page is None:
        page = HelpPage(article_id=article.id, language=text.language, slug="", title="", html="")
    page.version = article.version
    if (page.title, page.html) != (text.title, shown.html):
        # The day that readers see is when these words changed, not when anything about the article did.
        page.slug = _slug(session, page, text.title, now)
        page.title, page.updated_at = text.title, text.updated_at
        page.html, page.plain = shown.html, shown.plain
        page.stems = stems_of(text.title, shown.plain)
    session.add(page)
    return True


def _slug(session: Session, page: HelpPage, title: str, now: datetime) -> str:
    """The address of before while it fits the title; else one that it had earlier, else a new one."""
    if page.slug and is_slug_of(page.slug, title):
        return page.slug
    base = slug_of(title)
    mine = (HelpSlug.article_id == page.article_id, HelpSlug.language == page.language)
    earlier = session.scalars(sa.select(HelpSlug.slug).where(*mine).order_by(HelpSlug.id))
    if (again := next((slug for slug in earlier if is_slug_of(slug, title)), None)) is not None:
        return again
    like = HelpSlug.slug.startswith(base[:LONGEST], autoescape=True)
    taken = session.scalars(sa.select(HelpSlug.slug).where(HelpSlug.language == page.language, like))
    slug = free_slug(title, set(taken))
    session.add(HelpSlug(article_id=page.article_id, language=page.language, slug=slug, created_at=now))
    session.flush()
    return slug


def _articles(session: Session, ids: Sequence[int]) -> Sequence[Article]:
    """Those of them that are public."""
    query = sa.select(Article).where(Article.id.in_(ids), PUBLIC).options(selectinload(Article.variants))
    return session.scalars(query.execution_options(populate_existing=True)).all()


def _texts(article: Article) -> list[Article | ArticleVariant]:
    return [article, *article.variants]
