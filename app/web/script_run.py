"""A script beside the editor of a ticket: asked for when somebody opens it, one step at a time."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, jsonify, redirect, render_template, request, url_for

from app.db import now, reading, transaction
from app.errors import NotFound
from app.knowledge import script_service, scripts
from app.knowledge.render import render
from app.knowledge.scripts import step_at
from app.tickets import drafts, thread
from app.tickets.segment_facts import facts_for
from app.web import forms, inbox_page, suggestion_panel
from app.web.auth import login_required

bp = Blueprint("script_run", __name__, url_prefix="/tickets/<int:ticket_id>/scripts")


@bp.get("")
@login_required
def choose(ticket_id: int) -> Any:
    """Which conversation is it? Those in the customer's language first."""
    with reading() as session:
        ticket = thread.ticket_for(session, g.agent.id, ticket_id)
        found = script_service.offered(session, ticket.language)
        return _page(ticket_id, scripts=found, language=ticket.language)


@bp.get("/<int:script_id>")
@login_required
def step(ticket_id: int, script_id: int) -> Any:
    """`step`: where we are, the first one without; `path`: the steps that led here."""
    path = [key[:20] for key in request.args.get("path", "").split(",") if key][-scripts.MOST_STEPS :]
    with reading() as session:
        ticket = thread.ticket_for(session, g.agent.id, ticket_id)
        script = script_service.one(session, script_id)
        if script.archived:
            raise NotFound("There is no such script.")
        steps = scripts.read(script.steps)
        here = step_at(steps, request.args.get("step", ""))
        facts = facts_for(session, [here.text], ticket)
        said = render(here.text, suggestion_panel.values_for(ticket, g.agent), facts)
        return _page(ticket_id, script=script, step=here, said=suggestion_panel.safe(said.html), path=path)


@bp.post("/<int:script_id>/insert")
@login_required
def insert(ticket_id: int, script_id: int) -> Any:
    """JSON for the open editor; without scripts the words go to the end of the draft."""
    key = forms.fields(request.form, "step")["step"]
    wants_json = request.accept_mimetypes.best == "application/json"
    with transaction() as session:
        ticket = thread.ticket_for(session, g.agent.id, ticket_id)
        here = step_at(scripts.read(script_service.one(session, script_id).steps), key)
        facts = facts_for(session, [here.text], ticket)
        said = render(here.text, suggestion_panel.values_for(ticket, g.agent), facts)
        if not wants_json:
            drafts.insert_answer(session, ticket, said.html, None, by=g.agent, now=now())
    if wants_json:
        return jsonify(html=said.html, missing=list(said.missing))
    view = inbox_page.known_view(request.form.get("view", "")).slug
    return redirect(url_for("tickets.show", ticket_id=ticket_id, view=view, compose="reply"), 303)


def _page(ticket_id: int, **values: Any) -> str:
    whole = not request.headers.get("HX-Request")
    template = "tickets/scripts.html" if whole else "tickets/_script.html"
    view = inbox_page.known_view(request.values.get("view", ""))
    return render_template(template, ticket_id=ticket_id, view=view, **values)
