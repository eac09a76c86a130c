"""What a mailbox wants done on the server with mail that we have: marked as read, or moved. By default nothing.

Only for mail whose bytes and row are committed, and safe to be killed between any two steps. Marking twice and moving
what is gone do nothing. A server that cannot move gets copy and delete instead: there the copy is noted before it is
made, and after that only a look at the other folder tells whether it is there, so it is never made in a loop.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app import db
from app.again import again
from app.errors import TemporaryFailure
from app.failpoints import passing
from app.mailboxes.models import AfterFetch, Folder, Mailbox, RawMail, RawState
from app.mailboxes.parked import TOO_LARGE
from app.mailboxes.service import Lease, hold_lease
from mail_ingest import imap_change
from mail_ingest.fetch import ImapSource

TOGETHER = 200


def tell_server(source: ImapSource, lease: Lease, mailbox: Mailbox, folder_id: int) -> bool:
    """Do it for one folder; True when the connection now has another folder open than before.

    Raises TemporaryFailure with a sentence for the owner of the mailbox when the server does not let us.
    """
    if mailbox.after_fetch == AfterFetch.NOTHING or mailbox.after_fetch_at is None:
        return False
    with db.reading() as session:
        folder = session.get_one(Folder, folder_id)
    if mailbox.after_fetch == AfterFetch.MOVE and _same_folder(folder.name, mailbox.after_fetch_folder):
        return False
    touched = False
    while rows := _waiting(mailbox, folder):
        touched = True
        if not imap_change.open_to_change(source, folder.name, folder.uidvalidity):
            return True
        uids = {row.uid for row in rows}
        left = imap_change.still_there(source, uids)
        _note_done(lease, rows, uids - left)
        if mailbox.after_fetch == AfterFetch.SEEN:
            imap_change.mark_seen(source, left)
        elif imap_change.can_move(source):
            imap_change.move(source, left, mailbox.after_fetch_folder)
        else:
            _copy_and_delete(source, lease, folder, mailbox.after_fetch_folder, _of(rows, left))
        passing("after_fetch.told")
        _note_done(lease, rows, left)
        passing("after_fetch.noted")
    return touched


def _same_folder(one: str, other: str) -> bool:
    return one == other or (one.upper() == "INBOX" and other.upper() == "INBOX")


def _waiting(mailbox: Mailbox, folder: Folder) -> Sequence[RawMail]:
    """Mail we hold whole, from after the wish was made. History stays where it is, and so does what was too large.

    After a renumbering everything is journalled anew; what was here before the wish under another number stays too.
    """
    earlier = aliased(RawMail)
    known_before = sa.exists().where(
        earlier.folder_id == RawMail.folder_id,
        earlier.sha256 == RawMail.sha256,
        earlier.stored_at < mailbox.after_fetch_at,
    )
    query = sa.select(RawMail).where(
        ~known_before,
        RawMail.folder_id == folder.id,
        RawMail.uidvalidity == folder.uidvalidity,
        RawMail.server_done_at.is_(None),
        RawMail.sha256 != "",
        RawMail.state != RawState.VANISHED,
        RawMail.reason != TOO_LARGE,
        RawMail.instruction.is_(None),
        RawMail.history.is_(False),
        RawMail.stored_at >= mailbox.after_fetch_at,
    )
    with db.reading() as session:
        return session.scalars(query.order_by(RawMail.uid).limit(TOGETHER)).all()


def _of(rows: Sequence[RawMail], uids: Collection[int]) -> list[RawMail]:
    return [row for row in rows if row.uid in uids]


def _copy_and_delete(
    source: ImapSource, lease: Lease, folder: Folder, target: str, rows: Sequence[RawMail]
) -> None:
    if not imap_change.can_delete(source):
        raise TemporaryFailure(
            "The mail server can neither move mail nor delete a single one (MOVE, UIDPLUS): mail stays where it is."
        )
    begun = [row for row in rows if row.server_copy_at is not None]
    there = {row.uid for row in begun if _is_copied(source, target, row)}
    if begun:
        imap_change.open_to_change(source, folder.name, folder.uidvalidity)
    fresh = {row.uid for row in rows} - there
    _note_copy(lease, rows, fresh)
    passing("after_fetch.copy_noted")
    imap_change.copy(source, fresh, target)
    passing("after_fetch.copied")
    imap_change.delete(source, {row.uid for row in rows})
    passing("after_fetch.deleted")


def _is_copied(source: ImapSource, target: str, row: RawMail) -> bool:
    return imap_change.holds(source, target, row.size, row.sha256)


def _note_copy(lease: Lease, rows: Sequence[RawMail], uids: Collection[int]) -> None:
    _note(lease, [row.id for row in rows if row.uid in uids], "server_copy_at")


def _note_done(lease: Lease, rows: Sequence[RawMail], uids: Collection[int]) -> None:
    _note(lease, [row.id for row in rows if row.uid in uids], "server_done_at")


@again
def _note(lease: Lease, ids: Sequence[int], column: str) -> None:
    if not ids:
        return
    with db.transaction() as session:
        now = db.now()
        hold_lease(session, lease, now=now)
        session.execute(
            sa.update(RawMail)
            .where(RawMail.id.in_(ids))
            .values({column: now})
            .execution_options(synchronize_session=False)
        )
