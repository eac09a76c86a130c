"""Presence, watching, notices with their mails, and links between tickets."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Agent
from app.db import Base, BigId


class Doing(StrEnum):
    """What somebody does in a ticket that is open before them."""

    VIEWING = "viewing"
    REPLY = "reply"
    NOTE = "note"


class Told(StrEnum):
    """What an agent can be told of."""

    ASSIGNED = "assigned"
    MENTION = "mention"
    LETTER = "letter"
    NOTE = "note"
    DELIVERY = "delivery"
    LATER = "later"
    DRAFT = "draft"
    RATING = "rating"
    RULE = "rule"
    ANSWER = "answer"
    RECOVERY = "recovery"
    PRAISE = "praise"
    DUE = "due"


class Mailing(StrEnum):
    """Whether a notice also goes out as mail. `waiting` is for the daily one, `due` for one of its own."""

    NONE = ""
    WAITING = "waiting"
    DUE = "due"
    MAILED = "mailed"


class MailState(StrEnum):
    """As with replies: once `data_started` is written down, a mail is never sent a second time."""

    QUEUED = "queued"
    SENDING = "sending"
    DATA_STARTED = "data_started"
    ACCEPTED = "accepted"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


class Presence(Base):
    """An agent has this ticket open. Said again every few seconds; what was not said again is over."""

    __tablename__ = "presences"
    __table_args__ = (sa.Index("ix_presences_at", "at"),)
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True)
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True)
    doing: Mapped[str] = mapped_column(sa.String(8), default=Doing.VIEWING)
    at: Mapped[datetime]


class Watch(Base):
    """An agent is told of what happens in a ticket. `watching` False: they said no, and are not added by themselves."""

    __tablename__ = "watches"
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True)
    agent_id: Mapped[int] = mapped_column(
        sa.ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    watching: Mapped[bool] = mapped_column(default=True)
    at: Mapped[datetime]


class Notice(Base):
    """One line on an agent's page of notices: `count` things of one kind in one ticket since they last looked."""

    __tablename__ = "notices"
    __table_args__ = (
        sa.Index("ix_notices_agent_id_at", "agent_id", "at", "id"),
        sa.Index(
            "uq_notices_unread",
            "agent_id",
            "ticket_id",
            "kind",
            unique=True,
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        ),
        sa.Index(
            "ix_notices_to_mail",
            "agent_id",
            sqlite_where=sa.text("mailing IN ('waiting', 'due')"),
            postgresql_where=sa.text("mailing IN ('waiting', 'due')"),
        ),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("agents.id", ondelete="CASCADE"))
    ticket_id: Mapped[int] = mapped_column(sa.ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(12))
    count: Mapped[int] = mapped_column(default=1)
    # The newest of them: whose doing, which message, and words to tell it by ("who", "text", "face", "answer").
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agents.id"))
    message_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    detail: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    # The agent's own count of changes when this line last changed: a page asks for what is newer than it has seen.
    mark: Mapped[int] = mapped_column(default=0)
    mailing: Mapped[str] = mapped_column(sa.String(8), default=Mailing.NONE)
    by: Mapped[Agent | None] = relationship(foreign_keys=[by_id])


class Followed(Base):
    """How far the history (`events`) and the letters (`messages`) have been told: every row once.

    `missing`: lower numbers that were not there yet, as [number, seconds since 1970]: a transaction that took longer.
    `stamp`: what the newest row looked like, since SQLite gives the number of a row that was taken back out again.
    """

    __tablename__ = "followed"
    source: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    newest: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    stamp: Mapped[str] = mapped_column(sa.String(60), default="", server_default="")
    missing: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)


class NoticeSettings(Base):
    """How an agent wants to be told. `mail`: kind → 'now', 'daily' or 'off'; a kind that is not in it is off."""

    __tablename__ = "notice_settings"
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True)
    watch_own: Mapped[bool] = mapped_column(default=True)
    mail: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    # 0 to 23, in the agent's time zone.
    hour: Mapped[int] = mapped_column(default=8)
    # NULL: the first mailbox that is able to send.
    mailbox_id: Mapped[int | None] = mapped_column(sa.ForeignKey("mailboxes.id", ondelete="SET NULL"))


class NoticeMail(Base):
    """A mail to an agent about notices: queued → sending (lease) → data_started → accepted | failed | uncertain.

    `period` is its day for a daily one and the notice's number else, once for each agent: made again after a crash,
    it is the same row. `ticket_id`: the one ticket it is about, where an answer to it becomes a note.
    """

    __tablename__ = "notice_mails"
    __table_args__ = (
        sa.UniqueConstraint("agent_id", "period"),
        sa.Index("ix_notice_mails_due", "state", "due_at"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("agents.id", ondelete="CASCADE"))
    ticket_id: Mapped[int | None] = mapped_column(sa.ForeignKey("tickets.id", ondelete="SET NULL"))
    mailbox_id: Mapped[int] = mapped_column(sa.ForeignKey("mailboxes.id", ondelete="CASCADE"))
    period: Mapped[str] = mapped_column(sa.String(30))
    recipient: Mapped[str] = mapped_column(sa.String(320))
    rfc_message_id: Mapped[str] = mapped_column(sa.String(300), default="", index=True)
    language: Mapped[str] = mapped_column(sa.String(5), default="en")
    subject: Mapped[str] = mapped_column(sa.String(500), default="")
    text: Mapped[str] = mapped_column(sa.Text, default="")
    html: Mapped[str] = mapped_column(sa.Text, default="")
    state: Mapped[str] = mapped_column(sa.String(14), default=MailState.QUEUED)
    due_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    first_tried_at: Mapped[datetime | None]
    lease_token: Mapped[str] = mapped_column(sa.String(40), default="")
    lease_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime]


class TicketLink(Base):
    """Two tickets that belong together; `low_id` is the lower number. `message_id`: it is about that message."""

    __tablename__ = "ticket_links"
    __table_args__ = (sa.UniqueConstraint("low_id", "high_id"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    low_id: Mapped[int] = mapped_column(sa.ForeignKey("tickets.id", ondelete="CASCADE"))
    high_id: Mapped[int] = mapped_column(sa.ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[int | None] = mapped_column(sa.ForeignKey("messages.id", ondelete="SET NULL"))
    agent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agents.id"))
    at: Mapped[datetime]
