"""What the limited child does with the bytes of one mail: everything whose cost the sender decides.

Between journal and decision. Pure; runs in a process of its own (reader_child) that may die of a letter, and gives
frozen values back.
"""

from __future__ import annotations

from dataclasses import dataclass

from mail_ingest.body import split_quoted
from mail_ingest.parse import ParsedMail, parse_mail


@dataclass(frozen=True, slots=True)
class Folded:
    """The letter's text sorted without knowing what we sent: what was written, what is quoted, the signature."""

    visible: str
    folded: str
    signature: str


@dataclass(frozen=True, slots=True)
class Attached:
    """The one letter that hangs on another: a colleague may have passed it on."""

    mail: ParsedMail
    body: Folded


@dataclass(frozen=True, slots=True)
class ReadLetter:
    """One mail as read."""

    mail: ParsedMail
    body: Folded
    attached: Attached | None = None


def read_letter(raw: bytes) -> ReadLetter:
    """Parse one mail and sort its text; the same for a letter attached to it, if it is the only one."""
    mail = parse_mail(raw)
    inner = [part.content for part in mail.attachments if part.content_type == "message/rfc822"]
    if len(inner) != 1 or mail.automatic or mail.bounce:
        return ReadLetter(mail, _folded(mail))
    within = parse_mail(inner[0])
    return ReadLetter(mail, _folded(mail), Attached(within, _folded(within)))


def _folded(mail: ParsedMail) -> Folded:
    body = split_quoted(mail.text, mail.html, subject=mail.subject)
    return Folded(body.visible, body.folded, body.signature)
