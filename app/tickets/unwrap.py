"""Lines that a mail program broke at a fixed width, joined again for the eye. Pure; for showing only, never stored.

A program that wraps breaks a line only where the next word would not have fitted. So the width is that of the longest
line, and a break is one of the program's if the word behind it would have gone beyond that width.
"""

from __future__ import annotations

import re

# Programs wrap between 65 and 80 columns (RFC 3676, section 4.2, advises 78 at most).
NARROWEST, WIDEST = 60, 80
LEAST_WRAPPED = 2
# Lines that begin like this are arranged by hand: lists, quotations, tables, indented code.
_ARRANGED = re.compile(r"[\s>|*+•·–—-]|\d{1,3}[.)]\s|[A-Za-zА-Яа-яЁё][.)]\s")
_COLUMNS = re.compile(r"\S {2,}\S|\t")


def unwrap(text: str) -> str:
    """The text with wrapped lines joined; exactly the text where lines were broken by a person."""
    lines = text.split("\n")
    width = max(map(len, lines), default=0)
    if not NARROWEST <= width <= WIDEST:
        return text
    joins = [_is_wrapped(line, following, width) for line, following in zip(lines, lines[1:], strict=False)]
    if sum(joins) < LEAST_WRAPPED:
        return text
    pieces = [lines[0]]
    for line, joined in zip(lines[1:], joins, strict=True):
        pieces.append((" " if joined else "\n") + line)
    return "".join(pieces)


def _is_wrapped(line: str, following: str, width: int) -> bool:
    if not line.strip() or not following.strip() or line.endswith(("\\", "  ")):
        return False
    if _ARRANGED.match(line) and not line[:1].isdigit():
        return False
    if _ARRANGED.match(following) or _COLUMNS.search(line) or _COLUMNS.search(following):
        return False
    return len(line.rstrip()) + 1 + len(following.split(None, 1)[0]) > width
