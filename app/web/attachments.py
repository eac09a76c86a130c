"""Files of letters: downloaded as plain bytes, pictures and texts shown in place when their content says they are."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, current_app, g, render_template, request

from app.blobs import BlobStore
from app.db import reading
from app.errors import NotFound
from app.tickets import thread
from app.tickets.models import Attachment
from app.tickets.picture_size import is_small_enough
from app.tickets.uploads import picture_type, readable_text, tidy_filename
from app.web.auth import login_required
from app.web.headers import INERT_POLICY

bp = Blueprint("attachments", __name__)
MOST_TEXT = 200_000
# Files that are words: offered to be read in place. Whether they are is seen when they are opened.
_TEXT_TYPES = frozenset(
    {"text/plain", "text/csv", "text/markdown", "text/x-log", "text/tab-separated-values"}
)
_TEXT_ENDINGS = (".txt", ".log", ".csv", ".tsv", ".md", ".json", ".ini", ".yaml", ".yml", ".diff", ".patch")


@bp.app_template_global()
def is_text_file(file: Attachment) -> bool:
    named = file.filename.lower().endswith(_TEXT_ENDINGS)
    return 0 < file.size <= MOST_TEXT and (file.content_type.lower() in _TEXT_TYPES or named)


@bp.get("/attachments/<int:attachment_id>")
@login_required
def download(attachment_id: int) -> Any:
    attachment, content = _found(attachment_id)
    return as_download(content, attachment.filename)


@bp.get("/attachments/<int:attachment_id>/preview")
@login_required
def preview(attachment_id: int) -> Any:
    """A picture or a text; anything else is only downloaded."""
    attachment, content = _found(attachment_id)
    kind = picture_type(content)
    if kind is not None and not is_small_enough(content):
        raise NotFound("This picture is too large to be shown here. Download it instead.")
    if kind is not None:
        response = Response(content, mimetype=kind)
        response.headers["Content-Security-Policy"] = INERT_POLICY
        response.headers["Content-Disposition"] = disposition("inline", attachment.filename)
        return response
    text = readable_text(content[:MOST_TEXT]) if len(content) <= MOST_TEXT else None
    if text is None:
        raise NotFound("This file cannot be shown here. Download it instead.")
    if request.headers.get("HX-Request"):
        return render_template("tickets/_text_file.html", text=text)
    return render_template("tickets/text_file.html", attachment=attachment, text=text)


def as_download(content: bytes, filename: str) -> Response:
    """Bytes that no browser runs or shows, whatever they are."""
    response = Response(content, mimetype="application/octet-stream")
    response.headers["Content-Security-Policy"] = INERT_POLICY
    response.headers["Content-Disposition"] = disposition("attachment", filename)
    return response


def disposition(kind: str, filename: str) -> str:
    """RFC 6266: a plain name for old clients and the whole one in UTF-8."""
    tidy = tidy_filename(filename)
    plain = "".join(
        char if char.isascii() and char.isprintable() and char not in '"\\%' else "_" for char in tidy
    )
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(tidy, safe='')}"


def _found(attachment_id: int) -> tuple[Attachment, bytes]:
    blobs: BlobStore = current_app.extensions["blobs"]
    with reading() as session:
        attachment = thread.attachment_for(session, g.agent.id, attachment_id)
    return attachment, blobs.get(attachment.sha256)
