"""Lists UIDs and returns raw bytes over IMAP, and changes nothing on the server.

First stage of the flow. Folders are opened read-only (EXAMINE) and bodies read with BODY.PEEK[], so no flag moves.
Only numbers and folder names from our own settings ever enter a command: IMAPClient passes CR LF through in search
arguments, so text from a mail must never get here.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from app.errors import PermanentFailure
from app.failpoints import passing
from app.mailboxes.service import Account
from mail_ingest.imap_connection import connect, has_unread
from mail_ingest.imap_errors import plain_errors
from mail_ingest.journal import Fetched, Listing

BATCH_MAILS = 50
BATCH_BYTES = 8 * 1024 * 1024
LIST_BATCH = 500
LARGEST_SIZE = 2**31 - 1  # what the journal's column holds; far above any limit of ours
# How long a server may take to end IDLE, and to answer our goodbye. A line that a firewall dropped without a word
# is noticed by the one and must not hold us up with the other.
DONE_SECONDS = 15.0
GOODBYE_SECONDS = 3.0


class ImapSource:
    """One signed-in connection. Every failure leaves as TemporaryFailure or PermanentFailure in plain words."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._client = connect(account)
        # What the server told us of arrivals when the folder was opened.
        self._told: list[Any] = []

    def __enter__(self) -> ImapSource:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(politely=error is None)

    def close(self, *, politely: bool = True) -> None:
        """Say goodbye if the server still listens; never raises, and never waits for a dead line."""
        try:
            if politely:
                self._client.socket().settimeout(GOODBYE_SECONDS)
                self._client.logout()
                return
        except (IMAPClientError, OSError):
            pass
        try:
            self._client.shutdown()
        except (IMAPClientError, OSError):
            pass

    def cut(self) -> None:
        """Break the line from another thread: whoever waits for the server gets a TemporaryFailure at once."""
        try:
            # Of the plain socket: the encrypted one's own method would pull the cipher from under the reader.
            socket.socket.shutdown(self._client.socket(), socket.SHUT_RDWR)
        except OSError:
            pass

    @property
    def client(self) -> IMAPClient:
        """For mail_ingest.imap_change alone."""
        return self._client

    @property
    def account(self) -> Account:
        return self._account

    def list_folder(self, folder: str) -> Listing:
        """Open the folder read-only and list every UID in it."""
        with plain_errors(self._account):
            opened = self._opened(folder)
            passing("fetch.selected")
            uids = frozenset(self._client.search("ALL"))
        return Listing(int(opened[b"UIDVALIDITY"]), uids, len(uids))

    def list_newer(self, folder: str, uid: int) -> Listing:
        """Open the folder read-only and list the UIDs above `uid`: a quick look between two full ones."""
        with plain_errors(self._account):
            opened = self._opened(folder)
            found = self._client.search(["UID", f"{uid + 1}:*"])
        # "n:*" past the end names the last mail (RFC 3501, section 6.4.8).
        uids = frozenset(number for number in found if number > uid)
        return Listing(int(opened[b"UIDVALIDITY"]), uids, int(opened[b"EXISTS"]))

    def _opened(self, folder: str) -> dict[bytes, Any]:
        opened: dict[bytes, Any] = self._client.select_folder(safe_folder(folder), readonly=True)
        self._told = self._arrivals()
        if b"UIDVALIDITY" not in opened:
            # Without it a number means nothing from one day to the next (RFC 3501, section 2.3.1.1).
            raise PermanentFailure(
                f"{self._account.host}: the server gives the folder {folder} no UIDVALIDITY."
            )
        return opened

    def sizes(self, uids: Sequence[int]) -> dict[int, tuple[int, datetime | None]]:
        """(size in bytes, arrival at the server) by UID; UIDs that are gone are left out."""
        found: dict[int, tuple[int, datetime | None]] = {}
        for start in range(0, len(uids), LIST_BATCH):
            with plain_errors(self._account):
                answer = self._client.fetch(uids[start : start + LIST_BATCH], ["RFC822.SIZE", "INTERNALDATE"])
            for uid, items in answer.items():
                # A flag that changed meanwhile is told of unasked, under its sequence number and without a size.
                if b"RFC822.SIZE" in items:
                    size = min(int(items[b"RFC822.SIZE"]), LARGEST_SIZE)
                    found[uid] = (size, _aware(items.get(b"INTERNALDATE")))
        return found

    def fetch(
        self, uids: Sequence[int], known: dict[int, tuple[int, datetime | None]], limit: int
    ) -> Iterator[list[Fetched]]:
        """Raw bytes of `uids` in batches; a mail above `limit` bytes comes as its header only."""
        small = [uid for uid in uids if uid in known and known[uid][0] <= limit]
        yield [Fetched(uid, None) for uid in uids if uid not in known]
        for batch in _by_bytes(small, known):
            yield self._bodies(batch, known, b"BODY[]", oversize=False)
        for uid in uids:
            if uid in known and known[uid][0] > limit:
                yield self._bodies([uid], known, b"BODY[HEADER]", oversize=True)

    def idle(self, seconds: float) -> bool:
        """Wait for the server to speak of the folder that was listed last; True when mail came or went.

        False at once when the server cannot IDLE. Raises TemporaryFailure when the line is dead: a server that does
        not end IDLE within seconds is no longer there.
        """
        client = self._client
        if not self.can_idle():
            return False
        with plain_errors(self._account):
            early = self._begin_idle()
            answers = [] if early else client.idle_check(timeout=seconds)
            client.socket().settimeout(DONE_SECONDS)
            _text, late = client.idle_done()
            client.socket().settimeout(2 * self._account.timeout_seconds)
        return early or any(_is_arrival(answer) for answer in [*answers, *late])

    def _begin_idle(self) -> bool:
        """Send IDLE and wait until the server takes it; True when it has told us of mail since the list.

        What came too late for the list is told once: at its end, before the leave to wait, or in the same packet
        with it. IMAPClient.idle() takes the second for an error, and idle_check() listens to the socket alone, past
        the third.
        """
        line = self._client._imap
        tag = self._client._idle_tag = line._command("IDLE")
        while line._get_response() is not None:
            if line.tagged_commands.get(tag):
                raise IMAPClientError("the server refused IDLE")
        while has_unread(self._client):
            line._get_response()
        return self._arrivals() != self._told

    def _arrivals(self) -> list[Any]:
        """Every "n EXISTS" of the server since the folder was opened."""
        return list(self._client._imap.untagged_responses.get("EXISTS", []))

    def can_idle(self) -> bool:
        return bool(self._client.has_capability("IDLE"))

    def _bodies(
        self,
        uids: Sequence[int],
        known: dict[int, tuple[int, datetime | None]],
        item: bytes,
        *,
        oversize: bool,
    ) -> list[Fetched]:
        raws = self._read(uids, item)
        passing("fetch.fetched")
        mails = []
        for uid in uids:
            raw, (size, date) = raws.get(uid), known[uid]
            if raw is not None and len(raw) < size and not oversize:
                raw = self._read_again(uid, raw, item)
            mails.append(Fetched(uid, raw, date, size, oversize))
        return mails

    def _read(self, uids: Sequence[int], item: bytes) -> dict[int, bytes]:
        with plain_errors(self._account):
            answer = self._client.fetch(uids, [item.replace(b"BODY", b"BODY.PEEK").decode()])
        return {uid: bytes(items[item]) for uid, items in answer.items() if items.get(item) is not None}

    def _read_again(self, uid: int, raw: bytes, item: bytes) -> bytes | None:
        """What a mail that came shorter than announced really is; None when the server gives it only in part.

        Some servers announce a size that no mail of theirs has, so a shorter mail may be whole: then it comes a
        second time just the same. One that comes empty, or differently each time, is asked for again later.
        """
        again = self._read([uid], item).get(uid)
        return again if again and again == raw else None


