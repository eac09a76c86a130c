"""Mailbox, Folder and the RawMail journal."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, BigId


class Security(StrEnum):
    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class FirstImport(StrEnum):
    """What becomes of the mail that is there when a mailbox is connected. None of it is ever answered."""

    NEW = "new"
    MONTH = "month"
    ALL = "all"


class Auth(StrEnum):
    """How we sign in to the mail servers: a password, or a grant of the provider (OAuth 2.0, SASL XOAUTH2)."""

    PASSWORD = "password"  # noqa: S105 (a kind, not a secret)
    GOOGLE = "google"
    MICROSOFT = "microsoft"


class AfterFetch(StrEnum):
    """What we do to a mail on the server once its journal row is committed. By default nothing."""

    NOTHING = "nothing"
    SEEN = "seen"
    MOVE = "move"


class RawState(StrEnum):
    """`stored` waits for a decision; every other state is an outcome and comes with a reason."""

    STORED = "stored"
    FILED = "filed"
    AUTOMATIC = "automatic"
    DUPLICATE = "duplicate"
    OWN = "own"
    IGNORED = "ignored"
    SPAM = "spam"
    PARKED = "parked"
    VANISHED = "vanished"
    # Its ticket was deleted for good, and the bytes with it.
    DELETED = "deleted"


class Mailbox(Base):
    """A support address we poll and send from. Passwords are sealed (app.security.seal)."""

    __tablename__ = "mailboxes"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address: Mapped[str] = mapped_column(sa.String(320), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200), default="")
    language: Mapped[str] = mapped_column(sa.String(5), default="en")
    signature: Mapped[str] = mapped_column(sa.Text, default="")
    # The same with its looks; '' where it is plain lines.
    signature_html: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    # Which signature stands below a reply: 'both', the one of the 'agent' or of the 'mailbox', or 'none'.
    signature_mode: Mapped[str] = mapped_column(sa.String(10), default="both", server_default="both")
    active: Mapped[bool] = mapped_column(default=True)
    sandbox: Mapped[bool] = mapped_column(default=False)
    ask_ratings: Mapped[bool] = mapped_column(default=True)
    # Only when the provider delivers support+anything@ to support@: else replies to it would bounce.
    reply_subaddress: Mapped[bool] = mapped_column(default=False)
    imap_host: Mapped[str] = mapped_column(sa.String(253), default="")
    imap_port: Mapped[int] = mapped_column(default=993)
    imap_security: Mapped[str] = mapped_column(sa.String(10), default=Security.TLS)
    imap_user: Mapped[str] = mapped_column(sa.String(320), default="")
    imap_password: Mapped[str] = mapped_column(sa.Text, default="")
    smtp_host: Mapped[str] = mapped_column(sa.String(253), default="")
    smtp_port: Mapped[int] = mapped_column(default=465)
    smtp_security: Mapped[str] = mapped_column(sa.String(10), default=Security.TLS)
    smtp_user: Mapped[str] = mapped_column(sa.String(320), default="")
    smtp_password: Mapped[str] = mapped_column(sa.Text, default="")
    first_import: Mapped[str] = mapped_column(sa.String(10), default=FirstImport.NEW)
    auth: Mapped[str] = mapped_column(sa.String(10), default=Auth.PASSWORD)
    after_fetch: Mapped[str] = mapped_column(sa.String(10), default=AfterFetch.NOTHING)
    after_fetch_folder: Mapped[str] = mapped_column(sa.String(500), default="")
    # When that was chosen: mail journalled earlier stays as it is on the server.
    after_fetch_at: Mapped[datetime | None]
    # Whether we put a copy of every reply into the account's Sent folder; '' is the folder the server marks as such.
    sent_copy: Mapped[bool] = mapped_column(default=False)
    sent_folder: Mapped[str] = mapped_column(sa.String(500), default="")
    # Letters a minute that the account may send; 0 is no limit. The next may leave at `next_send_at`.
    send_per_minute: Mapped[int] = mapped_column(default=0)
    next_send_at: Mapped[datetime | None]
    # The provider asked for less; until then letters leave slowly.
    send_slowly_until: Mapped[datetime | None]
    # The receipt a customer gets for a new ticket; an empty text is the built-in one in the customer's language.
    auto_ack: Mapped[bool] = mapped_column(default=False)
    auto_ack_text: Mapped[str] = mapped_column(sa.Text, default="")
    # Since when the breaker keeps automatic mail of this mailbox back, NULL while it is closed.
    automatic_stopped_at: Mapped[datetime | None]
    # "Thank you" alone does not reopen a ticket unless this is set.
    thanks_reopen: Mapped[bool] = mapped_column(default=False)
    # The authserv-id whose Authentication-Results (RFC 8601) we believe; '' is none.
    authserv_id: Mapped[str] = mapped_column(sa.String(253), default="")
    created_at: Mapped[datetime]
    last_success_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(sa.Text, default="")
    last_error_at: Mapped[datetime | None]
    # An admin asked for a try of both servers; the poller makes it, and says in a list of sentences what came of it.
    check_wanted_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    check_result: Mapped[list[Any] | None] = mapped_column(sa.JSON)
    # The lease: whoever holds lease_token may write for this mailbox until lease_until. The token only grows, so
    # a poller that wakes up late finds another number and can write nothing.
    lease_owner: Mapped[str] = mapped_column(sa.String(100), default="")
    lease_token: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    folders: Mapped[list[Folder]] = relationship(back_populates="mailbox", order_by="Folder.id")

    @property
    def display_name(self) -> str:
        return self.name or self.address


class OAuthGrant(Base):
    """The provider's leave to read and send for one mailbox (RFC 6749). Secrets are sealed (app.security.seal)."""

    __tablename__ = "oauth_grants"
    mailbox_id: Mapped[int] = mapped_column(
        sa.ForeignKey("mailboxes.id", ondelete="CASCADE"), primary_key=True
    )
    client_id: Mapped[str] = mapped_column(sa.String(300))
    client_secret: Mapped[str] = mapped_column(sa.Text, default="")
    # Microsoft's directory; '' is "common".
    tenant: Mapped[str] = mapped_column(sa.String(100), default="")
    refresh_token: Mapped[str] = mapped_column(sa.Text, default="")
    # When the refresh token itself ends, where the provider says so.
    refresh_until: Mapped[datetime | None]
    access_token: Mapped[str] = mapped_column(sa.Text, default="")
    access_until: Mapped[datetime | None]
    refreshed_at: Mapped[datetime | None]
    # The provider's last refusal in plain words, '' after a success, and since when it refuses.
    last_error: Mapped[str] = mapped_column(sa.Text, default="")
    failing_since: Mapped[datetime | None]
    # Who is asking the provider for fresh tokens; nobody else asks before that time, also after a refusal.
    refreshing_by: Mapped[str] = mapped_column(sa.String(40), default="")
    refreshing_until: Mapped[datetime | None]
    # A consent that was begun in the browser and not yet finished: hashed state, sealed PKCE verifier, its end.
    pending_state: Mapped[str] = mapped_column(sa.String(64), default="")
    pending_verifier: Mapped[str] = mapped_column(sa.Text, default="")
    pending_until: Mapped[datetime | None]
    mailbox: Mapped[Mailbox] = relationship()


