"""What changed between two texts, word by word. Pure.

Lines first, then the words of lines that were replaced: a long text stays cheap, and a moved comma is one comma.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape
from typing import Literal

Kind = Literal["same", "out", "in"]
# Comparing words costs their number squared at worst.
MOST_WORDS = 1_500
# Below this, two lines are two different lines.
ALIKE = 0.3
_PIECES = re.compile(r"\w+|\s+|[^\w\s]")
_TAGS = {"out": "del", "in": "ins"}


@dataclass(frozen=True)
class Piece:
    """`out`: only in the old text; `in`: only in the new one."""

    kind: Kind
    text: str


def compare(old: str, new: str) -> list[Piece]:
    """The pieces of both texts in order; those of one kind in a row are one."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    return _joined(_lines(before, after))


def as_html(pieces: Sequence[Piece]) -> str:
    """Safe: everything is escaped, and there are no tags but <del> and <ins>."""
    return "".join(
        f"<{_TAGS[one.kind]}>{escape(one.text)}</{_TAGS[one.kind]}>"
        if one.kind in _TAGS
        else escape(one.text)
        for one in pieces
    )


def _lines(before: list[str], after: list[str]) -> Iterator[Piece]:
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        old, new = "".join(before[i1:i2]), "".join(after[j1:j2])
        if kind == "equal":
            yield Piece("same", old)
        elif kind == "replace":
            yield from _words(old, new)
        else:
            yield from (Piece("out", old), Piece("in", new))


def _words(old: str, new: str) -> Iterator[Piece]:
    before, after = _PIECES.findall(old), _PIECES.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if max(len(before), len(after)) > MOST_WORDS or not _alike(before, after):
        yield from (Piece("out", old), Piece("in", new))
        return
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(before[i1:i2]))
        else:
            yield from (Piece("out", "".join(before[i1:i2])), Piece("in", "".join(after[j1:j2])))


def _alike(before: Sequence[str], after: Sequence[str]) -> bool:
    """Spaces are everywhere and prove nothing."""
    old, new = ([piece for piece in pieces if not piece.isspace()] for pieces in (before, after))
    return SequenceMatcher(None, old, new, autojunk=False).ratio() >= ALIKE


def _joined(pieces: Iterator[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for one in pieces:
        if not one.text:
            continue
        if joined and joined[-1].kind == one.kind:
            joined[-1] = Piece(one.kind, joined[-1].text + one.text)
        else:
            joined.append(one)
    return joined
