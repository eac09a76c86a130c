"""Part of parsing: delivery status notifications (RFC 3464) as groups of fields, and the mail they are about."""

import re
from collections.abc import Iterator

from mail_ingest.charset import decode_bytes
from mail_ingest.header_block import read_headers
from mail_ingest.header_ids import first_id
from mail_ingest.mime_tree import Part

MAX_GROUPS = 500

Fields = dict[str, str]

_STATUS_TYPES = frozenset(("message/delivery-status", "message/global-delivery-status"))
_HEADER_TYPES = frozenset(
    ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers", "text/rfc822-header")
)
_GROUP_END = re.compile(r"\n[ \t]*\n+")
_MESSAGE_ID = re.compile(r"^[ \t>]{0,8}message-id:\s{0,20}<([^<>\s]{1,900})>", re.I | re.M)


def walk(root: Part) -> Iterator[Part]:
    """The part and all below it, without the insides of attached mails."""
    yield root
    for child in root.children:
        yield from walk(child)


def delivery_status(root: Part) -> list[Fields] | None:
    """The field groups of the status part, first the one about the mail; None when there is no such part."""
    for part in walk(root):
        if part.content_type in _STATUS_TYPES:
            content = decode_bytes(part.decoded()[0][:200_000])
            text = content.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
            return [_fields(group) for group in _GROUP_END.split(text)[:MAX_GROUPS] if group.strip()]
    return None


def _fields(group: str) -> Fields:
    fields: Fields = {}
    name = ""
    for line in group.split("\n"):
        if line[:1] in (" ", "\t") and name:
            fields[name] = f"{fields[name]} {line.strip()}"
            continue
        key, colon, value = line.partition(":")
        if colon and key.strip() and key.strip().lower() not in fields:
            name = key.strip().lower()
            fields[name] = value.strip()
    return fields


def original_id(root: Part) -> str:
    """Message-ID of the mail that a report returns, wholly or its headers only; '' when it is not there."""
    for part in walk(root):
        if part.nested is not None:
            found = first_id(part.nested.headers.ascii("message-id"))
        elif part.content_type in _HEADER_TYPES:
            content, _ = part.decoded()
            headers, _ = read_headers(content, 0, len(content))
            found = first_id(headers.ascii("message-id"))
        else:
            continue
        if found:
            return found
    return ""


def quoted_id(text: str) -> str:
    """A Message-ID line in the running text of a bounce; the last one, as the returned mail stands below."""
    found = _MESSAGE_ID.findall(text[:200_000])
    return found[-1] if found else ""
