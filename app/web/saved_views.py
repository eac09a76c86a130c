"""/views: saved views of the list – made from a search, shared, sorted, and counted a moment after the page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts.teams import Team, active_teams, team_ids_of
from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.tickets import saved_views
from app.tickets.queue_models import SavedView
from app.tickets.saved_views import ICONS, MOST_COUNTED, ORDERS, SavedForm
from app.tickets.search_query import LONGEST_QUERY
from app.web import forms, inbox_page
from app.web.auth import for_readers, login_required, passive
from app.web.inbox_views import order_texts

bp = Blueprint("saved_views", __name__, url_prefix="/views")
FIELDS = ("name", "query", "icon", "sorting", "shared")


@bp.get("")
@login_required
def index() -> Any:
    with reading() as session:
        views = saved_views.visible(session, g.agent.id)
        names = {team.id: team.name for team in active_teams(session)}
        return render_template("saved_views/index.html", views=views, teams=names, may_change=_may_change)


@bp.get("/new")
@login_required
def new() -> Any:
    """The search that was just made becomes a view."""
    return _form_page(SavedForm("", request.args.get("q", "").strip()[:LONGEST_QUERY]))


@bp.post("")
@login_required
@for_readers
def create() -> Any:
    form = _form()
    try:
        with transaction() as session:
            view_id = saved_views.make(session, form, by=g.agent, now=now()).id
    except InvalidInput as error:
        return _form_page(form, error=error), 422
    return redirect(url_for("inbox.view", view=f"saved-{view_id}"))


@bp.get("/<int:saved_view_id>")
@login_required
def show(saved_view_id: int) -> Any:
    with reading() as session:
        view = saved_views.view_for(session, g.rights, saved_view_id)
        shared = str(view.team_id) if view.shared == "team" else view.shared
        form = SavedForm(view.name, view.query, view.icon, view.sorting, shared)
    return _form_page(form, view_id=saved_view_id)


@bp.post("/<int:saved_view_id>")
@login_required
@for_readers
def edit(saved_view_id: int) -> Any:
    form = _form()
    try:
        with transaction() as session:
            view = saved_views.view_for(session, g.rights, saved_view_id)
            saved_views.edit(session, view, form, by=g.agent)
    except InvalidInput as error:
        return _form_page(form, view_id=saved_view_id, error=error), 422
    return redirect(url_for("inbox.view", view=f"saved-{saved_view_id}"))


@bp.post("/<int:saved_view_id>/delete")
@login_required
@for_readers
def delete(saved_view_id: int) -> Any:
    forms.fields(request.form)
    with transaction() as session:
        view = saved_views.view_for(session, g.rights, saved_view_id)
        name = view.name
        saved_views.delete(session, view)
    flash(_("The view %(name)s is gone; its tickets are where they were.", name=name), "success")
    return redirect(url_for("saved_views.index"))


@bp.post("/<int:saved_view_id>/move")
@login_required
@for_readers
def move(saved_view_id: int) -> Any:
    step = -1 if forms.fields(request.form, "step")["step"] == "up" else 1
    with transaction() as session:
        view = saved_views.view_for(session, g.rights, saved_view_id)
        saved_views.move(session, view, step, by=g.agent)
    return redirect(url_for("saved_views.index"))


@bp.get("/numbers")
@login_required
@passive
def numbers() -> Any:
    """How many tickets each view has, for the column of views."""
    with reading() as session:
        at = now()
        asked = [
            (view.id, inbox_page.parsed(view.query, at)) for view in saved_views.visible(session, g.agent.id)
        ]
        found = saved_views.numbers(session, asked, inbox_page.asker_of(g.agent.id))
    return jsonify(
        {
            f"saved-{view_id}": f"{MOST_COUNTED - 1}+" if number >= MOST_COUNTED else number
            for view_id, number in found.items()
        }
    )


def _form() -> SavedForm:
    values = forms.fields(request.form, *FIELDS)
    return SavedForm(
        values["name"],
        values["query"],
        values["icon"] or ICONS[0],
        values["sorting"] or ORDERS[0],
        values["shared"],
    )


def _form_page(form: SavedForm, *, view_id: int = 0, error: InvalidInput | None = None) -> str:
    with reading() as session:
        teams = _own_teams(session)
        problems = inbox_page.problem_texts(inbox_page.parsed(form.query, now()))
    return render_template(
        "saved_views/form.html",
        form=form,
        view_id=view_id,
        teams=teams,
        icons=ICONS,
        orders=[(order.value, order_texts()[order]) for order in ORDERS],
        problems=problems,
        examples=inbox_page.EXAMPLES,
        errors={error.field: error} if error else {},
    )


def _own_teams(session: Session) -> list[Team]:
    mine = team_ids_of(session, g.agent.id)
    return [team for team in active_teams(session) if g.rights.may_lead or team.id in mine]


def _may_change(view: SavedView) -> bool:
    return bool(view.owner_id == g.agent.id or g.rights.may_lead)
