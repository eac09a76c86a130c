"""/service-levels: what is promised to whom, in how many minutes, and what happens when it is not kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.accounts import audit
from app.accounts.teams import active_teams
from app.automation.conditions import OPS, kind_of, read_group
from app.automation.rulebook import ActiveRule
from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.levels import durations, report
from app.levels import service as levels
from app.levels.clocks import KINDS
from app.levels.models import ServiceLevel
from app.levels.service import LevelForm
from app.mailboxes.queries import mailbox_names
from app.tickets.kinds import Priority
from app.web import automation_form, automation_words, level_words
from app.web.auth import admin_required, audit_required
from app.web.automation_form import Drafted
from app.web.automation_names import Names
from app.web.forms import fields, number

bp = Blueprint("service_levels", __name__, url_prefix="/service-levels")
PRIORITIES = tuple(reversed(Priority))
TARGETS = tuple(f"{priority}.{kind}" for priority in PRIORITIES for kind in KINDS)
OWN = frozenset({"box", "business", "warn", "team", "urgent", *TARGETS})
PERIOD = timedelta(days=30)


@bp.get("")
@audit_required
def index() -> Any:
    at = now()
    with reading() as session:
        rows = levels.all_levels(session)
        kept = report.kept(session, at - PERIOD, at, now=at)
        return render_template(
            "service_levels/index.html",
            levels=rows,
            kept={row.id: [one for one in kept if one.level_id == row.id] for row in rows},
            boxes=mailbox_names(session),
            words=level_words,
        )


@bp.get("/new")
@admin_required
def new() -> Any:
    values = {
        "normal.first": level_words.written(4 * 60),
        "normal.next": level_words.written(8 * 60),
        "warn": "30",
    }
    return _page(None, Drafted(), values | {"business": "on"})


@bp.post("/new")
@admin_required
def make() -> Any:
    return _answer(None)


@bp.get("/<int:level_id>")
@admin_required
def show(level_id: int) -> Any:
    with reading() as session:
        level = levels.level_by_id(session, level_id)
        drafted = automation_form.drafted_of(_as_rule(level))
        values = _values(level)
    return _page(level_id, drafted, values)


@bp.post("/<int:level_id>")
@admin_required
def edit(level_id: int) -> Any:
    return _answer(level_id)


@bp.post("/<int:level_id>/active")
@admin_required
def set_active(level_id: int) -> Any:
    active = fields(request.form, "active")["active"] == "yes"
    with transaction() as session:
        level = levels.level_by_id(session, level_id)
        levels.set_active(session, level, active, now=now())
        audit.note(session, "service level", level.name, by=g.agent, now=now(), active=active)
        on, off = _("“%(name)s” is on.", name=level.name), _("“%(name)s” is off.", name=level.name)
    return _done(on if active else off)


@bp.post("/<int:level_id>/move")
@admin_required
def move(level_id: int) -> Any:
    step = -1 if fields(request.form, "to")["to"] == "up" else 1
    with transaction() as session:
        level = levels.level_by_id(session, level_id)
        levels.move(session, level, step)
        audit.note(session, "service level", level.name, by=g.agent, now=now(), moved=step)
    return redirect(url_for("service_levels.index"), 303)


@bp.post("/<int:level_id>/remove")
@admin_required
def remove(level_id: int) -> Any:
    fields(request.form)
    with transaction() as session:
        level = levels.level_by_id(session, level_id)
        name = level.name
        levels.remove(session, level)
        audit.note(session, "service level", name, by=g.agent, now=now(), changed="removed")
    return _done(_("“%(name)s” is gone. What was kept and broken stays in the reports.", name=name))


def _answer(level_id: int | None) -> Any:
    """The form came: a condition more or less, or the end of it."""
    rows = MultiDict((name, value) for name, value in request.form.items(multi=True) if name not in OWN)
    drafted = automation_form.in_order(automation_form.read(rows))
    values = {name: request.form.get(name, "") for name in OWN} | {"boxes": request.form.getlist("box")}
    changed = automation_form.changed(drafted, rows)
    if changed is not None:
        return _page(level_id, automation_form.in_order(changed), values)
    if request.form.get("do", "") == "refresh":
        return _page(level_id, drafted, values)
    try:
        with transaction() as session:
            form = _level_form(drafted, values)
            level = levels.level_by_id(session, level_id) if level_id is not None else None
            if level is None:
                level = levels.make(session, form, now=now())
            else:
                levels.edit(session, level, form, now=now())
            audit.note(
                session, "service level", level.name, by=g.agent, now=now(), targets=str(level.targets)
            )  # fmt: skip
            said = _("“%(name)s” is saved.", name=level.name)
    except InvalidInput as error:
        return _page(level_id, drafted, values, error=error), 422
    return _done(said)


def _level_form(drafted: Drafted, values: dict[str, Any]) -> LevelForm:
    """Raises InvalidInput."""
    targets: dict[str, dict[str, int]] = {}
    for name in TARGETS:
        priority, kind = name.split(".")
        targets.setdefault(priority, {})[kind] = durations.read_minutes(values[name], name)
    boxes = [number(one) for one in values["boxes"]]
    if None in boxes:
        abort(400)
    return LevelForm(
        drafted.name,
        targets,
        automation_form.group_of(drafted),
        [one for one in boxes if one is not None],
        values["business"] == "on",
        _minutes(values["warn"]),
        number(values["team"]) if values["team"] else None,
        values["urgent"] == "on",
    )


def _minutes(text: str) -> int:
    wanted = text.strip()
    return durations.read_minutes(f"{wanted} min" if wanted.isdecimal() else wanted, "warn")


def _as_rule(level: ServiceLevel) -> ActiveRule:
    """Its conditions are laid out like those of a rule."""
    return ActiveRule(level.id, level.name, "", 0, read_group(level.conditions), ())


def _values(level: ServiceLevel) -> dict[str, Any]:
    written = {
        f"{priority}.{kind}": level_words.written(minutes)
        for priority, kinds in level.targets.items()
        for kind, minutes in kinds.items()
    }
    return written | {
        "boxes": [str(one) for one in level.mailbox_ids],
        "business": "on" if level.business else "",
        "warn": level_words.written(level.warn_minutes),
        "team": str(level.escalate_team_id or ""),
        "urgent": "on" if level.escalate_urgent else "",
    }


def _page(
    level_id: int | None, drafted: Drafted, values: dict[str, Any], *, error: InvalidInput | None = None
) -> str:
    with reading() as session:
        level = levels.level_by_id(session, level_id) if level_id is not None else None
        names = Names.of(session)
        boxes, teams = mailbox_names(session), {one.id: one.name for one in active_teams(session)}
    part = request.headers.get("HX-Target") == "builder"
    return render_template(
        "service_levels/_form.html" if part else "service_levels/level.html",
        level=level,
        d=drafted,
        values=values,
        boxes=boxes,
        teams=teams,
        priorities=PRIORITIES,
        promises=KINDS,
        level_words=level_words,
        names=names,
        words=automation_words,
        errors={error.field: error} if error else {},
        of="rule",
        kind_of=kind_of,
        ops_of=OPS.__getitem__,
        action=url_for("service_levels.edit", level_id=level_id)
        if level_id
        else url_for("service_levels.make"),
    )


def _done(text: str) -> Any:
    flash(text, "success")
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": url_for("service_levels.index")})
    return redirect(url_for("service_levels.index"), 303)
