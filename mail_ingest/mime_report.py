"""Part of parsing: delivery status notifications (RFC 3464) as groups of fields, and the mail they are about."""

import re
from collections.abc import Iterator

from mail_ingest.charset import decode_bytes
from mail_ingest.header_block import read_headers
from mail_ingest.header_ids import first_id
from mail_ingest.mime_tree import Part

MAX_GROUPS = 500
MAX_TEXT = 200_000
MAX_REPORT_PARTS = 10

Fields = dict[str, str]

_STATUS_TYPES = frozenset(("message/delivery-status", "message/global-delivery-status"))
_HEADER_TYPES = frozenset(
    ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers", "text/rfc822-header")
)
_GROUP_END = re.compile(r"\n[ \t]*\n+")
_MESSAGE_ID = re.compile(r"^[ \t>|]{0,8}(?:x-original-)?message-id:\s{0,20}<([^<>\s]{1,900})>", re.I | re.M)
_TO_LINE = re.compile(r"^[ \t>|]{0,8}(?:to|кому|an|à|para):[ \t]{1,8}([^\n]{3,500})", re.I | re.M)
_MAIL_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,250}\w")
# The fields of a status part that stand in another kind of part, or in the running text.
_FIELD = re.compile(r"^(?:final-recipient|original-recipient|action|status|diagnostic-code):", re.I | re.M)
_REPORT_FIELD = re.compile(
    rb"(?:^|\n)(?:reporting-mta|final-recipient|original-recipient|arrival-date|original-envelope-id)[ \t]{0,3}:",
    re.I,
)
_OTHER_STATUS_TYPES = frozenset(
    (
        "text/plain",
        "application/octet-stream",
        "text/delivery-status",
        "message/deliverystatus",
        "message/partial",
    )
)


def walk(root: Part) -> Iterator[Part]:
    """The part and all below it, without the insides of attached mails."""
    yield root
    for child in root.children:
        yield from walk(child)


def delivery_status(root: Part) -> list[Fields] | None:
    """The field groups of the status part, first the one about the mail; None when there is no such part."""
    for part in walk(root):
        if part.content_type in _STATUS_TYPES:
            return _groups(decode_bytes(part.decoded()[0][:200_000]))
    return _mislabelled_status(root) if root.content_type == "multipart/report" else None


def _mislabelled_status(root: Part) -> list[Fields] | None:
    """Some servers send the fields of a report as plain text or as a file."""
    for part in root.children[:MAX_REPORT_PARTS]:
        if part.content_type in _OTHER_STATUS_TYPES:
            content = part.decoded()[0][:200_000]
            if _REPORT_FIELD.match(content.lstrip()):
                return _groups(decode_bytes(content))
    return None


def fields_in_text(text: str) -> list[Fields]:
    """Groups of such fields in the running text of a report, [] when they do not name who was not reached."""
    first = _FIELD.search(text[:MAX_TEXT])
    if first is None:
        return []
    groups = [group for group in _groups(text[first.start() : first.start() + 20_000]) if "action" in group]
    return [group for group in groups if "final-recipient" in group or "original-recipient" in group]


def _groups(content: str) -> list[Fields]:
    text = content.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    return [_fields(group) for group in _GROUP_END.split(text)[:MAX_GROUPS] if group.strip()]


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
    found = _MESSAGE_ID.findall(text[:MAX_TEXT])
    return found[-1] if found else ""


def returned_to(root: Part, text: str) -> list[str]:
    """To whom the returned mail was sent, when that is one person: then the report is about nobody else."""
    for part in walk(root):
        if part.nested is not None:
            line = part.nested.headers.ascii("to")
        elif part.content_type in _HEADER_TYPES:
            content, _ = part.decoded()
            line = read_headers(content, 0, len(content))[0].ascii("to")
        else:
            continue
        found = _MAIL_ADDRESS.findall(line)
        return found if len(found) == 1 else []
    in_text = [_MAIL_ADDRESS.findall(line) for line in _TO_LINE.findall(text[:MAX_TEXT])]
    return in_text[-1] if in_text and len(in_text[-1]) == 1 else []
