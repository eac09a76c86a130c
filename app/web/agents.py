"""/agents: who signs in here, with which role, for which mailboxes. Admins change it, auditors read it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from app.accounts import audit, grants, queries, second_step, service, sign_ins, stages, teams
from app.accounts.models import Agent
from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.mailboxes.queries import mailbox_names
from app.settings import Settings
from app.tickets import handover
from app.together import notices
from app.web.auth import admin_required, audit_required
from app.web.forms import fields, number
from app.web.limits import limiter
from app.web.role_words import role_choices, role_name

bp = Blueprint("agents", __name__, url_prefix="/agents")


@bp.get("")
@audit_required
def index() -> Any:
    return _list()


@bp.post("")
@admin_required
@limiter.limit("30 per hour", key_func=lambda: f"invite {g.agent.id if g.agent else ''}")
def invite() -> Any:
    """Adds an agent and shows the link once: it is not stored and cannot be shown again."""
    form = fields(request.form, "email", "name", "role", "language")
    settings: Settings = current_app.config["SETTINGS"]
    try:
        with transaction() as session:
            agent = service.make_agent(session, **form, timezone=settings.timezone, now=now())
            audit.note(session, "agent added", agent.email, by=g.agent, now=now(), role=agent.role)
            token = service.invite(session, agent, now=now())
    except InvalidInput as error:
        return _list(error=error, typed=form), 422
    return _page(agent.id, fresh=_address(token))


@bp.get("/<int:agent_id>")
@audit_required
def show(agent_id: int) -> Any:
    return _page(agent_id)


@bp.post("/<int:agent_id>/link")
@admin_required
def new_link(agent_id: int) -> Any:
    """A new invitation, or a reset for somebody who forgot the password."""
    fields(request.form)
    with transaction() as session:
        token = service.new_link(session, service.agent_by_id(session, agent_id), by=g.agent, now=now())
    return _page(agent_id, fresh=_address(token))


@bp.post("/<int:agent_id>/role")
@admin_required
def role(agent_id: int) -> Any:
    wanted = fields(request.form, "role")["role"]
    return _change(
        agent_id,
        lambda session, agent: service.set_role(session, agent, wanted, by=g.agent, now=now()),
        lambda agent: _("%(name)s has a new role and signs in again.", name=agent.name),
    )


@bp.post("/<int:agent_id>/mailboxes")
@admin_required
def mailboxes(agent_id: int) -> Any:
    """Every mailbox, or those ticked."""
    every = fields(request.form, "every", "mailboxes")["every"] == "yes"
    chosen = None if every else _numbers("mailboxes")

    def change(session: Session, agent: Agent) -> object:
        known = mailbox_names(session)
        kept = None if chosen is None else [one for one in chosen if one in known]
        done = grants.set_agent_mailboxes(session, agent, kept, by=g.agent, now=now())
        notices.recount(session, [agent.id])
        return done

    return _change(agent_id, change, lambda _agent: _("Saved."))


@bp.post("/<int:agent_id>/teams")
@admin_required
def in_teams(agent_id: int) -> Any:
    fields(request.form, "teams")
    chosen = _numbers("teams")

    def change(session: Session, agent: Agent) -> object:
        done = grants.set_agent_teams(session, agent, chosen, by=g.agent, now=now())
        notices.recount(session, [agent.id])
        return done

    return _change(agent_id, change, lambda _agent: _("Saved."))


@bp.post("/teams/<int:team_id>/mailboxes")
@admin_required
def team_mailboxes(team_id: int) -> Any:
    """What everybody in the team sees, beside their own list."""
    fields(request.form, "mailboxes")
    chosen = _numbers("mailboxes")
    with transaction() as session:
        team, known = teams.team_by_id(session, team_id), mailbox_names(session)
        kept = [one for one in chosen if one in known]
        done = grants.set_team_mailboxes(session, team.id, team.name, kept, by=g.agent, now=now())
        notices.recount(session, [one.id for one in teams.members(session).get(team.id, [])])
    if done:
        flash(_("Saved."), "success")
    return redirect(url_for("agents.index"))


@bp.post("/<int:agent_id>/sign-out")
@admin_required
def sign_out(agent_id: int) -> Any:
    fields(request.form)
    return _change(
        agent_id,
        lambda session, agent: service.sign_out_everywhere(session, agent, by=g.agent, now=now()),
        lambda agent: _("%(name)s is signed out everywhere.", name=agent.name),
    )


@bp.post("/<int:agent_id>/second-step")
@admin_required
def reset_second_step(agent_id: int) -> Any:
    """For a colleague whose phone is gone, and the recovery codes with it."""
    fields(request.form)
    return _change(
        agent_id,
        lambda session, agent: second_step.reset(session, agent, by=g.agent, now=now()),
        lambda agent: _("%(name)s signs in with the password alone now.", name=agent.name),
    )


@bp.post("/second-step")
@admin_required
def require_second_step() -> Any:
    """Whether everybody signs in with a second step."""
    required = fields(request.form, "required")["required"] == "on"
    with transaction() as session:
        done = second_step.require(session, required, by=g.agent, now=now())
    if done:
        flash(_("Saved."), "success")
    return redirect(url_for("agents.index"))


@bp.post("/<int:agent_id>/deactivate")
@admin_required
def deactivate(agent_id: int) -> Any:
    """Out, with everything they had to do given to a colleague or back to everybody, in one move."""
    to_id = number(fields(request.form, "to")["to"])

    def change(session: Session, agent: Agent) -> handover.HandedOver:
        to = service.agent_by_id(session, to_id) if to_id is not None else None
        service.deactivate(session, agent, by=g.agent, now=now())
        given = handover.hand_over(session, agent, to, by=g.agent, now=now())
        audit.note(
            session, "handed over", agent.name, by=g.agent, now=now(), to=to.name if to else "",
            tickets=given.tickets, drafts=given.drafts, clients=given.clients,
        )  # fmt: skip
        return given

    with transaction() as session:
        agent = service.agent_by_id(session, agent_id)
        given = change(session, agent)
    flash(_("%(name)s can no longer sign in.", name=agent.name), "success")
    if given.tickets:
        flash(ngettext("%(num)d ticket went over.", "%(num)d tickets went over.", given.tickets), "success")
    if given.kept:
        flash(
            ngettext(
                "%(num)d of them has nobody now: the colleague does not see its mailbox.",
                "%(num)d of them have nobody now: the colleague does not see their mailboxes.",
                given.kept,
            ),
            "warn",
        )
    return redirect(url_for("agents.show", agent_id=agent_id))


@bp.post("/<int:agent_id>/activate")
@admin_required
def activate(agent_id: int) -> Any:
    with transaction() as session:
        agent = service.agent_by_id(session, agent_id)
        service.activate(session, agent, by=g.agent, now=now())
        token = service.invite(session, agent, now=now())
    return _page(agent_id, fresh=_address(token))


@bp.errorhandler(InvalidInput)
def refused(error: InvalidInput) -> Any:
    """The last admin, and other things that cannot be: said on the page where it was tried."""
    agent_id = (request.view_args or {}).get("agent_id")
    if agent_id is None:
        return _list(refused=_(str(error))), 422
    return _page(agent_id, refused=_(str(error))), 422


def _change(agent_id: int, change: Callable[[Session, Agent], object], said: Callable[[Agent], str]) -> Any:
    with transaction() as session:
        agent = service.agent_by_id(session, agent_id)
        done = change(session, agent)
    if done is not False:
        flash(said(agent), "success")
    return redirect(url_for("agents.show", agent_id=agent_id))


def _numbers(field: str) -> list[int]:
    return [one for text in request.form.getlist(field) if (one := number(text)) is not None]


def _address(token: str) -> str:
    """From the settings: the Host header of a request is whatever its sender wrote."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.public_url + url_for("signin.welcome", token=token)