def safe_folder(name: str) -> str:
    """The name as it may stand in a command. Raises PermanentFailure for one with line breaks and the like."""
    if not name or not name.isprintable():
        raise PermanentFailure("A folder's name has characters that no folder can have.")
    return name


def check_login(account: Account) -> list[str]:
    """Sign in and list folder names; raises with the precise reason when that fails."""
    with ImapSource(account) as source, plain_errors(account):
        return [str(name) for _flags, _delimiter, name in source.client.list_folders()]


def _aware(value: datetime | None) -> datetime | None:
    """INTERNALDATE as aware UTC. A date without a zone, which no server should send, is taken as UTC."""
    if value is None:
        return None
    try:
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except (OverflowError, ValueError):
        return None


def _is_arrival(answer: Any) -> bool:
    return isinstance(answer, tuple) and len(answer) > 1 and answer[1] in (b"EXISTS", b"RECENT", b"EXPUNGE")


def _by_bytes(uids: Iterable[int], known: dict[int, tuple[int, datetime | None]]) -> Iterator[list[int]]:
    """Split so that no batch holds more than 50 mails or 8 MB, save a single mail that is larger by itself."""
    batch: list[int] = []
    weight = 0
    for uid in uids:
        if batch and (len(batch) >= BATCH_MAILS or weight + known[uid][0] > BATCH_BYTES):
            yield batch
            batch, weight = [], 0
        batch.append(uid)
        weight += known[uid][0]
    if batch:
        yield batch
