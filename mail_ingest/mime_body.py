"""Third step of parsing: what a reader sees of a part tree - one text, one HTML, the attachments.

Parts that belong together (multipart/alternative) give one piece with two faces; pieces that follow each other
are joined in order. Everything that is not shown as text is an attachment, so nothing of a mail disappears.
"""

import hashlib
import html as _html
from dataclasses import dataclass, field

from mail_ingest.charset import decode_text
from mail_ingest.html_text import html_to_text
from mail_ingest.mime_filename import safe_filename
from mail_ingest.mime_tree import Part

MAX_TEXT = 1024 * 1024
MAX_ALL_TEXT = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ParsedAttachment:
    """A file of a mail. `filename` is safe to show and never empty; `content_id` stands without brackets;
    `inline` means that the letter's HTML (or text) shows it by that id."""

    filename: str
    content_type: str
    content: bytes
    content_id: str
    inline: bool


@dataclass(frozen=True, slots=True)
class Body:
    """What the parts come to. `digest` is a hash over the decoded parts, equal for every route of one letter."""

    text: str
    html: str | None
    attachments: tuple[ParsedAttachment, ...]
    digest: str
    defects: tuple[str, ...]


@dataclass(slots=True)
class _Piece:
    """One stretch of the letter: its plain face, its HTML face, or both."""

    text: str = ""
    html: str | None = None


@dataclass(slots=True)
class _File:
    part: Part
    content: bytes
    name: str
    content_id: str = ""


@dataclass(slots=True)
class _Reading:
    """Everything gathered on the walk over one mail."""

    pieces: list[_Piece] = field(default_factory=list)
    files: list[ParsedAttachment] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    shown: int = 0


def read_body(root: Part) -> Body:
    reading = _Reading()
    _walk(root, reading)
    html = "\n".join(piece.html for piece in reading.pieces if piece.html is not None) or None
    text = "\n\n".join(piece.text or html_to_text(piece.html or "") for piece in reading.pieces)
    return Body(text, html, tuple(reading.files), reading.digest.hexdigest(), tuple(reading.defects))


def _walk(part: Part, reading: _Reading) -> None:
    if part.content_type == "multipart/alternative":
        kept, reading.pieces = reading.pieces, []
        for child in part.children:
            _walk(child, reading)
        text = "\n".join(piece.text for piece in reading.pieces if piece.html is None)
        html = next((piece.html for piece in reversed(reading.pieces) if piece.html is not None), None)
        reading.pieces = [*kept, _Piece(text, html)]
        return
    if part.children:
        for child in part.children:
            _walk(child, reading)
        return
    content, defect = part.decoded()
    reading.digest.update(content)
    if part.main_type == "text" and part.disposition != "attachment":
        text, _ = decode_text(content, part.params.get("charset", ""))
        reading.pieces.append(_Piece("", text) if part.content_type == "text/html" else _Piece(text))
        return
    name = part.disposition_params.get("filename") or part.params.get("name") or ""
    cid = part.headers.ascii("content-id").strip("<> ")
    reading.files.append(ParsedAttachment(safe_filename(name, part.content_type), part.content_type, content, cid, bool(cid)))
