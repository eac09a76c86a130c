"""From raw bytes to a frozen ParsedMail: the only place where bytes of a mail are interpreted.

Pure and total: never raises, linear in the size of the mail, limited by the caps below. What could not be read
as the standards say is still shown as well as possible, and named in `defects`.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from mail_ingest.automatic import automatic_reason, list_address
from mail_ingest.bounce import Bounce as Bounce
from mail_ingest.bounce import find_bounce
from mail_ingest.header_address import MAX_ADDRESSES, read_addresses
from mail_ingest.header_address import Address as Address
from mail_ingest.header_block import MAX_HEADER_BLOCK, Headers, junk_above_header, starts_with_header
from mail_ingest.header_date import read_date, read_zone
from mail_ingest.header_ids import first_id, read_ids
from mail_ingest.header_words import decode_header
from mail_ingest.mime_body import Body, read_body
from mail_ingest.mime_body import ParsedAttachment as ParsedAttachment
from mail_ingest.mime_hint import charset_hint
from mail_ingest.mime_tree import read_tree

MAX_MAIL = 50 * 1024 * 1024
MAX_DEFECTS = 50

_SINGLE = ("from", "subject", "date", "message-id", "content-type")


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """One mail as read. Ids stand without angle brackets, addresses in lower case, times in UTC.

    `automatic` says in plain words why a program wrote this mail, None for a person's letter. `content_key` is
    equal for copies of one letter that arrived by different routes. `envelope_sender` is the Return-Path: '' for
    the null sender and when there is none; `null_sender` is true for the former only. `several_senders`: From names
    more than one address, so nobody can say who wrote. `authentication` is the topmost Authentication-Results.
    `list_address` is where one writes to the list that it came through, if that alone makes it automatic.
    """

    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    sender: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    subject: str
    sent_at: datetime | None
    text: str
    html: str | None
    attachments: tuple[ParsedAttachment, ...]
    automatic: str | None
    bounce: Bounce | None
    defects: tuple[str, ...]
    delivered_to: tuple[str, ...]
    content_key: str
    envelope_sender: str
    null_sender: bool
    is_own: str
    several_senders: bool = False
    authentication: str = ""
    list_address: str = ""
    # Minutes that the writer's clock is ahead of UTC, None when the letter does not say.
    sent_zone: int | None = None


def parse_mail(raw: bytes) -> ParsedMail:
    """Read one mail. Total: any bytes give a ParsedMail, in time linear in their number."""
    source, defects = _tidy(raw)
    root, structure = read_tree(source)
    headers, hint = root.headers, charset_hint(root)
    body = read_body(root, hint)
    senders = read_addresses(headers.first("from"), hint)
    sender = senders[0] if senders else Address("", "")
    subject = decode_header(headers.first("subject"), hint)
    bounce = find_bounce(root, subject, sender, body.text)
    date = decode_header(headers.first("date"), hint)
    sent_at = read_date(date)
    defects += [*structure, *body.defects, *_header_defects(headers, sender, sent_at)]
    message_id = first_id(headers.ascii("message-id"))
    automatic = automatic_reason(root, subject, sender, bounce, body.text)
    return ParsedMail(
        message_id=message_id,
        in_reply_to=first_id(headers.ascii("in-reply-to")),
        references=read_ids(_ascii_all(headers, "references")),
        sender=sender,
        to=_addresses(headers, "to", hint),
        cc=_addresses(headers, "cc", hint),
        reply_to=_addresses(headers, "reply-to", hint),
        subject=subject,
        sent_at=sent_at,
        text=body.text,
        html=body.html,
        attachments=body.attachments,
        automatic=automatic,
        bounce=bounce,
        defects=tuple(dict.fromkeys(defects))[:MAX_DEFECTS],
        delivered_to=_delivered_to(headers),
        content_key=_content_key(message_id, headers, subject, body),
        envelope_sender=next((item.email for item in read_addresses(headers.first("return-path"))), ""),
        null_sender=headers.ascii("return-path").replace(" ", "") == "<>",
        is_own=decode_header(headers.first("x-sincerely-instance"))[:200],
        several_senders=_several_senders(headers, senders),
        authentication=headers.first("authentication-results").decode("utf-8", "replace").strip(),
        list_address=list_address(root, automatic),
        sent_zone=read_zone(date) if sent_at else None,
    )


def _tidy(raw: bytes) -> tuple[bytes, list[str]]:
    """The mail with line feeds at the ends of its lines and nothing above its first header."""
    defects: list[str] = []
    if len(raw) > MAX_MAIL:
        defects.append("the mail is too large and was cut")
        raw = raw[:MAX_MAIL]
    raw = _with_line_feeds(_narrow(raw), defects).lstrip(b"\0").removeprefix(_MARK).removeprefix(_MARK)
    if starts_with_header(raw) or raw.startswith((b"From ", b">From ")):
        return raw, defects
    trimmed = raw[:10_000].lstrip(b" \t\r\n") + raw[10_000:]
    if starts_with_header(trimmed):
        return trimmed, defects
    junk = junk_above_header(trimmed)
    if junk:
        defects.append("broken lines above the header are only in the original mail")
        return trimmed[junk:], defects
    return raw, defects


_MARK = b"\xef\xbb\xbf"
_LONE_RETURN = re.compile(rb"\r(?!\n)")
_RETURN_IN_HEADER = re.compile(rb"\r(?:\r|[A-Za-z][A-Za-z-]{1,60}:)")
# In front of a header line or of a delimiter it can only be the end of a line.
_RETURN_AS_END = re.compile(rb"\r(?:[Cc]ontent-(?:[Tt]ype|[Tt]rans|[Dd]isp)|--)")


def _narrow(raw: bytes) -> bytes:
    """A mail that was saved as UTF-16, whole, in UTF-8."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        if b"\0" not in raw[:200]:
            return raw[2:]
        return raw[: len(raw) // 2 * 2].decode("utf-16", "replace").encode("utf-8", "replace")
    return raw


def _with_line_feeds(raw: bytes, defects: list[str]) -> bytes:
    head = raw[:100_000]
    if b"\r\r\n" in head:
        raw = raw.replace(b"\r\r\n", b"\r\n")
    if b"\r" in head and b"\n" not in head:
        defects.append("its lines end with a carriage return alone")
        return raw.replace(b"\r", b"\n")
    if _RETURN_AS_END.search(raw) or _RETURN_IN_HEADER.search(raw, 0, _header_end(raw)):
        defects.append("some lines end with a carriage return alone")
        return _LONE_RETURN.sub(b"\n", raw)
    return raw


def _header_end(raw: bytes) -> int:
    ends = [raw.find(blank, 0, MAX_HEADER_BLOCK) for blank in (b"\n\n", b"\n\r\n")]
    return min((end + 1 for end in ends if end >= 0), default=MAX_HEADER_BLOCK)


def _ascii_all(headers: Headers, name: str) -> str:
    return b" ".join(headers.every(name)).decode("ascii", "replace")


def _addresses(headers: Headers, name: str, hint: str) -> tuple[Address, ...]:
    return read_addresses(b", ".join(headers.every(name)), hint) if headers.has(name) else ()


def _several_senders(headers: Headers, senders: tuple[Address, ...]) -> bool:
    if len(headers.every("from")) > 1 and len(set(headers.every("from"))) > 1:
        return True
    return len({address.email for address in senders if address.email}) > 1


def _delivered_to(headers: Headers) -> tuple[str, ...]:
    names = ("delivered-to", "x-original-to", "envelope-to", "x-delivered-to")
    found = (address.email for name in names for address in _addresses(headers, name, ""))
    return tuple(dict.fromkeys(email for email in found if email))


def _header_defects(headers: Headers, sender: Address, sent_at: datetime | None) -> list[str]:
    found = [
        f"the header {name.title()} occurs more than once" for name in _SINGLE if len(headers.every(name)) > 1
    ]
    if not sender.email:
        found.append("no readable sender address")
    if headers.has("date") and sent_at is None:
        found.append("the date cannot be right")
    if any(sum(value.count(b"@") for value in headers.every(name)) > MAX_ADDRESSES for name in ("to", "cc")):
        found.append(f"more than {MAX_ADDRESSES} recipients; the others are only in the original mail")
    return found


def _content_key(message_id: str, headers: Headers, subject: str, body: Body) -> str:
    # Servers on the way add Received lines and fold headers anew; what the sender wrote stays.
    sender = decode_header(headers.first("from"))
    date = " ".join(headers.ascii("date").split())
    parts = (message_id, sender, date, subject, body.digest)
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()
