"""/settings/reasons: what customers may name beside a smiley. Admins word, order and archive it; nothing is deleted."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.ratings import reasons
from app.ratings.asking import LANGUAGES
from app.web.auth import admin_required
from app.web.forms import fields

bp = Blueprint("ratings_reasons", __name__, url_prefix="/settings/reasons")
FIELDS = (*(f"words_{code}" for code in LANGUAGES), "for_good", "for_bad")


@bp.get("")
@admin_required
def index() -> Any:
    return _page()


@bp.post("")
@admin_required
def add() -> Any:
    form = fields(request.form, *FIELDS)
    try:
        with transaction() as session:
            reasons.add(session, form, by=g.agent, now=now())
    except InvalidInput as error:
        return _page(0, form, error), 422
    return _done()


@bp.post("/<int:reason_id>")
@admin_required
def edit(reason_id: int) -> Any:
    form = fields(request.form, *FIELDS)
    try:
        with transaction() as session:
            reasons.edit(session, reasons.reason_by_id(session, reason_id), form, by=g.agent, now=now())
    except InvalidInput as error:
        return _page(reason_id, form, error), 422
    return _done()


@bp.post("/<int:reason_id>/move")
@admin_required
def move(reason_id: int) -> Any:
    form = fields(request.form, "up")
    with transaction() as session:
        reasons.move(session, reasons.reason_by_id(session, reason_id), up=form["up"] == "yes")
    return redirect(url_for("ratings_reasons.index"), 303)


@bp.post("/<int:reason_id>/archive")
@admin_required
def archive(reason_id: int) -> Any:
    """Away with it, or back again."""
    form = fields(request.form, "archived")
    try:
        with transaction() as session:
            reason = reasons.reason_by_id(session, reason_id)
            reasons.set_archived(session, reason, form["archived"] == "yes", by=g.agent, now=now())
    except InvalidInput as error:
        return _page(error=error), 422
    return _done()


def _done() -> Any:
    flash(_("Saved."), "success")
    return redirect(url_for("ratings_reasons.index"), 303)


def _page(typed_id: int = -1, typed: dict[str, str] | None = None, error: InvalidInput | None = None) -> str:
    """`typed_id`: of the reason that was being changed, 0 for a new one."""
    with reading() as session:
        every = reasons.every(session)
    offered = [one for one in every if one.archived_at is None]
    return render_template(
        "settings/reasons.html",
        offered=offered,
        archived=[one for one in every if one.archived_at is not None],
        most=reasons.MOST,
        longest=reasons.LONGEST,
        typed_id=typed_id,
        typed=typed or {},
        error=error,
    )
