"""/reports/briefing: one page for five minutes, and whether it also comes by e-mail on Mondays."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import get_locale, get_translations
from flask_babel import gettext as _

from app.accounts.models import Agent
from app.db import reading, transaction
from app.reports import briefing, briefing_mail, briefing_words
from app.web import reports
from app.web.auth import for_readers, login_required
from app.web.forms import fields

bp = Blueprint("briefing", __name__, url_prefix="/reports/briefing")
ICONS = {
    "todo": "check2-circle",
    "burns": "fire",
    "changed": "bar-chart",
    "shines": "star",
    "loaded": "people",
}


@bp.get("")
@login_required
def show() -> Any:
    with reading() as session:
        asked = reports.asked_of(session)
        told = briefing.gather(session, asked.scope, now=asked.now, zone=asked.zone)
        return render_template(
            "reports/briefing.html",
            told=told,
            sections=briefing_words.sections(told, get_translations(), str(get_locale())),
            icons=ICONS,
            by_mail=briefing_mail.wants(session, g.agent),
            **reports.common(session, asked),
        )


@bp.post("/mail")
@login_required
@for_readers
def by_mail() -> Any:
    """Yes or no."""
    form = fields(request.form, "by_mail")
    with transaction() as session:
        briefing_mail.wish(session, session.get_one(Agent, g.agent.id), form["by_mail"] == "on")
    flash(_("Saved."), "good")
    return redirect(url_for(".show"), 303)
