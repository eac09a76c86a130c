"""/mailboxes/connect: a mailbox in three steps. Address; servers, found and tried; which mail comes along.

Nothing here speaks to a mail server: each step is a wish to the poller, and the page looks for its answer. It can be
left and gone on with at any time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.db import now, reading, transaction
from app.errors import Conflict, InvalidInput
from app.mailboxes import setup
from app.mailboxes.journal_counts import ImportCount, import_count
from app.mailboxes.models import Mailbox
from app.mailboxes.providers import known_servers
from app.mailboxes.setup_models import MailboxSetup, Step, Wanted
from app.settings import Settings
from app.web.auth import admin_only, passive
from app.web.forms import fields
from app.web.limits import limiter

bp = Blueprint("assistant", __name__, url_prefix="/mailboxes/connect")
ADMIN = ("admin_name", "admin_email", "admin_password", "admin_again")


@bp.get("")
@admin_only
def new() -> Any:
    return _begin()


@bp.post("")
@admin_only
@limiter.limit("30 per hour", key_func=lambda: f"assistant {g.agent.id if g.agent else ''}")
def begin() -> Any:
    form = fields(request.form, *setup.BEGIN)
    try:
        with transaction() as session:
            row = setup.begin(session, form, _settings(), by=g.agent, now=now())
    except InvalidInput as error:
        return _begin(error=error, typed=form), 422
    return redirect(url_for("assistant.show", setup_id=row.id))


@bp.get("/<int:setup_id>")
@admin_only
def show(setup_id: int) -> Any:
    return _page(setup_id)


@bp.get("/<int:setup_id>/state")
@admin_only
@passive
def state(setup_id: int) -> Any:
    """The inside of the page, asked for again by itself until there is an answer."""
    with reading() as session:
        row = setup.setup_by_id(session, setup_id)
        return render_template("mailboxes/_assistant.html", **_known(row, _count(session, row)))


@bp.post("/<int:setup_id>/servers")
@admin_only
@limiter.limit("60 per hour", key_func=lambda: f"assistant servers {g.agent.id if g.agent else ''}")
def servers(setup_id: int) -> Any:
    form = fields(request.form, *setup.SERVERS)
    return _change(setup_id, form, lambda row: setup.choose_servers(row, form, _settings(), now=now()))


@bp.post("/<int:setup_id>/import")
@admin_only
def choose(setup_id: int) -> Any:
    form = fields(request.form, "first_import", *ADMIN)
    return _change(setup_id, form, lambda row: setup.choose_import(row, form, _settings(), now=now()))


@bp.post("/<int:setup_id>/forget")
@admin_only
def forget(setup_id: int) -> Any:
    """Begin anew; what was typed is gone, a connected mailbox stays."""
    fields(request.form)
    with transaction() as session:
        session.delete(setup.setup_by_id(session, setup_id, lock=True))
    flash(_("Forgotten. Nothing was connected."), "success")
    return redirect(url_for("assistant.new"))


def _change(setup_id: int, form: dict[str, str], change: Callable[[MailboxSetup], None]) -> Any:
    try:
        with transaction() as session:
            change(setup.setup_by_id(session, setup_id, lock=True))
    except (InvalidInput, Conflict) as error:
        return _page(setup_id, error=error, typed=form), 422
    return redirect(url_for("assistant.show", setup_id=setup_id))


def _begin(*, error: InvalidInput | None = None, typed: dict[str, str] | None = None) -> str:
    values = {name: text for name, text in (typed or {}).items() if name != "password"}
    with reading() as session:
        return render_template(
            "mailboxes/assistant_begin.html",
            unfinished=setup.unfinished(session),
            values={"language": g.agent.language} | values,
            errors={error.field: error} if error else {},
        )


def _page(
    setup_id: int, *, error: InvalidInput | Conflict | None = None, typed: dict[str, str] | None = None
) -> str:
    with reading() as session:
        row = setup.setup_by_id(session, setup_id)
        known = _known(row, _count(session, row))
    field = getattr(error, "field", "")
    known["values"] |= {name: text for name, text in (typed or {}).items() if "password" not in name}
    known["errors"] = {field: error} if error and field else {}
    known["refused"] = _(str(error)) if error and not field else ""
    return render_template("mailboxes/assistant.html", **known)


def _count(session: Any, row: MailboxSetup) -> ImportCount | None:
    if row.mailbox_id is None:
        return None
    return import_count(session, session.get_one(Mailbox, row.mailbox_id))


def _known(row: MailboxSetup, count: ImportCount | None) -> dict[str, Any]:
    """What both the page and its inside show. Secrets are never among the values."""
    waits = row.wanted != Wanted.NOTHING
    return {
        "setup": row,
        "count": count,
        "values": {**row.servers, "first_import": row.first_import},
        "errors": {},
        "refused": "",
        "waits": waits,
        "late": setup.is_late(row, now()),
        "step": 3 if row.step != Step.SERVERS else 2,
        "asks_again": waits or (row.step == Step.DONE and (count is None or not count.settled)),
        "by_provider": known_servers(row.address.rpartition("@")[2]) is not None,
        "leaving": _settings().is_sandbox and row.step == Step.DONE,
    }


def _settings() -> Settings:
    found: Settings = current_app.config["SETTINGS"]
    return found
