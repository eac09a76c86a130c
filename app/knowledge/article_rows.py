"""The row of an article while it is being changed, and the word to the index that it was."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import NotFound
from app.knowledge import index_log
from app.knowledge.models import Article, KnowledgeLog, LogKind


def locked(session: Session, article_id: int) -> Article:
    """Nobody else changes it until we are done. Raises NotFound."""
    article = session.get(Article, article_id, with_for_update=True)
    if article is None:
        raise NotFound("There is no such article.")
    return article


def tell_index(session: Session, article: Article, kind: LogKind, now: datetime) -> None:
    """The owner of the index reads it in its turn; wake it after the commit."""
    index_log.append(session, KnowledgeLog(kind=kind, article_id=article.id, created_at=now))
    session.flush()
