"""Pictures in signatures: their names in what is kept, in the editor and in a mail, and how large they are shown. Pure.

A signature belongs to no letter, so its pictures are kept by what they are: `cid:picture.<sha256>`. They are stored
beside the logos, once and for good: a letter is the same mail at every try.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import escape, unescape

from app.errors import InvalidInput
from app.outgoing.logo import Logo, clean_logo
from app.tickets.inline_images import Names

LARGEST = 100 * 1024
MOST = 3
# In mails and on pages, in points: a signature is no poster.
HEIGHT, WIDTH = 100, 320
_NAME = r"picture\.([0-9a-f]{64})"
SOURCE = re.compile(f"cid:{_NAME}")
NAMES = Names(
    re.compile(r"(?:https?://[^/\"]+)?(?:/[\w.~-]+)*/brand/([0-9a-f]{64})\Z"),
    re.compile(rf"cid:{_NAME}\Z"),
    "picture.",
)
_PICTURE = re.compile(rf'<img src="cid:{_NAME}" alt="([^"]*)">')


def clean_picture(content: bytes) -> Logo:
    """Only what is a picture in it. Raises InvalidInput for what is none, is broken or too large."""
    if len(content) > LARGEST:
        raise InvalidInput("A picture in a signature may have 100 KB at most.", "picture")
    try:
        return clean_logo(content)
    except InvalidInput:
        raise InvalidInput(
            "A picture in a signature must be a PNG or JPEG that is not damaged, at most 2000 points wide and high.",
            "picture",
        ) from None


def digests(html: str) -> list[str]:
    """The pictures that this signature shows, in order, each once."""
    return list(dict.fromkeys(match[1] for match in _PICTURE.finditer(html)))


def for_page(html: str, address: Callable[[str], str]) -> str:
    """With addresses that a browser can show; `address` makes one from a digest."""
    return _PICTURE.sub(lambda found: f'<img src="{escape(address(found[1]))}" alt="{found[2]}">', html)


def for_editor(html: str, address: Callable[[str], str]) -> str:
    """As the editor writes them itself: only so does it keep the words that stand for a picture."""

    def figure(found: re.Match[str]) -> str:
        words = unescape(found[2])
        shown = address(found[1])
        told = json.dumps({"url": shown, "contentType": "image/png", "filename": words, "previewable": True})
        said = json.dumps({"caption": words, "presentation": "gallery"})
        attributes = f'data-trix-attachment="{escape(told)}" data-trix-attributes="{escape(said)}"'
        return f'<figure {attributes}><img src="{escape(shown)}" alt="{found[2]}"></figure>'

    return _PICTURE.sub(figure, html)


def shown_size(width: int, height: int) -> tuple[int, int]:
    """In its own proportions, never larger than it is."""
    if not width or not height:
        return 0, 0
    scale = min(1.0, HEIGHT / height, WIDTH / width)
    return max(1, round(width * scale)), max(1, round(height * scale))
