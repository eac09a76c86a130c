"""Second step of parsing: the tree of parts of a mail (RFC 2046), by offsets into the raw bytes.

Our own splitter instead of the feed parser of `email`: that one nests a generator per level, so a mail of a
thousand nested parts ends in a RecursionError, and it tests every line against every open boundary. Here a
parent is cut before its children, so a missing closing boundary hurts only the part it belongs to, and the
numbers of levels, parts and header bytes are limited before any work is done.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from mail_ingest.header_block import MAX_HEADER_BLOCK, Headers, read_headers, starts_with_header
from mail_ingest.header_params import split_value
from mail_ingest.mime_base64 import split_footer
from mail_ingest.mime_transfer import decode_transfer, encoding_name, likely_encoding

MAX_DEPTH = 20
MAX_PARTS = 500
MAX_PART_HEADERS = 32 * 1024
MAX_ALL_PART_HEADERS = 2 * 1024 * 1024
MAX_BOUNDARY_CANDIDATES = 100_000

_GUESSED_BOUNDARY = re.compile(
    rb"(?:^|\n)--([^\r\n]{1,200}?)[ \t]*\r?\n(?:[ \t]*\r?\n)?content-(?:type|transfer|disp)", re.I
)


@dataclass(slots=True)
class Part:
    """One part: its headers and the span of `source` that holds its (still encoded) content."""

    headers: Headers
    source: bytes
    start: int
    end: int
    content_type: str = "text/plain"
    params: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    disposition_params: dict[str, str] = field(default_factory=dict)
    children: list["Part"] = field(default_factory=list)
    nested: "Part | None" = None  # the mail inside a message/rfc822 part
    margins: list[tuple[int, int]] = field(default_factory=list)  # what stands above and below the parts
    has_delimiters: bool = False
    tail: bytes = b""  # plain words behind a mail or a multipart that was encoded whole

    @property
    def raw(self) -> bytes:
        return self.source[self.start : self.end]

    @property
    def main_type(self) -> str:
        return self.content_type.partition("/")[0]

    def decoded(self) -> tuple[bytes, str]:
        """Content with its transfer encoding undone, and a defect or ''."""
        raw = self.raw
        return decode_transfer(raw, self.encoding(raw), is_text=self.main_type == "text")

    def footer(self) -> bytes:
        """What stands in plain words behind a content in base64."""
        raw = self.raw
        return split_footer(raw)[1] if encoding_name(self.encoding(raw)) == "base64" else b""

    def encoding(self, raw: bytes) -> str:
        """The transfer encoding of the content, `raw`; of several headers the likeliest."""
        values = self.headers.every("content-transfer-encoding")
        if len(values) > 1:
            return likely_encoding([value.decode("ascii", "replace") for value in values], raw)
        return self.headers.ascii("content-transfer-encoding")


@dataclass(slots=True)
class Limits:
    """What is left to spend on one mail, nested mails included."""

    parts: int = MAX_PARTS
    headers: int = MAX_ALL_PART_HEADERS
    candidates: int = MAX_BOUNDARY_CANDIDATES
    defects: list[str] = field(default_factory=list)


def read_tree(raw: bytes) -> tuple[Part, list[str]]:
    """The root part and what was wrong with the structure."""
    limits = Limits()
    headers, body = read_headers(raw, 0, len(raw), MAX_HEADER_BLOCK)
    root = _part(headers, raw, (body, len(raw)), "text/plain")
    _grow(root, limits, 0)
    return root, limits.defects + root.headers.defects


def _part(headers: Headers, source: bytes, span: tuple[int, int], default: str) -> Part:
    part = Part(headers, source, *span)
    content_type, part.params = split_value(headers.first("content-type"))
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
    spans = _spans(part, boundary, limits) if boundary else []
    if not spans and not part.has_delimiters:
        guess = _GUESSED_BOUNDARY.search(part.source, part.start, min(part.end, part.start + 100_000))
        spans = _spans(part, guess[1], limits) if guess else []
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


def _spans(part: Part, boundary: bytes, limits: Limits) -> list[tuple[int, int]]:
    """Spans between the delimiter lines. Parts behind a closing delimiter count too: some senders give a nested
    multipart the boundary of its parent. So does what stands above or below the parts when a damaged delimiter or the
    head of a part shows that it was one; other words there are no part of the letter (RFC 2046, section 5.1.1)."""
    source, end = part.source, part.end
    spans: list[tuple[int, int]] = []
    opened = part.start
    is_part = False
    for found, after, closing in _delimiters(part, b"--" + boundary, limits):
        span = (opened, _without_line_break(source, opened, found))
        if is_part or (
            _WORD.search(source, *span) if part.has_delimiters else _was_part(part, span, boundary)
        ):
            spans.append(span)
        elif not part.has_delimiters:
            part.margins.append(span)
        part.has_delimiters = True
        opened, is_part = after, not closing
        if len(spans) > MAX_PARTS:
            return spans
    if is_part and opened < end:
        limits.defects.append("the closing boundary is missing")
        spans.append((opened, end))
    elif part.has_delimiters and _was_part(part, (opened, end), boundary):
        spans.append((opened, end))
    else:
        part.margins.extend([(opened, end)] * part.has_delimiters)
    if any(_says_something(source, span) for span in part.margins):
        limits.defects.append("words stand above or below the parts; they are only in the original mail")
    return spans


_WORD = re.compile(rb"[A-Za-z0-9\x80-\xff]{2}")
_PART_HEADER = re.compile(rb"^content-(?:type|transfer-encoding|disposition)[ \t]{0,20}:", re.I | re.M)
# "This is a multi-part message in MIME format": for readers of another century.
_ABOUT_MIME = re.compile(rb"MIME|multi-?part|mail[ -]?(?:reader|client|program)", re.I)
_BLANK_LINES = re.compile(rb"\n\s*\n|\n(?=--)")
_NOTE = 2000
_SHORT_BOUNDARY = 5


def _was_part(part: Part, span: tuple[int, int], boundary: bytes) -> bool:
    if not _WORD.search(part.source, *span):
        return False
    # A damaged delimiter line; short boundaries occur in words.
    if len(boundary) > _SHORT_BOUNDARY and part.source.find(boundary, *span) >= 0:
        return True
    return bool(_PART_HEADER.search(part.source, *span))


def _says_something(source: bytes, span: tuple[int, int]) -> bool:
    if not _WORD.search(source, *span):
        return False
    paragraphs = _BLANK_LINES.split(source[span[0] : min(span[1], span[0] + _NOTE)])
    return span[1] - span[0] > _NOTE or any(
        _WORD.search(text) and not _ABOUT_MIME.search(text) for text in paragraphs
    )


def _delimiters(part: Part, delimiter: bytes, limits: Limits) -> Iterator[tuple[int, int, bool]]:
    """(offset of the line, offset behind it, closes the multipart) of every delimiter line."""
    source, end = part.source, part.end
    found = (
        part.start
        if source.startswith(delimiter, part.start)
        else _next_line(source, delimiter, part.start, end)
    )
    while found >= 0:
        limits.candidates -= 1
        if limits.candidates < 0:
            limits.defects.append("too many boundary lines; the others are only in the original mail")
            return
        after, closing = _line_end(source, found + len(delimiter), end)
        if after >= 0:
            yield found, after, closing
        found = _next_line(source, delimiter, found, end)


def _next_line(source: bytes, start_of_line: bytes, position: int, end: int) -> int:
    found = source.find(b"\n" + start_of_line, position, end)
    return found + 1 if found >= 0 else -1


def _line_end(source: bytes, position: int, end: int) -> tuple[int, bool]:
    """Offset behind the delimiter line (-1 when other text follows) and whether it closes the multipart."""
    closing = source.startswith(b"--", position)
    newline = source.find(b"\n", position, min(end, position + 200))
    stop = newline if newline >= 0 else min(end, position + 200)
    rest = source[position + 2 * closing : stop].strip()
    if rest:
        return -1, False
    return (newline + 1 if newline >= 0 else end), closing


def _without_line_break(source: bytes, start: int, end: int) -> int:
    # The line break before a delimiter belongs to the delimiter (RFC 2046, section 5.1.1).
    if end > start and source[end - 1 : end] == b"\n":
        end -= 1
    if end > start and source[end - 1 : end] == b"\r":
        end -= 1
    return max(end, start)
