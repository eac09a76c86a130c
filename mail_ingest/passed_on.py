"""Between gathering and deciding: who vouches for the sender, and whose letter it is when one of us passed it on.

Only an agent's forward counts, and only when our mail server vouches for the agent's address, or none was named that
could; in the latter case the page says that the forwarder is not proven. Pure but for storing the files of an attached
letter; the reader has read it together with the letter around it.
"""

from __future__ import annotations

from dataclasses import replace

from app.blobs import BlobStore
from app.mailboxes.models import RawMail
from app.tickets.filing import LetterFile
from mail_ingest.authentication import SenderCheck, Verdict, check_sender
from mail_ingest.body import split_quoted
from mail_ingest.facts import Known
from mail_ingest.forward import Forward, as_attached, as_original, passed_on
from mail_ingest.mime_body import FORWARDED_LINE
from mail_ingest.parse import ParsedAttachment, ParsedMail
from mail_ingest.reader_batch import Letter
from mail_ingest.reader_letter import Folded

# A colleague may pass on what a colleague has passed on.
MOST_HANDS = 3


def taken(letter: Letter, raw: RawMail, known: Known, blobs: BlobStore) -> Letter:
    """The letter with the verdict on its sender; the original letter in its place when an agent passed it on."""
    mail = letter.mail
    check = check_sender(mail.authentication, known.mailbox(raw.mailbox_id).authserv_id, mail.sender.email)
    if check.asked:
        letter = replace(letter, check=check)
    if mail.sender.email not in known.agents or mail.automatic or mail.bounce or mail.several_senders:
        return letter
    attached = [file for file in letter.files if file.content_type == "message/rfc822"]
    original = _attached(letter, attached, known, blobs) if attached else _inline(letter, known)
    if original is None:
        return letter
    if check.asked and check.verdict is not Verdict.PASS:
        return replace(letter, forward=Forward(mail.sender, accepted=False))
    return original


def _inline(letter: Letter, known: Known) -> Letter | None:
    mail, notes, signature = letter.mail, [], ""
    for _ in range(MOST_HANDS):
        passed = passed_on(mail.text, mail.subject)
        if passed is None:
            return None
        notes.append(passed.note)
        signature = signature or passed.signature
        mail = as_original(mail, passed)
        if mail.sender.email not in known.agents:
            break
    if not _is_customers(mail, known):
        return None
    forward = _forward(letter.mail, letter.check, "\n\n".join(filter(None, notes)), signature)
    return replace(letter, mail=mail, body=_folded(mail.text), forward=forward)


def _attached(letter: Letter, files: list[LetterFile], known: Known, blobs: BlobStore) -> Letter | None:
    """The one letter among the files; with several nobody can say which of them the matter is."""
    read = letter.attached
    if len(files) != 1 or read is None:
        return None
    if not _is_customers(read.mail, known) or read.mail.several_senders:
        return None
    mine, inner = letter.mail, read.mail
    inside = tuple(
        _file(part, digest) for part, digest in zip(inner.attachments, _stored(inner, blobs), strict=True)
    )
    note = letter.body.visible.partition(FORWARDED_LINE)[0].rstrip()
    forward = _forward(mine, letter.check, note, letter.body.signature)
    original = replace(as_attached(mine, inner), attachments=())
    known.look_up(original)
    return replace(letter, mail=original, body=read.body, files=(*inside, *letter.files), forward=forward)


def _is_customers(mail: ParsedMail, known: Known) -> bool:
    email = mail.sender.email
    return bool(email) and email not in known.agents and email not in known.our_addresses


def _forward(mail: ParsedMail, check: SenderCheck, note: str, signature: str) -> Forward:
    return Forward(mail.sender, note, signature, proven=check.verdict is Verdict.PASS)


def _folded(text: str) -> Folded:
    body = split_quoted(text)
    return Folded(body.visible, body.folded, body.signature)


def _stored(mail: ParsedMail, blobs: BlobStore) -> list[str]:
    return blobs.put_all([part.content for part in mail.attachments])


def _file(part: ParsedAttachment, digest: str) -> LetterFile:
    return LetterFile(
        part.filename, part.content_type, part.content_id, part.inline, len(part.content), digest
    )
