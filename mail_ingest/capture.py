"""One look at one mailbox: list its folders, fetch what the journal lacks, journal it. Decides nothing."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app import db
from app.blobs import BlobStore
from app.failpoints import passing
from app.mailboxes import oauth
from app.mailboxes import service as mailboxes
from app.mailboxes.models import Folder, Mailbox, RawMail
from app.mailboxes.service import Account, Lease
from app.security import unseal
from app.settings import Settings
from mail_ingest import journal
from mail_ingest.fetch import ImapSource
from mail_ingest.journal import Fetched, Listing
from mail_ingest.strikes import Strikes

log = logging.getLogger(__name__)

# What Dovecot tells of a mail that another client has just expunged: it is not old, it is gone.
EXPUNGED_DATE = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Look:
    """What one look brought: new journal rows, and mails the server lists but did not hand over."""

    stored: int = 0
    withheld: int = 0


def account_of(mailbox: Mailbox, settings: Settings) -> Account:
    """Where to fetch this mailbox's mail, with its password unsealed, or a source of tokens instead."""
    token = oauth.token_source(mailbox, settings)
    return Account(
        mailbox.imap_host,
        mailbox.imap_port,
        mailbox.imap_security,
        mailbox.imap_user,
        "" if token else unseal(settings.secret_key, mailbox.imap_password),
        settings.mail_timeout_seconds,
        token,
    )


def look_into_folder(
    source: ImapSource,
    lease: Lease,
    folder_id: int,
    blobs: BlobStore,
    *,
    limit: int,
    strikes: Strikes | None = None,
) -> Look:
    """Reconcile the whole folder with the journal: every UID the server lists has a row afterwards.

    `strikes` remembers from look to look which mails the server fails to hand over.
    """
    with db.reading() as session:
        name = session.scalars(sa.select(Folder.name).where(Folder.id == folder_id)).one()
    listing = source.list_folder(name)
    passing("capture.listed")
    with db.transaction() as session:
        mailboxes.hold_lease(session, lease, now=db.now())
        journal.begin_listing(session, _folder(session, folder_id), listing, now=db.now())
        missing = journal.missing_uids(session, folder_id, listing)
    passing("capture.listing_noted")
    return _Bringing(source, lease, folder_id, blobs, limit).bring(listing, missing, strikes or Strikes())


def look_for_newer(
    source: ImapSource,
    lease: Lease,
    folder_id: int,
    blobs: BlobStore,
    *,
    limit: int,
    strikes: Strikes | None = None,
) -> Look:
    """The quick look between two full ones: only UIDs above the highest journalled. A speed-up, never the truth."""
    with db.reading() as session:
        folder = _folder(session, folder_id)
        highest = (
            session.scalar(
                sa.select(sa.func.max(RawMail.uid)).where(
                    RawMail.folder_id == folder_id, RawMail.uidvalidity == folder.uidvalidity
                )
            )
            or 0
        )
    listing = source.list_newer(folder.name, highest)
    if listing.uidvalidity != folder.uidvalidity:
        return look_into_folder(source, lease, folder_id, blobs, limit=limit, strikes=strikes)
    if listing.total != folder.on_server:
        with db.transaction() as session:
            mailboxes.hold_lease(session, lease, now=db.now())
            journal.note_total(session, folder_id, listing.total)
    with db.reading() as session:
        missing = journal.missing_uids(session, folder_id, listing)
    return _Bringing(source, lease, folder_id, blobs, limit).bring(listing, missing, strikes or Strikes())


@dataclass(frozen=True)
class _Bringing:
    """Fetching and journalling what one look found missing."""

    source: ImapSource
    lease: Lease
    folder_id: int
    blobs: BlobStore
    limit: int

    def bring(self, listing: Listing, missing: Sequence[int], strikes: Strikes) -> Look:
        if not missing:
            return Look()
        with db.reading() as session:
            folder = _folder(session, self.folder_id)
        stored, withheld = 0, strikes.put_off(missing)
        for turn in strikes.turns(listing.uidvalidity, missing):
            with strikes.watching(turn):
                look = self._take(folder, listing.uidvalidity, turn)
            stored, withheld = stored + look.stored, withheld + look.withheld
        return Look(stored, withheld)

    def _take(self, folder: Folder, uidvalidity: int, uids: Sequence[int]) -> Look:
        known = self.source.sizes(uids)
        passing("capture.sized")
        unwanted = {
            uid
            for uid in uids
            if uid in known
            and known[uid][1] != EXPUNGED_DATE
            and not journal.is_wanted(folder, uidvalidity, uid, known[uid][1])
        }
        if unwanted:
            rows = [(uid, known[uid][1], known[uid][0]) for uid in sorted(unwanted)]
            journal.leave_out(self.lease, folder, uidvalidity, rows)
        stored = withheld = 0
        for batch in self.source.fetch([uid for uid in uids if uid not in unwanted], known, self.limit):
            mails, kept_back = _without_withheld(self.source, folder.name, batch)
            stored += len(journal.store(self.lease, folder, uidvalidity, mails, self.blobs)) if mails else 0
            withheld += kept_back
        return Look(stored, withheld)


def _without_withheld(
    source: ImapSource, folder_name: str, batch: Sequence[Fetched]
) -> tuple[list[Fetched], int]:
    """A mail without its bytes has vanished only if the server no longer lists it; else we try again later."""
    empty = {mail.uid for mail in batch if mail.raw is None}
    if not empty:
        return list(batch), 0
    still_there = empty & source.list_folder(folder_name).uids
    return [mail for mail in batch if mail.uid not in still_there], len(still_there)


def _folder(session: Session, folder_id: int) -> Folder:
    return session.scalars(
        sa.select(Folder).where(Folder.id == folder_id).options(joinedload(Folder.mailbox))
    ).one()
