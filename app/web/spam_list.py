"""/settings/spam: whose letters are filed as spam, for admins and leads; and the trash: how long, and what is gone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.accounts import audit
from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.tickets import preferences, spam, trash
from app.web import forms
from app.web.auth import admin_required, lead_required

bp = Blueprint("spam_list", __name__, url_prefix="/settings")


@bp.get("/spam")
@lead_required
def index() -> Any:
    return _page()


@bp.post("/spam")
@lead_required
def add() -> Any:
    typed = forms.fields(request.form, "pattern")["pattern"]
    try:
        with transaction() as session:
            pattern = spam.learn_by_hand(session, typed, by=g.agent, now=now())
            audit.note(session, "spam", pattern, by=g.agent, now=now(), changed="added")
    except InvalidInput as error:
        return _page(error=error, typed=typed), 422
    return redirect(url_for("spam_list.index"), 303)


@bp.post("/spam/<int:row_id>/remove")
@lead_required
def remove(row_id: int) -> Any:
    forms.fields(request.form)
    with transaction() as session:
        pattern = spam.forget(session, row_id)
        if pattern:
            audit.note(session, "spam", pattern, by=g.agent, now=now(), changed="removed")
    flash(_("Letters of this sender are filed as usual from now on."), "good")
    return redirect(url_for("spam_list.index"), 303)


@bp.get("/trash")
@admin_required
def trash_page() -> Any:
    return _trash()


@bp.post("/trash")
@admin_required
def keep() -> Any:
    typed = forms.fields(request.form, "days")["days"]
    try:
        with transaction() as session:
            before = preferences.trash_days(session)
            after = preferences.set_trash_days(session, typed)
            audit.note(session, "setting", "trash_days", by=g.agent, now=now(), before=before, after=after)
    except InvalidInput as error:
        return _trash(error=error, typed=typed), 422
    flash(_("Saved."), "good")
    return redirect(url_for("spam_list.trash_page"), 303)


def _page(*, error: InvalidInput | None = None, typed: str = "") -> str:
    text = request.args.get("q", "")[:200].strip()
    with reading() as session:
        rows, following = spam.learnt_page(session, text, request.args.get("after", ""))
        return render_template(
            "order/spam_list.html", rows=rows, next=following, q=text, error=error, typed=typed
        )


def _trash(*, error: InvalidInput | None = None, typed: str | None = None) -> str:
    with reading() as session:
        rows, following = trash.deleted_page(session, request.args.get("after", ""))
        days = preferences.trash_days(session) if typed is None else typed
        return render_template("order/trash.html", rows=rows, next=following, days=days, error=error)
