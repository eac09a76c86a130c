"""/profile: what agents set for themselves, their password, and where they are signed in."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import refresh
from flask_login import current_user

from app import security
from app.accounts import service, sign_ins, stages
from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.outgoing import signatures
from app.outgoing.signature_html import Signature, typed
from app.settings import Settings
from app.tickets import shown_senders
from app.web import auth
from app.web.auth import for_readers, login_required
from app.web.forms import fields
from app.web.limits import limiter
from app.web.role_words import role_name
from app.web.writing import edited_signature

bp = Blueprint("profile", __name__, url_prefix="/profile")
FIELDS = ("name", "language", "timezone", "theme", "shortcuts", "signature", "signature_html")
# The same machinery has many old names for one place; these are the ones people look for.
AREAS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


@bp.get("")
@login_required
def show() -> Any:
    return _page()


@bp.post("")
@login_required
@for_readers
def edit() -> Any:
    # href: the editor's field for a link, sent where one was being written.
    form = fields(request.form, *FIELDS, "href")
    del form["href"]
    values: dict[str, Any] = {**form, "shortcuts": form["shortcuts"] == "on"}
    try:
        with transaction() as session:
            agent = service.agent_by_id(session, g.agent.id)
            signed = typed(form["signature"], form["signature_html"], signatures.stored(agent))
            looks = {"signature": signed.text, "signature_html": signed.html}
            service.edit_profile(session, agent, **values | looks)
            session.flush()
            session.expunge(agent)
    except InvalidInput as error:
        return _page(error=error, entered=values), 422
    g.agent = agent
    refresh()
    flash(_("Saved."), "success")
    return redirect(url_for("profile.show"))


@bp.post("/away")
@login_required
@for_readers
def away() -> Any:
    """Away: nothing new is given to this agent by itself."""
    is_away = fields(request.form, "away")["away"] == "on"
    with transaction() as session:
        service.agent_by_id(session, g.agent.id).away = is_away
    flash(_("You are away: new tickets go to others.") if is_away else _("You are back."), "success")
    return redirect(url_for("profile.show"))


@bp.post("/password")
@login_required
@for_readers
@limiter.limit("5 per 15 minutes", key_func=lambda: f"password {g.agent.id if g.agent else ''}")
def password() -> Any:
    form = fields(request.form, "current", "password", "again")
    settings: Settings = current_app.config["SETTINGS"]
    try:
        hashed = _checked_password(form, settings)
        with transaction() as session:
            agent = service.agent_by_id(session, g.agent.id)
            token = service.change_password(session, agent, hashed, keep_token=current_user.token)
    except InvalidInput as error:
        return _page(error=error), 422
    auth.remember(token)
    flash(_("Your password was changed. Every other browser was signed out."), "success")
    return redirect(url_for("profile.show"))


@bp.post("/sessions/<int:sign_in_id>/end")
@login_required
@for_readers
def end_session(sign_in_id: int) -> Any:
    fields(request.form)
    with transaction() as session:
        sign_ins.end_one(session, g.agent.id, sign_in_id)
    return redirect(url_for("profile.show"))


@bp.post("/sessions/end")
@login_required
@for_readers
def end_others() -> Any:
    fields(request.form)
    with transaction() as session:
        sign_ins.end_all(session, g.agent.id, but=current_user.token)
    flash(_("Every other browser was signed out."), "success")
    return redirect(url_for("profile.show"))


def _checked_password(form: dict[str, str], settings: Settings) -> str:
    """The hash of the new password. Whoever finds an open screen must know the old one."""
    with reading() as session:
        right = sign_ins.check(session, g.agent.email, form["current"])
    if right is None:
        raise InvalidInput("This is not your current password.", "current")
    if form["password"] != form["again"]:
        raise InvalidInput("The two passwords differ.", "again")
    return security.hash_password(form["password"], cost=settings.password_cost)


def _page(*, error: InvalidInput | None = None, entered: dict[str, Any] | None = None) -> str:
    values = entered or {name: getattr(g.agent, name) for name in FIELDS}
    with reading() as session:
        browsers = sign_ins.alive_of(session, g.agent.id, now=now())
        second_step = stages.has_second_step(session, g.agent.id)
        pictured = shown_senders.senders_of(session, g.agent.id)
    return render_template(
        "profile/show.html",
        role_name=role_name,
        agent=g.agent,
        values=values,
        signature=edited_signature(Signature(values["signature"], values["signature_html"])),
        errors={error.field: error} if error else {},
        browsers=browsers,
        second_step=second_step,
        current_id=current_user.sign_in.id,
        zones=_zones(g.agent.timezone),
        browser_name=browser_name,
        pictured=pictured,
    )


def browser_name(user_agent: str) -> str:
    """The words a person would use, from the order in which browsers claim to be each other."""
    browsers = (
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("YaBrowser", "Yandex Browser"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    )
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    )
    browser = next((name for mark, name in browsers if mark in user_agent), "")
    system = next((name for mark, name in systems if mark in user_agent), "")
    return ", ".join(part for part in (browser, system) if part) or user_agent[:60] or _("Unknown browser")


def _zones(own: str) -> list[tuple[str, str]]:
    names = {zone for zone in available_timezones() if zone.startswith(AREAS)}
    return [(zone, zone.replace("_", " ")) for zone in ("UTC", *sorted(names | ({own} - {"UTC"})))]
