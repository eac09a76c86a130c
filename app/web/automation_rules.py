"""/rules: what happens by itself. Admins build rules, try them on the newest tickets, switch them on, read the log."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts import audit
from app.automation import plan, rulebook, rules
from app.automation.actions import KINDS, RULE
from app.automation.conditions import OPS, kind_of
from app.automation.log import log_page
from app.automation.models import Rule, When
from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.settings import Settings
from app.tickets.models import Ticket
from app.web import automation_form, automation_words
from app.web.auth import admin_required
from app.web.automation_form import Drafted
from app.web.automation_names import Names
from app.web.forms import fields, number

bp = Blueprint("rules", __name__, url_prefix="/rules")


@bp.get("")
@admin_required
def index() -> Any:
    with reading() as session:
        rows = rules.all_rules(session)
        known = rules.known(session) if rows else None
        names = Names.of(session)
        broken = {}
        for row in rows:
            active = rulebook.as_active(row)
            broken[row.id] = rules.broken(known, active.group, active.actions) if known else []
    return render_template(
        "automation/rules.html", rules=rows, broken=broken, names=names, words=automation_words,
        as_active=rulebook.as_active,
    )  # fmt: skip


@bp.get("/new")
@admin_required
def new() -> Any:
    trigger = request.args.get("trigger", "")
    drafted = Drafted(trigger=trigger if trigger in tuple(When) else "letter")
    return _page(None, drafted)


@bp.post("/new")
@admin_required
def make() -> Any:
    return _answer(None)


@bp.get("/<int:rule_id>")
@admin_required
def show(rule_id: int) -> Any:
    with reading() as session:
        drafted = automation_form.drafted_of(rulebook.as_active(rules.rule_by_id(session, rule_id)))
    return _page(rule_id, drafted)


@bp.post("/<int:rule_id>")
@admin_required
def edit(rule_id: int) -> Any:
    return _answer(rule_id)


@bp.post("/<int:rule_id>/active")
@admin_required
def set_active(rule_id: int) -> Any:
    active = fields(request.form, "active")["active"] == "yes"
    with transaction() as session:
        rule = rules.rule_by_id(session, rule_id)
        rules.set_active(session, rule, active, now=now())
        audit.note(session, "rule", rule.name, by=g.agent, now=now(), active=active)
        said = _("“%(name)s” is on.", name=rule.name) if active else _("“%(name)s” is off.", name=rule.name)
    return _done(said)


@bp.post("/<int:rule_id>/move")
@admin_required
def move(rule_id: int) -> Any:
    step = -1 if fields(request.form, "to")["to"] == "up" else 1
    with transaction() as session:
        rules.move(session, rules.rule_by_id(session, rule_id), step)
    return redirect(url_for("rules.index"), 303)


@bp.post("/<int:rule_id>/remove")
@admin_required
def remove(rule_id: int) -> Any:
    fields(request.form)
    with transaction() as session:
        rule = rules.rule_by_id(session, rule_id)
        name = rule.name
        rules.remove(session, rule)
        audit.note(session, "rule", name, by=g.agent, now=now(), changed="removed")
    return _done(_("The rule “%(name)s” is gone. What it did stays in the log.", name=name))


@bp.get("/log")
@admin_required
def log() -> Any:
    """Newest first; of one rule or one ticket when asked."""
    rule_id, ticket_id = number(request.args.get("rule", "")), number(request.args.get("ticket", ""))
    with reading() as session:
        page = log_page(
            session, g.rights.within(Ticket.mailbox_id), rule_id=rule_id, ticket_id=ticket_id,
            before=number(request.args.get("before", "")),
        )  # fmt: skip
        names = Names.of(session)
        listed = rules.all_rules(session)
    return render_template(
        "automation/log.html", page=page, names=names, rules=listed, rule_id=rule_id, ticket_id=ticket_id,
        words=automation_words,
    )  # fmt: skip


def _answer(rule_id: int | None) -> Any:
    """The form came: a row more or less, a try, or the end of it."""
    drafted = automation_form.in_order(automation_form.read(request.form))
    changed = automation_form.changed(drafted, request.form)
    if changed is not None:
        return _page(rule_id, automation_form.in_order(changed))
    do = request.form.get("do", "")
    if do == "refresh":
        return _page(rule_id, drafted)
    if do == "try":
        return _try(rule_id, drafted)
    try:
        with transaction() as session:
            rule = _save(session, rule_id, drafted, on=do == "save-on")
            audit.note(session, "rule", rule.name, by=g.agent, now=now(), active=rule.active)
            on = _("“%(name)s” is saved and on.", name=rule.name)
            said = on if rule.active else _("“%(name)s” is saved.", name=rule.name)
    except InvalidInput as error:
        return _page(rule_id, drafted, error=error), 422
    return _done(said)


def _save(session: Session, rule_id: int | None, drafted: Drafted, *, on: bool) -> Rule:
    form = automation_form.rule_form(drafted)
    if rule_id is None:
        rule = rules.make(session, form, now=now())
    else:
        rule = rules.rule_by_id(session, rule_id)
        rules.edit(session, rule, form, now=now())
    if on:
        rules.set_active(session, rule, True, now=now())
    return rule


def _try(rule_id: int | None, drafted: Drafted) -> Any:
    """A dry run of what stands in the form, saved or not."""
    form = automation_form.rule_form(drafted)
    settings: Settings = current_app.config["SETTINGS"]
    try:
        rules.check(form)
    except InvalidInput as error:
        return _page(rule_id, drafted, error=error), 422
    asked = rulebook.ActiveRule(0, form.name, form.trigger, 0, form.group, form.actions, form.timing)
    with reading() as session:
        trials = plan.try_rule(
            session, asked, g.rights.within(Ticket.mailbox_id), now=now(), settings=settings
        )
    return _page(rule_id, drafted, trials=trials)


def _page(
    rule_id: int | None,
    drafted: Drafted,
    *,
    error: InvalidInput | None = None,
    trials: list[plan.Trial] | None = None,
) -> str:
    with reading() as session:
        rule = rules.rule_by_id(session, rule_id) if rule_id is not None else None
        names = Names.of(session)
    part = request.headers.get("HX-Target") == "builder"
    return render_template(
        "automation/_rule_form.html" if part else "automation/rule.html",
        rule=rule,
        d=drafted,
        names=names,
        words=automation_words,
        kinds=[do for do, who in KINDS.items() if RULE in who],
        errors={error.field: error} if error else {},
        trials=trials,
        of="rule",
        kind_of=kind_of,
        ops_of=OPS.__getitem__,
        action=url_for("rules.edit", rule_id=rule_id) if rule_id else url_for("rules.make"),
    )


def _done(text: str) -> Any:
    flash(text, "success")
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": url_for("rules.index")})
    return redirect(url_for("rules.index"), 303)
