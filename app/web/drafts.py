"""Keeping what an agent types, and the files they add, on the server."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, g, jsonify, redirect, request, url_for
from flask_babel import gettext as _

from app.blobs import BlobStore
from app.db import now, reading, transaction
from app.errors import Conflict, InvalidInput
from app.settings import Settings
from app.tickets import drafts, thread, uploads
from app.tickets.models import Attachment, Draft, Kind
from app.web import forms, inbox_page
from app.web.auth import login_required

bp = Blueprint("drafts", __name__, url_prefix="/tickets/<int:ticket_id>/draft")


@bp.post("")
@login_required
def save(ticket_id: int) -> Any:
    """JSON {id, version}; 409 with the stored draft when another window was faster."""
    values = forms.fields(
        request.form, "kind", "html", "body", "to", "cc", "version", "article_ids", "seen_message_id"
    )
    try:
        with transaction() as session:
            ticket = thread.ticket_for(session, g.agent.id, ticket_id)
            draft = drafts.save(
                session,
                ticket,
                values["kind"],
                forms.written_of(values),
                version=forms.number(values["version"]) or 0,
                by=g.agent,
                now=now(),
            )
            return jsonify(id=draft.id, version=draft.version)
    except Conflict as conflict:
        return _stored(ticket_id, values["kind"], _(str(conflict)))


@bp.post("/discard")
@login_required
def discard(ticket_id: int) -> Any:
    kind = forms.fields(request.form, "kind")["kind"]
    with transaction() as session:
        drafts.discard(
            session, thread.ticket_for(session, g.agent.id, ticket_id), kind, by=g.agent, now=now()
        )
    return _answer(ticket_id, {"discarded": True})


@bp.post("/files")
@login_required
def add_file(ticket_id: int) -> Any:
    """The bytes are stored before the transaction; the same bytes again cost nothing."""
    kind = forms.fields(request.form, "kind")["kind"]
    settings: Settings = current_app.config["SETTINGS"]
    blobs: BlobStore = current_app.extensions["blobs"]
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise InvalidInput("Choose a file first.", "file")
    content = sent.stream.read(settings.upload_bytes + 1)
    if len(content) > settings.upload_bytes:
        raise InvalidInput("That is too much for one letter.", "file")
    stored = (blobs.put(content), len(content))
    with transaction() as session:
        ticket = thread.ticket_for(session, g.agent.id, ticket_id)
        draft = drafts.find_or_begin(session, ticket, kind, by=g.agent, now=now())
        file = uploads.add_file(
            session, draft, sent.filename, sent.mimetype, stored, most_bytes=settings.upload_bytes, now=now()
        )
        return _answer(ticket_id, {**_described(file), "draft_id": draft.id, "version": draft.version}, kind)


@bp.post("/files/<int:attachment_id>/remove")
@login_required
def remove_file(ticket_id: int, attachment_id: int) -> Any:
    kind = forms.fields(request.form, "kind")["kind"]
    with transaction() as session:
        ticket = thread.ticket_for(session, g.agent.id, ticket_id)
        draft = drafts.find_or_begin(session, ticket, kind, by=g.agent, now=now())
        uploads.remove_file(session, draft, attachment_id, now=now())
        return _answer(ticket_id, {"version": draft.version}, kind)


def _stored(ticket_id: int, kind: str, reason: str) -> Any:
    with reading() as session:
        draft = drafts.mine(session, ticket_id, g.agent.id, kind)
    return jsonify(error=reason, draft=_whole(draft) if draft else None), 409


def _whole(draft: Draft) -> dict[str, Any]:
    return {
        "id": draft.id,
        "version": draft.version,
        "html": draft.html,
        "to": ", ".join(draft.to),
        "cc": ", ".join(draft.cc),
        "files": [_described(file) for file in draft.attachments],
    }


def _described(file: Attachment) -> dict[str, Any]:
    return {
        "id": file.id,
        "filename": file.filename,
        "size": file.size,
        "url": url_for("attachments.download", attachment_id=file.id),
    }


def _answer(ticket_id: int, values: dict[str, Any], kind: str = "") -> Any:
    if request.accept_mimetypes.best == "application/json":
        return jsonify(values)
    view = inbox_page.known_view(request.form.get("view", "")).slug
    compose = {Kind.NOTE: "note", Kind.OUTGOING: "reply"}.get(kind, "") or None  # type: ignore[call-overload]
    return redirect(url_for("tickets.show", ticket_id=ticket_id, view=view, compose=compose), 303)
