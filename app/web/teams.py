"""/teams: teams, who is in them, and how new tickets find their agent. For admins and leads."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.accounts import audit, teams
from app.accounts.queries import active_agents
from app.accounts.teams import TeamForm
from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.tickets import assignment_rules
from app.web import forms
from app.web.auth import lead_required

bp = Blueprint("teams", __name__, url_prefix="/teams")


@bp.get("")
@lead_required
def index() -> Any:
    return _page()


@bp.post("")
@lead_required
def create() -> Any:
    form = _form()
    try:
        with transaction() as session:
            audit.note(session, "team", teams.make_team(session, form, now=now()).name, by=g.agent, now=now())
    except InvalidInput as error:
        return _page(error=error, typed=form), 422
    return _done(_("The team %(name)s is there.", name=form.name.strip()))


@bp.post("/<int:team_id>")
@lead_required
def edit(team_id: int) -> Any:
    form = _form()
    try:
        with transaction() as session:
            team = teams.team_by_id(session, team_id)
            teams.edit_team(session, team, form)
            audit.note(session, "team", team.name, by=g.agent, now=now())
    except InvalidInput as error:
        return _page(error=error, typed=form, team_id=team_id), 422
    return _done(_("Saved."))


@bp.post("/<int:team_id>/active")
@lead_required
def set_active(team_id: int) -> Any:
    active = forms.fields(request.form, "active")["active"] == "on"
    with transaction() as session:
        team = teams.team_by_id(session, team_id)
        teams.set_active(team, active)
        audit.note(session, "team", team.name, by=g.agent, now=now(), active=active)
        name = team.name
    if active:
        return _done(_("%(name)s takes tickets again.", name=name))
    return _done(_("%(name)s gets no new tickets; those it has stay.", name=name))


@bp.post("/mailboxes/<int:mailbox_id>")
@lead_required
def mailbox(mailbox_id: int) -> Any:
    values = forms.fields(request.form, "team", "way", "own_agent")
    with transaction() as session:
        assignment_rules.set_rule(
            session,
            g.rights,
            mailbox_id,
            team_id=forms.number(values["team"]),
            way=values["way"] or "hand",
            own_agent=values["own_agent"] == "on",
        )
        audit.note(session, "assignment", f"#{mailbox_id}", by=g.agent, now=now())
    return _done(_("Saved."))


def _form() -> TeamForm:
    values = forms.fields(request.form, "name", "way", "own_agent", "agent")
    ids = tuple(number for number in map(forms.number, request.form.getlist("agent")) if number)
    return TeamForm(values["name"], values["way"] or "hand", values["own_agent"] == "on", ids)


def _done(text: str) -> Any:
    flash(text, "success")
    return redirect(url_for("teams.index"))


def _page(
    *, error: InvalidInput | None = None, typed: TeamForm | None = None, team_id: int | None = None
) -> str:
    with reading() as session:
        return render_template(
            "teams/index.html",
            teams=teams.all_teams(session),
            members=teams.members(session),
            agents=[agent for agent in active_agents(session) if agent.may_answer],
            mailboxes=assignment_rules.mailbox_rules(session, g.rights),
            errors={error.field: error} if error else {},
            typed=typed,
            edited=team_id,
        )
