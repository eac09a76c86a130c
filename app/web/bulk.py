"""/bulk: one action on the selected tickets, and its undo. Scripts get JSON; else the list says what happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, g, jsonify, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from app.accounts.queries import active_agents
from app.accounts.teams import active_teams
from app.db import now, reading, transaction
from app.tickets import bulk, mailbox_move, snooze_times
from app.tickets.bulk import Report
from app.tickets.bulk_kinds import Wish
from app.web import forms, inbox_page
from app.web.auth import login_required
from app.web.bulk_words import report_text
from app.web.locale import chosen_timezone

bp = Blueprint("bulk", __name__, url_prefix="/bulk")
FIELDS = ("ticket", "all", "do", "tag", "at")


@bp.post("")
@login_required
def act() -> Any:
    form = forms.fields(request.form, *FIELDS)
    if form["do"] == "choose":
        return _choices("bulk/choose.html", tickets=_picked(), everything=form["all"])
    at = now()
    wish = _wish(form, at)
    with transaction() as session:
        ids = _of_view(session) if form["all"] else _picked()
        report = bulk.act(session, ids, wish, by=g.agent, now=at)
    return _told(report)


@bp.get("/choices")
@login_required
def choices() -> Any:
    """Whom tickets can be given to, and where: asked for when somebody opens the menu."""
    return _choices("bulk/_choices.html")


@bp.post("/<int:bulk_id>/undo")
@login_required
def undo(bulk_id: int) -> Any:
    forms.fields(request.form)
    with transaction() as session:
        report = bulk.undo(session, bulk_id, by=g.agent, now=now())
    return _told(report)


def _wish(form: dict[str, str], at: datetime) -> Wish:
    """ "status:closed", "assign:me", "snooze:tomorrow": a button says it all, save for a tag and a date."""
    kind, _colon, value = form["do"].partition(":")
    if kind in ("tag", "untag"):
        return Wish(kind, form["tag"])
    if kind == "assign":
        return Wish(kind, str(g.agent.id) if value == "me" else value)
    if kind == "snooze":
        zone = ZoneInfo(chosen_timezone())
        until = (
            snooze_times.read_moment(form["at"], zone)
            if value == "at"
            else snooze_times.moment_of(value, at, zone)
        )
        return Wish(kind, until.isoformat())
    return Wish(kind, value)


def _picked() -> list[int]:
    typed = (forms.number(value) for value in request.form.getlist("ticket"))
    return [number for number in typed if number]


def _of_view(session: Session) -> list[int]:
    """As many of the whole view as one action may touch, from the top of the list."""
    view = inbox_page.known_view(request.form.get("view", ""))
    return inbox_page.ids_of(session, view, g.agent.id, limit=bulk.MOST, now=now())


def _choices(template: str, **more: Any) -> str:
    with reading() as session:
        agents = [agent for agent in active_agents(session) if agent.may_answer]
        teams = active_teams(session)
        mailboxes = mailbox_move.choices(session, g.rights)
    return render_template(
        template,
        agents=agents,
        teams=teams,
        mailboxes=mailboxes if len(mailboxes) > 1 else [],
        view=inbox_page.known_view(request.values.get("view", "")),
        **more,
    )


def _told(report: Report) -> Any:
    if request.accept_mimetypes.best == "application/json":
        can_undo = bool(report.done) and not report.undone
        return jsonify(
            text=report_text(report),
            done=len(report.done),
            undo=url_for("bulk.undo", bulk_id=report.bulk_id) if can_undo else "",
        )
    view = inbox_page.known_view(request.form.get("view", "")).slug
    return redirect(url_for("inbox.view", view=view, did=report.bulk_id), 303)
