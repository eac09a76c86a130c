"""/profile/second-step: an agent's own second step at sign-in. Recovery codes are shown once, when they are made."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_limiter import RateLimitExceeded
from flask_login import current_user

from app.accounts import recovery_codes, second_step, service, sign_ins, stages, totp
from app.db import now, reading, transaction
from app.errors import InvalidInput, NotFound
from app.settings import Settings
from app.web import auth
from app.web.auth import for_readers, login_required
from app.web.forms import fields
from app.web.limits import forgive, limiter

bp = Blueprint("second_step", __name__, url_prefix="/profile/second-step")
# Of each agent, at the door and here together: three codes of a million are right at any time.
TRIES = "5 per 15 minutes"
SCOPE = "second step"
# Whoever signed in just now need not say their password again.
JUST_NOW = timedelta(minutes=10)

limited = limiter.shared_limit(TRIES, scope=SCOPE, key_func=lambda: str(g.agent.id if g.agent else ""))


def secret_key() -> str:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.secret_key


@bp.get("")
@login_required
def show() -> Any:
    return _page()


@bp.post("/begin")
@login_required
@for_readers
@limited
def begin() -> Any:
    """A new secret for a phone. Whoever finds an open screen must know the password, or have the phone there was."""
    form = fields(request.form, "password", "code")
    try:
        with reading() as session:
            has_one = stages.has_second_step(session, g.agent.id)
        if not has_one:
            _check_password(form["password"])
        with transaction() as session:
            agent = service.agent_by_id(session, g.agent.id)
            # Looked at again: another window may have finished meanwhile.
            if stages.has_second_step(session, agent.id):
                second_step.prove(session, agent, form["code"], key=secret_key(), now=now())
            second_step.begin(session, agent, key=secret_key())
    except InvalidInput as error:
        return _page(error=error, doing="begin"), 422
    forgive(SCOPE)
    return redirect(url_for("second_step.show"))


@bp.post("/confirm")
@login_required
@for_readers
@limited
def confirm() -> Any:
    typed = fields(request.form, "code")["code"]
    try:
        with transaction() as session:
            agent = service.agent_by_id(session, g.agent.id)
            codes, token = second_step.confirm(
                session, agent, typed, current_user.token, key=secret_key(), now=now()
            )
    except InvalidInput as error:
        return _page(error=error, doing="confirm"), 422
    forgive(SCOPE)
    auth.remember(token)
    return _codes(codes, fresh=True)


@bp.post("/codes")
@login_required
@for_readers
@limited
def new_codes() -> Any:
    typed = fields(request.form, "code")["code"]
    try:
        with transaction() as session:
            agent = service.agent_by_id(session, g.agent.id)
            codes = second_step.new_codes(session, agent, typed, key=secret_key(), now=now())
    except InvalidInput as error:
        return _page(error=error, doing="codes"), 422
    forgive(SCOPE)
    return _codes(codes)


@bp.post("/codes.txt")
@login_required
@for_readers
def codes_file() -> Any:
    """The codes on the screen as a file: they come from the page, since nothing here knows them any more."""
    typed = fields(request.form, "codes")["codes"].split()
    with reading() as session:
        codes = recovery_codes.ours(session, g.agent.id, typed, key=secret_key())
    if not codes:
        raise NotFound("These codes are no longer valid.")
    head = _("Recovery codes of %(email)s. Each works once.", email=g.agent.email)
    text = "\r\n".join(["Sincerely", head, "", *codes, ""])
    response = Response(text, mimetype="text/plain")
    response.headers["Content-Disposition"] = 'attachment; filename="sincerely-recovery-codes.txt"'
    return response


@bp.post("/off")
@login_required
@for_readers
@limited
def switch_off() -> Any:
    typed = fields(request.form, "code")["code"]
    try:
        with transaction() as session:
            agent = service.agent_by_id(session, g.agent.id)
            second_step.switch_off(session, agent, typed, key=secret_key(), now=now())
    except InvalidInput as error:
        return _page(error=error, doing="off"), 422
    forgive(SCOPE)
    flash(_("You sign in with your password alone."), "success")
    return redirect(url_for("second_step.show"))


@bp.errorhandler(RateLimitExceeded)
def too_many(error: RateLimitExceeded) -> Any:
    said = InvalidInput("Too many tries. Please wait a few minutes and try again.")
    return _page(error=said), 429


def _is_fresh() -> bool:
    started = current_user.sign_in.created_at
    return g.agent.password_hash is None or now() - started < JUST_NOW


def _check_password(typed: str) -> None:
    if _is_fresh():
        return
    with reading() as session:
        if sign_ins.check(session, g.agent.email, typed) is None:
            raise InvalidInput("This is not your current password.", "password")


def _page(*, error: InvalidInput | None = None, doing: str = "") -> str:
    with reading() as session:
        standing = second_step.standing(session, g.agent.id, key=secret_key())
    waiting = standing.waiting
    address = totp.address_of(waiting, g.agent.email, "Sincerely") if waiting else ""
    return render_template(
        "profile/second_step.html",
        standing=standing,
        picture=totp.picture_of(address) if waiting else "",
        secret=totp.in_groups(waiting),
        errors={error.field: error} if error and error.field else {},
        refused="" if error is None or error.field else _(str(error)),
        doing=doing,
        ask_password=not _is_fresh(),
        confined=g.confined,
    )


def _codes(codes: list[str], *, fresh: bool = False) -> str:
    return render_template("profile/recovery_codes.html", codes=codes, fresh=fresh)
