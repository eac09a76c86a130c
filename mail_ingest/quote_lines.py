"""Lines of a letter, with the quotation marks in front of them taken apart from what they say."""

import re
from dataclasses import dataclass, replace

from mail_ingest.quote_marks import other_marks
from mail_ingest.quote_signs import is_lead

_PREFIX = re.compile(r"[ \t\xa0]{0,8}(?:[>＞][ \t\xa0]?)++")
# What people write with a first ">" that is no quotation: ">50 %", ">= 3", "><", "->" of a drawing, mbox's
# ">From ".
_NOT_QUOTE = re.compile(r"[ \t]*>+[ \t]?(?:=|\d+[\s%.,]|[<\-]|From )")
_NOT_QUOTES = re.compile(r"[ \t]*>[ \t]?(?:=|\d+[.,]?\d*\s?(?:%|°|[A-Za-zА-Яа-я]))")  # a list of such lines
_DIGITS = {base + value: str(value) for base in (0x660, 0x6F0, 0x966) for value in range(10)}
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
    forced = other_marks(rows)
    lines = [_line(row, forced.get(at)) for at, row in enumerate(rows)]
    return _with_wrapped(_without_lone_marks(lines))


def _line(raw: str, forced: tuple[int, int] | None) -> Line:
    depth, start = 0, 0
    if forced:
        depth, start = forced
    elif (">" in raw or "＞" in raw) and (prefix := _PREFIX.match(raw)):
        start = prefix.end()
        depth = sum(map(prefix[0].count, ">＞"))
    rest = raw[start:]
    if len(rest) > MAX_PATTERN:
        return Line(raw, depth, "", not rest.strip())
    seen = rest if rest.isascii() else _INVISIBLE.sub("", rest).translate(_DIGITS)
    content = " ".join(seen.split())
    return Line(raw, depth, content, not content)


def _without_lone_marks(lines: list[Line]) -> list[Line]:
    """A single marked line among unmarked ones that does not read like a quotation is the person's own.

    So is a list of limits: "> 50 degrees: off", "> 30 degrees: dim", and no other marked line in the letter.
    """
    marked = [index for index, line in enumerate(lines) if line.depth]
    if not marked:
        return lines
    listed = len(marked) < 20 and all(_NOT_QUOTES.match(lines[index].raw) for index in marked)
    listed = listed and not _is_led(lines, marked[0])
    for index in marked:
        line = lines[index]
        own = _NOT_QUOTE.match(line.raw) or (len(marked) == 1 and _goes_with_text(lines, index))
        lone = own and not _marked_near(lines, index) and not _is_led(lines, index)
        if listed or lone:
            lines[index] = Line(line.raw, 0, " ".join(line.raw[:MAX_PATTERN].split()), line.blank)
    return lines


def _goes_with_text(lines: list[Line], index: int) -> bool:
    """The only marked line of a letter, announced or right below words, and no sentence: "I went to", "> Settings"."""
    above = next((lines[at] for at in range(index - 1, max(-1, index - 4), -1) if not lines[at].blank), None)
    if above is None or not lines[index].content:
        return False
    if above.content.endswith(":"):
        return True
    return not lines[index - 1].blank and not lines[index].content.endswith((".", "?", "!"))


def _is_led(lines: list[Line], index: int) -> bool:
    """Whether an attribution stands above: then even "> 50 pieces" is what somebody else wrote."""
    above = next((lines[at] for at in range(index - 1, max(-1, index - 4), -1) if not lines[at].blank), None)
    return above is not None and not above.depth and is_lead(above.content)


def _marked_near(lines: list[Line], index: int) -> bool:
    before = lines[index - 1].depth if index else 0
    after = lines[index + 1].depth if index + 1 < len(lines) else 0
    return bool(before or after)


_FULL_LINE = 62  # characters: shorter lines are not wrapped by any program
_MAX_REST = 45


def _with_wrapped(lines: list[Line]) -> list[Line]:
    """The ends of long marked lines that a program wrapped without their mark: once may be chance, twice is a habit."""
    ends = [at for at in range(1, len(lines) - 1) if lines[at - 1].depth and _is_wrapped_end(lines, at)]
    if len(ends) > 1:
        for at in ends:
            lines[at] = replace(lines[at], depth=lines[at - 1].depth)
    return lines


def _is_wrapped_end(lines: list[Line], at: int) -> bool:
    line, above, below = lines[at], lines[at - 1], lines[at + 1]
    if (
        line.depth
        or line.blank
        or len(line.raw) > _MAX_REST
        or len(above.raw) < _FULL_LINE
        or not below.depth
    ):
        return False
    return line.raw[0].islower() and not above.content.endswith((".", "!", "?", ":", ";", ")"))
