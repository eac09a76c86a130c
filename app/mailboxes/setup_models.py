"""MailboxSetup, a mailbox on its way to being connected; and Brand, how mails and rating pages look."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId
from app.mailboxes.models import FirstImport


class Step(StrEnum):
    """Where the assistant is: which servers, which mail comes along, connected."""

    SERVERS = "servers"
    IMPORT = "import"
    DONE = "done"


class Wanted(StrEnum):
    """What the poller is asked to do."""

    NOTHING = ""
    LOOK = "look"
    TRY = "try"
    CONNECT = "connect"


class MailboxSetup(Base):
    """One run of the assistant, kept until it ends, so that a reload or another day goes on where it was.

    servers   {"imap_host", "imap_port", "imap_security", "smtp_…", "user"}
    found_by  how they were found: "known", "autoconfig", "srv", "mx", "guess", or "hand"
    result    what came of the last try: {"imap": {...}, "smtp": {...}}, or {"problem": sentence}
    welcome   in the sandbox: the sealed link with which the first admin of the real desk sets a password
    """

    __tablename__ = "mailbox_setups"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    agent_id: Mapped[int] = mapped_column(sa.ForeignKey("agents.id"))
    address: Mapped[str] = mapped_column(sa.String(320))
    name: Mapped[str] = mapped_column(sa.String(200), default="")
    language: Mapped[str] = mapped_column(sa.String(5), default="en")
    step: Mapped[str] = mapped_column(sa.String(10), default=Step.SERVERS)
    password: Mapped[str] = mapped_column(sa.Text, default="")
    servers: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    found_by: Mapped[str] = mapped_column(sa.String(20), default="")
    result: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    wanted: Mapped[str] = mapped_column(sa.String(10), default=Wanted.NOTHING)
    wanted_at: Mapped[datetime | None]
    first_import: Mapped[str] = mapped_column(sa.String(10), default=FirstImport.NEW)
    mailbox_id: Mapped[int | None] = mapped_column(sa.ForeignKey("mailboxes.id", ondelete="CASCADE"))
    welcome: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Brand(Base):
    """How mails and the rating page look: of the whole installation (no mailbox), or of one mailbox. '' inherits."""

    __tablename__ = "brands"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    mailbox_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("mailboxes.id", ondelete="CASCADE"), unique=True
    )
    company: Mapped[str] = mapped_column(sa.String(120), default="")
    # #rrggbb
    colour: Mapped[str] = mapped_column(sa.String(7), default="")
    footer: Mapped[str] = mapped_column(sa.Text, default="")
    logo_sha256: Mapped[str] = mapped_column(sa.String(64), default="")
    logo_type: Mapped[str] = mapped_column(sa.String(20), default="")
    logo_width: Mapped[int] = mapped_column(default=0)
    logo_height: Mapped[int] = mapped_column(default=0)


class BrandLogo(Base):
    """A picture by its sha256. It stays, so that a letter is the same mail at every try."""

    __tablename__ = "brand_logos"
    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
