"""One letter as it was laid out, in a frame that can do nothing; its text; and its original source, seen or saved."""

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
from app.tickets.picture_size import is_small_enough
from app.tickets.safe_html import frame_csp, frame_document
from app.tickets.shown_senders import may_be_trusted, shown_letters
from app.tickets.uploads import picture_type
from app.web.attachments import as_download
from app.web.auth import login_required
from app.web.inbox_page import known_view
from app.web.letter_facts import both_times, letter_facts
from app.web.parked_source import source_of

bp = Blueprint("letters", __name__, url_prefix="/messages/<int:message_id>")
bp.add_app_template_global(letter_facts)
bp.add_app_template_global(both_times)
bp.add_app_template_global(may_be_trusted)
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
        return message_body(
            session,
            message,
            as_html=request.args.get("as") == "html",
            images=request.args.get("images") == "yes",
        )


def message_body(session: Session, message: Message, *, as_html: bool, images: bool) -> str:
    """`images`: with pictures from elsewhere; those of a sender whom the agent trusts with that come anyway."""
    always = message.id in shown_letters(session, g.agent.id, [message])
    return render_template(
        "tickets/_body.html",
        m=message,
        has_html=bool(message.html),
        as_html=as_html and bool(message.html),
        shape=shape_of(message.html or ""),
        images=images or always,
        always=always,
    )


@bp.get("/original")
@login_required
def original(message_id: int) -> str:
    """The mail as it came, as text: its header and the beginning of what follows."""
    with reading() as session:
        message = thread.message_for(session, g.agent.id, message_id)
        raw = _original_of(session, message)
        return render_template(
            "tickets/original.html",
            m=message,
            view=known_view(request.args.get("view", "")),
            source=source_of(current_app.extensions["blobs"], raw.sha256),
        )


@bp.get("/source")
@login_required
def source(message_id: int) -> Response:
    blobs: BlobStore = current_app.extensions["blobs"]
    with reading() as session:
        message = thread.message_for(session, g.agent.id, message_id)
        raw = _original_of(session, message)
    return as_download(blobs.get(raw.sha256), f"letter-{message_id}.eml")


def _original_of(session: Session, message: Message) -> RawMail:
    raw = session.get(RawMail, message.raw_mail_id) if message.raw_mail_id else None
    if raw is None:
        raise NotFound("There is no original of this message.")
    return raw


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
        if kind is not None and is_small_enough(content):
            room -= len(content)
            pictures[attachment.content_id.strip("<>")] = (
                f"data:{kind};base64,{base64.b64encode(content).decode()}"
            )
    return pictures
