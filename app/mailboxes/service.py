"""Mailboxes: adding them, and the lease that lets one poller at a time write for a mailbox."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.errors import Conflict, InvalidInput
from app.mailboxes.models import Folder, Mailbox

LEASE_SECONDS = 120
_CONNECTION = (
    "name",
    "language",
    "first_import",
    "auth",
    "imap_host",
    "imap_port",
    "imap_security",
    "imap_user",
    "imap_password",
    "smtp_host",
    "smtp_port",
    "smtp_security",
    "smtp_user",
    "smtp_password",
    # Mail from before it was connected is history.
    "created_at",
)


@dataclass(frozen=True)
class Lease:
    """The right to write for one mailbox. The token is a fence: it is worthless once somebody else took the lease."""

    mailbox_id: int
    token: int


@dataclass(frozen=True)
class Account:
    """Where and how to sign in, with the password in clear; lives only in the memory of the process that connects.

    `token`, for a provider's permission instead of a password: called with '' it gives an access token, called with a
    token that the server refused another one, or the same again when there is none. It may ask the provider.
    """

    host: str
    port: int
    security: str
    user: str
    password: str = field(repr=False)
    timeout_seconds: int = 30
    token: Callable[[str], str] | None = field(default=None, repr=False)


def check_new(session: Session, address: str) -> None:
    """Raises InvalidInput when this is no mail address, or is connected already."""
    if "@" not in address[1:-1] or not address.isprintable() or " " in address:
        raise InvalidInput(f"{address!r} is not a mail address.", "address")
    if (
        session.scalar(sa.select(Mailbox.id).where(Mailbox.address == address, Mailbox.imap_host != ""))
        is not None
    ):
        raise InvalidInput(f"The mailbox {address} is already connected.", "address")


def add_mailbox(session: Session, mailbox: Mailbox, folders: tuple[str, ...] = ("INBOX",)) -> Mailbox:
    """Store a mailbox with its watched folders; one that so far only held imported mail gets its servers now."""
    mailbox.address = mailbox.address.strip().lower()
    check_new(session, mailbox.address)
    earlier = session.scalar(sa.select(Mailbox).where(Mailbox.address == mailbox.address))
    if earlier is None:
        session.add(mailbox)
    else:
        for name in _CONNECTION:
            setattr(earlier, name, getattr(mailbox, name))
        mailbox = earlier
    session.flush()
    for name in folders:
        session.add(Folder(mailbox_id=mailbox.id, name=name))
    session.flush()
    return mailbox


def acquire_lease(session: Session, mailbox_id: int, owner: str, *, now: datetime) -> Lease | None:
    """Take the lease if it is free, ours or run out; None while another poller holds it."""
    free = sa.or_(Mailbox.lease_until.is_(None), Mailbox.lease_until < now, Mailbox.lease_owner == owner)
    taken = session.execute(
        sa.update(Mailbox)
        .where(Mailbox.id == mailbox_id, free)
        .values(
            lease_owner=owner,
            lease_token=Mailbox.lease_token + 1,
            lease_until=now + timedelta(seconds=LEASE_SECONDS),
        )
        .returning(Mailbox.lease_token)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    return Lease(mailbox_id, taken) if taken is not None else None


def hold_lease(session: Session, lease: Lease, *, now: datetime) -> None:
    """Renew inside the transaction that writes; raises Conflict when the lease went to another poller."""
    renewed = session.execute(
        sa.update(Mailbox)
        .where(Mailbox.id == lease.mailbox_id, Mailbox.lease_token == lease.token)
        .values(lease_until=now + timedelta(seconds=LEASE_SECONDS))
        .execution_options(synchronize_session=False)
    )
    if db.changed_rows(renewed) != 1:
        raise Conflict("another poller works this mailbox now")


def release_lease(session: Session, lease: Lease) -> None:
    """Let the next poller in at once. Does nothing when the lease is already another's."""
    session.execute(
        sa.update(Mailbox)
        .where(Mailbox.id == lease.mailbox_id, Mailbox.lease_token == lease.token)
        .values(lease_until=None)
        .execution_options(synchronize_session=False)
    )


def lease_owner(session: Session, mailbox_id: int) -> str:
    """Who has, or had, the lease; '' when nobody did."""
    return session.scalar(sa.select(Mailbox.lease_owner).where(Mailbox.id == mailbox_id)) or ""


def forget_owner(session: Session, mailbox_id: int, owner: str) -> None:
    """End the lease of a holder who is known to be dead."""
    session.execute(
        sa.update(Mailbox)
        .where(Mailbox.id == mailbox_id, Mailbox.lease_owner == owner)
        .values(lease_until=None, lease_owner="")
        .execution_options(synchronize_session=False)
    )


def note_success(session: Session, mailbox_id: int, *, now: datetime) -> None:
    session.execute(
        sa.update(Mailbox)
        .where(Mailbox.id == mailbox_id)
        .values(last_success_at=now, last_error="")
        .execution_options(synchronize_session=False)
    )


def note_error(session: Session, mailbox_id: int, error: str, *, now: datetime) -> None:
    session.execute(
        sa.update(Mailbox)
        .where(Mailbox.id == mailbox_id)
        .values(last_error=error[:500], last_error_at=now)
        .execution_options(synchronize_session=False)
    )
