"""The facts that reports are counted from: narrow rows worked out from tickets, messages and their history.

Every row can be thrown away and made anew from what it was made from (app.reports.rollup); nobody else writes them. A
`day` is a local day in the company's time zone as `date.toordinal()` gives it, an `hour` 0 to 23 of that day. Times are
whole seconds. What a ticket belongs to stands in each row, so that a report reads one table. No foreign keys to cards
and agents: whoever joins two cards need not know of copies.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId


class _Placed:
    """Where the ticket of a row stands now."""

    mailbox_id: Mapped[int] = mapped_column(sa.BigInteger)
    team_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    assignee_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    customer_id: Mapped[int] = mapped_column(sa.BigInteger)


class TicketFacts(_Placed, Base):
    """One ticket that is neither spam nor in the trash nor part of another one; what the times mean is said in
    app.reports.derive. `day`: opened; `closed_day`: closed for good as it looks now."""

    __tablename__ = "ticket_facts"
    __table_args__ = (
        sa.Index("ix_ticket_facts_day", "day", "ticket_id"),
        sa.Index("ix_ticket_facts_closed_day", "closed_day", "ticket_id"),
        sa.Index(
            "ix_ticket_facts_open",
            "day",
            "mailbox_id",
            "team_id",
            "assignee_id",
            sqlite_where=sa.text("open"),
            postgresql_where=sa.text("open"),
        ),
    )
    ticket_id: Mapped[int] = mapped_column(
        BigId, sa.ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    day: Mapped[int]
    closed_day: Mapped[int | None]
    first_seconds: Mapped[int | None]
    first_business: Mapped[int | None]
    full_seconds: Mapped[int | None]
    full_business: Mapped[int | None]
    solved_seconds: Mapped[int | None]
    solved_business: Mapped[int | None]
    reopened: Mapped[int]
    letters: Mapped[int]
    replies: Mapped[int]
    open: Mapped[bool]


class LetterFacts(_Placed, Base):
    """One letter that a customer wrote."""

    __tablename__ = "letter_facts"
    __table_args__ = (
        sa.Index("ix_letter_facts_ticket_id", "ticket_id"),
        sa.Index(
            "ix_letter_facts_when",
            "day",
            "hour",
            "mailbox_id",
            "team_id",
            "assignee_id",
            "customer_id",
            "ticket_id",
        ),
        sa.Index(
            "ix_letter_facts_who", "customer_id", "day", "mailbox_id", "team_id", "assignee_id", "ticket_id"
        ),
    )
    message_id: Mapped[int] = mapped_column(
        BigId, sa.ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    ticket_id: Mapped[int] = mapped_column(sa.BigInteger)
    day: Mapped[int]
    hour: Mapped[int]


class ReplyFacts(_Placed, Base):
    """One reply of an agent to a customer. `waited`: since the first letter it answers; NULL when nobody waited.

    `composing`: active seconds in the editor, NULL where nobody measured; `article_id`: the first article in it.
    """

    __tablename__ = "reply_facts"
    __table_args__ = (
        sa.Index("ix_reply_facts_ticket_id", "ticket_id"),
        # Each holds all that its reports ask for: by day, by agent, by article.
        sa.Index(
            "ix_reply_facts_day",
            "day",
            "agent_id",
            "mailbox_id",
            "team_id",
            "article_id",
            "waited_seconds",
            "waited_business",
            "customer_id",
            "ticket_id",
        ),
        sa.Index(
            "ix_reply_facts_agent",
            "agent_id",
            "day",
            "article_id",
            "composing",
            "waited_seconds",
            "waited_business",
            "mailbox_id",
            "team_id",
            "customer_id",
            "ticket_id",
        ),
        sa.Index(
            "ix_reply_facts_article",
            "article_id",
            "day",
            "agent_id",
            "mailbox_id",
            "team_id",
            "customer_id",
            sqlite_where=sa.text("article_id IS NOT NULL"),
            postgresql_where=sa.text("article_id IS NOT NULL"),
        ),
    )
    message_id: Mapped[int] = mapped_column(
        BigId, sa.ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    ticket_id: Mapped[int] = mapped_column(sa.BigInteger)
    agent_id: Mapped[int] = mapped_column(sa.BigInteger)
    day: Mapped[int]
    hour: Mapped[int]
    waited_seconds: Mapped[int | None]
    waited_business: Mapped[int | None]
    composing: Mapped[int | None]
    article_id: Mapped[int | None] = mapped_column(sa.BigInteger)


class TicketStep(_Placed, Base):
    """A ticket came into the backlog (+1: opened, reopened) or left it (-1: closed)."""

    __tablename__ = "ticket_steps"
    __table_args__ = (sa.Index("ix_ticket_steps_day", "day", "ticket_id"),)
    ticket_id: Mapped[int] = mapped_column(
        BigId, sa.ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[int]
    step: Mapped[int]


class ReportProgress(Base):
    """How far the facts are made; one row. `basis`: what they depend on beside the rows (time zone, calendars).
    `swept_to`: the last ticket that was made anew while everything is; NULL when nothing is left of that."""

    __tablename__ = "report_progress"
    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    basis: Mapped[str] = mapped_column(sa.String(64))
    swept_to: Mapped[int | None] = mapped_column(sa.BigInteger)
    ran_at: Mapped[datetime]


class BriefingWish(Base):
    """Whether somebody wants the briefing by mail; who said nothing has the usual of their role."""

    __tablename__ = "briefing_wishes"
    agent_id: Mapped[int] = mapped_column(
        BigId, sa.ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True
    )
    by_mail: Mapped[bool]
