"""One letter as it was laid out, in a frame that can do nothing; its text; and its original source."""

from __future__ import annotations

import base64

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, g, render_template, request
from sqlalchemy.orm import Session

from app.blobs import BlobStore
from app.db import reading
from app.errors import NotFound
from app.mailboxes.models import RawMail
from app.tickets import thread
from app.tickets.letter_shape import shape_of
from app.tickets.models import Attachment, Message
from app.tickets.safe_html import frame_csp, frame_document
from app.tickets.uploads import picture_type
from app.web.attachments import as_download
from app.web.auth import login_required

bp = Blueprint("letters", __name__, url_prefix="/messages/<int:message_id>")
# All inline pictures of one letter together: they travel inside the document.
MOST_INLINE = 5 * 1024 * 1024


@bp.get("/letter")
@login_required
def letter(message_id: int) -> Response:
    """The document of the frame. Pictures from elsewhere only when asked for, for this one view."""
    allow_remote = request.args.get("images") == "yes"
    with reading() as session:
        message = thread.message_for(session, g.agent.id, message_id)
        if not message.html:
            raise NotFound("This letter has no formatting.")
        document = frame_document(
            message.html, images=_inline_pictures(session, message), allow_remote=allow_remote
        )
    response = Response(document, mimetype="text/html")
    response.headers["Content-Security-Policy"] = frame_csp(allow_remote)
    return response


@bp.get("/body")
@login_required
def body(message_id: int) -> str:
    """The inside of a message on the page: as text, or as the frame."""
    with reading() as session:
        message = thread.message_for(session, g.agent.id, message_id)
        as_html = request.args.get("as") == "html" and bool(message.html)
        return render_template(
            "tickets/_body.html",
            m=message,
            has_html=bool(message.html),
            as_html=as_html,
            shape=shape_of(message.html or ""),
            images=request.args.get("images") == "yes",
        )


@bp.get("/source")
@login_required
def source(message_id: int) -> Response:
    blobs: BlobStore = current_app.extensions["blobs"]
    with reading() as session:
        message = thread.message_for(session, g.agent.id, message_id)
        raw = session.get(RawMail, message.raw_mail_id) if message.raw_mail_id else None
    if raw is None:
        raise NotFound("There is no original of this message.")
    return as_download(blobs.get(raw.sha256), f"letter-{message_id}.eml")


def _inline_pictures(session: Session, message: Message) -> dict[str, str]:
    """Content id → data: address, as long as they are small enough together."""
    blobs: BlobStore = current_app.extensions["blobs"]
    query = (
        sa.select(Attachment)
        .where(Attachment.message_id == message.id, Attachment.content_id != "")
        .order_by(Attachment.id)
    )
    pictures: dict[str, str] = {}
    room = MOST_INLINE
    for attachment in session.scalars(query):
        if attachment.size > room:
            continue
        content = blobs.get(attachment.sha256)
        kind = picture_type(content)
        if kind is not None:
            room -= len(content)
            pictures[attachment.content_id.strip("<>")] = (
                f"data:{kind};base64,{base64.b64encode(content).decode()}"
            )
    return pictures
