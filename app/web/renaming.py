"""/tickets/…/subject: other words for what a ticket is about."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.tickets import subjects, thread
from app.web import forms, inbox_page
from app.web.auth import login_required

bp = Blueprint("renaming", __name__)


@bp.get("/tickets/<int:ticket_id>/subject")
@login_required
def show(ticket_id: int) -> Any:
    return _page(ticket_id)


@bp.post("/tickets/<int:ticket_id>/subject")
@login_required
def rename(ticket_id: int) -> Any:
    typed = forms.fields(request.form, "subject")["subject"]
    try:
        with transaction() as session:
            ticket = thread.ticket_to_change(session, g.agent.id, ticket_id)
            subjects.rename(session, ticket, typed, by=g.agent, now=now())
    except InvalidInput as error:
        return _page(ticket_id, typed=typed, problem=_(str(error))), 422
    view = inbox_page.known_view(request.form.get("view", "")).slug
    return redirect(url_for("tickets.show", ticket_id=ticket_id, view=view), 303)


def _page(ticket_id: int, *, typed: str | None = None, problem: str = "") -> str:
    with reading() as session:
        ticket = thread.ticket_for(session, g.rights, ticket_id)
        subject = ticket.subject
    return render_template(
        "tickets/subject.html",
        ticket_id=ticket_id,
        subject=subject if typed is None else typed,
        problem=problem,
        view=inbox_page.known_view(request.values.get("view", "")),
    )
