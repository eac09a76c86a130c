"""Two tickets into one, and apart again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.tickets import merging, thread
from app.web import forms, inbox_page
from app.web.auth import login_required

bp = Blueprint("merging", __name__, url_prefix="/tickets/<int:ticket_id>")


@bp.get("/merge")
@login_required
def show(ticket_id: int) -> Any:
    """Which ticket should it become part of? The customer's others first, any other by its number."""
    return _page(ticket_id)


@bp.post("/merge")
@login_required
def merge(ticket_id: int) -> Any:
    typed = forms.fields(request.form, "target")["target"]
    target_id = forms.number(typed.strip().lstrip("#"))
    if target_id is None:
        return _page(ticket_id, problem=_("Type the number of a ticket, such as 1042."), typed=typed), 422
    try:
        with transaction() as session:
            thread.ticket_for(session, g.agent.id, ticket_id)
            merging.merge(session, ticket_id, target_id, by=g.agent, now=now())
    except InvalidInput as error:
        return _page(ticket_id, problem=_(str(error)), typed=typed), 422
    flash(_("#%(source)s is part of this ticket now.", source=ticket_id), "good")
    return _to(target_id)


@bp.post("/unmerge")
@login_required
def unmerge(ticket_id: int) -> Any:
    forms.fields(request.form)
    with transaction() as session:
        merging.unmerge(session, ticket_id, by=g.agent, now=now())
    flash(_("#%(source)s is a ticket of its own again.", source=ticket_id), "good")
    return _to(ticket_id)


def _page(ticket_id: int, *, problem: str = "", typed: str = "") -> str:
    view = inbox_page.known_view(request.values.get("view", ""))
    with reading() as session:
        ticket = thread.ticket_for(session, g.agent.id, ticket_id)
        others = merging.candidates(session, ticket, g.agent)
        return render_template(
            "tickets/merge.html", ticket=ticket, others=others, view=view, problem=problem, typed=typed
        )


def _to(ticket_id: int) -> Any:
    view = inbox_page.known_view(request.form.get("view", "")).slug
    return redirect(url_for("tickets.show", ticket_id=ticket_id, view=view), 303)
