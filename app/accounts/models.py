"""Agent, MailboxGrant, SignIn, OneTimeLink, and what a second step at sign-in needs."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, BigId


class Role(StrEnum):
    """What each may do is in app.accounts.rights."""

    ADMIN = "admin"
    LEAD = "lead"
    AGENT = "agent"
    LIGHT = "light"
    AUDITOR = "auditor"


class Agent(Base):
    """Who signs in and answers."""

    __tablename__ = "agents"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(320), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    role: Mapped[str] = mapped_column(sa.String(20), default=Role.AGENT)
    # False: only the mailboxes of the grants.
    every_mailbox: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    password_hash: Mapped[str | None] = mapped_column(sa.String(300))
    language: Mapped[str] = mapped_column(sa.String(5), default="en")
    timezone: Mapped[str] = mapped_column(sa.String(64), default="UTC")
    theme: Mapped[str] = mapped_column(sa.String(10), default="auto")
    shortcuts: Mapped[bool] = mapped_column(default=True)
    signature: Mapped[str] = mapped_column(sa.Text, default="")
    # The same with its looks; '' where it is plain lines.
    signature_html: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    # What the Send button does with the ticket: '' nothing, else the status.
    send_then: Mapped[str] = mapped_column(sa.String(10), default="", server_default="")
    active: Mapped[bool] = mapped_column(default=True)
    # Away: nothing is given to them by itself; colleagues still can.
    away: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # How they like each view sorted: {"open": "newest"}. A column, so that a list asks for nothing more.
    view_orders: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, server_default="{}")
    # Of app.together: lines on the page of notices not read yet, and how often that page has changed.
    unread_notices: Mapped[int] = mapped_column(default=0, server_default="0")
    notice_mark: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime]

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN

    @property
    def may_answer(self) -> bool:
        return self.role in (Role.ADMIN, Role.LEAD, Role.AGENT)

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.split() else self.email


class Stage(StrEnum):
    """How far somebody came who gave the right password."""

    IN = ""
    # The code of the second step is still to come: nobody is signed in yet.
    CODE = "code"
    # Everybody must have a second step and they have none: they may set it up, and nothing else.
    SETUP = "setup"


class SignIn(Base):
    """One signed-in browser. Only the hash of its token is stored: a copy of the database cannot sign in."""

    __tablename__ = "sign_ins"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("agents.id"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    user_agent: Mapped[str] = mapped_column(sa.String(300), default="")
    stage: Mapped[str] = mapped_column(sa.String(8), default=Stage.IN, server_default="")
    agent: Mapped[Agent] = relationship()


class SecondStep(Base):
    """The secret an agent shares with the app on their phone, sealed (app.security.seal)."""

    __tablename__ = "second_steps"
    agent_id: Mapped[int] = mapped_column(
        BigId, sa.ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    # '' until a first code was right; it counts at sign-in from then on.
    sealed: Mapped[str] = mapped_column(sa.String(300), default="", server_default="")
    since: Mapped[datetime | None]
    # The next one, on the screen but not confirmed: another phone takes over only with its first right code.
    waiting: Mapped[str] = mapped_column(sa.String(300), default="", server_default="")
    # The newest 30 seconds whose code was used (RFC 6238, section 5.2): none of these counts again.
    last_used: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")


class RecoveryCode(Base):
    """Ten for each agent with a second step; each lets them in once, without the phone. Only a keyed hash is stored."""

    __tablename__ = "recovery_codes"
    __table_args__ = (sa.UniqueConstraint("agent_id", "code_hash"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("agents.id", ondelete="CASCADE"))
    code_hash: Mapped[str] = mapped_column(sa.String(64))
    used_at: Mapped[datetime | None]


class SignInRule(Base):
    """One row: what is asked of everybody who signs in."""

    __tablename__ = "sign_in_rules"
    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    second_step: Mapped[bool] = mapped_column(default=False, server_default=sa.false())


class OneTimeLink(Base):
    """A link that sets a password once: the first admin's, an invitation, a reset."""

    __tablename__ = "one_time_links"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("agents.id"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    agent: Mapped[Agent] = relationship()


class MailboxGrant(Base):
    """A mailbox that an agent, or everybody in a team, sees; it counts for agents who do not see every one anyway."""

    __tablename__ = "mailbox_grants"
    __table_args__ = (
        sa.CheckConstraint("(agent_id IS NULL) <> (team_id IS NULL)", name="one_receiver"),
        sa.UniqueConstraint("agent_id", "mailbox_id"),
        sa.UniqueConstraint("team_id", "mailbox_id"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agents.id", ondelete="CASCADE"))
    team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("teams.id", ondelete="CASCADE"))
    mailbox_id: Mapped[int] = mapped_column(sa.ForeignKey("mailboxes.id", ondelete="CASCADE"), index=True)
