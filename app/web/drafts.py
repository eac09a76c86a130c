"""Keeping what an agent types, and the files they add, on the server; and taking over what a colleague began.

The same for a letter that has no ticket yet (`ticket_id` None): its draft is found by `draft_id`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from flask import Blueprint, current_app, g, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.blobs import BlobStore
from app.db import now, reading, transaction
from app.errors import Conflict, InvalidInput, NotAllowed
from app.settings import Settings
from app.tickets import drafts, thread, uploads
from app.tickets.models import Attachment, Draft, DraftKind, Ticket
from app.web import forms, inbox_page
from app.web.auth import for_notes, login_required
from app.web.writing import draft_state, editor_html

bp = Blueprint("drafts", __name__, url_prefix="/tickets/<int:ticket_id>/draft")
first_bp = Blueprint("first_drafts", __name__, url_prefix="/letters/draft")
COMPOSE = {DraftKind.NOTE: "note", DraftKind.REPLY: "reply", DraftKind.FORWARD: "forward"}


@bp.post("")
@login_required
@for_notes
def save(ticket_id: int | None = None) -> Any:
    """JSON {id, version}; 409 with the stored draft when another window was faster."""
    values = forms.fields(request.form, *(forms.FIRST_LETTER if ticket_id is None else forms.LETTER))
    try:
        with transaction() as session:
            draft = drafts.save(
                session,
                _ticket(session, ticket_id),
                values["kind"],
                forms.written_of(values, request.form),
                version=forms.number(values["version"]) or 0,
                by=g.agent,
                now=now(),
                draft_id=forms.number(values["draft_id"]),
            )
            return jsonify(id=draft.id, version=draft.version)
    except Conflict as conflict:
        return _stored(ticket_id, values, _(str(conflict)))


@bp.post("/discard")
@login_required
@for_notes
def discard(ticket_id: int | None = None) -> Any:
    values = forms.fields(request.form, "kind", "draft_id")
    with transaction() as session:
        drafts.discard(
            session,
            _ticket(session, ticket_id),
            values["kind"],
            by=g.agent,
            now=now(),
            draft_id=forms.number(values["draft_id"]),
        )
    return _answer(ticket_id, {"discarded": True})


@bp.post("/<int:draft_id>/take")
@login_required
def take(ticket_id: int, draft_id: int) -> Any:
    """A colleague's words become mine to finish."""
    forms.fields(request.form)
    with transaction() as session:
        ticket = thread.ticket_for(session, g.agent.id, ticket_id)
        draft = drafts.take_over(session, ticket, draft_id, by=g.agent, now=now())
    return _answer(ticket_id, {"id": draft.id, "version": draft.version}, draft.kind)


@bp.post("/files")
@login_required
@for_notes
def add_file(ticket_id: int | None = None) -> Any:
    """The bytes are stored before the transaction; the same bytes again cost nothing."""
    values = forms.fields(request.form, "kind", "draft_id", "inline")
    settings: Settings = current_app.config["SETTINGS"]
    blobs: BlobStore = current_app.extensions["blobs"]
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise InvalidInput("Choose a file first.", "file")
    content = sent.stream.read(settings.upload_bytes + 1)
    if len(content) > settings.upload_bytes:
        raise InvalidInput("That is too much for one letter.", "file")
    inline = values["inline"] == "yes" and uploads.picture_type(content) is not None
    stored = (blobs.put(content), len(content))
    with transaction() as session:
        draft = _mine(session, ticket_id, values)
        file = uploads.add_file(
            session,
            draft,
            sent.filename,
            sent.mimetype,
            stored,
            most_bytes=settings.upload_bytes,
            now=now(),
            inline=inline,
        )
        told = {**described(file), "draft_id": draft.id, "version": draft.version}
        return _answer(ticket_id, told, values["kind"])


@bp.post("/files/<int:attachment_id>/remove")
@login_required
@for_notes
def remove_file(attachment_id: int, ticket_id: int | None = None) -> Any:
    values = forms.fields(request.form, "kind", "draft_id")
    with transaction() as session:
        draft = _mine(session, ticket_id, values)
        uploads.remove_file(session, draft, attachment_id, now=now())
        return _answer(ticket_id, {"version": draft.version, "draft_id": draft.id}, values["kind"])


def _to_customers(view: Callable[..., Any]) -> Callable[..., Any]:
    """What begins a ticket reaches a customer: light agents, who may keep notes by the same ways, do not write it."""

    @wraps(view)
    def guarded(**ids: int) -> Any:
        if g.agent is not None and not g.rights.may_answer:
            raise NotAllowed("Your role does not write to customers.")
        return view(**ids)

    return guarded


for rule, view in (
    ("", save),
    ("/discard", discard),
    ("/files", add_file),
    ("/files/<int:attachment_id>/remove", remove_file),
):
    first_bp.post(rule)(_to_customers(view))


def _ticket(session: Session, ticket_id: int | None) -> Ticket | None:
    return None if ticket_id is None else thread.ticket_for(session, g.agent.id, ticket_id)


def _mine(session: Session, ticket_id: int | None, values: Mapping[str, str]) -> Draft:
    ticket, draft_id = _ticket(session, ticket_id), forms.number(values["draft_id"])
    return drafts.find_or_begin(session, ticket, values["kind"], by=g.agent, now=now(), draft_id=draft_id)


def _stored(ticket_id: int | None, values: Mapping[str, str], reason: str) -> Any:
    with reading() as session:
        state = draft_state(session, ticket_id, g.agent.id, values["kind"], forms.number(values["draft_id"]))
        told = _("%(who)s took over your draft.", who=state.taken_by) if state.taken_by else reason
        if state.draft is not None and state.draft.send_at is not None:
            told = _("This letter waits to be sent. Take it back before you change it.")
        return jsonify(error=told, draft=_whole(state.draft) if state.draft else None), 409


def _whole(draft: Draft) -> dict[str, Any]:
    return {
        "id": draft.id,
        "version": draft.version,
        "html": editor_html(draft.html),
        "to": ", ".join(draft.to),
        "cc": ", ".join(draft.cc),
        "bcc": ", ".join(draft.bcc),
        "subject": draft.subject,
        "files": [described(file) for file in draft.attachments if not file.inline],
    }


def described(file: Attachment) -> dict[str, Any]:
    return {
        "id": file.id,
        "filename": file.filename,
        "size": file.size,
        "inline": file.inline,
        "url": url_for("attachments.download", attachment_id=file.id),
        "preview": url_for("attachments.preview", attachment_id=file.id) if file.inline else "",
    }


def _answer(ticket_id: int | None, values: dict[str, Any], kind: str = "") -> Any:
    if request.accept_mimetypes.best == "application/json":
        return jsonify(values)
    if ticket_id is None:
        return redirect(url_for("letters_from_us.new", draft=values.get("draft_id")), 303)
    view = inbox_page.known_view(request.form.get("view", "")).slug
    compose = next((name for one, name in COMPOSE.items() if one == kind), None)
    return redirect(url_for("tickets.show", ticket_id=ticket_id, view=view, compose=compose), 303)
