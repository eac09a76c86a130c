"""/messages/…/note: other words for an internal note."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.tickets import notes
from app.tickets.drafts import LONGEST
from app.tickets.safe_html import sanitise_reply
from app.web import forms, inbox_page
from app.web.auth import for_notes, login_required
from app.web.pages import exact_time

bp = Blueprint("notes", __name__)


@bp.get("/messages/<int:message_id>/note")
@login_required
def show(message_id: int) -> Any:
    return _page(message_id)


@bp.post("/messages/<int:message_id>/note")
@login_required
@for_notes
def change(message_id: int) -> Any:
    form = forms.fields(request.form, "text", "text_html", "version", "href")
    html = form["text_html"] or forms.text_as_html(form["text"])
    try:
        if len(html) > LONGEST:
            raise InvalidInput("That is too long for one letter.", "text")
        with transaction() as session:
            note = notes.note_for(session, g.rights, message_id)
            ticket_id = note.ticket_id
            on = forms.number(form["version"]) or 0
            notes.edit(session, note, html, on=on, by=g.agent, now=now())
    except InvalidInput as error:
        return _page(message_id, typed=(form["text"], html), problem=_(str(error))), 422
    view = inbox_page.known_view(request.form.get("view", "")).slug
    return redirect(
        url_for("tickets.show", ticket_id=ticket_id, view=view, _anchor=f"message-{message_id}"), 303
    )


@bp.app_template_global()
def moment_of(text: str) -> str:
    """When it was edited, in the reader's own time."""
    return exact_time(datetime.fromisoformat(text))


@bp.app_template_global()
def may_edit_note(message: Any) -> bool:
    return notes.may_edit(g.rights, message)


def _page(message_id: int, *, typed: tuple[str, str] | None = None, problem: str = "") -> str:
    with reading() as session:
        note = notes.note_for(session, g.rights, message_id)
        text, html = typed or (note.visible, note.html or forms.text_as_html(note.visible))
        return render_template(
            "tickets/note.html",
            note=note,
            ticket_id=note.ticket_id,
            text={"text": text, "html": sanitise_reply(html, pictures=False)},
            pictured="<img" in (note.html or ""),
            version=notes.version(note),
            errors={"text": problem} if problem else {},
            view=inbox_page.known_view(request.values.get("view", "")),
        )
