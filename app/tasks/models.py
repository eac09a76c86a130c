"""Calendar, Holiday and which mailbox keeps which calendar."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, BigId


class Calendar(Base):
    """Business hours of a place. `week`: seven lists from Monday of [begin, end] in minutes of the local day."""

    __tablename__ = "calendars"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)
    timezone: Mapped[str] = mapped_column(sa.String(64))
    week: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    # The one of mailboxes that have chosen none.
    is_default: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    holidays: Mapped[list[Holiday]] = relationship(order_by="Holiday.day", cascade="all, delete-orphan")


class Holiday(Base):
    """A local day with hours of its own. `spans`: NULL is closed, [] as on a usual working day, else as in a week.

    A Saturday that the government made a working day in place of a Monday is one, and so is a short day before a feast.
    """

    __tablename__ = "holidays"
    calendar_id: Mapped[int] = mapped_column(
        sa.ForeignKey("calendars.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120), default="")
    spans: Mapped[list[Any] | None] = mapped_column(sa.JSON(none_as_null=True))


class MailboxCalendar(Base):
    """A mailbox that keeps other hours than those of the default calendar."""

    __tablename__ = "mailbox_calendars"
    mailbox_id: Mapped[int] = mapped_column(
        sa.ForeignKey("mailboxes.id", ondelete="CASCADE"), primary_key=True
    )
    calendar_id: Mapped[int] = mapped_column(sa.ForeignKey("calendars.id", ondelete="CASCADE"), index=True)
