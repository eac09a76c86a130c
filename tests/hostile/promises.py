"""What every ParsedMail keeps, whatever the mail: it fits a database, it is bounded, it is the same each time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC

from mail_ingest.header_address import MAX_ADDRESSES, Address
from mail_ingest.header_ids import MAX_IDS
from mail_ingest.mime_body import MAX_ALL_TEXT
from mail_ingest.mime_tree import MAX_PARTS
from mail_ingest.parse import MAX_DEFECTS, MAX_MAIL, ParsedMail

# A letter may carry a file for each part, and a few more in uuencode.
MOST_FILES = MAX_PARTS + 100


def strings(mail: ParsedMail) -> Iterator[tuple[str, str]]:
    """Every text of the mail, with the name of its field."""
    for name in ("message_id", "in_reply_to", "subject", "text", "content_key", "envelope_sender", "is_own"):
        yield name, getattr(mail, name)
    yield "html", mail.html or ""
    yield "automatic", mail.automatic or ""
    for name in ("references", "defects", "delivered_to"):
        yield from ((name, one) for one in getattr(mail, name))
    for name, many in (
        ("sender", (mail.sender,)),
        ("to", mail.to),
        ("cc", mail.cc),
        ("reply_to", mail.reply_to),
    ):
        for address in many:
            yield name, address.name
            yield name, address.email
    for file in mail.attachments:
        yield "filename", file.filename
        yield "content_type", file.content_type
        yield "content_id", file.content_id
    if mail.bounce:
        bounce = mail.bounce
        for one in (*bounce.recipients, bounce.status, bounce.diagnostic, bounce.original_message_id):
            yield "bounce", one


def broken_promises(mail: ParsedMail, raw: bytes) -> list[str]:
    """Every promise that this reading of `raw` breaks, in words."""
    found = [f"{name} cannot be stored: {text[:80]!r}" for name, text in strings(mail) if not storable(text)]
    found += [f"{name} has line breaks" for name, text in strings(mail) if not _one_line(name, text)]
    for address in (mail.sender, *mail.to, *mail.cc, *mail.reply_to):
        found += _wrong_address(address)
    for file in mail.attachments:
        found += wrong_name(file.filename)
    found += _over(mail, raw)
    if mail.sent_at is not None and mail.sent_at.tzinfo is not UTC:
        found.append("the time is not UTC")
    if "\r" in mail.text:
        found.append("the text has carriage returns")
    return found


def storable(text: str) -> bool:
    """Fits a column of PostgreSQL and a JSON document: no NUL, no lone surrogate."""
    try:
        json.dumps(text, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _one_line(name: str, text: str) -> bool:
    return name in ("text", "html", "bounce", "automatic") or not set(text) & set("\r\n")


def _wrong_address(address: Address) -> list[str]:
    email = address.email
    if email and (
        "@" not in email
        or email != email.lower()
        or set(email.rpartition('"')[2]) & set("<>\r\n \t")
        or len(email) > 320
    ):
        return [f"not an address: {email!r}"]
    return []


def wrong_name(name: str) -> list[str]:
    """What makes a file name unsafe to show or to save."""
    found = []
    if not name or len(name) > 160 or len(name.encode("utf-8", "surrogatepass")) > 255:
        found.append(f"a name of {len(name)} characters")
    if set(name) & set('/\\:<>"|?*\u2044\u2215\uff0f\uff3c') or any(
        ord(char) < 32 or ord(char) == 127 for char in name
    ):
        found.append(f"a forbidden character in {name!r}")
    if set(name) & set(
        "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
    ):
        found.append(f"an invisible character in {name!r}")
    if name.startswith(".") or name.endswith((".", " ")) or name != name.strip():
        found.append(f"a dot or space at an end of {name!r}")
    return found


def _over(mail: ParsedMail, raw: bytes) -> list[str]:
    limits = {
        "ids": (max(map(len, (mail.message_id, mail.in_reply_to, *mail.references))), 998),
        "content types": (max((len(file.content_type) for file in mail.attachments), default=0), 200),
        "text": (len(mail.text), MAX_ALL_TEXT),
        "defects": (len(mail.defects), MAX_DEFECTS),
        "to": (len(mail.to), MAX_ADDRESSES),
        "cc": (len(mail.cc), MAX_ADDRESSES),
        "reply_to": (len(mail.reply_to), MAX_ADDRESSES),
        "references": (len(mail.references), MAX_IDS),
        "attachments": (len(mail.attachments), MOST_FILES),
        # A file is a stretch of the mail, decoded at most as often as mails are nested in mails.
        "all files": (
            sum(len(file.content) for file in mail.attachments),
            21 * min(len(raw), MAX_MAIL) + 1000,
        ),
    }
    return [f"{name}: {size}, more than {limit}" for name, (size, limit) in limits.items() if size > limit]
