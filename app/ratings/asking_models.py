"""Asking, how customers of a mailbox are asked; and RatingReason, what a rating may be about."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId


class Asking(Base):
    """How replies ask: of every mailbox (no mailbox_id), or of one. What is '' or NULL is as everywhere.

    Whether a mailbox asks at all is its own column `ask_ratings`.
    """

    __tablename__ = "askings"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    mailbox_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("mailboxes.id", ondelete="CASCADE"), unique=True
    )
    # 'reply': in each one; 'closing': only in the one that closes the ticket.
    moment: Mapped[str] = mapped_column(sa.String(10), default="")
    # The same person is left in peace for so many days after they were asked; 0 asks each time.
    every_days: Mapped[int | None]
    # 'card' or 'line' (app.ratings.asking).
    style: Mapped[str] = mapped_column(sa.String(10), default="")
    # 'yes' or 'no'.
    anonymous: Mapped[str] = mapped_column(sa.String(3), default="")
    # Language → the question above the faces.
    question: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    # Face → {"sha256", "kind", "width", "height"} of an own picture, kept with the logos.
    pictures: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)


class RatingReason(Base):
    """What went well or wrong, in the words of an admin. One that was archived is not offered any more, and counts."""

    __tablename__ = "rating_reasons"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    # Language → words.
    words: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    # Offered to the happy, and to those who are not.
    for_good: Mapped[bool] = mapped_column(default=True)
    for_bad: Mapped[bool] = mapped_column(default=True)
    archived_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


chosen_reasons = sa.Table(
    "rating_chosen_reasons",
    Base.metadata,
    sa.Column("rating_id", sa.ForeignKey("ratings.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("reason_id", sa.ForeignKey("rating_reasons.id"), primary_key=True, index=True),
)
