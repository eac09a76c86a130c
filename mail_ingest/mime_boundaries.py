"""Part of parsing: where the parts of a multipart begin and end (RFC 2046), also when delimiters are damaged."""

import re
from collections.abc import Iterator

from mail_ingest.mime_part import MAX_PARTS, Limits, Part


def part_spans(part: Part, boundary: bytes, limits: Limits) -> list[tuple[int, int]]:
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
            spans.append(span if is_part else _without_junk(source, span, boundary))
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
        spans.append(_without_junk(source, (opened, end), boundary))
    else:
        part.margins.extend([(opened, end)] * part.has_delimiters)
    if any(_says_something(source, span) for span in part.margins):
        limits.defects.append("words stand above or below the parts; they are only in the original mail")
    return spans


_WORD = re.compile(rb"[A-Za-z0-9\x80-\xff]{2}")
_PART_HEADER = re.compile(rb"^content-(?:type|transfer-encoding|disposition)[ \t]{0,20}:", re.I | re.M)
# "This is a multi-part message in MIME format": for readers of another century.
_ABOUT_MIME = re.compile(rb"MIME|multi-?part|mail[ -]?(?:reader|client|program)|legible|this message", re.I)
_NOTE = 2000
_SHORT_BOUNDARY = 5


def _was_part(part: Part, span: tuple[int, int], boundary: bytes) -> bool:
    if not _WORD.search(part.source, *span):
        return False
    # A damaged delimiter line; short boundaries occur in words.
    if len(boundary) > _SHORT_BOUNDARY and part.source.find(boundary, *span) >= 0:
        return True
    return bool(_PART_HEADER.search(part.source, *span))


def _without_junk(source: bytes, span: tuple[int, int], boundary: bytes) -> tuple[int, int]:
    """The part without the damaged delimiter, and without the line about MIME, above its head."""
    head = _PART_HEADER.search(source, *span)
    if head and not _says_something(source, (span[0], head.start()), boundary):
        return head.start(), span[1]
    return span


def _says_something(source: bytes, span: tuple[int, int], but: bytes = b"\n") -> bool:
    if not _WORD.search(source, *span):
        return False
    lines = source[span[0] : min(span[1], span[0] + _NOTE)].split(b"\n")
    return span[1] - span[0] > _NOTE or any(
        _WORD.search(text) and not _ABOUT_MIME.search(text) and but not in text for text in lines
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
