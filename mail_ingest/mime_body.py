"""Third step of parsing: what a reader sees of a part tree - one text, one HTML, the attachments.

Parts that belong together (multipart/alternative) give one piece with two faces; pieces that follow each other
are joined in order. Everything that is not shown as text is an attachment, so nothing of a mail disappears.
"""

import hashlib
import html as _html
import re
from dataclasses import dataclass, field

from mail_ingest.charset import decode_bytes
from mail_ingest.header_words import decode_header
from mail_ingest.html_text import html_to_text
from mail_ingest.mime_calendar import read_calendar
from mail_ingest.mime_filename import safe_filename
from mail_ingest.mime_files import (
    File,
    attachments,
    content_id,
    content_location,
    file_name,
    likely_type,
    parameter_name,
    with_locations_as_ids,
)
from mail_ingest.mime_files import ParsedAttachment as ParsedAttachment
from mail_ingest.mime_signed import signed_content
from mail_ingest.mime_text import is_binary, read_text
from mail_ingest.mime_tree import Part, read_tree

MAX_TEXT = 1024 * 1024
MAX_ALL_TEXT = 2 * 1024 * 1024

# Exchange gives these names to what a person wrote below a picture.
_CUT_TEXT = re.compile(r"ATT\d{3,8}\.(?:txt|html?)", re.I)
# A page that is labelled plain text.
_PAGE = re.compile(r"\s{0,200}(?:<!doctype html[^>]{0,300}>\s{0,100})?<html[\s>]", re.I)
_FACES = frozenset(("text/plain", "text/html"))
# Texts for programs: shown to nobody, kept as files.
_FILE_TYPES = frozenset(
    f"text/{kind}"
    for kind in "calendar x-vcalendar vcard x-vcard directory rtf csv xml css javascript ecmascript"
    " rfc822-headers rfc822-header x-moz-deleted sgml tab-separated-values".split()
)
_CALENDARS = frozenset(("text/calendar", "application/ics", "text/x-vcalendar"))
_OUTLOOK = frozenset(("application/ms-tnef", "application/vnd.ms-tnef", "application/x-ms-tnef"))
# A letter may be signed, encrypted and signed again.
_MAX_WRAPPED = 3
# Files of an inner mail that say nothing in its text.
_SILENT = frozenset(("image", "audio", "video", "font"))
_SMIME = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime"))
# The same letter once more, for programs: AMP pages and watch faces.
_IGNORED_FACES = frozenset(("text/x-amp-html", "text/watch-html"))
# As the whole of a mail any other text is its letter.
_CARDS = frozenset(f"text/{kind}" for kind in "calendar x-vcalendar vcard x-vcard directory rtf".split())
_OWN_FACES = _FACES | _IGNORED_FACES | {"text/enriched", "text/richtext"}
FORWARDED_LINE = "---------- Forwarded message ----------"


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

    def shown(self) -> str:
        return self.text if self.text.strip() or self.html is None else html_to_text(self.html)[:MAX_TEXT]


@dataclass(slots=True)
class _Reading:
    """Everything gathered on the walk over one mail."""

    hint: str = ""
    keep_files: bool = True
    pieces: list[_Piece] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    nested: list[Part] = field(default_factory=list)
    framed: list[Part] = field(default_factory=list)  # multiparts with something above or below their parts
    evidence: list[Part] = field(
        default_factory=list
    )  # what reports are about; shown when they say nothing else
    invitations: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    digest: list[bytes] = field(default_factory=list)
    shown: int = 0
    depth: int = 0


def read_body(root: Part, hint: str = "") -> Body:
    """Text, HTML and files of the tree; `hint` is the charset to try first for raw 8-bit file names."""
    reading = _Reading(hint)
    _walk(root, reading, is_root=True)
    text, html = _join(reading)
    html = with_locations_as_ids(html, reading.files)
    files = attachments(reading.files, (html or "") + text)
    digest = hashlib.sha256(b"\n".join(reading.digest)).hexdigest()
    return Body(text, html, files, digest, tuple(reading.defects))


