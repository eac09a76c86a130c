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
class ReadLetter:
    """One mail as read."""

    mail: ParsedMail
    body: Folded


def read_letter(raw: bytes) -> ReadLetter:
    """Parse one mail and sort its text."""
    mail = parse_mail(raw)
    body = split_quoted(mail.text, mail.html)
    return ReadLetter(mail, Folded(body.visible, body.folded, body.signature))
