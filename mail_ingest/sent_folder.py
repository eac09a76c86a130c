"""The account's folder of sent mail: finding it, looking for a reply of ours in it, and putting a copy there.

Beside the flow, not in it: nothing of what stands there is read. Besides mail_ingest.fetch this is the one file that
searches by something other than numbers, and it searches for Message-IDs of our own making only: an id that does
not look exactly like ours never gets into a command.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from types import TracebackType

from app.errors import PermanentFailure
from app.failpoints import passing
from app.mailboxes.service import Account
from mail_ingest.fetch import ImapSource, safe_folder
from mail_ingest.imap_errors import plain_errors

# RFC 6154, section 2.
SPECIAL_USE = b"\\sent"
# What servers and mail programs call it where no folder is marked, in order of how common that is.
WELL_KNOWN = (
    "sent", "sent items", "sent messages", "sent mail", "отправленные", "gesendet", "gesendete objekte",
    "gesendete elemente", "envoyés", "éléments envoyés", "messages envoyés", "enviados", "elementos enviados",
    "itens enviados", "posta inviata", "inviata", "verzonden", "verzonden items", "wysłane", "elementy wysłane",
    "надіслані", "skickat", "sendt", "lähetetyt", "gönderilmiş öğeler",
)  # fmt: skip
MADE = "Sent"
# Exactly what app.outgoing.ids makes, with a domain of letters, digits, dots and hyphens.
_OUR_ID = re.compile(r"[0-9a-f]{16}\.[0-9]{1,18}\.[0-9]{1,18}\.[a-z2-7]{26}@[A-Za-z0-9.-]{1,253}")


class SentFolder:
    """One signed-in connection, and the folder on it. Failures leave as in mail_ingest.fetch."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._source = ImapSource(account)
        self._name = ""

    def __enter__(self) -> SentFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(politely=error is None)

    def close(self, *, politely: bool = False) -> None:
        """Never raises."""
        self._source.close(politely=politely)

    def find(self, wanted: str) -> bool:
        """Settle on the folder: the one `wanted`, else the one marked as such, else one with a well-known name."""
        with plain_errors(self._account):
            listed = self._source.client.list_folders()
        folders = [
            (frozenset(flag.lower() for flag in flags), sep or b"/", str(name)) for flags, sep, name in listed
        ]
        if wanted:
            self._name = next((name for _flags, _sep, name in folders if name == wanted), "")
            if not self._name:
                raise PermanentFailure(f"{self._account.host}: there is no folder {wanted!r}.")
        else:
            self._name = sent_folder(folders)
        return bool(self._name)

    def make(self) -> None:
        """Make the folder where the account keeps its own ones, for accounts that have none."""
        client = self._source.client
        with plain_errors(self._account):
            personal = client.namespace().personal if client.has_capability("NAMESPACE") else None
            prefix = personal[0][0] if personal else ""
            self._name = safe_folder(f"{prefix}{MADE}")
            client.create_folder(self._name)
            client.subscribe_folder(self._name)

    def copies(self, rfc_message_id: str) -> int:
        """How many letters with this Message-ID of ours stand there now."""
        check_our_id(rfc_message_id)
        with plain_errors(self._account):
            self._source.client.select_folder(safe_folder(self._name), readonly=True)
            return len(self._source.client.search(["HEADER", "Message-ID", rfc_message_id]))

    def append(self, letter: bytes, at: datetime) -> None:
        """Put a read letter there that was sent at this time."""
        passing("sent.before_append")
        with plain_errors(self._account):
            self._source.client.append(safe_folder(self._name), letter, flags=(b"\\Seen",), msg_time=at)
        passing("sent.after_append")


def sent_folder(folders: Iterable[tuple[frozenset[bytes], bytes, str]]) -> str:
    """The name of the folder of sent mail among (lower-case flags, separator, name); '' when none looks like it."""
    usable = [one for one in folders if b"\\noselect" not in one[0] and b"\\nonexistent" not in one[0]]
    for flags, _separator, name in usable:
        if SPECIAL_USE in flags:
            return name
    by_last_word = {
        name.split(sep.decode("latin-1"))[-1].casefold(): name for _, sep, name in reversed(usable)
    }
    return next((by_last_word[word] for word in WELL_KNOWN if word in by_last_word), "")


def check_our_id(rfc_message_id: str) -> None:
    """Raises PermanentFailure unless this is a Message-ID that we made: only such a one may stand in a command."""
    if not _OUR_ID.fullmatch(rfc_message_id):
        raise PermanentFailure("The Message-ID of this reply cannot be looked for: it is not one of ours.")
