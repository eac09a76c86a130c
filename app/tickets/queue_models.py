"""What working the queue remembers: how mailboxes give out tickets, whose turn it is, saved views, bulk actions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.teams import Way
from app.db import Base, BigId


class MailboxAssignment(Base):
    """What becomes of a new ticket of this mailbox. `way` counts where no team is chosen; a team has its own."""

    __tablename__ = "mailbox_assignments"
    mailbox_id: Mapped[int] = mapped_column(
        sa.ForeignKey("mailboxes.id", ondelete="CASCADE"), primary_key=True
    )
    team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("teams.id"))
    way: Mapped[str] = mapped_column(sa.String(12), default=Way.HAND)
    own_agent: Mapped[bool] = mapped_column(default=False)


class AssignmentPool(Base):
    """The agents of "team-3" or "mailbox-5" who take turns. Its row is locked while a ticket is given out."""

    __tablename__ = "assignment_pools"
    name: Mapped[str] = mapped_column(sa.String(30), primary_key=True)
    turn: Mapped[int] = mapped_column(sa.BigInteger, default=0)


class AssignmentTurn(Base):
    """When, counted in tickets of the pool, somebody was last given one."""

    __tablename__ = "assignment_turns"
    pool: Mapped[str] = mapped_column(sa.String(30), primary_key=True)
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True)
    turn: Mapped[int] = mapped_column(sa.BigInteger, default=0)


class SavedView(Base):
    """A search with a name. `shared` is '' for its owner alone, 'all', or 'team' with the `team_id` of which."""

    __tablename__ = "saved_views"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("agents.id"), index=True)
    shared: Mapped[str] = mapped_column(sa.String(10), default="")
    team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("teams.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sa.String(80))
    icon: Mapped[str] = mapped_column(sa.String(30))
    query: Mapped[str] = mapped_column(sa.String(200))
    sorting: Mapped[str] = mapped_column(sa.String(12))
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class BulkAction(Base):
    """One action on a selection, kept so that it can be undone as a whole."""

    __tablename__ = "bulk_actions"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("agents.id"))
    kind: Mapped[str] = mapped_column(sa.String(12))
    detail: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    at: Mapped[datetime] = mapped_column(index=True)
    undone_at: Mapped[datetime | None]


class BulkChange(Base):
    """What it did to one ticket: `outcome` is 'done', or why it was left alone; `before` and `after` hold the
    touched values."""

    __tablename__ = "bulk_changes"
    bulk_id: Mapped[int] = mapped_column(
        sa.ForeignKey("bulk_actions.id", ondelete="CASCADE"), primary_key=True
    )
    ticket_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    outcome: Mapped[str] = mapped_column(sa.String(12))
    before: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
