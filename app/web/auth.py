"""Who is asking: from the token in the signed session cookie to `g.agent`, with one query per request.

`g.agent` is the signed-in Agent, detached and read-only, or None; `g.rights` what they may see and do. Views that need
an agent carry `login_required`, `lead_required`, `admin_required`, `admin_only` or `audit_required`. In sandbox mode
the demo agent is signed in by itself, and only for somebody at this machine.

Whoever must set up a second step first (app.accounts.stages) is nobody on every page but those of SETTING_UP.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager, current_user, login_user, logout_user
from sqlalchemy.exc import OperationalError

from app.accounts import queries, sign_ins
from app.accounts.models import SignIn, Stage
from app.accounts.rights import Rights, now_asks
from app.db import now, reading, transaction
from app.errors import NotAllowed
from app.settings import Settings, is_loopback
from app.web import limits

log = logging.getLogger(__name__)
View = TypeVar("View", bound=Callable[..., Any])
SIGNED_OUT = "signed_out"
READING = ("GET", "HEAD", "OPTIONS")
# Families of pages that are the same for everybody: no session is looked at, so they may be kept by caches.
FOR_EVERYBODY = frozenset({"help_centre", "help_letters", "help_meta"})
# Open to somebody who has to set up a second step and has not done so yet.
SETTING_UP = frozenset({"second_step.show", "second_step.begin", "second_step.confirm"})
# What proxies add to a request they pass on (RFC 7239, RFC 9110 section 7.6.3, and what was usual before).
PASSED_ON = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")

manager = LoginManager()
# The token alone decides. Binding it to an address would throw people out who change networks.
manager.session_protection = None


class Sessions(SecureCookieSessionInterface):
    """Pages for everybody have none: nothing is written, and caches need not tell readers apart by their cookies."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if request.blueprint not in FOR_EVERYBODY:
            super().save_session(app, session, response)


class SignedIn:
    """What flask-login keeps for the request: the token is the identity, the agent comes with it."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, token: str, sign_in: SignIn, rights: Rights) -> None:
        self.token = token
        self.sign_in = sign_in
        self.rights = rights
        self.agent = sign_in.agent

    def get_id(self) -> str:
        return self.token


def init_app(app: Flask) -> None:
    limits.init_app(app)
    manager.init_app(app)
    app.session_interface = Sessions()
    app.before_request(_identify)
    app.teardown_request(lambda _error: now_asks(None))


@manager.user_loader
def _load(token: str) -> SignedIn | None:
    with reading() as db_session:
        found = sign_ins.find_with_rights(db_session, token, now=now())
    return SignedIn(token, *found) if found else None


def login_required(view: View) -> View:
    """Only for agents: others are sent to sign in and come back; a page's own request gets 401.

    What changes something is for those who answer, unless the view is marked `for_notes` or `for_readers`.
    """

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if g.agent is None and not _let_demo_in():
            return _ask_to_sign_in()
        if request.method not in READING:
            _WHO_CHANGES[getattr(view, "open_to", "agent")](g.rights)
        return view(*args, **kwargs)

    return guarded  # type: ignore[return-value]


def for_notes(view: View) -> View:
    """Marks, below `login_required`, a form that light agents may send as well: nothing of it reaches a customer."""
    view.open_to = "light"  # type: ignore[attr-defined]
    return view


def for_readers(view: View) -> View:
    """Marks, below `login_required`, a form about the reader only, such as the profile: everybody may send it."""
    view.open_to = "anyone"  # type: ignore[attr-defined]
    return view


def _required(may: Callable[[Rights], bool], refusal: NotAllowed) -> Callable[[Rights], None]:
    def check(rights: Rights) -> None:
        if not may(rights):
            raise NotAllowed(*refusal.args)

    return check


_READ_ONLY = NotAllowed("Your role may read this, but not change it.")
_WHO_CHANGES: dict[str, Callable[[Rights], None]] = {
    "agent": _required(lambda rights: rights.may_answer, _READ_ONLY),
    "light": _required(lambda rights: rights.may_note, _READ_ONLY),
    "anyone": _required(lambda _rights: True, _READ_ONLY),
}


def _guard(check: Callable[[Rights], None]) -> Callable[[View], View]:
    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if g.agent is None and not _let_demo_in():
                return _ask_to_sign_in()
            check(g.rights)
            return view(*args, **kwargs)

        return guarded  # type: ignore[return-value]

    return guard


def _may_look(rights: Rights) -> bool:
    """Auditors read every page of administration; what they send is refused."""
    return rights.may_audit and request.method in READING


lead_required = _guard(
    _required(
        lambda rights: rights.may_lead or _may_look(rights),
        NotAllowed("Only an admin or a lead can do this."),
    )
)
admin_required = _guard(
    _required(
        lambda rights: rights.may_administer or _may_look(rights), NotAllowed("Only an admin can do this.")
    )
)
# For pages that begin something as soon as they are opened.
admin_only = _guard(_required(lambda rights: rights.may_administer, NotAllowed("Only an admin can do this.")))
# For pages to read: what they change needs `admin_required`.
audit_required = _guard(
    _required(lambda rights: rights.may_audit, NotAllowed("Only an admin or an auditor can see this."))
)


def passive(view: View) -> View:
    """Marks a view that pages call by themselves: it does not keep an idle session alive."""
    view.passive = True  # type: ignore[attr-defined]
    return view


def remember(token: str) -> None:
    """Put a fresh session token into this browser's cookie; whatever the cookie held before is gone."""
    session.clear()
    session.permanent = False
    signed_in = _load(token)
    if signed_in is not None:
        login_user(signed_in)
        _asks(signed_in)


