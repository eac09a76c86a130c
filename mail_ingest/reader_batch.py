"""From journal rows to read letters: bytes out of the store, through the limited child, their files back into it.

Between journal and decision, outside any transaction. A letter that cannot be read does not stop the others: it comes
back with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from app import db
from app.blobs import BlobStore
from app.errors import NotFound, TemporaryFailure
from app.mailboxes.models import RawMail
from app.tickets.filing import LetterFile
from mail_ingest.authentication import SenderCheck
from mail_ingest.forward import Forward
from mail_ingest.parse import ParsedAttachment, ParsedMail
from mail_ingest.reader import ALONE_SECONDS, TOGETHER_SECONDS, Reader, Trouble
from mail_ingest.reader_letter import Attached, Folded, ReadLetter

MOST_HEADER = 64 * 1024


@dataclass(frozen=True)
class Letter:
    """A letter that can be decided. Its files are stored: `mail` holds none of their bytes."""

    raw_id: int
    mail: ParsedMail
    body: Folded
    files: tuple[LetterFile, ...] = ()
    # With its bytes: whether they are wanted is found out later.
    attached: Attached | None = None
    # What passed_on finds before the decision: the verdict on the sender, and who of us passed the letter on.
    check: SenderCheck = field(default_factory=SenderCheck)
    forward: Forward | None = None


@dataclass(frozen=True)
class ReadBatch:
    """What could be read, and by journal row why the rest could not."""

    letters: list[Letter] = field(default_factory=list)
    troubles: dict[int, Trouble] = field(default_factory=dict)


def read_batch(reader: Reader, blobs: BlobStore, digests: dict[int, str], *, alone: bool) -> ReadBatch:
    """Read the mails of these rows (row → digest). `alone`: by a fresh child that may take its time.

    Raises NotFound or PermanentFailure for bytes that are missing or damaged, OSError for a disk that fails,
    TemporaryFailure when there is no child to be had.
    """
    raws = [blobs.get(digest) for digest in digests.values()]
    seconds = ALONE_SECONDS if alone else TOGETHER_SECONDS
    answers = dict(zip(digests, reader.read(raws, seconds=seconds, fresh=alone), strict=True))
    del raws
    read = {raw_id: answer for raw_id, answer in answers.items() if isinstance(answer, ReadLetter)}
    parts = [part for letter in read.values() for part in letter.mail.attachments]
    stored = iter(blobs.put_all([part.content for part in parts]))
    return ReadBatch(
        [_without_bytes(raw_id, letter, stored) for raw_id, letter in read.items()],
        {raw_id: answer for raw_id, answer in answers.items() if isinstance(answer, Trouble)},
    )


def sender_and_subject(reader: Reader, blobs: BlobStore, raw_id: int) -> tuple[str, str]:
    """Who sent it and what about, of a mail that cannot be read; ('', '') if its header alone is too much already."""
    with db.reading() as session:
        digest = session.scalar(sa.select(RawMail.sha256).where(RawMail.id == raw_id))
    try:
        head = blobs.get_as_it_is(digest or "")[:MOST_HEADER]
        ends = [at for at in (head.find(b"\n\n"), head.find(b"\n\r\n")) if at >= 0]
        (answer,) = reader.read([head[: min(ends, default=MOST_HEADER)] + b"\n\n"], fresh=True)
    except (NotFound, OSError, TemporaryFailure):
        return "", ""
    return (answer.mail.sender.email, answer.mail.subject) if isinstance(answer, ReadLetter) else ("", "")


def _without_bytes(raw_id: int, letter: ReadLetter, stored: Iterable[str]) -> Letter:
    digests = iter(stored)
    files = tuple(_letter_file(part, next(digests)) for part in letter.mail.attachments)
    return Letter(raw_id, replace(letter.mail, attachments=()), letter.body, files, letter.attached)


def _letter_file(part: ParsedAttachment, digest: str) -> LetterFile:
    return LetterFile(
        part.filename, part.content_type, part.content_id, part.inline, len(part.content), digest
    )
