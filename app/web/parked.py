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
from app.web.auth import login_required

bp = Blueprint("parked", __name__)


@bp.get("/parked")
@login_required
def index() -> str:
    """Newest first, fifty at a time."""
    before = request.args.get("before", type=int)
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
    response = Response(current_app.extensions["blobs"].get(raw.sha256), mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="mail-{raw.id}.eml"'
    return response


@bp.post("/parked/replay")
@login_required
def replay() -> AnyResponse:
    """Let one parked mail (`id`), or all of them, be decided again by the poller."""
    settings: Settings = current_app.config["SETTINGS"]
    chosen = request.form.get("id", type=int)
    query = sa.select(RawMail.id)
    with db.transaction() as session:
        number = parked.replay(
            session, query.where(RawMail.id == chosen) if chosen else query, limit=settings.mail_bytes
        )
    if number:
        flash(_("Trying again. Mail that can be read now appears as a ticket within seconds."), "good")
    else:
        flash(
            _("Nothing to try again: mail above the size limit stays here until MAX_MAIL_MB is raised."),
            "warn",
        )
    return redirect(url_for("parked.index"))
