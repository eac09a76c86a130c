"""Task: something that somebody must do by a time."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Agent
from app.db import Base, BigId
from app.knowledge.models import Article
from app.ratings.models import Rating
from app.tickets.models import Ticket


class TaskKind(StrEnum):
    RECOVERY = "recovery"


class RecoveryOutcome(StrEnum):
    """What became of an unhappy customer."""

    WON = "won"
    LOST = "lost"
    UNREACHABLE = "unreachable"


class Task(Base):
    """A task of a ticket. One of kind `recovery` is about an unhappy rating, and there is one for each rating.

    Open while `closed_at` is NULL. `proposed_at`: the customer was happy with a later reply: won back?
    """

    __tablename__ = "tasks"
    __table_args__ = (
        sa.Index("ix_tasks_due", "closed_at", "due_at", "id"),
        sa.Index("ix_tasks_owner_due", "owner_id", "closed_at", "due_at", "id"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(12))
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    rating_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("ratings.id", ondelete="CASCADE"), unique=True
    )
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agents.id"))
    # An answer of the knowledge base to begin with.
    article_id: Mapped[int | None] = mapped_column(sa.ForeignKey("articles.id", ondelete="SET NULL"))
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agents.id"))
    outcome: Mapped[str] = mapped_column(sa.String(12), default="")
    note: Mapped[str] = mapped_column(sa.Text, default="")
    proposed_at: Mapped[datetime | None]
    ticket: Mapped[Ticket] = relationship()
    rating: Mapped[Rating | None] = relationship()
    owner: Mapped[Agent | None] = relationship(foreign_keys=[owner_id])
    closed_by: Mapped[Agent | None] = relationship(foreign_keys=[closed_by_id])
    article: Mapped[Article | None] = relationship()
