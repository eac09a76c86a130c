"""Parked mail: what could not be ingested and why, its source, and trying again."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app import db
from app.errors import NotFound
from app.mailboxes import parked
from app.mailboxes.models import RawMail
from app.settings import Settings
from app.web.attachments import as_download
from app.web.auth import login_required
from app.web.forms import fields, number

bp = Blueprint("parked", __name__)


@bp.get("/parked")
@login_required
def index() -> str:
    """Newest first, fifty at a time."""
    before = number(request.args.get("before", ""))
    with db.reading() as session:
        rows = parked.parked_mails(session, before=before)
        return render_template(
            "parked/index.html",
            rows=rows[: parked.PAGE],
            next_before=rows[parked.PAGE - 1].id if len(rows) > parked.PAGE else None,
        )


@bp.get("/parked/<int:raw_mail_id>/source")
@login_required
def source(raw_mail_id: int) -> Response:
    """The bytes as received, as a download that no browser will run."""
    with db.reading() as session:
        raw = session.get(RawMail, raw_mail_id)
    if raw is None or not raw.sha256:
        raise NotFound(_("There is no such mail."))
    return as_download(current_app.extensions["blobs"].get(raw.sha256), f"mail-{raw.id}.eml")


@bp.post("/parked/replay")
@login_required
def replay() -> AnyResponse:
    """Let one parked mail (`id`), or all of them, be decided again by the poller."""
    settings: Settings = current_app.config["SETTINGS"]
    chosen = fields(request.form, "id")["id"]
    query = sa.select(RawMail.id)
    if chosen:  # a number nobody has is nobody's mail, not everybody's
        query = query.where(RawMail.id == (number(chosen) or 0))
    with db.transaction() as session:
        again = parked.replay(session, query, limit=settings.mail_bytes)
    if again:
        flash(_("Trying again. Mail that can be read now appears as a ticket within seconds."), "good")
    else:
        flash(
            _("Nothing to try again: mail above the size limit stays here until MAX_MAIL_MB is raised."),
            "warn",
        )
    return redirect(url_for("parked.index"))
