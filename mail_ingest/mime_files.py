"""Part of parsing: the files of a mail - what they are called, and which of them the letter itself shows."""

import html as _html
import re
from dataclasses import dataclass
from urllib.parse import unquote

from mail_ingest.header_params import split_value
from mail_ingest.header_words import decode_header
from mail_ingest.mime_tree import Part

MAX_LOCATIONS = 50

_CID = re.compile(r"""cid:([^\s"'<>)\]]{1,300})""", re.I)
_SAY_NOTHING = frozenset(
    ("application/octet-stream", "application/vnd.ms-tnef", "application/x-ms-tnef", "text/plain")
)
_BY_NAME = {
    ".ics": "text/calendar", ".p7m": "application/pkcs7-mime", "winmail.dat": "application/ms-tnef",
    "win.dat": "application/ms-tnef",
}  # fmt: skip
_ENDING = re.compile(r"[^\r\n]{1,200}\.[A-Za-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class ParsedAttachment:
    """A file of a mail. `filename` is safe to show and never empty; `content_id` stands without brackets;
    `inline` means that the letter's HTML or text shows it by that id."""

    filename: str
    content_type: str
    content: bytes
    content_id: str
    inline: bool


@dataclass(slots=True)
class File:
    """A file as found, before it is known whether the letter shows it."""

    name: str
    content_type: str
    content: bytes
    content_id: str = ""
    location: str = ""


def parameter_name(part: Part, hint: str = "") -> str:
    """The name that the part gives itself in a parameter, '' when it has none.

    `hint` is the charset to try first for raw 8-bit names; what the tree was read with knew of none.
    """
    disposition, params = part.disposition_params, part.params
    if hint:
        disposition = _reread(part, "content-disposition", hint) or disposition
        params = _reread(part, "content-type", hint) or params
    found = disposition.get("filename") or params.get("name")
    # In a form "name" is the name of the field.
    return found or (disposition.get("name", "") if part.disposition != "form-data" else "")


def _reread(part: Part, header: str, hint: str) -> dict[str, str]:
    value = part.headers.first(header)
    return {} if value.isascii() else split_value(value, hint)[1]


def file_name(part: Part, hint: str) -> str:
    """The same, or what stands where programs put it that know nothing of parameters."""
    found = parameter_name(part, hint)
    if found:
        return found
    described = decode_header(part.headers.first("content-description"), hint)
    if _ENDING.fullmatch(described):
        return described
    location = unquote(content_location(part)).partition("?")[0].rpartition("/")[2]
    return location if _ENDING.fullmatch(location) else ""


def likely_type(part: Part, name: str) -> str:
    """The content type, or what the name says where the type says nothing."""
    if part.content_type not in _SAY_NOTHING:
        return part.content_type
    low = name.lower().strip()
    return next((kind for ending, kind in _BY_NAME.items() if low.endswith(ending)), part.content_type)


def content_id(part: Part) -> str:
    return part.headers.ascii("content-id").strip("<> \t")


def content_location(part: Part) -> str:
    # Long addresses are folded, and no address has spaces.
    return "".join(part.headers.ascii("content-location").split())[:500]


def with_locations_as_ids(html: str | None, files: list[File]) -> str | None:
    """The page with pictures that it names by Content-Location (RFC 2557) named by Content-ID, as all others."""
    if html is None:
        return None
    for number, file in enumerate([file for file in files if file.location][:MAX_LOCATIONS]):
        written = next((text for text in _quoted(file.location) if text in html), "")
        if written:
            file.content_id = file.content_id or f"location-{number}"
            html = html.replace(written, f"{written[0]}cid:{file.content_id}{written[-1]}")
    return html


def _quoted(location: str) -> list[str]:
    escaped = _html.escape(location)
    return [f"{quote}{text}{quote}" for text in dict.fromkeys((location, escaped)) for quote in "\"'"]


def attachments(files: list[File], shown: str) -> tuple[ParsedAttachment, ...]:
    """The files in order; those that `shown`, text and page together, refers to are inline."""
    cids = {_html.unescape(unquote(cid)) for cid in _CID.findall(shown)} if files else set()
    return tuple(
        ParsedAttachment(file.name, file.content_type, file.content, file.content_id, file.content_id in cids)
        for file in files
    )
