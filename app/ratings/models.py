"""RatingInvitation, Rating, RatingChange, RatingHit, NotAsked, Praise.

How customers are asked is in app.ratings.asking_models.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Agent
from app.cursors import MOST_DIGITS
from app.customers.models import Customer
from app.db import Base, BigId
from app.tickets.models import Message


class Face(StrEnum):
    GOOD = "good"
    OKAY = "okay"
    BAD = "bad"


def _ticket_of_reply(context: DefaultExecutionContext) -> Any:
    """Where nobody said it: asked of the database, row by row."""
    said = context.get_current_parameters()  # type: ignore[no-untyped-call]
    query = sa.select(Message.ticket_id).where(Message.id == said["message_id"])
    return context.connection.scalar(query)


class RatingInvitation(Base):
    """The links that ask one recipient to rate one reply.

    The token in the links is derived from `nonce` and the installation's secret (app.security.derived_token), so a
    retried delivery carries the same links while a copy of the database cannot vote. Credit goes to `agent_id`,
    the author of the reply as it was when written.
    """

    __tablename__ = "rating_invitations"
    __table_args__ = (
        sa.UniqueConstraint("message_id", "recipient"),
        # All that figures of a period ask for.
        sa.Index(
            "ix_rating_invitations_created_at",
            "created_at",
            "agent_id",
            "mailbox_id",
            "customer_id",
            "in_ticket_id",
            "anonymous",
            "message_id",
        ),
        sa.Index("ix_rating_invitations_recipient", "recipient", "created_at"),
    )
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
    # The mailbox that the reply left from. No foreign key: SQLite cannot add one.
    mailbox_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    # The ticket its reply is in, copied so that figures need not look into every message; it goes where the reply goes.
    # It says nothing that `message_id` does not, so it may stand here for an anonymous one too.
    in_ticket_id: Mapped[int | None] = mapped_column(sa.BigInteger, default=_ticket_of_reply)
    # What the customer was promised when they were asked: that the answer carries no name.
    anonymous: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    message: Mapped[Message] = relationship()
    agent: Mapped[Agent] = relationship()
    customer: Mapped[Customer] = relationship()


def _at_once(context: DefaultExecutionContext) -> Any:
    """A rating with a name counts from when it was given, if nothing else is said."""
    said = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return None if said.get("anonymous") else said.get("created_at")


def random_mark() -> int:
    """Of as many digits as an address may hold (app.cursors): a longer one would lead to the first page again."""
    return secrets.randbelow(10**MOST_DIGITS)


class Rating(Base):
    """The verdict on one reply by one recipient; changeable until `changeable_until`.

    `counted_at` is when it came into reports: for a named one when it was given; an anonymous one waits for others
    (app.ratings.anonymous) and has NULL until then. Everything that counts ratings goes by this column and by no other,
    and everything that shows one of an anonymous customer finds neither ticket nor customer here: only the invitation
    knows them, so that the choice can be changed.
    """

    __tablename__ = "ratings"
    __table_args__ = (
        sa.Index("ix_ratings_agent_id_created_at", "agent_id", "created_at"),
        sa.Index("ix_ratings_counted_at", "counted_at", "mark"),
        sa.Index(
            "ix_ratings_figures",
            "counted_at",
            "face",
            "agent_id",
            "mailbox_id",
            "customer_id",
            "ticket_id",
            "anonymous",
            "invitation_id",
        ),
        # Whether an invitation was answered.
        sa.Index("ix_ratings_invitation_id_counted_at", "invitation_id", "counted_at"),
        sa.Index("ix_ratings_agent_id_counted_at", "agent_id", "counted_at", "mark"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    invitation_id: Mapped[int] = mapped_column(sa.ForeignKey("rating_invitations.id"), unique=True)
    # Copied from the invitation so that reports need no join.
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("agents.id"))
    mailbox_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    ticket_id: Mapped[int | None] = mapped_column(sa.ForeignKey("tickets.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("customers.id"), index=True)
    anonymous: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    face: Mapped[str] = mapped_column(sa.String(6))
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    changeable_until: Mapped[datetime]
    counted_at: Mapped[datetime | None] = mapped_column(default=_at_once)
    # Its name in addresses, and its place among those of one moment. Random: numbers in order would tell when an
    # anonymous one was given.
    mark: Mapped[int] = mapped_column(sa.BigInteger, default=random_mark, server_default="0")
    invitation: Mapped[RatingInvitation] = relationship()
    agent: Mapped[Agent] = relationship()
    customer: Mapped[Customer | None] = relationship()


class RatingChange(Base):
    """Every face, comment and choice of reasons (ids of RatingReason) that a rating ever had, in order."""

    __tablename__ = "rating_changes"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    rating_id: Mapped[int] = mapped_column(sa.ForeignKey("ratings.id"), index=True)
    face: Mapped[str] = mapped_column(sa.String(6))
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    reasons: Mapped[list[Any]] = mapped_column(sa.JSON, default=list, server_default="[]")
    at: Mapped[datetime]


class RatingHit(Base):
    """Somebody or something opened a rating link. Counts for nothing; `filtered` says why if it was a robot."""

    __tablename__ = "rating_hits"
    __table_args__ = (sa.Index("ix_rating_hits_at", "at", "invitation_id", "filtered"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    invitation_id: Mapped[int] = mapped_column(sa.ForeignKey("rating_invitations.id"), index=True)
    face: Mapped[str] = mapped_column(sa.String(6), default="")
    method: Mapped[str] = mapped_column(sa.String(8))
    filtered: Mapped[str] = mapped_column(sa.String(20), default="")
    at: Mapped[datetime]


class NotAsked(Base):
    """A recipient of a reply who was not asked to rate it, and why (app.ratings.whom_to_ask). Only ever counted."""

    __tablename__ = "not_asked"
    __table_args__ = (sa.Index("ix_not_asked_at", "at"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int] = mapped_column(sa.ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("agents.id"))
    mailbox_id: Mapped[int] = mapped_column(sa.BigInteger)
    reason: Mapped[str] = mapped_column(sa.String(12))
    at: Mapped[datetime]


class Praise(Base):
    """A colleague's "well done" for a happy rating; one from each colleague."""

    __tablename__ = "praises"
    __table_args__ = (sa.UniqueConstraint("rating_id", "by_id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    rating_id: Mapped[int] = mapped_column(sa.ForeignKey("ratings.id", ondelete="CASCADE"))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("agents.id"))
    # Copied from the rating: whose page shows it.
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("agents.id"))
    words: Mapped[str] = mapped_column(sa.String(500), default="")
    at: Mapped[datetime]
    by: Mapped[Agent] = relationship(foreign_keys=[by_id])
    rating: Mapped[Rating] = relationship()
