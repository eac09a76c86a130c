"""The knowledge log as the index wants it: the events of `kb_search`, in order, with the id of each row."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app.db import reading
from app.knowledge.models import Article, ArticleVariant, KnowledgeLog, LogKind
from kb_search.events import AnsweredFreely, ArticleRemoved, ArticleText, Event, Learnt

BATCH = 500
OWNER_LOCK = "owner.lock"
REBUILD_REQUEST = "rebuild.request"


# Any fixed number that no other lock has.
_LOG_LOCK = 7_305_412


def append(session: Session, row: KnowledgeLog) -> None:
    """Add a row to the log. On PostgreSQL writers take turns, so that ids become visible in their order: who has
    seen one row has seen all before it. (On SQLite every transaction that writes has its turn anyway.)"""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOG_LOCK)))
    session.add(row)
    session.flush()


def all_events() -> Iterator[tuple[int, Event | None]]:
    """The whole log, page by page; None for rows that no longer mean anything."""
    position = 0
    while True:
        with reading() as session:
            rows = events_after(session, position)
        if not rows:
            return
        yield from rows
        position = rows[-1][0]


def events_after(session: Session, position: int, limit: int = BATCH) -> list[tuple[int, Event | None]]:
    """The next rows of the log, three queries. An article in several languages is as many events of one row."""
    query = sa.select(KnowledgeLog).where(KnowledgeLog.id > position).order_by(KnowledgeLog.id).limit(limit)
    rows = list(session.scalars(query))
    wanted = {row.article_id for row in rows if row.kind == LogKind.ARTICLE}
    whole = sa.select(Article).where(Article.id.in_(wanted)).options(selectinload(Article.variants))
    articles = {one.id: one for one in session.scalars(whole)}
    return [
        (row.id, event)
        for row in rows
        for event in (_texts(articles.get(row.article_id)) if row.kind == LogKind.ARTICLE else [_event(row)])
    ]


def _texts(article: Article | None) -> list[Event | None]:
    """The log says that it changed, the table what it says now. An archived one has a later GONE row."""
    if article is None:
        return [None]
    texts: list[Article | ArticleVariant] = [article, *article.variants]
    return [ArticleText(article.id, text.title, text.answer, text.language) for text in texts]


def _event(row: KnowledgeLog) -> Event | None:
    if row.kind == LogKind.GONE:
        return ArticleRemoved(row.article_id)
    if row.kind == LogKind.LEARN:
        return Learnt(row.question, row.article_id, row.weight, row.wrong_article_id)
    return AnsweredFreely(row.question)
