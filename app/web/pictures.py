"""Pictures from elsewhere, of one sender for good: asked for beside a letter, taken back there or on the profile."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from app.db import now, transaction
from app.tickets import shown_senders, thread
from app.web import forms
from app.web.auth import login_required
from app.web.letters import message_body

bp = Blueprint("pictures", __name__)


@bp.post("/messages/<int:message_id>/pictures")
@login_required
def choose(message_id: int) -> Any:
    """always=yes: in every letter of this sender; always=no: never again without asking."""
    chosen = forms.fields(request.form, "always", "view")
    with transaction() as session:
        message = thread.message_for(session, g.agent.id, message_id)
        if chosen["always"] == "yes":
            shown_senders.show_always(session, g.agent.id, message, now=now())
        else:
            shown_senders.stop_showing(session, g.agent.id, message.sender_email)
        if request.headers.get("HX-Request"):
            return message_body(session, message, as_html=True, images=chosen["always"] == "yes")
        ticket_id = message.ticket_id
    return redirect(
        url_for("tickets.show", ticket_id=ticket_id, view=chosen["view"] or None, _anchor=f"m{message_id}"),
        303,
    )


@bp.post("/profile/pictures")
@login_required
def forget() -> Any:
    email = forms.fields(request.form, "email")["email"]
    with transaction() as session:
        shown_senders.stop_showing(session, g.agent.id, email)
    flash(_("Saved."), "success")
    return redirect(url_for("profile.show", _anchor="pictures"), 303)
