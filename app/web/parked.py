"""Parked mail: what could not be ingested and why, its source, trying again, filing by hand, leaving out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sqlalchemy as sa
from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session, joinedload
from werkzeug.wrappers import Response as AnyResponse

from app import db
from app.accounts.models import Agent
from app.blobs import BlobStore
from app.errors import InvalidInput, NotFound
from app.mailboxes import parked
from app.mailboxes.models import RawMail, RawState
from app.mailboxes.parked import Taken
from app.outgoing.recipients import is_mailable
from app.settings import Settings
from app.tickets import service as tickets
from app.tickets import thread
from app.web.alarms import alarm_lines
from app.web.attachments import as_download
from app.web.auth import login_required
from app.web.forms import ALWAYS, fields, number
from app.web.parked_source import source_of
from app.web.parked_words import why_words

bp = Blueprint("parked", __name__)
bp.add_app_template_global(alarm_lines)
ACTS = ("replay", "file", "leave_out", "take_back", "")
_FIELDS = frozenset({"ids", "one", "act", "ticket", "address", "why"})


@dataclass(frozen=True)
class ActForm:
    """What to do with which letters; `act` is '' when Enter was pressed in one of the fields."""

    ids: list[int]
    act: str
    ticket: str
    address: str
    why: str


@bp.get("/parked")
@login_required
def index() -> str:
    """Newest first, fifty at a time; `show=left-out` those that agents left out."""
    before, left_out = number(request.args.get("before", "")), request.args.get("show") == "left-out"
    with db.reading() as session:
        rows = parked.parked_mails(session, before=before, left_out=left_out, rights=g.rights)
        return render_template(
            "parked/index.html",
            rows=rows[: parked.PAGE],
            next_before=rows[parked.PAGE - 1].id if len(rows) > parked.PAGE else None,
            left_out=left_out,
            why_words=why_words,
        )


@bp.get("/parked/<int:raw_mail_id>")
@login_required
def show(raw_mail_id: int) -> str:
    """One letter: why it is here, its source as text, and what can be done with it."""
    with db.reading() as session:
        raw = _found(session, raw_mail_id)
        told = raw.instruction or {}
        by = session.get(Agent, told.get("by") or 0)
        return render_template(
            "parked/show.html",
            raw=raw,
            by=by.name if by else "",
            source=source_of(_blobs(), raw.sha256),
            why=why_words(raw.reason),
            waits=raw.state == RawState.PARKED,
            left_out=raw.state == RawState.IGNORED and "left_out" in told,
        )


@bp.get("/parked/<int:raw_mail_id>/source")
@login_required
def source(raw_mail_id: int) -> Response:
    """The bytes as stored, as a download that no browser will run."""
    with db.reading() as session:
        raw = _found(session, raw_mail_id)
    return as_download(_blobs().get_as_it_is(raw.sha256), f"mail-{raw.id}.eml")


@bp.post("/parked/replay")
@login_required
def replay() -> AnyResponse:
    """Let one parked mail (`id`), or all of them, be decided again by the poller."""
    chosen = fields(request.form, "id")["id"]
    query = sa.select(RawMail.id).where(g.rights.within(RawMail.mailbox_id))
    if chosen:  # a number nobody has is nobody's mail, not everybody's
        query = query.where(RawMail.id == (number(chosen) or 0))
    with db.transaction() as session:
        _say_replayed(parked.replay(session, query, limit=_settings().mail_bytes))
    return redirect(url_for("parked.index"))


@bp.post("/parked/act")
@login_required
def act() -> AnyResponse:
    """Do the same with all letters that were ticked (`ids`), or with one (`one`)."""
    form = _act_form()
    try:
        if not form.ids:
            raise InvalidInput(_("Tick the letters first."))
        with db.transaction() as session:
            seen = parked.seen_of(session, form.ids, g.rights)
            _do(session, replace(form, ids=seen))
    except (InvalidInput, NotFound) as error:
        flash(str(error), "bad")
        one = len(form.ids) == 1 and "one" in request.form
        return redirect(url_for("parked.show", raw_mail_id=form.ids[0]) if one else url_for("parked.index"))
    return redirect(url_for("parked.index", show="left-out" if form.act == "take_back" else None))


def _act_form() -> ActForm:
    if set(request.form) - ALWAYS - _FIELDS or request.form.get("act", "") not in ACTS:
        abort(400)
    chosen = request.form.getlist("one") or request.form.getlist("ids")
    ids = [row_id for text in chosen[: parked.MOST_AT_ONCE] if (row_id := number(text)) is not None]
    values = {name: _line(request.form.get(name, "")) for name in ("act", "ticket", "address", "why")}
    typed = next((name for name, field in _BY_FIELD if values[field]), "")
    return ActForm(ids, values["act"] or typed, values["ticket"], values["address"], values["why"])


def _line(text: str) -> str:
    """What was typed, without the characters that no keyboard has and PostgreSQL does not store."""
    return "".join(char for char in text if char.isprintable()).strip()


_BY_FIELD = (("file", "ticket"), ("file", "address"), ("leave_out", "why"))


def _do(session: Session, form: ActForm) -> None:
    if form.act == "replay":
        _say_replayed(
            parked.replay(
                session, sa.select(RawMail.id).where(RawMail.id.in_(form.ids)), limit=_settings().mail_bytes
            )
        )
    elif form.act == "file":
        _say_filed(_file(session, form))
    elif form.act == "leave_out":
        if not form.why:
            raise InvalidInput(_("Say why these letters are left out."), "why")
        taken = parked.leave_out(session, form.ids, form.why, by=g.agent.id, now=db.now())
        _note(session, "mail-left-out", taken, why=form.why)
        _say(taken, ngettext("%(num)d letter left out.", "%(num)d letters left out.", len(taken.ids)))
    elif form.act == "take_back":
        taken = parked.take_back(session, form.ids, now=db.now())
        _note(session, "mail-taken-back", taken)
        _say(taken, ngettext("%(num)d letter is back.", "%(num)d letters are back.", len(taken.ids)))
    else:
        raise InvalidInput(_("Choose what to do with them."))


def _file(session: Session, form: ActForm) -> Taken:
    if form.ticket:
        ticket_id = number(form.ticket.lstrip("#").strip())
        if ticket_id is None:
            raise InvalidInput(_("That is no ticket number."), "ticket")
        thread.ticket_for(session, g.agent.id, ticket_id)
        return parked.file_by_hand(session, form.ids, by=g.agent.id, ticket_id=ticket_id)
    if not form.address:
        raise InvalidInput(_("Name a ticket or an address to file them under."), "ticket")
    if not is_mailable(form.address):
        raise InvalidInput(_("That is no mail address."), "address")
    return parked.file_by_hand(session, form.ids, by=g.agent.id, new_for=form.address.lower())


def _note(session: Session, kind: str, taken: Taken, **detail: str) -> None:
    """Who did it; filing is noted in its ticket, once it is done."""
    for raw_id in taken.ids:
        tickets.record(
            session, kind, by=session.get(Agent, g.agent.id), now=db.now(), raw_mail_id=raw_id, **detail
        )


def _say_replayed(again: int) -> None:
    if again:
        flash(_("Trying again. Mail that can be read now appears as a ticket within seconds."), "good")
    else:
        flash(
            _(
                "Nothing to try again: a colleague was faster, or the mail is above the size limit and stays here until"
                " MAX_MAIL_MB is raised."
            ),
            "warn",
        )


def _say_filed(taken: Taken) -> None:
    _say(
        taken,
        ngettext(
            "%(num)d letter will be in its ticket within seconds.",
            "%(num)d letters will be in their ticket within seconds.",
            len(taken.ids),
        ),
    )


def _say(taken: Taken, done: str) -> None:
    if taken.ids:
        flash(done, "good")
    if taken.gone:
        flash(
            ngettext(
                "%(num)d letter was not there any more: a colleague has dealt with it.",
                "%(num)d letters were not there any more: a colleague has dealt with them.",
                taken.gone,
            ),
            "warn",
        )


def _found(session: Session, raw_mail_id: int) -> RawMail:
    raw = session.scalar(
        sa.select(RawMail)
        .where(RawMail.id == raw_mail_id, g.rights.within(RawMail.mailbox_id))
        .options(joinedload(RawMail.mailbox))
    )
    if raw is None or not raw.sha256:
        raise NotFound(_("There is no such mail."))
    return raw


def _blobs() -> BlobStore:
    blobs: BlobStore = current_app.extensions["blobs"]
    return blobs


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
