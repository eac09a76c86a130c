"""RatingInvitation, Rating, RatingChange, RatingHit."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Agent
from app.customers.models import Customer
from app.db import Base, BigId
from app.tickets.models import Message


class Face(StrEnum):
    GOOD = "good"
    OKAY = "okay"
    BAD = "bad"


class RatingInvitation(Base):
    """The links that ask one recipient to rate one reply.

    The token in the links is derived from `nonce` and the installation's secret (app.security.derived_token), so a
    retried delivery carries the same links while a copy of the database cannot vote. Credit goes to `agent_id`,
    the author of the reply as it was when written.
    """

    __tablename__ = "rating_invitations"
    __table_args__ = (sa.UniqueConstraint("message_id", "recipient"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int] = mapped_column(sa.ForeignKey("messages.id"))
    recipient: Mapped[str] = mapped_column(sa.String(320))
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("agents.id"), index=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customers.id"), index=True)
    language: Mapped[str] = mapped_column(sa.String(5))
    nonce: Mapped[str] = mapped_column(sa.String(64))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    message: Mapped[Message] = relationship()
    agent: Mapped[Agent] = relationship()
    customer: Mapped[Customer] = relationship()


class Rating(Base):
    """The verdict on one reply by one recipient; changeable until `changeable_until`."""

    __tablename__ = "ratings"
    __table_args__ = (sa.Index("ix_ratings_agent_id_created_at", "agent_id", "created_at"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    invitation_id: Mapped[int] = mapped_column(sa.ForeignKey("rating_invitations.id"), unique=True)
    # Copied from the invitation so that reports need no join.
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("agents.id"))
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("tickets.id"), index=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customers.id"), index=True)
    face: Mapped[str] = mapped_column(sa.String(6))
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    changeable_until: Mapped[datetime]
    invitation: Mapped[RatingInvitation] = relationship()
    agent: Mapped[Agent] = relationship()
    customer: Mapped[Customer] = relationship()


class RatingChange(Base):
    """Every face and comment a rating ever had, in order."""

    __tablename__ = "rating_changes"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    rating_id: Mapped[int] = mapped_column(sa.ForeignKey("ratings.id"), index=True)
    face: Mapped[str] = mapped_column(sa.String(6))
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    at: Mapped[datetime]


class RatingHit(Base):
    """Somebody or something opened a rating link. Counts for nothing; `filtered` says why if it was a robot."""

    __tablename__ = "rating_hits"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    invitation_id: Mapped[int] = mapped_column(sa.ForeignKey("rating_invitations.id"), index=True)
    face: Mapped[str] = mapped_column(sa.String(6), default="")
    method: Mapped[str] = mapped_column(sa.String(8))
    filtered: Mapped[str] = mapped_column(sa.String(20), default="")
    at: Mapped[datetime]
