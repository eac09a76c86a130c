"""Files: what an agent adds to a draft, and how a file of a letter may be shown.

A name is text from a stranger: it is tidied before it is stored and never names a file of ours. What is shown in
the page is decided by the content's first bytes, never by the type or the name that somebody claims.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotFound
from app.tickets.inline_images import content_id
from app.tickets.models import Attachment, Draft

LONGEST_NAME = 180
MOST_FILES = 30
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_FORBIDDEN = '/\\:*?"<>|'


def tidy_filename(name: str) -> str:
    """The last part of a path, normalised, without characters that are not shown or that turn text around."""
    composed = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    shown = "".join(
        char for char in composed if unicodedata.category(char)[0] != "C" and char not in _FORBIDDEN
    )
    shown = " ".join(shown.split()).strip(". ")
    if len(shown) > LONGEST_NAME:
        stem, dot, ending = shown.rpartition(".")
        kept = f"{dot}{ending[:20]}" if dot else ""
        shown = (stem or ending)[: LONGEST_NAME - len(kept)] + kept
    return shown or "file"


def picture_type(content: bytes) -> str | None:
    """The type of a picture we show in place (PNG, JPEG, GIF, WebP), by its first bytes."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _SIGNATURES if content.startswith(start)), None)


def readable_text(content: bytes) -> str | None:
    """The content as text when that is what it is: UTF-8 without control characters."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if any(ord(char) < 32 and char not in "\t\n\r\f" for char in text) else text


def add_file(
    session: Session,
    draft: Draft,
    filename: str,
    content_type: str,
    stored: tuple[str, int],
    *,
    most_bytes: int,
    now: datetime,
    inline: bool = False,
) -> Attachment:
    """Hang a stored file (digest, size) on a draft. Raises InvalidInput when the letter would grow too large.

    `inline`: a picture inside the text, see app.tickets.inline_images.
    """
    digest, size = stored
    present = session.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(Attachment.size), 0)).where(
            Attachment.draft_id == draft.id
        )
    ).one()
    if present[0] >= MOST_FILES or present[1] + size > most_bytes:
        raise InvalidInput("That is too much for one letter.", "file")
    attachment = Attachment(
        draft_id=draft.id,
        filename=tidy_filename(filename),
        content_type=content_type[:200],
        size=size,
        sha256=digest,
        inline=inline,
    )
    session.add(attachment)
    if inline:
        session.flush()
        attachment.content_id = content_id(attachment.id)
    draft.version += 1
    draft.updated_at = now
    session.flush()
    return attachment


def remove_file(session: Session, draft: Draft, attachment_id: int, *, now: datetime) -> None:
    """Take a file off the draft. Raises NotFound when it is not there."""
    attachment = session.get(Attachment, attachment_id)
    if attachment is None or attachment.draft_id != draft.id:
        raise NotFound("There is no such file.")
    session.delete(attachment)
    draft.version += 1
    draft.updated_at = now
    session.flush()