def forget() -> None:
    """Sign this browser out, and keep the sandbox from signing it in again by itself."""
    if current_user.is_authenticated:
        with transaction() as db_session:
            sign_ins.end(db_session, current_user.token)
    logout_user()
    session.clear()
    session[SIGNED_OUT] = True
    _asks(None)


def may_be_demo() -> bool:
    """True in sandbox mode for a browser on this machine that calls us by a name of this machine.

    The name matters: a page elsewhere can point its own host name at 127.0.0.1. So does the way: a proxy on this
    machine calls from here too, for whoever is behind it.
    """
    settings: Settings = current_app.config["SETTINGS"]
    host = urlsplit(f"//{request.host}").hostname or ""
    near = is_loopback(request.remote_addr or "") and is_loopback(host)
    return settings.is_sandbox and near and not any(name in request.headers for name in PASSED_ON)


def sign_in_demo() -> bool:
    """Sign the demo agent in with a session like any other. False when there is none."""
    with transaction() as db_session:
        agent = queries.first_admin(db_session)
        if agent is None:
            return False
        token = sign_ins.start(db_session, agent.id, now=now(), user_agent=request.user_agent.string)
    remember(token)
    return True


def _identify() -> None:
    _asks(None)
    g.confined = False
    if request.endpoint in (None, "static") or request.blueprint in FOR_EVERYBODY:
        return
    if current_user.is_authenticated:
        g.confined = current_user.sign_in.stage == Stage.SETUP
        if not g.confined or request.endpoint in SETTING_UP:
            _asks(current_user)
        _touch(current_user.sign_in)


def identify_anew() -> None:
    """In the middle of a request whose transaction was undone: the rows it had loaded are worth nothing now."""
    g.pop("_login_user", None)
    _identify()


def _asks(signed_in: SignedIn | None) -> None:
    """`g.agent` and `g.rights`, for the pages, and the rights for the doors below them."""
    g.agent, g.rights = (signed_in.agent, signed_in.rights) if signed_in is not None else (None, None)
    now_asks(g.rights)


def _let_demo_in() -> bool:
    """Opening a page for agents is enough in the sandbox; a form, a page's own poll or having signed out is not."""
    opened = request.method == "GET" and not _is_passive() and SIGNED_OUT not in session
    return opened and not g.confined and may_be_demo() and sign_in_demo()


def _touch(sign_in: SignIn) -> None:
    at = now()
    if _is_passive() or not sign_ins.is_stale(sign_in, now=at):
        return
    try:
        with transaction() as db_session:
            sign_ins.touch(db_session, sign_in.id, now=at)
    except OperationalError:
        log.warning("could not note that session %s is in use", sign_in.id)


def _is_passive() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return request.blueprint == "live" or getattr(view, "passive", False)


def _ask_to_sign_in() -> Any:
    wanted = request.full_path.rstrip("?") if request.method == "GET" else ""
    if g.confined:
        return _lead_to(url_for("second_step.show"))
    target = url_for("signin.show", next=wanted) if wanted and wanted != "/" else url_for("signin.show")
    return _lead_to(target, url_for("signin.show"))


def _lead_to(target: str, of_part: str = "") -> Any:
    """By a redirect; a part of a page that asks by itself takes the whole page there."""
    if request.headers.get("HX-Request") or request.accept_mimetypes.best == "application/json":
        return Response(status=401, headers={"HX-Redirect": of_part or target})
    return redirect(target)
