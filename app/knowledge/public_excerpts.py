"""The place of a text where the words that were looked for stand, cut into pieces. Gives text, never HTML."""

from __future__ import annotations

import re
from collections.abc import Collection

from kb_search.stems import fold, fold_word, stem

Part = tuple[str, bool]
LENGTH = 220
# Further words are not looked at: an excerpt of the beginning is one too.
_MOST_WORDS = 1500
_WORD = re.compile(r"[^\W_]+(?:['’ʼ`][^\W_]+)*")


def excerpt(text: str, wanted: Collection[str], *, whole: bool = False) -> tuple[Part, ...]:
    """(piece, is it a word that was looked for) around where most of the wanted stems stand close together."""
    line = text if whole else " ".join(text.split())
    marks = _marks(line, wanted)
    start, end = (0, len(line)) if whole else _window(line, [at for at, _end in marks])
    pieces: list[Part] = [("… ", False)] if start else []
    place = start
    for mark_start, mark_end in marks:
        if mark_start < place or mark_end > end:
            continue
        pieces += [(line[place:mark_start], False), (line[mark_start:mark_end], True)]
        place = mark_end
    pieces.append((line[place:end], False))
    if end < len(line):
        pieces.append((" …", False))
    return tuple(piece for piece in pieces if piece[0])


def _marks(line: str, wanted: Collection[str]) -> list[tuple[int, int]]:
    marks: list[tuple[int, int]] = []
    for number, match in enumerate(_WORD.finditer(line)):
        if number >= _MOST_WORDS:
            break
        if stem(fold_word(fold(match.group()))) in wanted:
            marks.append(match.span())
    return marks


def _window(line: str, places: list[int]) -> tuple[int, int]:
    """Where most places are within one excerpt, from a word's beginning to a word's end."""
    if len(line) <= LENGTH:
        return 0, len(line)
    best = max(
        places,
        key=lambda at: (sum(at <= other < at + LENGTH - 40 for other in places), -at),
        default=0,
    )
    start = max(0, min(best - 40, len(line) - LENGTH))
    start = line.find(" ", start) + 1 if start else 0
    end = min(len(line), start + LENGTH)
    return start, line.rfind(" ", start, end) if end < len(line) else end
