"""The mail ledger: per mailbox, every mail ever seen and what became of it. Turns red when something is missing."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, current_app, g, render_template

from app import db
from app.mailboxes import queries
from app.settings import Settings
from app.web.auth import login_required

bp = Blueprint("mailboxes", __name__)


@bp.get("/mailboxes")
@login_required
def index() -> str:
    settings: Settings = current_app.config["SETTINGS"]
    with db.reading() as session:
        balances = queries.balances(
            session,
            now=db.now(),
            silence=timedelta(minutes=settings.silence_alarm_minutes),
            rights=g.rights,
        )
    return render_template("mailboxes/index.html", balances=balances, silence=settings.silence_alarm_minutes)
