"""/tasks: what somebody must do by a time. For now: winning unhappy customers back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.rights import can_take
from app.db import now, reading, transaction
from app.errors import InvalidInput, NotFound
from app.knowledge import queries as articles
from app.knowledge.models import Article
from app.knowledge.who_sees import fits_mailbox, visible
from app.tasks import listing, recovery, recovery_settings
from app.tasks.task_models import Task
from app.web.auth import login_required
from app.web.forms import fields, number
from app.web.locale import chosen_timezone

bp = Blueprint("tasks", __name__, url_prefix="/tasks")


@bp.get("")
@login_required
def index() -> Any:
    """Mine, all open ones, and what was done."""
    wanted = request.args.get("view", "")
    view = wanted if wanted in listing.VIEWS else listing.MINE
    with reading() as session:
        page = listing.page(session, g.rights, view, after=request.args.get("after", ""))
        counts = listing.counts(session, g.rights, now=now())
        if request.headers.get("HX-Target") == "tasks-more":
            return render_template("tasks/_lines.html", page=page, view=view, now=now())
        return render_template("tasks/index.html", page=page, view=view, counts=counts, now=now())


@bp.get("/<int:task_id>")
@login_required
def show(task_id: int) -> Any:
    return _page(task_id)


@bp.post("/<int:task_id>")
@login_required
def hand_over(task_id: int) -> Any:
    """Who does it, and by when."""
    form = fields(request.form, "owner", "due")
    try:
        with transaction() as session:
            task = listing.task_for(session, g.rights, task_id)
            due_at = _moment(form["due"], task.due_at)
            recovery.hand_over(session, task, number(form["owner"]), due_at, by=g.agent, now=now())
    except InvalidInput as error:
        return _page(task_id, error, form), 422
    return _done(task_id)


@bp.post("/<int:task_id>/outcome")
@login_required
def outcome(task_id: int) -> Any:
    form = fields(request.form, "outcome", "note")
    try:
        with transaction() as session:
            task = listing.task_for(session, g.rights, task_id)
            recovery.record(session, task, form["outcome"], form["note"], by=g.agent, now=now())
    except InvalidInput as error:
        return _page(task_id, error, form), 422
    return _done(task_id)


@bp.post("/<int:task_id>/reopen")
@login_required
def reopen(task_id: int) -> Any:
    fields(request.form)
    with transaction() as session:
        recovery.reopen(session, listing.task_for(session, g.rights, task_id), by=g.agent, now=now())
    return _done(task_id)


def _done(task_id: int) -> Any:
    flash(_("Saved."), "success")
    return redirect(url_for("tasks.show", task_id=task_id), 303)


def _page(task_id: int, error: InvalidInput | None = None, typed: dict[str, str] | None = None) -> str:
    """A page of its own, or its inside for a ticket that asks for it."""
    inside = request.headers.get("HX-Target", "").startswith("task-")
    with reading() as session:
        task = listing.task_for(session, g.rights, task_id)
        return render_template(
            "tasks/_task.html" if inside else "tasks/show.html",
            task=task,
            article=_article(session, task),
            letter_id=listing.newest_letter_id(session, task.ticket_id),
            owners=_owners(session, task) if not inside else [],
            due=task.due_at.astimezone(ZoneInfo(chosen_timezone())).strftime("%Y-%m-%dT%H:%M"),
            inside=inside,
            typed=typed or {},
            error=error,
            now=now(),
        )


def _article(session: Session, task: Task) -> Article | None:
    """The answer to begin with: the task's own, or where the asker may not see that one the best that they may."""
    own = task.article_id if task.article is not None and not task.article.archived else None
    try:
        return articles.article_for(session, g.rights, own) if own else _other_article(session, task)
    except NotFound:
        return _other_article(session, task)


def _other_article(session: Session, task: Task) -> Article | None:
    if task.rating is None:
        return None
    may = sa.and_(fits_mailbox(task.ticket.mailbox_id), visible(g.rights))
    other = recovery_settings.article_for(session, task.rating.invitation.language, may)
    return articles.article_for(session, g.rights, other) if other else None


def _owners(session: Session, task: Task) -> list[tuple[int, str]]:
    """Who answers in the mailbox of the ticket."""
    return [
        (one.id, one.name)
        for one in accounts.active_agents(session)
        if can_take(session, one.id, task.ticket.mailbox_id)
    ]


def _moment(typed: str, before: datetime) -> datetime:
    """A local time of the agent's, as the browser's field has it. What did not change keeps its seconds."""
    zone = ZoneInfo(chosen_timezone())
    if typed == before.astimezone(zone).strftime("%Y-%m-%dT%H:%M"):
        return before
    try:
        local = datetime.strptime(typed, "%Y-%m-%dT%H:%M").replace(tzinfo=zone)
    except ValueError:
        raise InvalidInput("This is no date we can use.", "due") from None
    if not 2000 <= local.year <= 2100:
        raise InvalidInput("This is no date we can use.", "due")
    return local.astimezone(UTC)
