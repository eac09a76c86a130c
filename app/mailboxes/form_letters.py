"""A letter written on a page of ours: made a mail, and journalled like any other before anything can go wrong with it.

It goes the way of all mail from there. But nobody has checked that its sender has that address, so it never continues
a ticket: see mail_ingest.decide.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.mailboxes.models import Folder, Mailbox, RawMail, RawState

FOLDER = "(form)"
# No mail server numbers its mail like this, and imported mail has 0.
UIDVALIDITY = -1
_UID_BITS = 60


@dataclass(frozen=True)
class FormFile:
    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class FormLetter:
    """What somebody typed, tidied; `sender` is an address that mail can be sent to. `nonce`: the form it came from."""

    nonce: str
    sender: str
    name: str
    subject: str
    text: str
    files: tuple[FormFile, ...] = ()


def as_mail(letter: FormLetter, *, to: str, now: datetime) -> bytes:
    """The mail it becomes. Any text is safe: headers are made from parts, never glued."""
    mail = EmailMessage(policy=SMTP.clone(utf8=True))
    mail["Date"] = format_datetime(now)
    mail["From"] = _named(letter.name, letter.sender)
    mail["To"] = to
    mail["Subject"] = _line(letter.subject)
    mail["Message-ID"] = f"<form.{number_of(letter):x}.{_digest(letter.nonce)[:16]}@{_domain(to)}>"
    mail.set_content(_storable(letter.text) + "\n", cte="base64")
    for file in letter.files:
        main, _slash, sub = file.content_type.partition("/")
        mail.add_attachment(
            file.content, maintype=main, subtype=sub, filename=_line(file.filename), cte="base64"
        )
    return mail.as_bytes()


def number_of(letter: FormLetter) -> int:
    """The same for the same words sent twice from the same form: a double click is one letter."""
    parts: Sequence[str] = (letter.nonce, letter.sender, letter.name, letter.subject, letter.text)
    files = (hashlib.sha256(file.content).hexdigest() for file in letter.files)
    return int(_digest("\0".join((*parts, *files))), 16) >> (256 - _UID_BITS)


def journal(
    session: Session, mailbox_id: int, letter: FormLetter, stored: tuple[str, int], *, now: datetime
) -> bool:
    """A row for bytes that are stored already: (digest, size). False when this very letter is there."""
    digest, size = stored
    row = {
        "mailbox_id": mailbox_id,
        "folder_id": _folder_id(session, mailbox_id),
        "uidvalidity": UIDVALIDITY,
        "uid": number_of(letter),
        "sha256": digest,
        "size": size,
        "internal_date": now,
        "stored_at": now,
        "history": False,
        "state": RawState.STORED,
        "reason": "",
        "sender": letter.sender[:320],
        "subject": letter.subject[:500],
    }
    insert = _insert(session)(RawMail).values(row).on_conflict_do_nothing().returning(RawMail.id)
    return session.scalar(insert) is not None


def is_by_form(raw: RawMail) -> bool:
    return raw.uidvalidity == UIDVALIDITY


def is_ours(session: Session, email: str) -> bool:
    """Whether a mailbox of ours has this address, with a sub-address or without: a letter from it would be our own."""
    local, _at, domain = email.lower().rpartition("@")
    plain = f"{local.partition('+')[0]}@{domain}"
    query = sa.select(Mailbox.id).where(sa.func.lower(Mailbox.address).in_((email.lower(), plain)))
    return session.scalar(query.limit(1)) is not None


def lately(session: Session, mailbox_id: int, *, since: datetime) -> int:
    """How many letters came by the form of this mailbox since then."""
    query = (
        sa.select(sa.func.count())
        .select_from(RawMail)
        .join(Folder, Folder.id == RawMail.folder_id)
        .where(Folder.mailbox_id == mailbox_id, Folder.name == FOLDER, RawMail.internal_date > since)
    )
    return session.scalar(query) or 0


def _folder_id(session: Session, mailbox_id: int) -> int:
    query = sa.select(Folder.id).where(Folder.mailbox_id == mailbox_id, Folder.name == FOLDER)
    found = session.scalar(query)
    if found is None:
        values = {"mailbox_id": mailbox_id, "name": FOLDER, "watched": False, "uidvalidity": UIDVALIDITY}
        values |= {"on_server": 0, "history_uidvalidity": 0, "history_uid": 0}
        session.execute(_insert(session)(Folder).values(values).on_conflict_do_nothing())
        found = session.scalars(query).one()
    return found


def _insert(session: Session) -> type[sqlite.Insert] | type[postgresql.Insert]:
    return postgresql.Insert if session.get_bind().dialect.name == "postgresql" else sqlite.Insert


def _named(name: str, email: str) -> str:
    """As a header that mail programs read back: the name in quotes, whatever is in it."""
    quoted = _line(name).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{email}>' if quoted else email


def _domain(address: str) -> str:
    return address.rpartition("@")[2].encode("idna").decode() if address.isascii() else "form.invalid"


def _line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in _storable(text)).split())


def _storable(text: str) -> str:
    """Without half characters and NUL, which no mail carries."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


def _digest(text: str) -> str:
    return hashlib.sha256(_storable(text).encode()).hexdigest()