def _list(
    *, error: InvalidInput | None = None, typed: dict[str, str] | None = None, refused: str = ""
) -> str:
    with reading() as session:
        rows = queries.agent_rows(session, now=now())
        there = teams.active_teams(session)
        required = stages.is_required(session)
        granted, names = grants.team_mailboxes(session, [one.id for one in there]), mailbox_names(session)
    return render_template(
        "agents/index.html",
        rows=rows,
        second_step_required=required,
        teams=there,
        granted=granted,
        mailboxes=names,
        errors={error.field: error} if error else {},
        typed=typed or {},
        refused=refused,
        role_name=role_name,
        roles=role_choices(),
    )


def _page(agent_id: int, *, fresh: str = "", refused: str = "") -> str:
    with reading() as session:
        agent = service.agent_by_id(session, agent_id)
        team_ids = teams.team_ids_of(session, agent.id)
        by_team = grants.team_mailboxes(session, team_ids)
        return render_template(
            "agents/show.html",
            agent=agent,
            fresh=fresh,
            refused=refused,
            role_name=role_name,
            roles=role_choices(),
            mailboxes=mailbox_names(session),
            own=grants.own_mailboxes(session, agent.id),
            of_teams={one for ids in by_team.values() for one in ids},
            teams=teams.active_teams(session),
            team_ids=set(team_ids),
            second_step=stages.has_second_step(session, agent.id),
            sessions=sign_ins.alive_of(session, agent.id, now=now()),
            waiting=handover.waiting_with(session, agent.id),
            colleagues=[
                one for one in queries.active_agents(session) if one.id != agent.id and one.may_answer
            ],
        )
