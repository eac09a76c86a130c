"""Article, ArticleVersion, Suggestion and the log that the knowledge index follows."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, BigId
from app.tags.models import Tag

article_tags = sa.Table(
    "article_tags",
    Base.metadata,
    sa.Column("article_id", sa.ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("tag_id", sa.ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Article(Base):
    """One canned answer. `answer` is plain text with light Markdown and {{variables}}."""

    __tablename__ = "articles"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    answer: Mapped[str] = mapped_column(sa.Text)
    language: Mapped[str] = mapped_column(sa.String(5))
    version: Mapped[int] = mapped_column(default=1)
    archived: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    updated_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agents.id"))
    tags: Mapped[list[Tag]] = relationship(secondary=article_tags, order_by=Tag.name)


class ArticleVersion(Base):
    """What an article said before and who wrote it. The current text is a version too."""

    __tablename__ = "article_versions"
    __table_args__ = (sa.UniqueConstraint("article_id", "version"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("articles.id", ondelete="CASCADE"))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(200))
    answer: Mapped[str] = mapped_column(sa.Text)
    agent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agents.id"))
    created_at: Mapped[datetime]


class Outcome(StrEnum):
    SHOWN = "shown"
    INSERTED = "inserted"
    EDITED = "edited"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    IGNORED = "ignored"


class Suggestion(Base):
    """An article offered beside a message, and what became of it.

    shown → inserted (now in the editor) → accepted (sent as it was) or edited (sent changed, `similarity` 0..1);
    shown → dismissed (the agent said no) or ignored (answered without it).
    """

    __tablename__ = "suggestions"
    __table_args__ = (sa.UniqueConstraint("message_id", "article_id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int] = mapped_column(sa.ForeignKey("messages.id", ondelete="CASCADE"))
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    rank: Mapped[int]
    confidence: Mapped[float]
    # Words and the past letter that matched: {"words": [...], "example": "..."}
    why: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    shown: Mapped[str] = mapped_column(sa.String(10), default="folded")
    outcome: Mapped[str] = mapped_column(sa.String(12), default=Outcome.SHOWN)
    outcome_at: Mapped[datetime | None]
    # When it was put into the editor, whatever became of it then; NULL where the agent typed the same by themselves.
    inserted_at: Mapped[datetime | None]
    agent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agents.id"))
    reply_id: Mapped[int | None] = mapped_column(sa.ForeignKey("messages.id", ondelete="SET NULL"))
    similarity: Mapped[float | None]
    created_at: Mapped[datetime]
    article: Mapped[Article] = relationship()


class LogKind(StrEnum):
    """`freely`: an agent saw suggestions for `question` and wrote something else; it names no article (0)."""

    ARTICLE = "article"
    GONE = "gone"
    LEARN = "learn"
    FREELY = "freely"


class KnowledgeLog(Base):
    """What the owner of the index must apply, in order of id. Replaying it from the start gives the same index."""

    __tablename__ = "knowledge_log"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(10))
    article_id: Mapped[int] = mapped_column(sa.BigInteger, index=True)
    wrong_article_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    question: Mapped[str] = mapped_column(sa.Text, default="")
    weight: Mapped[float] = mapped_column(default=1.0)
    created_at: Mapped[datetime]
