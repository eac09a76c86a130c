"""What a letter teaches the knowledge base: one row of its log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.knowledge import index_log
from app.knowledge.models import KnowledgeLog, LogKind

LONGEST_QUESTION = 20_000


@dataclass(frozen=True)
class Lesson:
    """What a letter asked, and where it was written to."""

    question: str
    mailbox_id: int | None = None


def note(
    session: Session,
    kind: LogKind,
    article_id: int,
    lesson: Lesson,
    now: datetime,
    *,
    weight: float = 1.0,
    wrong: int | None = None,
) -> None:
    """`article_id` 0: no article. `wrong`: the one that was shown openly and passed over."""
    index_log.append(
        session,
        KnowledgeLog(
            kind=kind,
            article_id=article_id,
            wrong_article_id=wrong,
            weight=weight,
            question=lesson.question[:LONGEST_QUESTION],
            mailbox_id=lesson.mailbox_id,
            created_at=now,
        ),
    )
