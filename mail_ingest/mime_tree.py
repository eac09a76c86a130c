"""Second step of parsing: the tree of parts of a mail (RFC 2046), by offsets into the raw bytes.

Our own splitter instead of the feed parser of `email`: that one nests a generator per level, so a mail of a
thousand nested parts ends in a RecursionError, and it tests every line against every open boundary. Here a
parent is cut before its children, so a missing closing boundary hurts only the part it belongs to, and the
numbers of levels, parts and header bytes are limited before any work is done.
"""

import re

from mail_ingest.header_block import MAX_HEADER_BLOCK, Headers, read_headers, starts_with_header
from mail_ingest.header_params import split_value
from mail_ingest.mime_boundaries import part_spans
from mail_ingest.mime_part import MAX_PARTS as MAX_PARTS
from mail_ingest.mime_part import Limits
from mail_ingest.mime_part import Part as Part
from mail_ingest.mime_transfer import encoding_name

MAX_DEPTH = 20
MAX_PART_HEADERS = 32 * 1024

_GUESSED_BOUNDARY = re.compile(
    rb"(?:^|\n)--([^\r\n]{1,200}?)[ \t]*\r?\n(?:[ \t]*\r?\n)?content-(?:type|transfer|disp)", re.I
)


def read_tree(raw: bytes) -> tuple[Part, list[str]]:
    """The root part and what was wrong with the structure."""
    limits = Limits()
    headers, body = read_headers(raw, 0, len(raw), MAX_HEADER_BLOCK)
    root = _part(headers, raw, (body, len(raw)), "text/plain")
    _grow(root, limits, 0)
    return root, limits.defects + root.headers.defects


def _part(headers: Headers, source: bytes, span: tuple[int, int], default: str) -> Part:
    part = Part(headers, source, *span)
    content_type, part.params = _stated_type(headers, source, span)
    content_type = _SPACED_SLASH.sub("/", content_type)
    if content_type == "application/xhtml+xml":
        content_type = "text/html"
    if not content_type and _HTML.match(source, span[0], span[0] + 500):
        # No header says so, but showing the markup would help nobody.
        default = "text/html"
    elif not headers.has("content-type") and _PARTS.match(source, *span):
        default = "multipart/mixed"
    # A type of one word that nobody knows, for something in base64: rather a file than a letter.
    is_encoded = encoding_name(headers.ascii("content-transfer-encoding")) == "base64"
    part.content_type = (
        content_type
        if _TYPE.fullmatch(content_type)
        else _repaired_type(content_type, default, is_encoded=is_encoded)
    )
    for value in headers.every("content-disposition"):
        found, params = split_value(value)
        part.disposition = part.disposition or found
        part.disposition_params = params | part.disposition_params
    return part


def _stated_type(headers: Headers, source: bytes, span: tuple[int, int]) -> tuple[str, dict[str, str]]:
    """Of several Content-Type headers the first, as mail programs do, unless only a later one tells the parts apart."""
    values = [value for value in headers.every("content-type")[:_MOST_TYPES] if value]
    if len(values) < 2:
        return split_value(headers.first("content-type"))
    stated = [split_value(value) for value in values]
    for content_type, params in stated:
        delimiter = b"--" + params.get("boundary", "").encode("utf-8", "replace")
        if content_type.startswith("multipart") and len(delimiter) > 2 and source.find(delimiter, *span) >= 0:
            return content_type, params
    content_type, found = stated[0]
    for other, params in stated[1:]:
        found = params | found if other == content_type else found
    return content_type, found


_MOST_TYPES = 5
_HTML = re.compile(rb"\s{0,50}<(?:!doctype html|html)[\s>]", re.I)
_SPACED_SLASH = re.compile(r"\s*/\s*")
_PARTS = re.compile(rb"\s{0,50}--[^\s][^\r\n]{0,200}\r?\ncontent-type:[ \t]{0,20}[a-z]{1,20}/", re.I)
_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,80}")


def _repaired_type(text: str, default: str, *, is_encoded: bool) -> str:
    if not text:
        return default
    if text.startswith(("text", "html")):
        return "text/html" if "html" in text else "text/plain"
    if text.startswith("multipart"):
        return "multipart/mixed"
    return "application/octet-stream" if "/" in text or is_encoded else default


# The first piece of a mail that was cut for transport begins with the header of the mail.
_MAILS = frozenset(("message/rfc822", "message/global", "message/news", "message/partial"))


def _grow(part: Part, limits: Limits, depth: int) -> None:
    """Fill in children of a multipart, the inner mail of a message/rfc822."""
    is_mail = part.content_type in _MAILS
    if not is_mail and part.main_type != "multipart":
        return
    if depth >= MAX_DEPTH:
        limits.defects.append(f"parts are nested deeper than {MAX_DEPTH} levels")
        part.content_type = "application/octet-stream"
        return
    if part.headers.has("content-transfer-encoding") and _is_encoded_whole(part, is_mail=is_mail):
        # Forbidden for these types (RFC 2045, section 6.4), and seen all the same.
        part.tail = part.footer()
        part.source, _ = part.decoded()
        part.start, part.end = 0, len(part.source)
        part.headers.values["content-transfer-encoding"] = [b"8bit"]
    if is_mail:
        part.nested = _child(part, (part.start, part.end), "text/plain", limits, depth)
    else:
        _grow_multipart(part, limits, depth)


def _is_encoded_whole(part: Part, *, is_mail: bool) -> bool:
    """Is a multipart or an attached mail really in the encoding that it names?"""
    encoding = encoding_name(part.headers.ascii("content-transfer-encoding"))
    if encoding not in ("base64", "quoted-printable"):
        return False
    if is_mail:
        return encoding == "quoted-printable" or not starts_with_header(part.source, part.start)
    delimiter = b"--" + part.params.get("boundary", "").encode("utf-8", "replace")
    if part.source.find(delimiter, part.start, part.end) < 0:
        return True
    return encoding == "quoted-printable" and bool(_QUOTED_HEADER.search(part.source, part.start, part.end))


_QUOTED_HEADER = re.compile(rb"\ncontent-type:[^\n]{0,200}(?:charset|boundary|name)=3D", re.I)


def _grow_multipart(part: Part, limits: Limits, depth: int) -> None:
    boundary = part.params.get("boundary", "").encode("utf-8", "replace")
    spans = part_spans(part, boundary, limits) if boundary else []
    if not spans and not part.has_delimiters:
        guess = _GUESSED_BOUNDARY.search(part.source, part.start, min(part.end, part.start + 100_000))
        spans = part_spans(part, guess[1], limits) if guess else []
        limits.defects.append("the boundary between the parts is missing")
        if not spans:
            part.content_type = "text/plain"
            return
    default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
    for span in spans:
        child = _child(part, span, default, limits, depth)
        if child:
            part.children.append(child)


def _child(part: Part, span: tuple[int, int], default: str, limits: Limits, depth: int) -> Part | None:
    if limits.parts <= 0:
        if limits.parts == 0:
            limits.defects.append(f"more than {MAX_PARTS} parts; the others are only in the original mail")
        limits.parts = -1
        return None
    limits.parts -= 1
    allowed = min(MAX_PART_HEADERS, limits.headers)
    headers, body = read_headers(part.source, span[0], span[1], allowed)
    limits.headers -= min(body - span[0], allowed)
    child = _part(headers, part.source, (body, span[1]), default)
    limits.defects.extend(headers.defects)
    _grow(child, limits, depth + 1)
    return child
