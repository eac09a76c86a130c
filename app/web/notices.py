"""/notices: what an agent was told of, and how the bell in the bar and the browser's own notifications say it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import get_translations

from app.db import now, reading, transaction
from app.together import notices, wording
from app.together.notices import NoticeRow
from app.together.wording import Line
from app.web import forms
from app.web.auth import for_readers, login_required

bp = Blueprint("notices", __name__, url_prefix="/notices")
ICONS = {
    "assigned": "person-check",
    "mention": "at",
    "letter": "envelope",
    "note": "sticky",
    "delivery": "exclamation-triangle",
    "later": "clock-history",
    "draft": "pencil",
    "rating": "emoji-smile",
}


@bp.get("")
@login_required
def index() -> Any:
    with reading() as session:
        page = notices.page(session, g.rights, after=request.args.get("after", ""))
    lines = [_shown(row) for row in page.rows]
    if request.headers.get("HX-Target") == "more":
        return render_template("notices/_lines.html", lines=lines, after=page.after)
    return render_template("notices/index.html", lines=lines, after=page.after)


@bp.post("/<int:notice_id>/read")
@login_required
@for_readers
def read_one(notice_id: int) -> Any:
    forms.fields(request.form)
    with transaction() as session:
        notices.read_one(session, g.agent.id, notice_id, now=now())
    return redirect(url_for("notices.index"), 303)


@bp.post("/read")
@login_required
@for_readers
def read_all() -> Any:
    forms.fields(request.form)
    with transaction() as session:
        notices.read_all(session, g.agent.id, now=now())
    return redirect(url_for("notices.index"), 303)


def bell(rows: list[NoticeRow]) -> dict[str, Any]:
    """For the page's script: how many are unread, and what is new among them."""
    return {
        "mark": g.agent.notice_mark,
        "unread": g.agent.unread_notices,
        "new": [_shown(row) for row in rows],
    }


def _shown(row: NoticeRow) -> dict[str, Any]:
    notice = row.notice
    line = Line(notice.kind, notice.count, notice.by.first_name if notice.by else "", notice.detail)
    anchor = f"message-{notice.message_id}" if notice.message_id else None
    return {
        "id": notice.id,
        "kind": notice.kind,
        "icon": ICONS.get(notice.kind, "info-circle"),
        "text": wording.sentence(line, get_translations()),
        "about": wording.about(line)[:200],
        "ticket": notice.ticket_id,
        "subject": row.subject,
        "url": url_for("tickets.show", ticket_id=notice.ticket_id, _anchor=anchor),
        "at": notice.at.isoformat(),
        "when": notice.at,
        "count": notice.count,
        "unread": notice.read_at is None,
    }
