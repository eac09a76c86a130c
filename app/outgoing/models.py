"""Outbox: one row per outgoing message and recipient."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, BigId
from app.tickets.models import Delivery, Message


class WrittenReply(Base):
    """What a reply needs beyond its message row.

    `chain` is the References header, oldest first, fixed when the reply was written so that a retry is the same
    mail. `ticket_before` and `draft_before` are what an undo puts back.
    """

    __tablename__ = "written_replies"
    message_id: Mapped[int] = mapped_column(
        sa.ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
    )
    language: Mapped[str] = mapped_column(sa.String(5), default="en")
    chain: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    ticket_before: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    draft_before: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    # The letter that a forward passes on, with its looks; the same in words is the message's folded text.
    quoted_html: Mapped[str | None] = mapped_column(sa.Text)
    # The signature with its looks; in words it is the message's own.
    signature_html: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    # How mails of the mailbox looked when it was written (app.outgoing.looks), so that a retry is the same mail.
    look: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, server_default="{}")
    message: Mapped[Message] = relationship()


class Outbox(Base):
    """The delivery of one message to one recipient; each step is committed before the next begins.

    held (undo) → queued → sending (lease) → data_started → accepted | deferred | failed | uncertain.
    A `sending` whose lease ran out goes back to `queued`; a `data_started` becomes `uncertain`, never resent blindly.
    An accepted mail that comes back later is `bounced`.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        sa.UniqueConstraint("message_id", "recipient"),
        sa.Index("ix_outbox_due", "state", "due_at"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int] = mapped_column(sa.ForeignKey("messages.id"))
    recipient: Mapped[str] = mapped_column(sa.String(320))
    state: Mapped[str] = mapped_column(sa.String(14), default=Delivery.HELD)
    # held: when it may leave; queued and deferred: when to try; NULL when nothing is due.
    due_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    first_tried_at: Mapped[datetime | None]
    last_tried_at: Mapped[datetime | None]
    lease_token: Mapped[str] = mapped_column(sa.String(40), default="")
    lease_until: Mapped[datetime | None]
    data_started_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    # Deferred because no server could be reached at all: due at once when one answers again.
    waits_for_server: Mapped[bool] = mapped_column(default=False)
    # The server's last word, as shown to the agent.
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime]
    message: Mapped[Message] = relationship()


class CopyState(StrEnum):
    """`appending` is committed before the copy is handed over: from then on one that is found may be our own."""

    WAITING = "waiting"
    APPENDING = "appending"
    STORED = "stored"
    FOUND = "found"
    ABSENT = "absent"
    FAILED = "failed"


class SentCopy(Base):
    """The copy of a reply for the account's Sent folder: waiting → appending → stored | failed.

    `found`: the account's server had filed one by itself. `absent`: there is none, and none is ours to make. While it
    waits, `due_at` is when to look; whoever looks moves it ahead, so that it is a lease as well.
    """

    __tablename__ = "sent_copies"
    __table_args__ = (sa.Index("ix_sent_copies_due", "state", "due_at"),)
    message_id: Mapped[int] = mapped_column(
        sa.ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
    )
    mailbox_id: Mapped[int] = mapped_column(sa.ForeignKey("mailboxes.id"))
    state: Mapped[str] = mapped_column(sa.String(10))
    due_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(sa.Text, default="")
    done_at: Mapped[datetime | None]
    message: Mapped[Message] = relationship()


class AutomaticMail(Base):
    """The last mail that we sent by ourselves to an address: at most one a day and mailbox (RFC 3834, section 2)."""

    __tablename__ = "automatic_mails"
    __table_args__ = (
        sa.Index("ix_automatic_mails_mailbox_id_last_at", "mailbox_id", "last_at"),
        sa.Index("ix_automatic_mails_mailbox_id_wanted_at", "mailbox_id", "wanted_at"),
    )
    mailbox_id: Mapped[int] = mapped_column(
        sa.ForeignKey("mailboxes.id", ondelete="CASCADE"), primary_key=True
    )
    address: Mapped[str] = mapped_column(sa.String(320), primary_key=True)
    # NULL when none was ever sent: the breaker kept it back.
    last_at: Mapped[datetime | None]
    # When one was last sent or kept back: what the breaker is closed by.
    wanted_at: Mapped[datetime]
    # How many would have gone to this address since `last_at`, had there been no limit.
    withheld: Mapped[int] = mapped_column(default=0)


class SandboxLetter(Base):
    """A letter written on the sandbox page "write as a customer", waiting to be handed to the sandbox's SMTP server."""

    __tablename__ = "sandbox_letters"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sender: Mapped[str] = mapped_column(sa.String(320))
    recipient: Mapped[str] = mapped_column(sa.String(320))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(sa.Text, default="")
