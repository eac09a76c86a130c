"""Macro, Rule, what they did, and what still has to be looked at."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Agent
from app.db import Base, BigId


class Scope(StrEnum):
    """Who sees a macro: its author, everybody, or those who work in one mailbox."""

    PRIVATE = "private"
    SHARED = "shared"
    MAILBOX = "mailbox"


class Macro(Base):
    """Several actions in one key. `actions`: list of {"do", "values"}, see app.automation.actions."""

    __tablename__ = "macros"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    scope: Mapped[str] = mapped_column(sa.String(10), default=Scope.SHARED)
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agents.id"), index=True)
    mailbox_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("mailboxes.id", ondelete="CASCADE"), index=True
    )
    actions: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    owner: Mapped[Agent | None] = relationship()


class MacroRun(Base):
    """One use of a macro. `changes`: for each ticket what it was before and is after, so that the use can be undone."""

    __tablename__ = "macro_runs"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    macro_id: Mapped[int | None] = mapped_column(sa.ForeignKey("macros.id", ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("agents.id"))
    at: Mapped[datetime] = mapped_column(index=True)
    undone_at: Mapped[datetime | None]
    changes: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)


class When(StrEnum):
    """What a rule answers to."""

    LETTER = "letter"
    CREATED = "created"
    REPLIED = "replied"
    STATUS = "status"
    TIME = "time"


class Rule(Base):
    """Actions when something happens. `conditions`: a group of app.automation.conditions; `actions` as a macro's.

    `timing` of a time rule: {"since": a moment of the ticket, "hours": how long ago, "business": by the calendar?}.
    """

    __tablename__ = "rules"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    trigger: Mapped[str] = mapped_column(sa.String(10))
    active: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    timing: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    conditions: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    actions: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    # Tickets that were due before it was switched on are none of a time rule's business, unless told otherwise.
    armed_from: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    # The last time that its actions could not be done, and why.
    failed_at: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(sa.Text, default="")
    # A time rule goes round its tickets a few at a time: where it goes on.
    round_at: Mapped[datetime | None]
    round_id: Mapped[int] = mapped_column(sa.BigInteger, default=0)


class RuleBook(Base):
    """One row: grows whenever rules change, so that every process knows when to read them again."""

    __tablename__ = "rule_book"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(sa.BigInteger, default=0)


class RuleTrigger(Base):
    """Something happened that rules may answer to; written with it in one transaction, gone once they were asked.

    `chain`: the rules whose doing this was, oldest first. None of them acts on what it caused.
    """

    __tablename__ = "rule_triggers"
    __table_args__ = (sa.Index("ix_rule_triggers_due_at", "due_at", "id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(10))
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    before: Mapped[str] = mapped_column(sa.String(10), default="")
    chain: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    happened_at: Mapped[datetime]
    due_at: Mapped[datetime]


class RuleFiring(Base):
    """A time rule has acted on this ticket for this moment of it, and does not again until the moment is another."""

    __tablename__ = "rule_firings"
    rule_id: Mapped[int] = mapped_column(sa.ForeignKey("rules.id", ondelete="CASCADE"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(
        sa.ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    moment: Mapped[datetime]


class RuleLog(Base):
    """Which rule did what to which ticket, and why. `why`: each condition with what it found; `done`: each action."""

    __tablename__ = "rule_log"
    __table_args__ = (
        sa.Index("ix_rule_log_rule_id_id", "rule_id", "id"),
        sa.Index("ix_rule_log_ticket_id_id", "ticket_id", "id"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    rule_id: Mapped[int | None] = mapped_column(sa.ForeignKey("rules.id", ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(sa.String(100))
    trigger: Mapped[str] = mapped_column(sa.String(10))
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("tickets.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(index=True)
    why: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    done: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    chain: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    # Why its actions were not done, '' when they were.
    failure: Mapped[str] = mapped_column(sa.Text, default="")


class Acknowledgement(Base):
    """How a mailbox words its receipts, and when it sends them. No text means that of the mailbox, or ours."""

    __tablename__ = "acknowledgements"
    mailbox_id: Mapped[int] = mapped_column(
        sa.ForeignKey("mailboxes.id", ondelete="CASCADE"), primary_key=True
    )
    text_en: Mapped[str] = mapped_column(sa.Text, default="")
    text_ru: Mapped[str] = mapped_column(sa.Text, default="")
    # Only letters that come while we are closed get one.
    only_closed: Mapped[bool] = mapped_column(default=False)
