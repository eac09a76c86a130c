"""/agents, for admins: who signs in here, with which role."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.accounts import links, queries, service
from app.accounts.models import Agent
from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.settings import Settings
from app.web.auth import admin_required
from app.web.forms import fields
from app.web.limits import limiter

bp = Blueprint("agents", __name__, url_prefix="/agents")


@bp.get("")
@admin_required
def index() -> Any:
    return _page()


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
            token = links.invite(session, agent, now=now())
    except InvalidInput as error:
        return _page(error=error, typed=form), 422
    return _page(fresh=(agent, _address(token)))


@bp.post("/<int:agent_id>/link")
@admin_required
def new_link(agent_id: int) -> Any:
    """A new invitation, or a reset for somebody who forgot the password."""
    fields(request.form)
    with transaction() as session:
        agent = service.agent_by_id(session, agent_id)
        token = links.invite(session, agent, now=now())
    return _page(fresh=(agent, _address(token)))


@bp.post("/<int:agent_id>/role")
@admin_required
def role(agent_id: int) -> Any:
    form = fields(request.form, "role")
    with transaction() as session:
        agent = service.agent_by_id(session, agent_id)
        service.set_role(session, agent, form["role"])
    return _done(_("%(name)s has a new role and signs in again.", name=agent.name))


@bp.post("/<int:agent_id>/deactivate")
@admin_required
def deactivate(agent_id: int) -> Any:
    fields(request.form)
    with transaction() as session:
        agent = service.agent_by_id(session, agent_id)
        service.deactivate(session, agent, now=now())
    return _done(_("%(name)s can no longer sign in.", name=agent.name))


@bp.post("/<int:agent_id>/activate")
@admin_required
def activate(agent_id: int) -> Any:
    fields(request.form)
    with transaction() as session:
        agent = service.agent_by_id(session, agent_id)
        service.activate(session, agent)
        token = links.invite(session, agent, now=now())
    return _page(fresh=(agent, _address(token)))


@bp.errorhandler(InvalidInput)
def refused(error: InvalidInput) -> Any:
    """The last admin, and other things that cannot be: said on the page where it was tried."""
    return _page(refused=_(str(error))), 422


def _done(text: str) -> Any:
    flash(text, "success")
    return redirect(url_for("agents.index"))


def _address(token: str) -> str:
    """From the settings: the Host header of a request is whatever its sender wrote."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.public_url + url_for("signin.welcome", token=token)


def _page(
    *,
    fresh: tuple[Agent, str] | None = None,
    error: InvalidInput | None = None,
    typed: dict[str, str] | None = None,
    refused: str = "",
) -> str:
    with reading() as session:
        rows = queries.agent_rows(session, now=now())
    errors = {error.field: error} if error else {}
    return render_template(
        "agents/index.html", rows=rows, fresh=fresh, errors=errors, typed=typed or {}, refused=refused
    )