class Folder(Base):
    """A watched folder. `uidvalidity` is the one last seen; 0 means never listed."""

    __tablename__ = "folders"
    __table_args__ = (sa.UniqueConstraint("mailbox_id", "name"),)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    mailbox_id: Mapped[int] = mapped_column(sa.ForeignKey("mailboxes.id"))
    name: Mapped[str] = mapped_column(sa.String(500))
    uidvalidity: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    listed_at: Mapped[datetime | None]
    on_server: Mapped[int] = mapped_column(default=0)
    # Mail that was there at the first listing is history: never answered; `first_import` says what it becomes.
    # Its UIDs are at most history_uid under history_uidvalidity; after a renumbering its date tells it.
    first_listed_at: Mapped[datetime | None]
    history_uidvalidity: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    history_uid: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    # A folder taken off the list keeps its journal. One that was added later has history up to then.
    watched: Mapped[bool] = mapped_column(default=True)
    added_at: Mapped[datetime | None]
    mailbox: Mapped[Mailbox] = relationship(back_populates="folders")


class RawMail(Base):
    """One mail as received. A mail exists for us once this row and its bytes (blob `sha256`) are committed.

    Unique on (folder, uidvalidity, uid): a mail is journalled once whatever happens. Rows of an import have
    uidvalidity 0 and a running uid, and are unique by content inside their folder.
    """

    __tablename__ = "raw_mails"
    __table_args__ = (
        sa.UniqueConstraint("folder_id", "uidvalidity", "uid"),
        sa.Index(
            "ix_raw_mails_undecided",
            "id",
            sqlite_where=sa.text("state = 'stored'"),
            postgresql_where=sa.text("state = 'stored'"),
        ),
        sa.Index(
            "ix_raw_mails_parked",
            "id",
            sqlite_where=sa.text("state = 'parked'"),
            postgresql_where=sa.text("state = 'parked'"),
        ),
        sa.Index(
            "ix_raw_mails_damaged", "id", sqlite_where=sa.text("damaged"), postgresql_where=sa.text("damaged")
        ),
        # How many letters of one sender came within an hour.
        sa.Index("ix_raw_mails_sender_internal_date", "sender", "internal_date"),
        sa.Index("ix_raw_mails_folder_id_sha256", "folder_id", "sha256"),
        sa.Index("ix_raw_mails_mailbox_id_state", "mailbox_id", "state"),
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    mailbox_id: Mapped[int] = mapped_column(sa.ForeignKey("mailboxes.id"))
    folder_id: Mapped[int] = mapped_column(sa.ForeignKey("folders.id"))
    uidvalidity: Mapped[int] = mapped_column(sa.BigInteger)
    uid: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[str] = mapped_column(sa.String(64), default="", index=True)
    size: Mapped[int] = mapped_column(default=0)
    internal_date: Mapped[datetime | None]
    stored_at: Mapped[datetime]
    history: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(sa.String(12), default=RawState.STORED)
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    attempts: Mapped[int] = mapped_column(default=0)
    decided_at: Mapped[datetime | None]
    content_key: Mapped[str] = mapped_column(sa.String(64), default="", index=True)
    duplicate_of_id: Mapped[int | None] = mapped_column(sa.ForeignKey("raw_mails.id"))
    sender: Mapped[str] = mapped_column(sa.String(320), default="")
    subject: Mapped[str] = mapped_column(sa.String(500), default="")
    # What an agent told us to do with a parked mail: {"ticket_id"} or {"new_for": address}, and {"by": agent id}.
    instruction: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    # When the bytes were last compared with their hash, and whether they were no longer the same.
    checked_at: Mapped[datetime | None]
    damaged: Mapped[bool] = mapped_column(default=False)
    # When the server was told (seen, moved), for mailboxes that want it.
    server_done_at: Mapped[datetime | None]
    # For servers that cannot move: when we began to copy it to the other folder. From then on only a look into that
    # folder tells whether the copy is there.
    server_copy_at: Mapped[datetime | None]
    mailbox: Mapped[Mailbox] = relationship()
    folder: Mapped[Folder] = relationship()
