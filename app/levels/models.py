"""ServiceLevel: how soon a customer is answered. LevelClock: one such promise to one of them, and how it went."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId


class ClockKind(StrEnum):
    """What is promised; see app.levels.clocks."""

    FIRST = "first"
    NEXT = "next"
    SOLVED = "solved"


class ServiceLevel(Base):
    """A promise to some customers. The first one by `position` whose mailboxes and conditions fit a ticket is its own.

    `mailbox_ids`: empty for all. `conditions`: as a rule has them. `targets`: minutes by priority and kind of clock;
    what a priority does not say, "normal" says. `armed_from`: nobody is told of what was late already then.
    """

    __tablename__ = "service_levels"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    mailbox_ids: Mapped[list[int]] = mapped_column(sa.JSON, default=list)
    conditions: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    targets: Mapped[dict[str, dict[str, int]]] = mapped_column(sa.JSON, default=dict)
    # Minutes count while the mailbox is open; else by the clock on the wall.
    business: Mapped[bool] = mapped_column(default=True)
    warn_minutes: Mapped[int] = mapped_column(default=30)
    # What happens to a ticket that is late, beside that people are told.
    escalate_team_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    escalate_urgent: Mapped[bool] = mapped_column(default=False)
    armed_from: Mapped[datetime]
    created_at: Mapped[datetime]


class LevelClock(Base):
    """One promise in one ticket. It runs while `stopped_at` is NULL, and stands still while `due_at` is NULL as well.

    `spent_seconds` (0 while it runs) and `target_seconds` are counted as the level counts. A clock that has
    stopped is never changed: what was promised then is what counts.
    """

    __tablename__ = "level_clocks"
    __table_args__ = (
        sa.Index(
            "ix_level_clocks_running",
            "due_at",
            sqlite_where=sa.text("stopped_at IS NULL AND due_at IS NOT NULL"),
            postgresql_where=sa.text("stopped_at IS NULL AND due_at IS NOT NULL"),
        ),
        sa.Index("ix_level_clocks_started_at", "started_at", "ticket_id"),
    )
    ticket_id: Mapped[int] = mapped_column(
        BigId, sa.ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(sa.String(6), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(primary_key=True)
    level_id: Mapped[int] = mapped_column(sa.BigInteger)
    target_seconds: Mapped[int]
    spent_seconds: Mapped[int]
    due_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    broken: Mapped[bool] = mapped_column(default=False)
    # When people were told; set without telling for what was late before anybody promised anything.
    warned_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]


class LevelProgress(Base):
    """How far the clocks are kept; one row. `basis`: what they follow from beside tickets. `swept_to`: the last ticket
    that was looked at while all of them are; NULL when nothing is left of that."""

    __tablename__ = "level_progress"
    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    basis: Mapped[str] = mapped_column(sa.String(64))
    swept_to: Mapped[int | None] = mapped_column(sa.BigInteger)
    ran_at: Mapped[datetime]
    swept_at: Mapped[datetime | None]
