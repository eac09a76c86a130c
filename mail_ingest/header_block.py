"""First step of parsing: cut the header lines off a mail (or a part of one) and keep them as bytes.

Nothing is decoded here. Real mail has headers without a colon, lines that were wrapped without
indentation, no blank line before the text, NUL bytes and megabytes of rubbish; all of it must
give *some* headers and the offset where the text begins, in linear time (RFC 5322, section 2.2).
"""

import re
from dataclasses import dataclass, field

MAX_HEADER_BLOCK = 256 * 1024
MAX_HEADER = 32 * 1024

_HEADER_LINE = re.compile(rb"[!-9;-~]{1,200}[ \t]{0,20}:")
# Only well-known names may resume a header block after a broken line: prose such as "Note: see
# below" must not swallow the first paragraph of a letter.
_KNOWN_NAME = re.compile(
    rb"(?i)(?:x-[a-z0-9-]+|received|return-path|delivered-to|from|to|cc|bcc|sender|reply-to|subject"
    rb"|date|message-id"
    rb"|in-reply-to|references|mime-version|content-[a-z-]+|list-[a-z-]+|precedence|auto-submitted|importance"
    rb"|resent-[a-z-]+|apparently-to|newsgroups|path|xref|lines|status|comments|keywords|sensitivity|expires|charset"
    rb"|mailing-list|return-receipt-to|domainkey-signature|autocrypt|delivery-date|encoding|organisation|supersedes"
    rb"|priority|thread-[a-z]+|user-agent|dkim-signature|authentication-results|arc-[a-z-]+|received-spf"
    rb"|reporting-mta|feedback-id|errors-to|organization|envelope-to|disposition-notification-to)[ \t]{0,20}:"
)
_NEVER_HEADER = (b"--", b"BEGIN:V")
_ODD_NAME = re.compile(rb"[^:]{0,60}:[ \t]|>?From [^ ]+ .*\d")


@dataclass(slots=True)
class Headers:
    """Header values as bytes, unfolded to one line each, by lower-case name, in order of arrival."""

    values: dict[str, list[bytes]] = field(default_factory=dict)
    defects: list[str] = field(default_factory=list)

    def first(self, name: str) -> bytes:
        """The first value of the header that says anything, b'' when the mail has none."""
        found = self.values.get(name)
        if not found:
            return b""
        return found[0] or next((value for value in found if value), b"")

    def every(self, name: str) -> list[bytes]:
        return self.values.get(name, [])

    def has(self, name: str) -> bool:
        return name in self.values

    def ascii(self, name: str) -> str:
        """The first value for protocol headers that are plain ASCII by definition; other bytes become '?'."""
        return self.first(name).decode("ascii", "replace").replace("\ufffd", "?").strip()


def read_headers(raw: bytes, start: int, end: int, limit: int = MAX_HEADER_BLOCK) -> tuple[Headers, int]:
    """Headers found at `start` and the offset of the first byte of the text behind them."""
    headers = Headers()
    stop = min(end, start + limit)
    lines: list[bytes] = []
    position = _after_envelope_line(raw, start, stop)
    while position < stop:
        newline = raw.find(b"\n", position, stop)
        next_line = newline + 1 if newline >= 0 else stop
        line = raw[position : newline if newline >= 0 else stop].rstrip(b"\r")
        if b"\0" in line:
            line = line.replace(b"\0", b"")
        if not line or (line.isspace() and not _header_at(raw, next_line, stop)):
            # A "blank" line made of spaces ends the header when no header follows it.
            position = next_line
            break
        if not _belongs(line, lines, raw, next_line, stop):
            headers.defects.append("no blank line between the header and the text")
            break
        lines.append(line)
        position = next_line
    else:
        position = _body_after_cap(raw, position, end, headers)
    if lines and not any(_KNOWN_NAME.match(line) for line in lines):
        # "Note: please call" and a text that goes on: no header of mail looks like that.
        return Headers(), start
    _store(lines, headers)
    return headers, position


def _after_envelope_line(raw: bytes, start: int, stop: int) -> int:
    # mbox files and some delivery agents leave "From sender date" as the first line.
    if raw.startswith((b"From ", b">From "), start):
        newline = raw.find(b"\n", start, stop)
        return newline + 1 if newline >= 0 else stop
    return start


def _belongs(line: bytes, lines: list[bytes], raw: bytes, next_line: int, stop: int) -> bool:
    """Is this line part of the header block?"""
    if line[0] in b" \t":
        return bool(lines)
    if line.startswith(_NEVER_HEADER):
        # The delimiter of the first part and the first line of a calendar: the blank line above was lost.
        return False
    if _HEADER_LINE.match(line):
        return True
    return bool(lines) and _known_header_follows(raw, next_line, stop)


def starts_with_header(raw: bytes, position: int = 0) -> bool:
    return _header_at(raw, position, len(raw))


def junk_above_header(raw: bytes) -> int:
    """How many bytes of broken lines stand above a header that is plainly one, 0 when there are none."""
    position = 0
    for _ in range(3):
        newline = raw.find(b"\n", position, position + 1000)
        if newline < 0 or not raw[position:newline].strip():
            return 0
        position = newline + 1
        if _KNOWN_NAME.match(raw, position) and _known_header_follows(raw, position, len(raw)):
            return position
    return 0


def _header_at(raw: bytes, position: int, stop: int) -> bool:
    return bool(_HEADER_LINE.match(raw, position, min(stop, position + 250)))


def _known_header_follows(raw: bytes, position: int, stop: int) -> bool:
    # Looks at a few lines only: a mail of a million broken lines must stay linear.
    for _ in range(3):
        newline = raw.find(b"\n", position, min(stop, position + 2000))
        if newline < 0 or not raw[position:newline].strip():
            return False
        if _KNOWN_NAME.match(raw, position, newline):
            return True
        position = newline + 1
    return False


def _body_after_cap(raw: bytes, position: int, end: int, headers: Headers) -> int:
    """The block ran to the end of the part or over the limit: skip what is left of it."""
    if position >= end:
        return end
    headers.defects.append("the header is too long and was cut")
    ends = [raw.find(blank, position - 1, end) + len(blank) for blank in (b"\n\n", b"\n\r\n")]
    found = [offset for offset, blank in zip(ends, (b"\n\n", b"\n\r\n"), strict=True) if offset >= len(blank)]
    return min(found, default=end)


def _store(lines: list[bytes], headers: Headers) -> None:
    name = ""
    parts: list[bytes] = []
    for line in lines:
        if line[0] in b" \t":
            parts.append(line)
            continue
        colon = line.find(b":")
        if colon <= 0 or not _HEADER_LINE.match(line):
            headers.defects.append("a header line is broken; it may stand only in the original mail")
            # A name in another alphabet and the line of an mbox say nothing about the header above them.
            parts.extend(() if _ODD_NAME.match(line) else (line,))
            continue
        _add(name, parts, headers)
        name = line[:colon].strip().lower().decode("ascii", "replace")
        parts = [line[colon + 1 :]]
    _add(name, parts, headers)


def _add(name: str, parts: list[bytes], headers: Headers) -> None:
    if not name:
        return
    value = parts[0].strip() if len(parts) == 1 else b" ".join(part.strip() for part in parts).strip()
    if len(value) > MAX_HEADER:
        headers.defects.append(f"the header {name[:60]} is too long and was cut")
        value = value[:MAX_HEADER]
    if b"\0" in value:
        value = value.replace(b"\0", b"")
    headers.values.setdefault(name, []).append(value)
