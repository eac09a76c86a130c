"""How to show a letter's HTML: as plain text, or as it was laid out, and how tall its frame should open. Pure.

The frame may run no script and shares no origin with the page, so it cannot tell its height. We estimate it from
the letter itself and let the reader resize or expand it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.tickets.safe_html import has_remote_images

CHARACTERS_PER_LINE = 85
LINE_PX, PADDING_PX, PICTURE_PX, ROW_PX = 24, 48, 160, 18
LOWEST_PX, TALLEST_PX = 120, 640
_LAYOUT = re.compile(r"<(?:table|img|ul|ol|h[1-6]|font|center)\b", re.IGNORECASE)
_LINE = re.compile(r"<(?:br|p|div|li|tr|h[1-6]|hr)\b", re.IGNORECASE)
_PICTURE = re.compile(r"<img\b", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_HIDDEN = re.compile(r"<(style|head|title)\b[^<>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
MOST_READ = 400_000
_WRITTEN = re.compile(r"(t?)(r?)(\d{1,6})")


@dataclass(frozen=True)
class LetterShape:
    """`laid_out`: more than plain paragraphs; `height`: a first guess in CSS pixels; `remote`: wants pictures from
    elsewhere."""

    laid_out: bool
    height: int
    remote: bool


def shape_of(html: str) -> LetterShape:
    read = html[:MOST_READ]
    shown = _HIDDEN.sub(" ", read)
    text = " ".join(_TAG.sub(" ", shown).split())
    lines = max(len(_LINE.findall(shown)), len(text) // CHARACTERS_PER_LINE)
    height = PADDING_PX + lines * LINE_PX + len(_PICTURE.findall(shown)) * PICTURE_PX
    return LetterShape(
        bool(_LAYOUT.search(shown)), max(LOWEST_PX, min(height, TALLEST_PX)), has_remote_images(html)
    )


def write_shape(shape: LetterShape) -> str:
    """As a message keeps it: "t", "r", "tr" or nothing, and the height."""
    return f"{'t' if shape.laid_out else ''}{'r' if shape.remote else ''}{shape.height}"


def read_shape(text: str) -> LetterShape | None:
    """What `write_shape` wrote; None for anything else."""
    match = _WRITTEN.fullmatch(text)
    return LetterShape(bool(match[1]), int(match[3]), bool(match[2])) if match else None
