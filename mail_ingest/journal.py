"""The RawMail journal: what is new, what was stored, what became of it.

First stage after the wire. A mail exists for us once its bytes are a blob and its row is committed; nothing is
parsed before, so nothing a mail contains can lose it. New means "listed by the server and not in the journal":
a set difference, never a flag, a date or a highest number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app import db
from app.again import again
from app.blobs import BlobStore
from app.failpoints import passing
from app.mailboxes.models import FirstImport, Folder, Mailbox, RawMail, RawState
from app.mailboxes.parked import TOO_LARGE
from app.mailboxes.service import Lease, hold_lease

NOT_WANTED = "was in the mailbox before it was connected"
GONE = "gone from the server before it could be fetched"
MONTH = timedelta(days=30)
# What one transaction decides: other writers wait for it, and its letters are in memory together.
BATCH = 50
BATCH_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True)
class Fetched:
    """One mail off the wire. `raw` is None when the server no longer had it; with `oversize` it is only the header."""

    uid: int
    raw: bytes | None
    internal_date: datetime | None = None
    size: int = 0
    oversize: bool = False


@dataclass(frozen=True)
class Listing:
    """A folder as the server lists it now: all of its UIDs or those above some number, and how many it has in all."""

    uidvalidity: int
    uids: frozenset[int]
    total: int = 0


def begin_listing(session: Session, folder: Folder, listing: Listing, *, now: datetime) -> None:
    """Note what the server listed; at the first listing, remember which mail was there before us."""
    mailbox = folder.mailbox
    if folder.first_listed_at is None:
        folder.first_listed_at = now
        folder.history_uidvalidity = listing.uidvalidity
        folder.history_uid = 0 if mailbox.sandbox else max(listing.uids, default=0)
    folder.uidvalidity = listing.uidvalidity
    folder.listed_at = now
    folder.on_server = len(listing.uids)


def note_total(session: Session, folder_id: int, total: int) -> None:
    """How many mails the folder holds on the server now, as a quick look learns it."""
    session.execute(
        sa.update(Folder)
        .where(Folder.id == folder_id)
        .values(on_server=total)
        .execution_options(synchronize_session=False)
    )


def missing_uids(session: Session, folder_id: int, listing: Listing) -> list[int]:
    """UIDs the server has and the journal lacks, or whose bytes are still wanted; oldest first."""
    query = sa.select(RawMail.uid).where(
        RawMail.folder_id == folder_id,
        RawMail.uidvalidity == listing.uidvalidity,
        sa.or_(RawMail.sha256 != "", RawMail.state != RawState.STORED),
    )
    return sorted(listing.uids.difference(session.scalars(query)))


def is_history(folder: Folder, uidvalidity: int, uid: int, internal_date: datetime | None) -> bool:
    """True for mail that was there before the folder was watched, also after the server renumbered.

    Between connecting and the first look hours may pass: what came meanwhile is for us to answer.
    """
    if folder.mailbox.sandbox or folder.first_listed_at is None:
        return False
    if internal_date is not None and internal_date >= (folder.added_at or folder.mailbox.created_at):
        return False
    if uidvalidity == folder.history_uidvalidity:
        return uid <= folder.history_uid
    return internal_date is not None and internal_date < folder.first_listed_at


def is_wanted(folder: Folder, uidvalidity: int, uid: int, internal_date: datetime | None) -> bool:
    """False for history that the first import was told to leave out."""
    if not is_history(folder, uidvalidity, uid, internal_date):
        return True
    choice = folder.mailbox.first_import
    if choice == FirstImport.MONTH:
        return (
            internal_date is not None
            and folder.first_listed_at is not None
            and (internal_date >= folder.first_listed_at - MONTH)
        )
    return choice == FirstImport.ALL


@again
def store(
    lease: Lease, folder: Folder, uidvalidity: int, mails: Sequence[Fetched], blobs: BlobStore
) -> list[int]:
    """Bytes to disk, then rows in one transaction under the lease. Returns ids of rows that now wait for a decision.

    Safe to run twice: a row that is already there is left as it is. Raises Conflict when the lease is lost.
    """
    raws = {mail.uid: mail.raw for mail in mails if mail.raw is not None}
    digests = dict(zip(raws, blobs.put_all(raws.values()), strict=True))
    passing("journal.bytes_stored")
    with db.transaction() as session:
        now = db.now()
        hold_lease(session, lease, now=now)
        rows = [_row(folder, uidvalidity, mail, digests.get(mail.uid, ""), now) for mail in mails]
        _drop_wanted_again(session, folder.id, uidvalidity, [mail.uid for mail in mails])
        stored = insert_new(session, rows)
        passing("journal.inserted")
    passing("journal.committed")
    return stored


@again
def leave_out(
    lease: Lease, folder: Folder, uidvalidity: int, dates: Iterable[tuple[int, datetime | None, int]]
) -> None:
    """Journal (uid, date, size) of mail that is not wanted, without fetching it: it counts in the balance."""
    with db.transaction() as session:
        now = db.now()
        hold_lease(session, lease, now=now)
        insert_new(
            session,
            [
                dict(
                    _common(folder, uidvalidity, uid, now),
                    internal_date=date,
                    size=size,
                    history=True,
                    state=RawState.IGNORED,
                    reason=NOT_WANTED,
                    decided_at=now,
                )
                for uid, date, size in dates
            ],
        )


def insert_new(session: Session, rows: list[dict[str, object]]) -> list[int]:
    """Insert rows, leaving alone those already journalled; ids of new rows that wait for a decision, in order."""
    if not rows:
        return []
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(RawMail).on_conflict_do_nothing().returning(RawMail.id, RawMail.state)
    return sorted(row.id for row in session.execute(statement, rows) if row.state == RawState.STORED)


def decide_row(session: Session, raw_mail: RawMail, state: RawState, reason: str, *, now: datetime) -> None:
    """Record the one outcome of a mail."""
    raw_mail.state = state
    raw_mail.reason = reason[:2000]
    raw_mail.decided_at = now


def next_batch(session: Session, *, mailbox_id: int | None = None, without: Iterable[int] = ()) -> list[int]:
    """Journal rows with bytes that wait for a decision, oldest first: few enough to be decided in one transaction."""
    query = sa.select(RawMail.id, RawMail.size).where(
        RawMail.state == RawState.STORED, RawMail.sha256 != "", RawMail.id.not_in(list(without))
    )
    if mailbox_id is not None:
        query = query.where(RawMail.mailbox_id == mailbox_id)
    rows = session.execute(query.order_by(RawMail.id).limit(BATCH)).all()
    weights = list(accumulate(size for _id, size in rows))
    return [
        row.id for row, weight in zip(rows, weights, strict=True) if weight <= BATCH_BYTES or row is rows[0]
    ]


def stored_digests(session: Session, raw_ids: Sequence[int]) -> dict[int, str]:
    """Of these rows, those that still wait for a decision: row → digest of its bytes, oldest first."""
    query = (
        sa.select(RawMail.id, RawMail.sha256)
        .where(RawMail.id.in_(raw_ids), RawMail.state == RawState.STORED)
        .order_by(RawMail.id)
    )
    return {row.id: row.sha256 for row in session.execute(query)}


def import_folder(session: Session, mailbox: Mailbox) -> Folder:
    """The folder that imported files are journalled under."""
    name = "(import)"
    folder = session.scalar(sa.select(Folder).where(Folder.mailbox_id == mailbox.id, Folder.name == name))
    if folder is None:
        folder = Folder(mailbox_id=mailbox.id, name=name)
        session.add(folder)
        session.flush()
    return folder


def store_import(folder: Folder, raws: Sequence[bytes], blobs: BlobStore) -> list[int]:
    """Journal imported mails that are not in this mailbox yet (by content); ids that wait for a decision."""
    digests = dict(zip(blobs.put_all(raws), map(len, raws), strict=True))
    with db.transaction() as session:
        now = db.now()
        lock_for_import(session, folder.id)
        query = sa.select(RawMail.sha256).where(
            RawMail.mailbox_id == folder.mailbox_id, RawMail.sha256.in_(digests)
        )
        known = set(session.scalars(query))
        last = (
            session.scalar(
                sa.select(sa.func.max(RawMail.uid)).where(
                    RawMail.folder_id == folder.id, RawMail.uidvalidity == 0
                )
            )
            or 0
        )
        fresh = [digest for digest in digests if digest not in known]
        rows = [
            dict(
                _common(folder, 0, last + number, now),
                sha256=digest,
                size=digests[digest],
                history=True,
                state=RawState.STORED,
            )
            for number, digest in enumerate(fresh, 1)
        ]
        return insert_new(session, rows)


def lock_for_import(session: Session, folder_id: int) -> None:
    """One import at a time numbers rows of a folder (SQLite: the transaction itself is exclusive)."""
    session.execute(sa.select(Folder.id).where(Folder.id == folder_id).with_for_update())


def _common(folder: Folder, uidvalidity: int, uid: int, now: datetime) -> dict[str, object]:
    return {
        "mailbox_id": folder.mailbox_id,
        "folder_id": folder.id,
        "uidvalidity": uidvalidity,
        "uid": uid,
        "stored_at": now,
        "sha256": "",
        "size": 0,
        "internal_date": None,
        "history": False,
        "state": RawState.STORED,
        "reason": "",
        "decided_at": None,
    }


def _row(folder: Folder, uidvalidity: int, mail: Fetched, digest: str, now: datetime) -> dict[str, object]:
    row = _common(folder, uidvalidity, mail.uid, now)
    row.update(
        sha256=digest,
        size=mail.size or len(mail.raw or b""),
        internal_date=mail.internal_date,
        history=is_history(folder, uidvalidity, mail.uid, mail.internal_date),
    )
    if mail.raw is None:
        row.update(state=RawState.VANISHED, reason=GONE, decided_at=now)
    elif mail.oversize:
        row.update(state=RawState.PARKED, reason=TOO_LARGE, decided_at=now)
    return row


def _drop_wanted_again(session: Session, folder_id: int, uidvalidity: int, uids: list[int]) -> None:
    """Rows whose bytes were asked for again make room for the fresh copy."""
    session.execute(
        sa.delete(RawMail)
        .where(
            RawMail.folder_id == folder_id,
            RawMail.uidvalidity == uidvalidity,
            RawMail.uid.in_(uids),
            RawMail.sha256 == "",
            RawMail.state == RawState.STORED,
        )
        .execution_options(synchronize_session=False)
    )
