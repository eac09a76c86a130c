"""The sandbox mail server's letters as they lie on disk: where an account keeps its mail, and what is in it.

Reading only, from plain files, so that a web page can show a sandbox customer the answers that reached
them without speaking IMAP. The one writer is the sandbox server itself (`mail_ingest.sandbox`), which
takes this layout from here:

    DIR/ports.json             {"host", "imap", "smtp", "pid"} of the server that runs now or ran last
    DIR/password               the one password of every sandbox account
    DIR/mail/<digest>/         an account; <digest> is taken from its address, never the address itself
        address                the address, for people and for `customers`
        state.json             UIDVALIDITY and the lowest UID that was never given out
        new/ cur/ tmp/         a Maildir; file names carry UID and arrival: 0000000042.1763800000000.sandbox
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import parseaddr
from pathlib import Path

SUPPORT_ADDRESS = "support@sandbox.example"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LETTER_FILE = re.compile(r"(?P<uid>\d{10})\.(?P<arrived>\d{1,15})\.sandbox(?::2,(?P<flags>[A-Z]*))?\Z")


@dataclass(frozen=True)
class Ports:
    """Where the sandbox server listens, and its process id."""

    host: str
    imap: int
    smtp: int
    pid: int


@dataclass(frozen=True)
class LetterFile:
    """One stored letter. `flags` are Maildir letters: D draft, F flagged, R answered, S seen, T deleted."""

    path: Path
    uid: int
    arrived_at: datetime
    flags: str


@dataclass(frozen=True)
class LetterPart:
    """An attachment or an inline picture of a letter; `content_id` has no angle brackets."""

    filename: str
    content_type: str
    content: bytes
    content_id: str


@dataclass(frozen=True)
class CustomerLetter:
    """A letter that reached a sandbox customer. Headers are decoded; `references` end with its parent."""

    uid: int
    arrived_at: datetime
    message_id: str
    references: tuple[str, ...]
    sender_name: str
    sender_email: str
    reply_to: str
    subject: str
    text: str
    html: str
    parts: tuple[LetterPart, ...]
    raw: bytes


def ports(directory: Path) -> Ports | None:
    """Where the server of this directory listens; None before its first start is complete."""
    try:
        found = json.loads((directory / "ports.json").read_text("utf-8"))
        return Ports(str(found["host"]), int(found["imap"]), int(found["smtp"]), int(found["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def password(directory: Path) -> str | None:
    """The password of every sandbox account; None before the first start."""
    try:
        return (directory / "password").read_text("ascii").strip() or None
    except OSError:
        return None


def account_address(address: str) -> str:
    """The account that receives mail for an address: lower case, and support+anything@ is support@."""
    lowered = address.strip().lower()
    local, at, domain = lowered.rpartition("@")
    own_local, _, own_domain = SUPPORT_ADDRESS.partition("@")
    if at and domain == own_domain and local.partition("+")[0] == own_local:
        return SUPPORT_ADDRESS
    return lowered


def account_directory(directory: Path, address: str) -> Path:
    """The account's directory, named by a digest: no part of a stranger's address names a file."""
    digest = hashlib.sha256(account_address(address).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return directory / "mail" / digest


def letter_file_name(uid: int, arrived_at: datetime) -> str:
    return f"{uid:010d}.{(arrived_at - _EPOCH) // timedelta(milliseconds=1)}.sandbox"


def letter_files(folder: Path) -> list[LetterFile]:
    """The letters of one Maildir in order of UID."""
    found: dict[int, LetterFile] = {}
    # `new` first: a letter moves from there to `cur`, so it cannot slip past between the two looks.
    for subdirectory in ("new", "cur"):
        for path in _files(folder / subdirectory):
            match = _LETTER_FILE.match(path.name)
            if match:
                arrived_at = _EPOCH + timedelta(milliseconds=int(match["arrived"]))
                uid = int(match["uid"])
                found[uid] = LetterFile(path, uid, arrived_at, match["flags"] or "")
    return [found[uid] for uid in sorted(found)]


def customers(directory: Path) -> list[str]:
    """The addresses, support's own aside, to which any letter was delivered; the latest first."""
    latest: list[tuple[datetime, str]] = []
    for account in _files(directory / "mail"):
        address = _read_address(account)
        if address and address != SUPPORT_ADDRESS:
            latest += [
                (max(file.arrived_at for file in files), address)
                for files in [letter_files(account)]
                if files
            ]
    return [address for _, address in sorted(latest, reverse=True)]


def customer_letters(directory: Path, address: str) -> list[CustomerLetter]:
    """The letters in a customer's mailbox, newest first."""
    folder = account_directory(directory, address)
    letters = [_read_letter(file, raw) for file, raw in _contents(folder)]
    return sorted(letters, key=lambda letter: (letter.arrived_at, letter.uid), reverse=True)


def _files(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _read_address(account: Path) -> str:
    try:
        return (account / "address").read_text("utf-8")
    except OSError:
        return ""


def _contents(folder: Path) -> Iterator[tuple[LetterFile, bytes]]:
    for file in letter_files(folder):
        raw = _bytes(file)
        if raw is None:
            # Marked as read between the listing and now: the same letter has a new name.
            file = next((again for again in letter_files(folder) if again.uid == file.uid), file)
            raw = _bytes(file)
        if raw is not None:
            yield file, raw


def _bytes(file: LetterFile) -> bytes | None:
    try:
        return file.path.read_bytes()
    except FileNotFoundError:
        return None


def _read_letter(file: LetterFile, raw: bytes) -> CustomerLetter:
    mail = BytesParser(policy=compat32).parsebytes(raw)
    name, email = parseaddr(_header(mail, "From"))
    leaves = [part for part in mail.walk() if not part.is_multipart()]
    bodies = [part for part in leaves if _is_body(part)]
    return CustomerLetter(
        uid=file.uid,
        arrived_at=file.arrived_at,
        message_id=_header(mail, "Message-ID").strip(),
        references=_references(mail),
        sender_name=name,
        sender_email=email,
        reply_to=parseaddr(_header(mail, "Reply-To"))[1],
        subject=_header(mail, "Subject"),
        text=_first_text(bodies, "text/plain"),
        html=_first_text(bodies, "text/html"),
        parts=tuple(_attached(part) for part in leaves if part not in bodies),
        raw=raw,
    )


def _header(mail: Message, name: str) -> str:
    value = mail.get(name)
    if value is None:
        return ""
    try:
        return str(make_header(decode_header(value))).replace("\r", "").replace("\n", "")
    except (HeaderParseError, LookupError, ValueError):
        return str(value)


def _references(mail: Message) -> tuple[str, ...]:
    named = re.findall(r"<[^<>\s]+>", _header(mail, "References"))
    parents = re.findall(r"<[^<>\s]+>", _header(mail, "In-Reply-To"))
    return tuple(dict.fromkeys([one for one in named if one not in parents] + parents))


def _is_body(part: Message) -> bool:
    return part.get_content_type() in ("text/plain", "text/html") and not part.get_filename()


def _first_text(bodies: list[Message], content_type: str) -> str:
    for part in bodies:
        if part.get_content_type() == content_type:
            content = _content(part)
            try:
                return content.decode(part.get_content_charset("utf-8"))
            except (LookupError, ValueError):
                return content.decode("utf-8", "replace")
    return ""


def _attached(part: Message) -> LetterPart:
    content_id = _header(part, "Content-ID").strip().strip("<>")
    return LetterPart(part.get_filename() or "", part.get_content_type(), _content(part), content_id)


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