def _join(reading: _Reading) -> tuple[str, str | None]:
    pieces = [piece for piece in reading.pieces if piece.text.strip() or piece.html is not None]
    blocks = [text.strip("\n") for text in (piece.shown() for piece in pieces) if text.strip()]
    own = "\n\n".join(blocks)
    blocks.extend(
        text for text in reading.invitations if text.split("\n", 1)[0].partition(": ")[2] not in own
    )
    blocks.extend(reading.notes if not own.strip() else ())
    blocks.extend(_nested_text(part) for part in reading.nested)
    if not blocks:
        blocks.extend(_nested_text(part) for part in reading.evidence)
        blocks.extend(text for part in reading.framed for text in _margin_texts(part))
    html = None
    if any(piece.html is not None for piece in pieces):
        html = "\n".join(_as_html(piece) for piece in pieces)
    return "\n\n".join(blocks)[:MAX_ALL_TEXT].rstrip(), html


def _as_html(piece: _Piece) -> str:
    if piece.html is not None:
        return piece.html
    return f'<div style="white-space: pre-wrap">{_html.escape(piece.text, quote=False)}</div>'


def _walk(part: Part, reading: _Reading, *, is_root: bool = False, is_face: bool = False) -> None:
    if part.margins:
        reading.framed.append(part)
    if part.nested is not None:
        _take_mail(part, reading)
    elif part.content_type == "multipart/alternative" and part.children:
        _take_alternatives(part, reading)
    elif part.children:
        _take_children(part, reading)
    elif part.content_type in _IGNORED_FACES and is_face:
        return
    elif part.main_type == "text" and _is_letter(part, reading, is_root=is_root, is_face=is_face):
        _take_text(part, reading)
    else:
        _take_file(part, reading)
    _take_words_behind(part.tail, reading)


def _take_children(part: Part, reading: _Reading) -> None:
    before = len(reading.nested)
    for child in part.children:
        _walk(child, reading)
    if part.content_type == "multipart/report":
        # The mail that a report is about is evidence, not part of the letter.
        reading.evidence += reading.nested[before:]
        del reading.nested[before:]
    if part.content_type == "multipart/encrypted":
        reading.notes.append("[This letter is encrypted with PGP. The encrypted text is attached.]")


def _take_alternatives(part: Part, reading: _Reading) -> None:
    """The faces of one text: plain ones together, HTML ones together."""
    kept, reading.pieces = reading.pieces, []
    usual = any(child.content_type in _FACES for child in part.children)
    for child in part.children:
        # The same words in a third form, Markdown for one, are kept as a file.
        spare = usual and child.main_type == "text" and child.content_type not in _OWN_FACES
        (_take_file if spare else _walk_face)(child, reading)
    faces, reading.pieces = reading.pieces, kept
    plain = list(dict.fromkeys(face.text for face in faces if face.text.strip()))
    html = list(dict.fromkeys(face.html for face in faces if face.html is not None))
    text = "\n".join(plain)
    if html and len(text) < 400 and "html" in text.lower():
        # "Your program cannot show HTML" is not what the person wrote.
        derived = "\n".join(html_to_text(face) for face in html)
        text = derived if len(derived) > 2 * len(text) else text
    reading.pieces.append(_Piece(text, "\n".join(html) if html else None))


def _walk_face(part: Part, reading: _Reading) -> None:
    _walk(part, reading, is_face=True)


def _is_letter(part: Part, reading: _Reading, *, is_root: bool, is_face: bool) -> bool:
    """Is this text part something the person wrote, rather than a file that happens to be text?"""
    named = bool(parameter_name(part)) and not _CUT_TEXT.fullmatch(parameter_name(part))
    if reading.shown > MAX_ALL_TEXT or part.content_type in (
        _CARDS if is_root and not named else _FILE_TYPES
    ):
        return False
    if is_root:
        return part.disposition != "attachment" or not named
    if part.disposition == "attachment" or (part.disposition and part.disposition != "inline" and named):
        return False
    has_text = any(piece.text.strip() or piece.html for piece in reading.pieces)
    return is_face or not named or not has_text


