"""A signature with its looks: as it is typed, as the editor opens it, and as it stands below a letter.

The same rules as for a reply hold, but for pictures: those of a reply hang on one letter, a signature's have names of
their own (app.outgoing.signature_pictures). A signature without looks is plain lines, as it always was, and keeps no
HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from urllib.parse import quote

from app.errors import InvalidInput
from app.knowledge.variables import fill
from app.outgoing.signature_pictures import MOST, NAMES, SOURCE, digests
from app.tickets.inline_images import from_editor
from app.tickets.reply_text import clean_html_to_text
from app.tickets.safe_html import sanitise_reply

LONGEST_HTML = 20_000
_TAG = re.compile(r'(<(?:"[^"]*"|[^">])*>)')
_ENDS_LINE = re.compile(r"<(?:br|/?(?:div|p|ul|ol|li|h1|blockquote|pre))\b")
_EMPTY = re.compile(r"<(strong|em|del|a|code|li|ul|ol|div|p|h1|blockquote|pre)(?: [^>]*)?></\1>")


@dataclass(frozen=True)
class Signature:
    """`text` are its lines; `html` is safe, '' where the lines are all there is."""

    text: str = ""
    html: str = ""


def typed(text: str, html: str, before: Signature) -> Signature:
    """What a form sends: the editor's HTML, or the text of a browser without scripts.

    Text that nobody changed leaves the looks as they were. Raises InvalidInput for one that is too long, or has too
    many pictures.
    """
    if len(html) > LONGEST_HTML:
        raise InvalidInput("This signature is too long.", "signature")
    if not html.strip():
        lines = text.replace("\r\n", "\n").strip()
        return before if lines == before.text else Signature(lines)
    clean = clean_signature(html)
    if len(digests(clean)) > MOST:
        raise InvalidInput("A signature may have three pictures at most.", "signature")
    lines = clean_html_to_text(clean)
    if not lines.strip():
        return Signature()
    return Signature(lines, "" if clean == as_html(lines) else clean)


def for_editor(one: Signature) -> Signature:
    """Both forms, whichever is kept: a page that could not be saved has only what the browser sent."""
    html = clean_signature(one.html) if one.html else as_html(one.text)
    return Signature(one.text or clean_html_to_text(html), html)


def clean_signature(html: str) -> str:
    """What a reply may hold; of pictures only those of signatures."""
    return sanitise_reply(from_editor(html, NAMES), own_picture=SOURCE)


def as_html(text: str) -> str:
    """Lines as the editor writes them."""
    return f"<div>{escape(text, quote=False).replace(chr(10), '<br>')}</div>" if text else ""


def filled(one: Signature, values: Mapping[str, str]) -> Signature:
    """Its variables filled in; a line of which one has no value is left out."""
    if not one.html:
        lines = (fill(line, values) for line in one.text.strip().splitlines())
        return Signature("\n".join(line.text.rstrip() for line in lines if not line.missing).strip("\n"))
    return _filled_looks(one.html, tuple((name, value) for name, value in values.items() if name in one.html))


@lru_cache(maxsize=200)
def _filled_looks(html: str, used: tuple[tuple[str, str], ...]) -> Signature:
    """Kept, because every page with an editor shows it, and most signatures are the same for every customer."""
    values = dict(used)
    clean = clean_signature(_without_empty("".join(_filled_line(pieces, values) for pieces in _lines(html))))
    text = clean_html_to_text(clean)
    return Signature(text, clean) if text.strip() else Signature()


def _lines(html: str) -> Iterator[list[str]]:
    """Text and tags in turn, up to and with the tag that ends a line."""
    line: list[str] = []
    for piece in _TAG.split(html):
        line.append(piece)
        if _ENDS_LINE.match(piece):
            yield line
            line = []
    yield line


def _filled_line(pieces: list[str], values: Mapping[str, str]) -> str:
    in_address = {name: quote(value, safe="@") for name, value in values.items()}
    kept, missing = [], False
    for piece in pieces:
        is_tag = piece.startswith("<")
        found = fill(piece, in_address) if is_tag else fill(unescape(piece), values)
        missing = missing or bool(found.missing)
        kept.append(found.text if is_tag else escape(found.text, quote=False))
    if not missing:
        return "".join(kept)
    # Its tags stay, for they may begin or end elsewhere; the break after it goes.
    return "".join(piece for piece in pieces if piece.startswith("<") and not piece.startswith("<br"))


def _without_empty(html: str) -> str:
    while (less := _EMPTY.sub("", html)) != html:
        html = less
    return html
