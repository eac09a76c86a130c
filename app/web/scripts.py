"""/knowledge/scripts: paths through hard conversations, written as steps with choices."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.knowledge import script_service, scripts, seed
from app.knowledge.models import Script
from app.knowledge.scripts import Choice, ScriptText, Step
from app.knowledge.service import ChangedMeanwhile
from app.web.auth import login_required
from app.web.forms import fields, number

bp = Blueprint("scripts", __name__, url_prefix="/knowledge/scripts")
# Empty choices that every step of the editor offers.
SPARE = 2


@bp.get("")
@login_required
def index() -> Any:
    archived = request.args.get("archived") == "yes"
    with reading() as session:
        found = script_service.offered(session, g.agent.language, archived=archived)
        return render_template("knowledge/scripts.html", scripts=found, archived=archived)


@bp.get("/new")
@login_required
def new() -> Any:
    return _editor(None, ScriptText("", g.agent.language, (Step("1", ""),)))


@bp.post("/new")
@login_required
def create() -> Any:
    return _save(None)


@bp.get("/<int:script_id>")
@login_required
def edit(script_id: int) -> Any:
    with reading() as session:
        script = script_service.one(session, script_id)
        text = ScriptText(script.title, script.language, scripts.read(script.steps))
        return _editor(script, text)


@bp.post("/<int:script_id>")
@login_required
def save(script_id: int) -> Any:
    with reading() as session:
        script = script_service.one(session, script_id)
    return _save(script)


@bp.post("/<int:script_id>/archive")
@login_required
def archive(script_id: int) -> Any:
    form = fields(request.form, "archived")
    with transaction() as session:
        script_service.set_archived(session, script_id, form["archived"] == "yes", by=g.agent, now=now())
    flash(_("Saved."), "success")
    return redirect(url_for("scripts.index"))


@bp.post("/examples")
@login_required
def examples() -> Any:
    """The three that a sandbox begins with, in both languages. A title that is there already is not added again."""
    fields(request.form)
    with transaction() as session:
        there = {
            one.title
            for archived in (False, True)
            for one in script_service.offered(session, archived=archived)
        }
        for text in seed.seed_scripts():
            if text.title not in there:
                script_service.make(session, text, by=g.agent, now=now())
    return redirect(url_for("scripts.index"))


def _save(script: Script | None) -> Any:
    form = _form()
    text = _read()
    do, _sep, which = form["do"].partition(":")
    if do == "add":
        steps = (*text.steps, Step(scripts.next_key(text.steps), ""))
        return _editor(script, ScriptText(text.title, text.language, steps))
    if do == "remove":
        return _editor(script, _without(text, which))
    try:
        with transaction() as session:
            if script is None:
                script_service.make(session, text, by=g.agent, now=now())
            else:
                version = number(form["version"]) or 0
                script_service.edit(session, script.id, text, version=version, by=g.agent, now=now())
    except (InvalidInput, ChangedMeanwhile) as error:
        return _editor(script, text, error), 409 if isinstance(error, ChangedMeanwhile) else 422
    flash(_("Saved."), "success")
    return redirect(url_for("scripts.index"))


def _form() -> dict[str, str]:
    keys = request.form.getlist("step")[: scripts.MOST_STEPS]
    of_steps = (f"{key}.{part}" for key in keys for part in ("say", "text", "label", "to"))
    return fields(request.form, "version", "do", "title", "language", "step", *of_steps)


def _read() -> ScriptText:
    """The form: `step` once for each key, and beside it the fields of that step."""
    form, steps = _form(), []
    for key in request.form.getlist("step")[: scripts.MOST_STEPS]:
        labels = request.form.getlist(f"{key}.label")[: scripts.MOST_CHOICES + SPARE]
        targets = request.form.getlist(f"{key}.to")
        choices = tuple(
            Choice(label, to) for label, to in zip(labels, targets, strict=False) if label.strip()
        )
        steps.append(Step(key[:20], form[f"{key}.say"], form[f"{key}.text"], choices))
    return ScriptText(form["title"], form["language"], tuple(steps))


def _without(text: ScriptText, key: str) -> ScriptText:
    """A step fewer; choices that led to it are left out."""
    steps = tuple(
        Step(step.key, step.say, step.text, tuple(one for one in step.choices if one.to != key))
        for step in text.steps
        if step.key != key
    )
    return ScriptText(text.title, text.language, steps or (Step("1", ""),))


def _editor(script: Script | None, text: ScriptText, error: Exception | None = None) -> str:
    return render_template(
        "knowledge/script.html",
        script=script,
        text=text,
        version=request.form.get("version", script.version if script else 0),
        error=error,
        unreached=scripts.unreached(text.steps),
        spare=SPARE,
        most_choices=scripts.MOST_CHOICES,
        most_steps=scripts.MOST_STEPS,
    )
