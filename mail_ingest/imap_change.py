"""The only file that changes anything on a mail server: marks mail as read, or moves it, by UID.

Never EXPUNGE without UIDs: that would delete what another client has marked. UIDs and folder names of our own
settings are all that enters a command.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator

from imapclient import DELETED, SEEN

from app.errors import TemporaryFailure
from app.failpoints import passing
from mail_ingest.fetch import LIST_BATCH, ImapSource, safe_folder
from mail_ingest.imap_errors import plain_errors


def open_to_change(source: ImapSource, folder: str, uidvalidity: int) -> bool:
    """SELECT for writing. False when the folder was renumbered: our UIDs mean nothing in it."""
    with plain_errors(source.account):
        opened = source.client.select_folder(safe_folder(folder))
    if b"READ-ONLY" in opened:
        raise TemporaryFailure(
            f"{source.account.host}: we may read the folder {folder}, but change nothing in it."
        )
    return int(opened.get(b"UIDVALIDITY", 0)) == uidvalidity


def still_there(source: ImapSource, uids: Collection[int]) -> set[int]:
    """Which of these the open folder still has."""
    found: set[int] = set()
    for batch in _batches(uids):
        with plain_errors(source.account):
            found.update(source.client.search(["UID", ",".join(str(uid) for uid in batch)]))
    return found & set(uids)


def mark_seen(source: ImapSource, uids: Collection[int]) -> None:
    for batch in _batches(uids):
        with plain_errors(source.account):
            source.client.add_flags(batch, [SEEN], silent=True)


def can_move(source: ImapSource) -> bool:
    """RFC 6851: one command, and no moment in which the mail is in both folders or in none."""
    return bool(source.client.has_capability("MOVE"))


def can_delete(source: ImapSource) -> bool:
    """RFC 4315: deleting single mails, and not whatever else is marked."""
    return bool(source.client.has_capability("UIDPLUS"))


def move(source: ImapSource, uids: Collection[int], target: str) -> None:
    for batch in _batches(uids):
        with plain_errors(source.account):
            source.client.move(batch, safe_folder(target))


def copy(source: ImapSource, uids: Collection[int], target: str) -> None:
    for batch in _batches(uids):
        with plain_errors(source.account):
            source.client.copy(batch, safe_folder(target))


def delete(source: ImapSource, uids: Collection[int]) -> None:
    """Mark and expunge exactly these. Only when `can_delete`."""
    for batch in _batches(uids):
        with plain_errors(source.account):
            source.client.add_flags(batch, [DELETED], silent=True)
            passing("after_fetch.marked")
            source.client.uid_expunge(batch)


def holds(source: ImapSource, folder: str, raw_size: int, sha256: str) -> bool:
    """Whether the folder has a mail of exactly these bytes. Opens it read-only."""
    with plain_errors(source.account):
        source.client.select_folder(safe_folder(folder), readonly=True)
        alike = source.client.search(["LARGER", raw_size - 1, "SMALLER", raw_size + 1])
        for uid in alike:
            raw = source.client.fetch([uid], ["BODY.PEEK[]"]).get(uid, {}).get(b"BODY[]")
            if raw is not None and hashlib.sha256(raw).hexdigest() == sha256:
                return True
    return False


def _batches(uids: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(uids)
    for start in range(0, len(ordered), LIST_BATCH):
        yield ordered[start : start + LIST_BATCH]
