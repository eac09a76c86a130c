"""From raw bytes to a frozen ParsedMail: the only place where bytes of a mail are interpreted.

Pure and total: never raises, linear in the size of the mail, limited by the caps below. What could not be read
as the standards say is still shown as well as possible, and named in `defects`.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from mail_ingest.automatic import automatic_reason
from mail_ingest.bounce import Bounce as Bounce
from mail_ingest.bounce import find_bounce
from mail_ingest.charset import clean_text
from mail_ingest.header_address import Address as Address
from mail_ingest.header_address import read_addresses
from mail_ingest.header_date import read_date
from mail_ingest.header_ids import first_id, read_ids
from mail_ingest.header_words import decode_header
from mail_ingest.mime_body import Body, read_body
from mail_ingest.mime_body import ParsedAttachment as ParsedAttachment
from mail_ingest.mime_tree import Part, read_tree

MAX_MAIL = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """One mail as read. Ids stand without angle brackets, addresses in lower case, times in UTC.

    `automatic` says in plain words why a program wrote this mail, None for a person's letter. `content_key` is
    equal for copies of one letter that arrived by different routes. `envelope_sender` is the Return-Path: '' for
    the null sender and when there is none; `null_sender` is true for the former only.
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


def parse_mail(raw: bytes) -> ParsedMail:
    """Read one mail. Total: any bytes give a ParsedMail."""
    root, defects = read_tree(raw[:MAX_MAIL])
    headers = root.headers
    body = read_body(root)
    sender = read_addresses(headers.first("from"))
    subject = decode_header(headers.first("subject"))
    key = "\n".join((headers.ascii("message-id"), repr(sender), headers.ascii("date"), subject, body.digest))
    envelope = headers.ascii("return-path")
    return ParsedMail(
        message_id=first_id(headers.ascii("message-id")),
        in_reply_to=first_id(headers.ascii("in-reply-to")),
        references=read_ids(" ".join(value.decode("ascii", "replace") for value in headers.every("references"))),
        sender=sender[0] if sender else Address("", ""),
        to=read_addresses(b", ".join(headers.every("to"))),
        cc=read_addresses(b", ".join(headers.every("cc"))),
        reply_to=read_addresses(b", ".join(headers.every("reply-to"))),
        subject=subject,
        sent_at=read_date(headers.ascii("date")),
        text=body.text,
        html=body.html,
        attachments=body.attachments,
        automatic=automatic_reason(headers),
        bounce=find_bounce(root),
        defects=tuple(dict.fromkeys((*defects, *body.defects))),
        delivered_to=tuple(a.email for a in read_addresses(b", ".join(headers.every("delivered-to")))),
        content_key=hashlib.sha256(key.encode("utf-8", "replace")).hexdigest(),
        envelope_sender=envelope.strip("<> ").lower(),
        null_sender=envelope == "<>",
        is_own=clean_text(headers.ascii("x-sincerely-instance")),
    )
