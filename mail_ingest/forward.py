"""Pure: a letter that was passed on, taken apart: whose it was, and what the one who passed it on wrote above it.

A colleague who gets a customer's letter forwards it to us. Mail programs say so in many ways: a line with dashes and
"Forwarded message", Outlook's small header under a subject with FW:, Apple's "Begin forwarded message:", Yandex's
line with a date and a name, or the letter itself as an attachment. Whether the forwarder is to be believed is not
decided here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mail_ingest.body import split_quoted
from mail_ingest.forward_header import OriginalHeader, header_in_one_line, read_original_header
from mail_ingest.header_address import Address
from mail_ingest.header_date import read_date, read_zone
from mail_ingest.parse import ParsedMail
from mail_ingest.quote_border import Head, Kind, header_role
from mail_ingest.quote_forward import FORWARD_PREFIX, REPLY_PREFIX, says_forwarded
from mail_ingest.quote_heads import find_heads
from mail_ingest.quote_lines import Line, read_lines, rows_of

# Lines read closely; whoever forwards a letter writes fewer above it.
_MAX_LINES = 5000
_END = re.compile(r"\W*(?:end(?:e)?|fin|fine|fim|einde|koniec|конец|кінець)\b.{0,80}", re.IGNORECASE)
_MARKS = re.compile(r"[ \t\xa0]{0,8}[>＞][ \t\xa0]?")


@dataclass(frozen=True)
class Passed:
    """A letter inside another. `note` is what stands above it, `signature` the forwarder's; '' when there is none."""

    header: OriginalHeader
    text: str
    note: str
    signature: str


@dataclass(frozen=True)
class Forward:
    """That a letter was passed on by one of us: `proven` when our mail server vouches for the forwarder's address.

    `accepted` is False when it looks like that and was not believed: the letter then stays the forwarder's.
    """

    by: Address
    note: str = ""
    signature: str = ""
    proven: bool = False
    accepted: bool = True


def passed_on(text: str, subject: str) -> Passed | None:
    """The letter that this text passes on, None when it is an ordinary letter or does not tell whose that was."""
    if REPLY_PREFIX.match(subject):
        return None
    lines = read_lines(rows_of(text)[:_MAX_LINES])
    heads = find_heads(lines)
    if not heads or not _begins_forward(lines, heads[0], subject):
        return None
    head = heads[0]
    labelled = any(header_role(line.content) for line in lines[head.start : head.end])
    header = header_in_one_line(lines, head.start) or read_original_header(
        lines, head.start if labelled else head.end
    )
    if header is None:
        return None
    body, after = _body(lines[header.end :], lines[header.start].depth)
    above = split_quoted(_joined(lines[: head.start]))
    note = "\n\n".join(part for part in (above.visible, above.folded, after) if part)
    return Passed(header, body, note, above.signature)


def as_original(mail: ParsedMail, passed: Passed) -> ParsedMail:
    """The forwarder's mail as if the first writer had sent it to us: theirs are sender, subject, text and answers.

    The Message-ID of what is passed on is the parent that the forward names; the customer's later answers name it too.
    It stays among the names, so that a ticket that has this letter already is found.
    """
    header = passed.header
    original_id = mail.in_reply_to or next(reversed(mail.references), "")
    others = tuple(name for name in mail.references if name != original_id)
    return replace(
        mail,
        sender=header.sender,
        subject=header.subject or bare_subject(mail.subject),
        sent_at=read_date(header.date),
        sent_zone=read_zone(header.date),
        text=passed.text,
        message_id=original_id or mail.message_id,
        in_reply_to=original_id,
        references=(*others, mail.message_id) if original_id and mail.message_id else others,
        to=header.to,
        cc=header.cc,
        reply_to=(),
        several_senders=False,
    )


def as_attached(mail: ParsedMail, inner: ParsedMail) -> ParsedMail:
    """The same for a letter that came as an attachment; it is passed on with its own headers."""
    return replace(
        inner,
        automatic=None,
        bounce=None,
        references=tuple(name for name in (*inner.references, mail.message_id, inner.message_id) if name),
        delivered_to=mail.delivered_to,
        content_key=mail.content_key,
        envelope_sender=mail.envelope_sender,
        null_sender=mail.null_sender,
        is_own=mail.is_own,
        authentication=mail.authentication,
        defects=tuple(dict.fromkeys([*mail.defects, *inner.defects])),
    )


def bare_subject(subject: str) -> str:
    """The subject without the marks of forwarding."""
    while match := FORWARD_PREFIX.match(subject):
        subject = subject[match.end() :]
    return subject


def _begins_forward(lines: Sequence[Line], head: Head, subject: str) -> bool:
    named = says_forwarded(subject)
    if lines[head.start].depth:
        # Apple and Mail.ru put the whole of it into a quotation: then nothing else may be quoted above it.
        first = next(at for at, line in enumerate(lines) if line.depth and not line.blank)
        return named and head.kind is Kind.FORWARD and first == head.start
    # Outlook forwards exactly as it answers; only the subject tells the two apart.
    return head.kind is Kind.FORWARD or (head.kind is Kind.CUT and named)


def _body(lines: Sequence[Line], depth: int) -> tuple[str, str]:
    """What was passed on, without the marks in front of it, and what stands below its end."""
    rows: list[str] = []
    for at, line in enumerate(lines):
        if line.content.startswith(("--", "==")) and _END.fullmatch(line.content):
            return _tidy(rows), _joined(lines[at + 1 :])
        rows.append(_unmarked(line.raw, depth))
    return _tidy(rows), ""


def _unmarked(raw: str, depth: int) -> str:
    for _ in range(depth):
        raw = _MARKS.sub("", raw, count=1)
    return raw


def _joined(lines: Sequence[Line]) -> str:
    return _tidy(["" if line.blank else line.raw for line in lines])


def _tidy(rows: Sequence[str]) -> str:
    return "\n".join(rows).strip("\n").rstrip() if any(row.strip() for row in rows) else ""
