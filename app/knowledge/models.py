"""Article with its languages, versions and files, Script, Suggestion and the log that the knowledge index follows."""

from __future__ import annotations

import secrets
from datetime import date, datetime
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


# An article with `restricted` is for agents who see one of these mailboxes, or are in one of these teams.
article_mailboxes = sa.Table(
    "article_mailboxes",
    Base.metadata,
    sa.Column("article_id", sa.ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("mailbox_id", sa.ForeignKey("mailboxes.id", ondelete="CASCADE"), primary_key=True, index=True),
)
article_teams = sa.Table(
    "article_teams",
    Base.metadata,
    sa.Column("article_id", sa.ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("team_id", sa.ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Visibility(StrEnum):
    """`public`: the help centre shows it too."""

    AGENTS = "agents"
    PUBLIC = "public"


def new_key() -> str:
    return secrets.token_hex(8)


class Article(Base):
    """One canned answer. `answer` is plain text with light Markdown, {{variables}} and parts for some customers.

    Title, answer and language are its first language; `variants` say the same in others. `version` counts every
    change, in whichever language.
    """

    __tablename__ = "articles"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    # Its name in files that are exported and imported: the same in every installation.
    key: Mapped[str | None] = mapped_column(sa.String(80), default=new_key)
    title: Mapped[str] = mapped_column(sa.String(200))
    answer: Mapped[str] = mapped_column(sa.Text)
    language: Mapped[str] = mapped_column(sa.String(5))
    version: Mapped[int] = mapped_column(default=1)
    archived: Mapped[bool] = mapped_column(default=False)
    visibility: Mapped[str] = mapped_column(
        sa.String(10), default=Visibility.AGENTS, server_default=Visibility.AGENTS
    )
    # With neither mailboxes nor teams left only admins and the owner see it: an empty list never means all.
    restricted: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # Who keeps it right. No foreign key: SQLite cannot add one.
    owner_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    review_on: Mapped[date | None] = mapped_column(index=True)
    # For which of these days the owner has been told.
    review_told_on: Mapped[date | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    updated_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agents.id"))
    tags: Mapped[list[Tag]] = relationship(secondary=article_tags, order_by=Tag.name)
    variants: Mapped[list[ArticleVariant]] = relationship(
        order_by="ArticleVariant.language", cascade="all, delete-orphan"
    )
    files: Mapped[list[ArticleFile]] = relationship(order_by="ArticleFile.id", cascade="all, delete-orphan")
    __table_args__ = (sa.Index("ix_articles_key", "key", unique=True),)

    def said_in(self, language: str) -> Article | ArticleVariant:
        """Its text in this language, or in its first one where there is none."""
        return next((one for one in self.variants if one.language == language), self)

    @property
    def languages(self) -> list[str]:
        return [self.language, *(one.language for one in self.variants)]


class ArticleVariant(Base):
    """An article in one more language. `version`: that of the article when this text was last changed."""

    __tablename__ = "article_variants"
    article_id: Mapped[int] = mapped_column(
        sa.ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True
    )
    language: Mapped[str] = mapped_column(sa.String(5), primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    answer: Mapped[str] = mapped_column(sa.Text)
    version: Mapped[int]
    updated_at: Mapped[datetime]
    updated_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agents.id"))


class ArticleVersion(Base):
    """What an article said before, in one language, and who wrote it. The current text is a version too."""

    __tablename__ = "article_versions"
    __table_args__ = (sa.UniqueConstraint("article_id", "version"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("articles.id", ondelete="CASCADE"))
    version: Mapped[int]
    language: Mapped[str] = mapped_column(sa.String(5), default="", server_default="")
    title: Mapped[str] = mapped_column(sa.String(200))
    answer: Mapped[str] = mapped_column(sa.Text)
    agent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agents.id"))
    created_at: Mapped[datetime]


class ArticleFile(Base):
    """A file that goes with the answer when it is inserted. The bytes are the blob `sha256`."""

    __tablename__ = "article_files"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    filename: Mapped[str] = mapped_column(sa.String(300))
    content_type: Mapped[str] = mapped_column(sa.String(200))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    added_at: Mapped[datetime]


class Script(Base):
    """A guided path through a hard conversation: see app.knowledge.scripts for what a step is."""

    __tablename__ = "scripts"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    language: Mapped[str] = mapped_column(sa.String(5))
    steps: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    version: Mapped[int] = mapped_column(default=1)
    archived: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime]
    updated_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agents.id"))


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
    __table_args__ = (
        sa.UniqueConstraint("message_id", "article_id"),
        # What a reply was made of, without looking at the rows; most suggestions are of no reply.
        sa.Index(
            "ix_suggestions_reply_id",
            "reply_id",
            "article_id",
            "outcome",
            sqlite_where=sa.text("reply_id IS NOT NULL"),
            postgresql_where=sa.text("reply_id IS NOT NULL"),
        ),
    )
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
    # What an article said then, [[language, title, answer], …]; rows of older versions have none.
    texts: Mapped[list[list[str]] | None] = mapped_column(sa.JSON(none_as_null=True))
    # Where the letter was written to: its words are quoted beside letters to the same mailbox only.
    mailbox_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    # What the sentence model of this name made of it, when there is one.
    vector: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    vector_model: Mapped[str] = mapped_column(sa.String(80), default="", server_default="")
    created_at: Mapped[datetime]
