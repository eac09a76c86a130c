"""The bytes of a mail as text that is safe to show: the start of it, its header apart, nothing that hides."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from app.blobs import BlobStore
from app.errors import NotFound

MOST_SHOWN = 200_000
_NAME = re.compile(r"([!-9;-~]+):(.*)", re.DOTALL)


@dataclass(frozen=True)
class Source:
    """`header`: (name, value) pairs, the name '' for a line that continues or is none. `rest`: bytes not shown here.

    `missing`: there are no bytes at all.
    """

    header: list[tuple[str, str]]
    body: str
    rest: int = 0
    missing: bool = False


def source_of(blobs: BlobStore, digest: str) -> Source:
    """As stored, also when the bytes are not what they were."""
    try:
        content = blobs.get_as_it_is(digest)
    except NotFound:
        return Source([], "", missing=True)
    text = visible_text(content[:MOST_SHOWN])
    head, _blank, body = text.partition("\n\n")
    return Source([_line(line) for line in head.split("\n")], body, max(0, len(content) - MOST_SHOWN))


def visible_text(content: bytes) -> str:
    """Line ends as line feeds; every character that is not seen, or turns the text around, as its code."""
    text = content.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(map(_shown, text))


def _shown(char: str) -> str:
    if char in "\n\t" or (" " <= char <= "~"):
        return char
    if char < " ":
        return chr(0x2400 + ord(char))
    return (
        f"⟨{ord(char):04X}⟩"
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
        else char
    )


def _line(line: str) -> tuple[str, str]:
    found = _NAME.match(line)
    return (found[1], found[2]) if found else ("", line)
