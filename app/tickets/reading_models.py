"""What agents chose while reading: whose pictures they see without asking, and what they searched for."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId


class ShownSender(Base):
    """Pictures from elsewhere are shown to this agent in every letter of this address, until they take it back.

    One agent's own choice: opening pictures tells the sender that somebody reads, and nobody decides that for others.
    """

    __tablename__ = "shown_senders"
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(320), primary_key=True)
    since: Mapped[datetime]


class RecentSearch(Base):
    """One search of an agent, offered under the search field until they remove it or newer ones push it out."""

    __tablename__ = "recent_searches"
    __table_args__ = (sa.UniqueConstraint("agent_id", "text"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("agents.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(sa.String(200))
    searched_at: Mapped[datetime]
