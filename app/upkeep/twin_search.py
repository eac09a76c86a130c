"""Gather what articles say and what they were asked, and keep the pairs that are alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.knowledge.models import Article, ArticleVariant, KnowledgeLog, LogKind
from app.knowledge.twins import Pair, Said
from app.upkeep.models import Likeness, LikenessState

# Of the newest so many lessons: what an article answers now.
MOST_LESSONS = 20_000
ASKED_OF_EACH = 40


def gather(session: Session) -> list[Said]:
    """Every article that is not archived, in each of its languages."""
    asked = _asked(session)
    first = sa.select(Article.id, Article.language, Article.title, Article.answer).where(
        Article.archived.is_(False)
    )
    others = (
        sa.select(
            ArticleVariant.article_id, ArticleVariant.language, ArticleVariant.title, ArticleVariant.answer
        )
        .join(Article, Article.id == ArticleVariant.article_id)
        .where(Article.archived.is_(False))
    )
    return [
        Said(row[0], row[1], row[2], row[3], tuple(asked.get(row[0], ())))
        for query in (first, others)
        for row in session.execute(query)
    ]


def keep(session: Session, pairs: Sequence[Pair], now: datetime) -> None:
    """What is alike now; a pair that somebody called different stays so, one that is not alike any more goes."""
    known = {(row.article_id, row.other_id): row for row in session.scalars(sa.select(Likeness))}
    found = {(pair.one, pair.other): pair for pair in pairs}
    for key, row in known.items():
        if key not in found and row.state == LikenessState.OPEN:
            session.delete(row)
    alive = set(session.scalars(sa.select(Article.id).where(Article.archived.is_(False))))
    for key, pair in found.items():
        if not alive.issuperset(key):
            continue
        row = known.get(key) or Likeness(
            article_id=pair.one, other_id=pair.other, state=LikenessState.OPEN, state_at=now
        )
        row.text, row.asked, row.words = pair.text, pair.asked, list(pair.words)
        session.add(row)
    session.flush()


def _asked(session: Session) -> dict[int, list[str]]:
    query = (
        sa.select(KnowledgeLog.article_id, KnowledgeLog.question)
        .where(KnowledgeLog.kind == LogKind.LEARN, KnowledgeLog.weight > 0)
        .order_by(KnowledgeLog.id.desc())
        .limit(MOST_LESSONS)
    )
    found: dict[int, list[str]] = {}
    for article_id, question in session.execute(query):
        mine = found.setdefault(article_id, [])
        if len(mine) < ASKED_OF_EACH:
            mine.append(question)
    return found