def _take_text(part: Part, reading: _Reading) -> None:
    read = read_text(part)
    if parameter_name(part) and is_binary(read.text):
        _take_file(part, reading)
        return
    text = read.text
    reading.defects.extend(read.defects)
    reading.digest.append(text.strip().encode("utf-8", "replace"))
    if len(text) > MAX_TEXT or read.goes_on:
        reading.defects.append("a text is too long and was cut; all of it is attached")
        _take_file(part, reading)
        text = text[:MAX_TEXT]
    reading.shown += len(text)
    as_page = part.content_type == "text/html" or _PAGE.match(text) is not None
    reading.pieces.append(_Piece("", text) if as_page else _Piece(text))
    for name, content in read.files:
        _keep(reading, File(decode_bytes(name, reading.hint), "application/octet-stream", content))


def _take_file(part: Part, reading: _Reading) -> None:
    if not reading.keep_files and part.main_type in _SILENT:
        return
    content, defect = part.decoded()
    if defect:
        reading.defects.append(defect)
    _take_words_behind(part.footer(), reading)
    name = file_name(part, reading.hint)
    kind = likely_type(part, name)
    if kind in _SMIME:
        _take_smime(part, content, reading)
    if kind in _CALENDARS:
        summary = read_calendar(content, part.params.get("charset", ""))
        reading.invitations.extend([summary] if summary and summary not in reading.invitations else [])
    if kind in _OUTLOOK:
        reading.notes.append("[This letter is in a format of Outlook alone. It is attached as winmail.dat.]")
    _keep(reading, File(name, part.content_type, content, content_id(part), content_location(part)))


def _take_words_behind(footer: bytes, reading: _Reading) -> None:
    if footer and reading.keep_files:
        reading.defects.append("there is text behind the encoded content")
        reading.pieces.append(_Piece(decode_bytes(footer).replace("\r", "")))


def _take_smime(part: Part, content: bytes, reading: _Reading) -> None:
    letter = signed_content(content) if reading.depth < _MAX_WRAPPED else b""
    if not letter:
        reading.notes.append("[This letter is encrypted with S/MIME. The encrypted text is attached.]")
        return
    reading.depth += 1
    root, defects = read_tree(letter)
    reading.defects.extend(defects)
    _walk(root, reading)
    reading.depth -= 1


def _take_mail(part: Part, reading: _Reading) -> None:
    assert part.nested is not None
    reading.nested.append(part.nested)
    if reading.keep_files:
        subject = decode_header(part.nested.headers.first("subject"), reading.hint)[:80]
        kind = part.content_type if part.content_type == "message/partial" else "message/rfc822"
        _keep(
            reading, File(parameter_name(part, reading.hint) or f"{subject or 'message'}.eml", kind, part.raw)
        )


def _keep(reading: _Reading, file: File) -> None:
    if not reading.keep_files:
        return
    reading.digest.append(hashlib.sha256(file.content).digest())
    file.name = safe_filename(file.name, file.content_type)
    reading.files.append(file)


def _nested_text(mail: Part) -> str:
    """A mail inside the mail as a reader sees it, under the line that mail programs put above it."""
    hint = mail.params.get("charset", "")
    lines = [FORWARDED_LINE]
    for name in ("From", "Date", "Subject", "To"):
        value = decode_header(mail.headers.first(name.lower()), hint)
        if value:
            lines.append(f"{name}: {value[:1000]}")
    reading = _Reading(hint, keep_files=False)
    _walk(mail, reading, is_root=True)
    return "\n".join(lines) + "\n\n" + _join(reading)[0]


def _margin_texts(part: Part) -> list[str]:
    """What stands above and below the parts, without the lines that say what MIME is."""
    texts = [decode_bytes(part.source[start:end]).replace("\r", "")[:MAX_TEXT] for start, end in part.margins]
    paragraphs = [text.strip() for whole in texts for text in whole.split("\n\n")]
    return [text for text in paragraphs if text and "MIME" not in text]
