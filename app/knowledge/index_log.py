"""The knowledge log as the index wants it: the events of `kb_search`, in order, with the id of each row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app.db import reading
from app.knowledge.models import Article, ArticleVariant, KnowledgeLog, LogKind
from app.knowledge.variables import without
from kb_search.events import AnsweredFreely, ArticleRemoved, ArticleText, Event, Learnt

BATCH = 500
OWNER_LOCK = "owner.lock"
REBUILD_REQUEST = "rebuild.request"


# Any fixed number that no other lock has.
_LOG_LOCK = 7_305_412


def append(session: Session, row: KnowledgeLog) -> None:
    """Add a row to the log; that of an article with what it says now.

    On PostgreSQL writers take turns, so that ids become visible in their order: who has seen one row has seen all
    before it. (On SQLite every transaction that writes has its turn anyway.)
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOG_LOCK)))
    if row.kind == LogKind.ARTICLE and row.texts is None:
        row.texts = _texts_now(session, row.article_id)
    session.add(row)
    session.flush()


@dataclass(frozen=True)
class Entry:
    """A row of the log as events: several for an article in several languages, none for what means nothing any more.

    `model`: whose vectors the events carry, '' when the row has none yet.
    """

    id: int
    events: tuple[Event, ...]
    model: str = ""


def all_entries() -> Iterator[Entry]:
    """The whole log, page by page."""
    position = 0
    while True:
        with reading() as session:
            entries = entries_after(session, position)
        if not entries:
            return
        yield from entries
        position = entries[-1].id


def all_events() -> Iterator[tuple[int, Event | None]]:
    """The same, event by event with the id of its row; None for rows that no longer mean anything."""
    for entry in all_entries():
        for event in entry.events or (None,):
            yield entry.id, event


def entries_after(session: Session, position: int, limit: int = BATCH) -> list[Entry]:
    """The next rows of the log, at most three queries."""
    query = sa.select(KnowledgeLog).where(KnowledgeLog.id > position).order_by(KnowledgeLog.id).limit(limit)
    rows = list(session.scalars(query))
    old = {row.article_id for row in rows if row.kind == LogKind.ARTICLE and row.texts is None}
    whole = sa.select(Article).where(Article.id.in_(old)).options(selectinload(Article.variants))
    articles = {one.id: one for one in session.scalars(whole)} if old else {}
    return [_entry(row, articles.get(row.article_id)) for row in rows]


def keep_vectors(session: Session, entry_id: int, model: str, vectors: Sequence[bytes]) -> None:
    """What the sentence model made of the events of a row, one after the other. Safe to run twice."""
    values = {"vector": b"".join(vectors), "vector_model": model}
    session.execute(sa.update(KnowledgeLog).where(KnowledgeLog.id == entry_id).values(**values))


def without_vectors(session: Session, model: str, after: int, limit: int) -> list[Entry]:
    """The next rows that this sentence model has not seen."""
    query = (
        sa.select(KnowledgeLog.id)
        .where(KnowledgeLog.id > after, KnowledgeLog.vector_model != model, KnowledgeLog.kind != LogKind.GONE)
        .order_by(KnowledgeLog.id)
        .limit(limit)
    )
    ids = list(session.scalars(query))
    return [entry for entry_id in ids for entry in entries_after(session, entry_id - 1, 1)]


def _entry(row: KnowledgeLog, article: Article | None) -> Entry:
    if row.kind != LogKind.ARTICLE:
        return Entry(row.id, (_event(row),), row.vector_model)
    if row.texts is None:
        # A row of an older version: the log says that it changed, the table what it says now.
        return Entry(row.id, _text_events(row.article_id, _texts(article), b"", ""))
    return Entry(
        row.id,
        _text_events(row.article_id, row.texts, row.vector or b"", row.vector_model),
        row.vector_model,
    )


def _text_events(
    article_id: int, texts: Sequence[Sequence[str]], vector: bytes, model: str
) -> tuple[Event, ...]:
    size = len(vector) // max(1, len(texts))
    return tuple(
        ArticleText(
            article_id, title, without(answer), language, vector[place * size : (place + 1) * size], model
        )
        for place, (language, title, answer) in enumerate(texts)
    )


def _texts_now(session: Session, article_id: int) -> list[list[str]]:
    first = sa.select(Article.language, Article.title, Article.answer).where(Article.id == article_id)
    others = (
        sa.select(ArticleVariant.language, ArticleVariant.title, ArticleVariant.answer)
        .where(ArticleVariant.article_id == article_id)
        .order_by(ArticleVariant.language)
    )
    return [[*row] for query in (first, others) for row in session.execute(query)]


def _texts(article: Article | None) -> list[list[str]]:
    if article is None:
        return []
    texts: list[Article | ArticleVariant] = [article, *article.variants]
    return [[text.language, text.title, text.answer] for text in texts]


def _event(row: KnowledgeLog) -> Event:
    vector, model = row.vector or b"", row.vector_model
    if row.kind == LogKind.GONE:
        return ArticleRemoved(row.article_id)
    if row.kind == LogKind.LEARN:
        place = str(row.mailbox_id or "")
        return Learnt(row.question, row.article_id, row.weight, row.wrong_article_id, place, vector, model)
    return AnsweredFreely(row.question, vector, model)
