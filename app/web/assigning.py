"""The team of a ticket: asked for when somebody opens the menu, so that no other page looks for teams."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for

from app.accounts.teams import active_teams
from app.db import now, reading, transaction
from app.tickets import assignment, service, thread
from app.web import forms, inbox_page
from app.web.auth import login_required

bp = Blueprint("assigning", __name__, url_prefix="/tickets/<int:ticket_id>/team")


@bp.get("")
@login_required
def show(ticket_id: int) -> Any:
    """The menu's part for scripts, a page of its own without them."""
    view = inbox_page.known_view(request.args.get("view", ""))
    with reading() as session:
        ticket = thread.ticket_for(session, g.agent.id, ticket_id)
        teams = active_teams(session)
    template = "tickets/_teams.html" if request.headers.get("HX-Request") else "tickets/teams.html"
    return render_template(template, ticket=ticket, teams=teams, view=view)


@bp.post("")
@login_required
def choose(ticket_id: int) -> Any:
    team_id = forms.number(forms.fields(request.form, "team")["team"])
    with transaction() as session:
        ticket = thread.ticket_to_change(session, g.agent.id, ticket_id)
        assignment.set_team(session, ticket, team_id, by=g.agent, now=now())
        service.mark_read(session, ticket, now=now())
    view = inbox_page.known_view(request.form.get("view", "")).slug
    return redirect(url_for("tickets.show", ticket_id=ticket_id, view=view), 303)
