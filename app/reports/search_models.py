"""EarlierSearch: how agents look for earlier letters (promise P3)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId


class EarlierSearch(Base):
    """A search of an agent for something written before, or an earlier letter opened from the client card.

    Not what was searched for: that is nobody's figure. `key` is made by the page, so that the same is told once.
    `ticket_id`: the ticket at which it was begun, `found_id`: the one that was opened and stayed with; `found_ms`: from
    when it was asked for until the click that led there, NULL while there was none. Of a letter opened from the card
    nobody measures a time.
    """

    __tablename__ = "earlier_searches"
    __table_args__ = (sa.Index("ix_earlier_searches_at", "at", "agent_id", "kind", "found_ms", "ticket_id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(32), unique=True)
    # 'search' or 'card'.
    kind: Mapped[str] = mapped_column(sa.String(6))
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("agents.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(sa.ForeignKey("tickets.id"), index=True)
    found_id: Mapped[int | None] = mapped_column(sa.ForeignKey("tickets.id"), index=True)
    found_ms: Mapped[int | None]
    at: Mapped[datetime]
