"""/notices: what an agent was told of, and how the bell in the bar and the browser's own notifications say it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import get_translations
from flask_babel import gettext as _

from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.together import mail_box, notices, wishes, wording
from app.together.models import Told
from app.together.notices import NoticeRow
from app.together.wishes import Wishes
from app.together.wording import Line
from app.web import forms
from app.web.auth import for_readers, login_required

bp = Blueprint("notices", __name__, url_prefix="/notices")
ICONS = {
    "typed": "lightbulb",
    "review": "calendar-check",
    "assigned": "person-check",
    "mention": "at",
    "letter": "envelope",
    "note": "sticky",
    "delivery": "exclamation-triangle",
    "later": "clock-history",
    "draft": "pencil",
    "rating": "emoji-smile",
    "rule": "lightning",
    "broken": "exclamation-triangle",
    "answer": "shield-exclamation",
    "recovery": "heart",
    "praise": "star",
    "due": "hourglass-split",
}


@bp.get("")
@login_required
def index() -> Any:
    with reading() as session:
        page = notices.page(session, g.rights, after=request.args.get("after", ""))
    lines = [{**_shown(row), "when": row.notice.at} for row in page.rows]
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


@bp.get("/settings")
@login_required
def settings() -> Any:
    return _settings_page()


@bp.post("/settings")
@login_required
@for_readers
def choose() -> Any:
    names = [f"mail_{kind}" for kind in Told]
    form = forms.fields(request.form, "watch_own", "hour", "mailbox", *names)
    hour = forms.number(form["hour"])
    chosen = Wishes(
        watch_own=form["watch_own"] == "on",
        mail={kind.value: form[f"mail_{kind}"] or wishes.OFF for kind in Told},
        hour=-1 if hour is None else hour,
        mailbox_id=forms.number(form["mailbox"]),
    )
    try:
        with transaction() as session:
            wishes.choose(session, g.agent.id, chosen)
    except InvalidInput as error:
        return _settings_page(chosen, _(str(error))), 422
    flash(_("Saved."), "success")
    return redirect(url_for("notices.settings"))


def _settings_page(chosen: Wishes | None = None, problem: str = "") -> str:
    with reading() as session:
        shown = chosen or wishes.wishes_of(session, [g.agent.id])[g.agent.id]
        boxes = [(box.id, box.display_name, box.address) for box in mail_box.able(session)]
    return render_template(
        "notices/settings.html", wishes=shown, kinds=_kinds(), icons=ICONS, boxes=boxes, problem=problem
    )


def _kinds() -> list[tuple[str, str]]:
    return [
        ("mention", _("Somebody mentions you")),
        ("assigned", _("A ticket is given to you or to your team")),
        ("letter", _("A new letter in a ticket that is yours or that you watch")),
        ("note", _("A note in a ticket that is yours or that you watch")),
        ("delivery", _("A reply of yours did not arrive")),
        ("later", _("A letter that was to leave later did not")),
        ("draft", _("A colleague takes over your draft")),
        ("rating", _("A customer was unhappy with your reply")),
        ("recovery", _("An unhappy customer of yours or of your team is to be won back")),
        ("praise", _("A colleague praises your reply")),
        ("due", _("An answer that was promised is due soon, or late")),
        ("rule", _("A rule tells you of a ticket")),
        ("answer", _("An answer by mail in your name could not be filed")),
    ]


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
        "about": _about(line)[:200],
        "ticket": notice.ticket_id,
        "subject": row.subject,
        "url": _place(notice.kind, line)
        or url_for("tickets.show", ticket_id=notice.ticket_id, _anchor=anchor),
        "at": notice.at.isoformat(),
        "count": notice.count,
        "unread": notice.read_at is None,
    }


def _about(line: Line) -> str:
    """What somebody wrote is theirs; why a rule failed is a sentence of ours."""
    said = wording.about(line)
    return _(said) if line.kind == "broken" and said else said


def _place(kind: str, line: Line) -> str:
    """Of a line that is not about its ticket."""
    if kind == "broken" and isinstance(line.detail.get("rule"), int):
        return url_for("rules.show", rule_id=line.detail["rule"])
    if kind == "typed":
        return url_for("knowledge_typed.index")
    if kind == "review" and line.count == 1 and isinstance(line.detail.get("article"), int):
        return url_for("knowledge.show", article_id=line.detail["article"])
    return url_for("knowledge.index", mine="yes", due="yes") if kind == "review" else ""
