"""/macros: several actions in one key. Everybody makes their own; leads make those of others. Chosen from a list,
looked at before, used on one ticket or a selection, and taken back as one."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from app.accounts import audit
from app.automation import macros, plan, rules, written
from app.automation.actions import KINDS, MACRO, read_actions
from app.automation.conditions import OPS, Group, kind_of
from app.automation.macros import MacroForm
from app.automation.models import Macro, MacroRun
from app.db import now, reading, transaction
from app.errors import InvalidInput, NotFound
from app.settings import Settings
from app.web import automation_form, automation_words
from app.web.auth import login_required
from app.web.automation_form import Drafted
from app.web.automation_names import Names
from app.web.forms import fields, number
from app.web.inbox_page import known_view
from app.web.macro_tickets import tickets_of, wanted

bp = Blueprint("macros", __name__, url_prefix="/macros")


@bp.get("")
@login_required
def index() -> Any:
    with reading() as session:
        rows = macros.visible(session, g.agent)
        known, names = rules.known(session), Names.of(session)
        broken = {row.id: rules.broken(known, Group(), read_actions(row.actions)) for row in rows}
        mine = {row.id for row in rows if macros.may_change(session, g.agent, row)}
    return render_template(
        "automation/macros.html", macros=rows, broken=broken, mine=mine, names=names, words=automation_words,
        actions_of=read_actions,
    )  # fmt: skip


@bp.get("/new")
@login_required
def new() -> Any:
    return _page(None, Drafted(scope="shared" if g.rights.may_lead else "private"))


@bp.post("/new")
@login_required
def make() -> Any:
    return _answer(None)


@bp.get("/<int:macro_id>")
@login_required
def show(macro_id: int) -> Any:
    with reading() as session:
        macro = macros.macro_for(session, g.agent, macro_id)
    drafted = Drafted(
        name=macro.name, scope=macro.scope, mailbox=str(macro.mailbox_id or ""), actions=read_actions(macro.actions)
    )  # fmt: skip
    return _page(macro_id, drafted)


@bp.post("/<int:macro_id>")
@login_required
def edit(macro_id: int) -> Any:
    return _answer(macro_id)


@bp.post("/<int:macro_id>/remove")
@login_required
def remove(macro_id: int) -> Any:
    fields(request.form)
    with transaction() as session:
        macro = macros.macro_for(session, g.agent, macro_id)
        name = macro.name
        macros.remove(session, macro, by=g.agent)
        audit.note(session, "macro", name, by=g.agent, now=now(), changed="removed")
    return _done(_("The macro “%(name)s” is gone.", name=name))


@bp.get("/choose")
@login_required
def choose() -> Any:
    """The list to choose from, for the tickets in the address; alone for scripts, a page of its own without."""
    everything = bool(request.args.get("all"))
    with reading() as session:
        tickets = wanted(session, request.args.getlist("ticket"), everything)
        rows = macros.visible(session, g.agent, {ticket.mailbox_id for ticket in tickets}) if tickets else []
        names = Names.of(session)
    part = request.headers.get("X-Part") == "picker"
    return render_template(
        "automation/_picker.html" if part else "automation/choose.html", macros=rows, tickets=tickets, names=names,
        words=automation_words, actions_of=read_actions, view=known_view(request.args.get("view", "")),
        everything=everything,
    )  # fmt: skip


@bp.get("/<int:macro_id>/preview")
@login_required
def preview(macro_id: int) -> Any:
    """What it will do to this ticket; the words as this customer will read them."""
    settings: Settings = current_app.config["SETTINGS"]
    with reading() as session:
        macro = macros.macro_for(session, g.agent, macro_id)
        (ticket,) = tickets_of(session, request.args.getlist("ticket")[:1]) or _none()
        does = read_actions(macro.actions)
        looked = plan.Plan(session, ticket, now(), settings, g.agent)
        with session.no_autoflush:
            would = plan.plan_all(looked, does)
            try:
                said, problem = written.words_of(session, ticket, does, g.agent), ""
            except InvalidInput as error:
                said, problem = None, str(error)
            to = written.recipient(session, ticket)
        names = Names.of(session)
    html = Markup(said.html) if said else ""  # noqa: S704 (what `render` returns was cleaned last)
    return render_template(
        "automation/_preview.html", macro=macro, would=would, said=said, html=html, problem=problem, to=to,
        names=names, words=automation_words, does=does,
    )  # fmt: skip


@bp.post("/<int:macro_id>/apply")
@login_required
def apply(macro_id: int) -> Any:
    """JSON for a page with an editor open: its words are put there. Else everything is done here."""
    asked = request.form.getlist("ticket")
    everything = bool(fields(request.form, "ticket", "all")["all"])
    here = request.accept_mimetypes.best == "application/json"
    settings: Settings = current_app.config["SETTINGS"]
    with transaction() as session:
        macro = macros.macro_for(session, g.agent, macro_id)
        tickets = wanted(session, asked, everything)
        if not tickets:
            raise InvalidInput("Choose at least one ticket.", "ticket")
        does = read_actions(macro.actions)
        said = written.words_of(session, tickets[0], does, g.agent) if here else None
        applied = macros.apply_macro(
            session, tickets, macro, by=g.agent, now=now(), settings=settings, writes=not here
        )
    if said is not None:
        if applied.skipped:
            raise InvalidInput(next(iter(applied.skipped.values())), "macro")
        return jsonify(
            said=_("“%(name)s” is done.", name=macro.name), html=said.html, article_ids=list(said.article_ids),
            missing=list(said.missing), send=said.send, undo=url_for("macros.undo", run_id=applied.run_id),
            undo_text=_("Undo"), undone=_("Taken back."),
        )  # fmt: skip
    view = known_view(request.form.get("view", "")).slug
    drafts, skipped = ",".join(map(str, applied.drafts)), ",".join(map(str, applied.skipped))
    return redirect(
        url_for("macros.used", run_id=applied.run_id, view=view, drafts=drafts, skipped=skipped), 303
    )


@bp.get("/runs/<int:run_id>")
@login_required
def used(run_id: int) -> Any:
    """What a use did, with the way back."""
    with reading() as session:
        run = session.get(MacroRun, run_id)
        if run is None or run.agent_id != g.agent.id:
            raise NotFound("There is nothing to undo.")
        done = [int(change["ticket"]) for change in run.changes]
    return render_template(
        "automation/used.html",
        run=run,
        done=done,
        view=known_view(request.args.get("view", "")),
        drafts=_numbers("drafts"),
        skipped=_numbers("skipped"),
    )


def _numbers(name: str) -> list[int]:
    found = (number(one) for one in request.args.get(name, "").split(","))
    return [one for one in found if one is not None]


@bp.post("/runs/<int:run_id>/undo")
@login_required
def undo(run_id: int) -> Any:
    fields(request.form)
    with transaction() as session:
        run, left = macros.undo(session, run_id, by=g.agent, now=now())
        tickets = [int(change["ticket"]) for change in run.changes]
    said = _("“%(name)s” was taken back.", name=run.name)
    if left:
        said += " " + ngettext(
            "One ticket was changed since, and stays as it is.",
            "%(num)d tickets were changed since, and stay as they are.",
            len(left),
        )
    if request.accept_mimetypes.best == "application/json":
        return jsonify(said=said)
    flash(said, "success")
    view = known_view(request.form.get("view", "")).slug
    if len(tickets) == 1:
        return redirect(url_for("tickets.show", ticket_id=tickets[0], view=view), 303)
    return redirect(url_for("inbox.view", view=view), 303)


def _none() -> Any:
    raise NotFound("There is no such ticket.")


def _answer(macro_id: int | None) -> Any:
    drafted = automation_form.read(request.form)
    changed = automation_form.changed(drafted, request.form)
    if changed is not None:
        return _page(macro_id, changed)
    if request.form.get("do") == "refresh":
        return _page(macro_id, drafted)
    form = MacroForm(drafted.name, drafted.scope, drafted.actions, number(drafted.mailbox))
    try:
        with transaction() as session:
            if macro_id is None:
                macro = macros.make(session, form, by=g.agent, now=now())
                audit.note(session, "macro", macro.name, by=g.agent, now=now(), changed="added")
            else:
                macro = macros.macro_for(session, g.agent, macro_id)
                macros.edit(session, macro, form, by=g.agent, now=now())
                audit.note(session, "macro", macro.name, by=g.agent, now=now())
    except InvalidInput as error:
        return _page(macro_id, drafted, error=error), 422
    return _done(_("“%(name)s” is saved.", name=macro.name))


def _page(macro_id: int | None, drafted: Drafted, *, error: InvalidInput | None = None) -> str:
    with reading() as session:
        macro: Macro | None = macros.macro_for(session, g.agent, macro_id) if macro_id is not None else None
        names = Names.of(session)
        editable = macro is None or macros.may_change(session, g.agent, macro)
    part = request.headers.get("HX-Target") == "builder"
    return render_template(
        "automation/_macro_form.html" if part else "automation/macro.html",
        macro=macro,
        d=drafted,
        editable=editable,
        names=names,
        words=automation_words,
        kinds=[do for do, who in KINDS.items() if MACRO in who],
        kind_of=kind_of,
        ops_of=OPS.__getitem__,
        errors={error.field: error} if error else {},
        of="macro",
        action=url_for("macros.edit", macro_id=macro_id) if macro_id else url_for("macros.make"),
    )


def _done(text: str) -> Any:
    flash(text, "success")
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": url_for("macros.index")})
    return redirect(url_for("macros.index"), 303)
