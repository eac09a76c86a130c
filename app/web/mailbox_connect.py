"""Connecting a mailbox in the browser: adding it, and the consent at Google or Microsoft (OAuth 2.0)."""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import db
from app.accounts import audit
from app.errors import InvalidInput, SincerelyError
from app.mailboxes import editing, oauth_consent, queries
from app.mailboxes.models import Auth, OAuthGrant
from app.mailboxes.oauth_client import client_of
from app.mailboxes.oauth_providers import CALLBACK, provider_of, refusal
from app.settings import Settings
from app.web.auth import admin_only
from app.web.forms import fields
from app.web.limits import limiter
from app.web.mailbox_settings import page

log = logging.getLogger(__name__)
bp = Blueprint("mailbox_connect", __name__)
LONGEST_ANSWER = 4000


@bp.get("/mailboxes/new")
@admin_only
def new() -> Any:
    return _form()


@bp.post("/mailboxes")
@admin_only
def create() -> Any:
    """Stores the mailbox and asks the poller to try it: the result is on its page."""
    form, settings = fields(request.form, *editing.NEW), _settings()
    if settings.is_sandbox:
        return _form(error=InvalidInput("This is the sandbox."), typed=form), 422
    try:
        with db.transaction() as session:
            mailbox = editing.add(session, form, settings, now=db.now())
            audit.note(session, "mailbox added", mailbox.address, by=g.agent, now=db.now())
            if mailbox.auth == Auth.PASSWORD:
                editing.want_check(session, mailbox.id, now=db.now())
    except InvalidInput as error:
        return _form(error=error, typed=form), 422
    return redirect(url_for("mailbox_settings.show", mailbox_id=mailbox.id))


@bp.post("/mailboxes/<int:mailbox_id>/connect")
@admin_only
def connect(mailbox_id: int) -> Any:
    """Begin a consent and show the link to the provider: browsers follow no form to another site from here."""
    fields(request.form)
    settings = _settings()
    try:
        with db.transaction() as session:
            mailbox = queries.mailbox_with_folders(session, mailbox_id)
            provider, grant = provider_of(mailbox.auth), session.get(OAuthGrant, mailbox_id)
            if grant is None:
                raise InvalidInput(
                    "Enter the client ID of the app you registered at the provider.", "client_id"
                )
            consent = oauth_consent.begin(
                provider, client_of(grant, settings), settings, hint=mailbox.imap_user or mailbox.address
            )
            oauth_consent.note_consent(grant, consent, g.agent.id, settings, db.now())
    except InvalidInput as error:
        return page(mailbox_id, error=error), 422
    return page(mailbox_id, consent=consent.address)


@bp.get(CALLBACK)
@admin_only
@limiter.limit("30 per hour", key_func=lambda: f"consent {g.agent.id if g.agent else ''}")
def callback() -> Any:
    """Where the provider sends the admin back, with a code or with a refusal. Each state works once."""
    state = request.args.get("state", "")[:LONGEST_ANSWER]
    code = request.args.get("code", "")[:LONGEST_ANSWER]
    settings = _settings()
    try:
        with db.transaction() as session:
            mailbox, client, verifier = oauth_consent.take_consent(
                session, state, g.agent.id, settings, db.now()
            )
        if not code:
            said = request.args.get("error_description", "")[:LONGEST_ANSWER]
            raise refusal(request.args.get("error", ""), said, first=True)
        provider = provider_of(mailbox.auth)
        tokens = oauth_consent.exchange(provider, client, settings, code=code, verifier=verifier)
        with db.transaction() as session:
            oauth_consent.save_tokens(session, mailbox.id, tokens, settings, db.now())
            editing.want_check(session, mailbox.id, now=db.now())
    except SincerelyError as error:
        log.warning("a consent failed: %s", error)
        return render_template("mailboxes/consent_failed.html", reason=_(str(error))), 422
    flash(_("Connected. The servers are being tried now."), "success")
    return redirect(url_for("mailbox_settings.show", mailbox_id=mailbox.id))


def _form(*, error: InvalidInput | None = None, typed: dict[str, str] | None = None) -> str:
    values = {name: text for name, text in (typed or {}).items() if name not in ("password", "client_secret")}
    return render_template(
        "mailboxes/new.html",
        values={"auth": Auth.PASSWORD, "language": g.agent.language, "first_import": "new"} | values,
        errors={error.field: error} if error and error.field else {},
        sandbox_only=_settings().is_sandbox,
        redirect_address=oauth_consent.redirect_address(_settings()),
    )


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
