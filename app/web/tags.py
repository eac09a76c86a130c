"""Tags: the list for admins and leads, and the names to choose from while typing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, g, jsonify, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from app.accounts import audit
from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.tags import admin
from app.tags.colours import COLOURS
from app.web import forms
from app.web.auth import lead_required, login_required

bp = Blueprint("tags", __name__)


@bp.get("/tags")
@login_required
def suggest() -> Any:
    """As JSON: names that begin with, or have, what was typed."""
    with reading() as session:
        return jsonify(tags=admin.beginning(session, request.args.get("q", "")[:60]))


@bp.get("/settings/tags")
@lead_required
def index() -> Any:
    return _page()


@bp.post("/settings/tags/<int:tag_id>/rename")
@lead_required
def rename(tag_id: int) -> Any:
    name = forms.fields(request.form, "name")["name"]
    return _change(tag_id, lambda session: admin.rename(session, tag_id, name).name, "renamed")


@bp.post("/settings/tags/<int:tag_id>/colour")
@lead_required
def colour(tag_id: int) -> Any:
    chosen = forms.fields(request.form, "colour")["colour"]
    return _change(tag_id, lambda session: admin.set_colour(session, tag_id, chosen).name, "coloured")


@bp.post("/settings/tags/<int:tag_id>/join")
@lead_required
def join(tag_id: int) -> Any:
    into = forms.number(forms.fields(request.form, "into")["into"]) or 0
    return _change(tag_id, lambda session: admin.join(session, tag_id, into).name, "joined")


@bp.post("/settings/tags/<int:tag_id>/delete")
@lead_required
def delete(tag_id: int) -> Any:
    forms.fields(request.form)
    return _change(tag_id, lambda session: admin.remove(session, tag_id), "deleted")


def _change(tag_id: int, change: Callable[[Session], str], what: str) -> Any:
    try:
        with transaction() as session:
            audit.note(session, "tags", change(session), by=g.agent, now=now(), changed=what)
    except InvalidInput as error:
        return _page(error=error, tag_id=tag_id), 422
    return redirect(url_for("tags.index"), 303)


def _page(*, error: InvalidInput | None = None, tag_id: int = 0) -> str:
    with reading() as session:
        return render_template(
            "order/tags.html", tags=admin.known(session), colours=COLOURS, error=error, tag_id=tag_id
        )
