"""What an agent is writing, and the files that hang on it or on a message."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Agent
from app.db import Base, BigId
from app.tickets.kinds import Kind


class Attachment(Base):
    """A file of a message, or of a draft until it is sent. The bytes are the blob `sha256`."""

    __tablename__ = "attachments"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("messages.id", ondelete="CASCADE"), index=True
    )
    draft_id: Mapped[int | None] = mapped_column(sa.ForeignKey("drafts.id", ondelete="SET NULL"), index=True)
    filename: Mapped[str] = mapped_column(sa.String(300))
    content_type: Mapped[str] = mapped_column(sa.String(200))
    content_id: Mapped[str] = mapped_column(sa.String(300), default="")
    inline: Mapped[bool] = mapped_column(default=False)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))


class Draft(Base):
    """What an agent is writing, kept on the server from the first seconds.

    Of kind `outgoing` (a reply), `note`, `forward`, or `new`: a letter that begins a ticket and has none yet. One with
    `send_at` is a letter that leaves by itself at that time.
    """

    __tablename__ = "drafts"
    __table_args__ = (
        sa.UniqueConstraint("ticket_id", "agent_id", "kind"),
        sa.Index(
            "ix_drafts_send_at",
            "send_at",
            sqlite_where=sa.text("send_at IS NOT NULL"),
            postgresql_where=sa.text("send_at IS NOT NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int | None] = mapped_column(sa.ForeignKey("tickets.id", ondelete="CASCADE"))
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("agents.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(10), default=Kind.OUTGOING)
    html: Mapped[str] = mapped_column(sa.Text, default="")
    to: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    cc: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    bcc: Mapped[list[Any]] = mapped_column(sa.JSON, default=list, server_default="[]")
    # Of a letter that begins a ticket.
    subject: Mapped[str] = mapped_column(sa.String(500), default="", server_default="")
    mailbox_id: Mapped[int | None] = mapped_column(sa.ForeignKey("mailboxes.id"))
    # The message that is passed on, or the one that is answered where that is not simply the newest letter.
    about_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    # Which files of the message that is passed on go along; NULL is all of them.
    about_files: Mapped[list[Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    # Send later: when, and what becomes of the ticket then.
    send_at: Mapped[datetime | None]
    then_status: Mapped[str] = mapped_column(sa.String(10), default="", server_default="")
    # Why a letter that was to leave by itself did not: 'letter', 'merged', or a sentence of ours.
    stopped: Mapped[str] = mapped_column(sa.String(300), default="", server_default="")
    # Ids of articles inserted into this draft, in order.
    article_ids: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    # The newest message the agent had seen when they began: Send stops once if more has come.
    seen_message_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]
    agent: Mapped[Agent] = relationship()
    attachments: Mapped[list[Attachment]] = relationship(order_by="Attachment.id")
