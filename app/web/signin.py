"""/sign-in with its second step, /sign-out, and /welcome/<token>, where a one-time link sets a password."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_limiter import RateLimitExceeded
from flask_limiter.util import get_remote_address

from app.accounts import links, service, sign_ins
from app.accounts import second_step as second_steps
from app.accounts.models import Stage
from app.db import now, reading, transaction
from app.errors import InvalidInput, NotAllowed, NotFound
from app.settings import Settings
from app.web import auth
from app.web.limits import forgive, limiter
from app.web.next_page import safe_next
from app.web.second_step import SCOPE, TRIES, secret_key

bp = Blueprint("signin", __name__)
TRIES_PER_ACCOUNT = "5 per 15 minutes"
TRIES_PER_ADDRESS = "20 per minute"
LONGEST_EMAIL = 320
# In the signed cookie, between the two steps: the token of the half sign-in, and whose it is.
HALF, HALF_OF = "half", "half_of"


def _account_key() -> str:
    """One count per account and address, so that a stranger cannot lock somebody else out everywhere."""
    email = request.form.get("email", "").strip().lower()[:LONGEST_EMAIL]
    return f"{get_remote_address()}|{email}"


@bp.get("/sign-in")
def show() -> Any:
    """The form; whoever is signed in already goes on to their page."""
    if g.confined:
        return redirect(url_for("second_step.show"))
    if g.agent is not None:
        return redirect(safe_next(request.args.get("next")))
    return _form()


@bp.post("/sign-in")
@limiter.shared_limit(TRIES_PER_ADDRESS, scope="sign-in address")
@limiter.shared_limit(TRIES_PER_ACCOUNT, scope="sign-in account", key_func=_account_key)
def sign_in() -> Any:
    email, password = request.form.get("email", ""), request.form.get("password", "")
    with reading() as db_session:
        checked = sign_ins.check(db_session, email, password)
    if checked is None:
        return _form(email=email, error=_wrong()), 401
    try:
        with transaction() as db_session:
            started = sign_ins.start_checked(
                db_session, checked, now=now(), user_agent=request.user_agent.string
            )
    except NotAllowed:
        return _form(email=email, error=_wrong()), 401
    forgive("sign-in account")
    return _go_on(started, checked.agent_id, safe_next(request.form.get("next")))


@bp.get("/sign-in/code")
def code() -> Any:
    """The second step of whoever gave the right password a moment ago."""
    with reading() as db_session:
        half = sign_ins.find_half(db_session, session.get(HALF, ""), now=now())
    return _code_form() if half is not None else redirect(url_for("signin.show"))


@bp.post("/sign-in/code")
@limiter.shared_limit(TRIES_PER_ADDRESS, scope="sign-in address")
@limiter.shared_limit(TRIES, scope=SCOPE, key_func=lambda: str(session.get(HALF_OF, "")))
def second_step() -> Any:
    try:
        with transaction() as db_session:
            token = second_steps.come_in(
                db_session,
                session.get(HALF, ""),
                request.form.get("code", ""),
                key=secret_key(),
                now=now(),
                user_agent=request.user_agent.string,
            )
    except NotAllowed:
        flash(_("Please sign in again."), "warn")
        return redirect(url_for("signin.show"))
    except InvalidInput as error:
        return _code_form(error=_(str(error))), 401
    forgive(SCOPE)
    return _enter(token, safe_next(request.form.get("next")))


@bp.post("/sign-in/demo")
def demo() -> Any:
    """Sandbox only: come back after signing out."""
    if not auth.may_be_demo() or not auth.sign_in_demo():
        abort(404)
    return redirect(safe_next(request.form.get("next")))


@bp.post("/sign-out")
def sign_out() -> Any:
    auth.forget()
    return redirect(url_for("signin.show"))


@bp.get("/welcome/<token>")
@limiter.limit(TRIES_PER_ADDRESS)
def welcome(token: str) -> Any:
    """Shows the form and changes nothing: mail scanners open links too."""
    try:
        with reading() as db_session:
            return _welcome_form(links.find(db_session, token, now=now()))
    except NotFound:
        return render_template("signin/link_gone.html"), 404


@bp.post("/welcome/<token>")
@limiter.limit(TRIES_PER_ADDRESS)
def set_password(token: str) -> Any:
    settings: Settings = current_app.config["SETTINGS"]
    password = request.form.get("password", "")
    try:
        with reading() as db_session:
            agent = links.find(db_session, token, now=now())
            db_session.expunge(agent)
        if password != request.form.get("again", ""):
            return _welcome_form(agent, error=_("The two passwords differ."), field="again"), 422
        with transaction() as db_session:
            agent = service.welcome(db_session, token, password, now=now(), cost=settings.password_cost)
            # A link proves that a letter or a colleague reached them, not that they have their phone.
            started = sign_ins.start_after_password(
                db_session, agent.id, now=now(), user_agent=request.user_agent.string
            )
    except NotFound:
        return render_template("signin/link_gone.html"), 404
    except InvalidInput as error:
        return _welcome_form(agent, error=_(str(error)), field=error.field), 422
    return _go_on(started, agent.id, url_for("profile.show"))


@bp.errorhandler(RateLimitExceeded)
def too_many(error: RateLimitExceeded) -> Any:
    message = _("Too many tries. Please wait a few minutes and try again.")
    if request.endpoint == "signin.second_step":
        return _code_form(error=message), 429
    return _form(email=request.form.get("email", ""), error=message), 429


def _go_on(started: sign_ins.Started, agent_id: int, target: str) -> Any:
    """In, or to the second step: until it is answered this browser is nobody."""
    if started.stage != Stage.CODE:
        return _enter(started.token, target)
    session.clear()
    session[HALF], session[HALF_OF] = started.token, agent_id
    return redirect(url_for("signin.code", next=target) if target != "/" else url_for("signin.code"))


def _enter(token: str, target: str) -> Any:
    auth.remember(token)
    return redirect(target)


def _wrong() -> str:
    return _("The address or the password is wrong.")


def _form(*, email: str = "", error: str = "") -> str:
    wanted = safe_next(request.values.get("next"))
    return render_template(
        "signin/sign_in.html", email=email[:LONGEST_EMAIL], error=error, next=wanted, demo=auth.may_be_demo()
    )


def _code_form(*, error: str = "") -> str:
    wanted = safe_next(request.values.get("next"))
    by_recovery = bool(request.form.get("recovery"))
    return render_template("signin/code.html", error=error, next=wanted, by_recovery=by_recovery)


def _welcome_form(agent: Any, *, error: str = "", field: str = "") -> str:
    return render_template("signin/welcome.html", agent=agent, error=error, field=field)
