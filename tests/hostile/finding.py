"""What of a generated mail is missing in its reading."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mail_ingest.parse import ParsedMail, parse_mail
from tests.hostile.generator import Hostile

HEADER_LINE = rb"(?:^|[\r\n])[!-9;-~]{1,60}:[^\n]{0,3000}(?:\n[ \t][^\n]{0,300}){0,5}%s"
MAILS = ("message/rfc822", "message/partial")


def readings(parsed: ParsedMail, depth: int = 0) -> Iterator[ParsedMail]:
    """The mail and the mails attached to it, which an agent can open as well."""
    yield parsed
    for file in parsed.attachments:
        if depth < 21 and file.content_type in MAILS:
            yield from readings(parse_mail(file.content), depth + 1)


def missing(mail: Hostile, parsed: ParsedMail) -> list[str]:
    """Words, texts and files that were put into the mail and cannot be found by an agent."""
    known = list(readings(parsed))
    hidden = [word for word in mail.words if not any(_shows(one, word) for one in known)]
    # Damage can join a word to a header line: then it is a value that nobody reads.
    lost = [f"word {word}" for word in hidden if not re.search(HEADER_LINE % word.encode(), mail.raw)]
    if lost and _is_said(parsed):
        lost = []
    lost += [
        f"text {text}" for text in mail.texts if not any(text in one.text + (one.html or "") for one in known)
    ]
    contents = {file.content for one in known for file in one.attachments}
    return lost + [f"file {content[:16].hex()}" for content in mail.files if content not in contents]


def _shows(parsed: ParsedMail, word: str) -> bool:
    heads = (parsed.subject, parsed.sender.name, *(file.filename for file in parsed.attachments))
    if word in parsed.text or word in (parsed.html or "") or any(word in text for text in heads):
        return True
    return any(word.encode() in file.content for file in parsed.attachments)


def _is_said(parsed: ParsedMail) -> bool:
    """Does the mail itself say that some of it stands only in the original?"""
    return any("only in the original mail" in defect for defect in parsed.defects)
