"""The only user of IMAPClient: lists UIDs and returns raw bytes, and changes nothing on the server.

First stage of the flow. Folders are opened read-only (EXAMINE) and bodies read with BODY.PEEK[], so no flag moves.
Only numbers and folder names from our own settings ever enter a command: IMAPClient passes CR LF through in search
arguments, so text from a mail must never get here.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from app.errors import PermanentFailure, TemporaryFailure
from app.failpoints import passing
from app.mailboxes.models import Security
from app.mailboxes.service import Account
from app.settings import is_loopback
from mail_ingest.journal import Fetched, Listing

BATCH_MAILS = 50
BATCH_BYTES = 8 * 1024 * 1024
LIST_BATCH = 500
LARGEST_SIZE = 2**31 - 1  # what the journal's column holds; far above any limit of ours


class ImapSource:
    """One signed-in connection. Every failure leaves as TemporaryFailure or PermanentFailure in plain words."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._client = _connect(account)

    def __enter__(self) -> ImapSource:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye if the server still listens; never raises."""
        try:
            self._client.logout()
        except (IMAPClientError, OSError):
            try:
                self._client.shutdown()
            except OSError:
                pass

    def list_folder(self, folder: str) -> Listing:
        """Open the folder read-only and list every UID in it."""
        with _plain_errors(self._account):
            opened = self._client.select_folder(folder, readonly=True)
            passing("fetch.selected")
            return Listing(int(opened[b"UIDVALIDITY"]), frozenset(self._client.search("ALL")))

    def list_newer(self, folder: str, uid: int) -> Listing:
        """Open the folder read-only and list the UIDs above `uid`: a quick look between two full ones."""
        with _plain_errors(self._account):
            opened = self._client.select_folder(folder, readonly=True)
            found = self._client.search(["UID", f"{uid + 1}:*"])
        # "n:*" past the end names the last mail (RFC 3501, section 6.4.8).
        return Listing(int(opened[b"UIDVALIDITY"]), frozenset(number for number in found if number > uid))

    def sizes(self, uids: Sequence[int]) -> dict[int, tuple[int, datetime | None]]:
        """(size in bytes, arrival at the server) by UID; UIDs that are gone are left out."""
        found: dict[int, tuple[int, datetime | None]] = {}
        for start in range(0, len(uids), LIST_BATCH):
            with _plain_errors(self._account):
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
        """Wait for the server to speak; True when it did. False at once when it cannot IDLE."""
        if not self._client.has_capability("IDLE"):
            return False
        with _plain_errors(self._account):
            self._client.idle()
            answers = self._client.idle_check(timeout=seconds)
            _text, late = self._client.idle_done()
        return any(_is_arrival(answer) for answer in [*answers, *late])

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
        with _plain_errors(self._account):
            answer = self._client.fetch(uids, [item.replace(b"BODY", b"BODY.PEEK").decode()])
        passing("fetch.fetched")
        mails = []
        for uid in uids:
            raw = answer.get(uid, {}).get(item)
            size, date = known[uid]
            mails.append(Fetched(uid, bytes(raw) if raw is not None else None, date, size, oversize))
        return mails


def check_login(account: Account) -> list[str]:
    """Sign in and list folder names; raises with the precise reason when that fails."""
    with ImapSource(account) as source, _plain_errors(account):
        return [str(name) for _flags, _delimiter, name in source._client.list_folders()]


def _connect(account: Account) -> IMAPClient:
    if account.security == Security.NONE and not is_loopback(account.host):
        raise PermanentFailure(
            f"{account.host}: refusing to send a password in clear text; choose tls or starttls."
        )
    context = ssl.create_default_context()
    with _plain_errors(account):
        timeout = SocketTimeout(connect=account.timeout_seconds, read=max(account.timeout_seconds, 60))
        client = IMAPClient(
            account.host,
            port=account.port,
            ssl=account.security == Security.TLS,
            ssl_context=context if account.security == Security.TLS else None,
            timeout=timeout,
        )
        client.normalise_times = False
        # Answers are many small writes; without this each waits for the other side's delayed acknowledgement.
        client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if account.security == Security.STARTTLS:
                client.starttls(context)
            _sign_in(client, account)
        except BaseException:
            client.shutdown()
            raise
    return client


def _sign_in(client: IMAPClient, account: Account) -> None:
    if account.user.isascii() and account.password.isascii():
        client.login(account.user, account.password)
    else:
        # LOGIN takes ASCII only; PLAIN is UTF-8 (RFC 4616, section 2).
        client.plain_login(account.user, account.password)


class _plain_errors:  # noqa: N801 (reads as a statement)
    """Translate what the library raises into our two kinds of failure, in a sentence for the owner of the mailbox."""

    def __init__(self, account: Account) -> None:
        self._where = f"{account.host}:{account.port}"
        self._account = account

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None or isinstance(error, (TemporaryFailure, PermanentFailure)):
            return
        if isinstance(error, Exception):
            translated = _translate(error, self._where, self._account)
            if translated is not None:
                raise translated from error


def _translate(error: Exception, where: str, account: Account) -> Exception | None:
    for kind, failure, sentence in _SENTENCES:
        if isinstance(error, kind):
            return failure(sentence(error, where, account))
    return None


_Sentence = Callable[[Any, str, Account], str]
# The first kind that fits counts, so the special ones come first.
_SENTENCES: tuple[tuple[type[Exception], type[Exception], _Sentence], ...] = (
    (
        LoginError,
        PermanentFailure,
        lambda error, where, account: (
            f"{where}: the server refused the user name or password for {account.user} ({_words(error)})."
        ),
    ),
    (
        ssl.SSLCertVerificationError,
        PermanentFailure,
        lambda error, where, _: (
            f"{where}: its certificate is not valid for this name ({error.verify_message})."
        ),
    ),
    (
        ssl.SSLError,
        PermanentFailure,
        lambda error, where, _: (
            f"{where}: no TLS on this port ({error.reason or 'handshake failed'}); try another port, or starttls."
        ),
    ),
    (
        socket.gaierror,
        TemporaryFailure,
        lambda _, __, account: f"{account.host}: no such host name, or no network.",
    ),
    (
        ConnectionRefusedError,
        TemporaryFailure,
        lambda _, where, __: f"{where}: nothing listens there (connection refused).",
    ),
    (TimeoutError, TemporaryFailure, lambda _, where, __: f"{where}: no answer within the time limit."),
    (
        IMAPClientAbortError,
        TemporaryFailure,
        lambda error, where, _: f"{where}: the connection broke ({_words(error)}).",
    ),
    (
        OSError,
        TemporaryFailure,
        lambda error, where, _: f"{where}: the connection broke ({_words(error)}).",
    ),
    (
        IMAPClientError,
        TemporaryFailure,
        lambda error, where, _: f"{where}: the server answered: {_words(error)}.",
    ),
)


def _words(error: Exception) -> str:
    return "".join(char for char in str(error) if char.isprintable())[:200]


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
