"""What the upkeep of the knowledge base remembers: first letters, gaps, likenesses, merged articles, typed answers."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId


class GapState(StrEnum):
    """`closed`: it has an article now. `hidden`: somebody said that it is no gap."""

    OPEN = "open"
    HIDDEN = "hidden"
    CLOSED = "closed"


class Gap(Base):
    """Letters that ask the same and have no fitting article. What it is called is read from its letters, as far as
    the reader may see them."""

    __tablename__ = "gaps"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    language: Mapped[str] = mapped_column(sa.String(5))
    state: Mapped[str] = mapped_column(sa.String(8), default=GapState.OPEN, index=True)
    state_at: Mapped[datetime]
    state_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agents.id"))
    # What was made of it. No foreign key: the index of gaps does not keep an article from going.
    article_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    created_at: Mapped[datetime]


class AskedLetter(Base):
    """The first letter of a ticket, as the search for gaps reads it: its telling words, most of it thrown away."""

    __tablename__ = "asked_letters"
    __table_args__ = (sa.Index("ix_asked_letters_gap_id_closeness", "gap_id", "closeness"),)
    message_id: Mapped[int] = mapped_column(
        sa.ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    language: Mapped[str] = mapped_column(sa.String(5))
    asked_at: Mapped[datetime] = mapped_column(index=True)
    # Separated by spaces, in the order of the letter.
    words: Mapped[str] = mapped_column(sa.Text)
    gap_id: Mapped[int | None] = mapped_column(sa.ForeignKey("gaps.id", ondelete="SET NULL"))
    # To the middle of its gap, 0..1.
    closeness: Mapped[float] = mapped_column(default=0.0)


class LikenessState(StrEnum):
    """`different`: somebody looked at both and said so."""

    OPEN = "open"
    DIFFERENT = "different"


class Likeness(Base):
    """Two articles that say nearly the same; `article_id` is the smaller id. `words`: telling ones that both have."""

    __tablename__ = "likenesses"
    article_id: Mapped[int] = mapped_column(
        sa.ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True
    )
    other_id: Mapped[int] = mapped_column(
        sa.ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    text: Mapped[float]
    asked: Mapped[float]
    words: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(sa.String(10), default=LikenessState.OPEN)
    state_at: Mapped[datetime]
    state_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agents.id"))


class ArticleMerge(Base):
    """`gone_id` went into `kept_id`. What went over is kept here, so that it can be taken back exactly."""

    __tablename__ = "article_merges"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kept_id: Mapped[int] = mapped_column(sa.ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    gone_id: Mapped[int] = mapped_column(sa.ForeignKey("articles.id", ondelete="CASCADE"), index=True)
    # Ids of tags that the kept one did not have, and of the rows of the knowledge log that were written for it.
    tags: Mapped[list[Any]]
    lessons: Mapped[list[Any]]
    merged_at: Mapped[datetime]
    merged_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agents.id"))
    undone_at: Mapped[datetime | None]


class TypedState(StrEnum):
    """`made`: it has become an article."""

    OPEN = "open"
    MADE = "made"


class TypedAnswer(Base):
    """An answer that agents have typed again and again, nearly the same each time."""

    __tablename__ = "typed_answers"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    language: Mapped[str] = mapped_column(sa.String(5))
    state: Mapped[str] = mapped_column(sa.String(8), default=TypedState.OPEN)
    article_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    created_at: Mapped[datetime]


class FreeReply(Base):
    """A reply that was written without an article, as the search for repetitions reads it."""

    __tablename__ = "free_replies"
    message_id: Mapped[int] = mapped_column(
        sa.ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("agents.id"))
    language: Mapped[str] = mapped_column(sa.String(5))
    sent_at: Mapped[datetime] = mapped_column(index=True)
    words: Mapped[str] = mapped_column(sa.Text)
    typed_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("typed_answers.id", ondelete="SET NULL"), index=True
    )


class TypedDismissal(Base):
    """What an agent has heard of a repetition: when the bell told them, and when they wanted to hear no more of it."""

    __tablename__ = "typed_dismissals"
    typed_id: Mapped[int] = mapped_column(
        sa.ForeignKey("typed_answers.id", ondelete="CASCADE"), primary_key=True
    )
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True)
    told_at: Mapped[datetime | None]
    dismissed_at: Mapped[datetime | None]


class UpkeepRound(Base):
    """How far each part of the upkeep has come, and what its last round cost."""

    __tablename__ = "upkeep_rounds"
    name: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    # The last row it has read.
    position: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    began_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    seconds: Mapped[float] = mapped_column(default=0.0)
    rows: Mapped[int] = mapped_column(default=0)
