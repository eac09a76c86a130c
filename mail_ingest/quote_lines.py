"""Lines of a letter, with the quotation marks in front of them taken apart from what they say."""

import re
from collections import Counter
from dataclasses import dataclass

_PREFIX = re.compile(r"[ \t\xa0]{0,8}(?:[>＞][ \t\xa0]?)++")
_INITIALS = re.compile(
    r"[ \t]{0,4}([A-ZА-ЯЁІЇЄҐ][A-Za-zА-Яа-яёіїєґ]{0,3}[A-ZА-ЯЁІЇЄҐ]|[A-ZА-ЯЁ])(>+)(?:[ \t]|$)"
)
# What people write with a first ">" that is no quotation: ">50 %", ">= 3", "><", "->" of a drawing, mbox's
# ">From ".
_NOT_QUOTE = re.compile(r"[ \t]*>+[ \t]?(?:=|\d+[\s%.,]|[<\-]|From )")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\u202a-\u202e]")
MAX_PATTERN = 1000  # characters: a longer line is a paragraph, never a separator


@dataclass(frozen=True)
class Line:
    """One line as written; depth of quotation; what it says without marks (short lines only, white space tidied)."""

    raw: str
    depth: int
    content: str
    blank: bool


def rows_of(text: str) -> list[str]:
    """The lines of a text as written; every kind of line end is known."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def read_lines(rows: list[str]) -> list[Line]:
    """No character of a line is changed in `raw`."""
    initials = _initials_in(rows)
    lines = [_line(row, initials) for row in rows]
    return _without_lone_marks(lines)


def _initials_in(rows: list[str]) -> set[str]:
    """Initials used as quotation marks ("AB> ") on at least two lines."""
    found = Counter(match[1] for row in rows if ">" in row[:12] and (match := _INITIALS.match(row)))
    return {name for name, count in found.items() if count > 1}


def _line(raw: str, initials: set[str]) -> Line:
    prefix = _PREFIX.match(raw)
    depth, start = 0, 0
    if prefix:
        start = prefix.end()
        depth = sum(map(prefix[0].count, ">＞"))
    elif initials and (marked := _INITIALS.match(raw)) and marked[1] in initials:
        depth, start = len(marked[2]), marked.end()
    rest = raw[start:]
    if len(rest) > MAX_PATTERN:
        return Line(raw, depth, "", not rest.strip())
    seen = rest if rest.isascii() else _INVISIBLE.sub("", rest)
    content = " ".join(seen.split())
    return Line(raw, depth, content, not content)


def _without_lone_marks(lines: list[Line]) -> list[Line]:
    """A single marked line among unmarked ones that does not read like a quotation is the person's own."""
    for index, line in enumerate(lines):
        if line.depth and _NOT_QUOTE.match(line.raw) and not _marked_near(lines, index):
            lines[index] = Line(line.raw, 0, " ".join(line.raw[:MAX_PATTERN].split()), line.blank)
    return lines


def _marked_near(lines: list[Line], index: int) -> bool:
    before = lines[index - 1].depth if index else 0
    after = lines[index + 1].depth if index + 1 < len(lines) else 0
    return bool(before or after)
