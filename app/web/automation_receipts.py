"""/receipts: what customers get back by itself when they write, for each mailbox, and how it will look."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts import audit
from app.automation import acknowledgements
from app.automation.acknowledgements import ReceiptForm
from app.db import now, reading, transaction
from app.errors import InvalidInput, NotFound
from app.mailboxes.models import Mailbox
from app.outgoing import receipts_limit, signatures
from app.outgoing.receipts_text import receipt_subject, receipt_text
from app.outgoing.signature_html import for_editor
from app.settings import Settings
from app.tasks import calendars
from app.web.auth import admin_required
from app.web.forms import fields
from app.web.writing import shown_signature

bp = Blueprint("receipts", __name__, url_prefix="/receipts")
# A number that no ticket has, for the preview.
EXAMPLE = 1042


@bp.get("")
@admin_required
def index() -> Any:
    with reading() as session:
        rows = list(session.scalars(sa.select(Mailbox).order_by(Mailbox.id)))
        forms = {row.id: acknowledgements.form_of(session, row) for row in rows}
    return render_template("automation/receipts.html", mailboxes=rows, forms=forms)


@bp.get("/<int:mailbox_id>")
@admin_required
def show(mailbox_id: int) -> Any:
    return _page(mailbox_id)


@bp.post("/<int:mailbox_id>")
@admin_required
def edit(mailbox_id: int) -> Any:
    form = fields(request.form, "on", "text_en", "text_ru", "only_closed", "do")
    typed = ReceiptForm(form["on"] == "on", form["text_en"], form["text_ru"], form["only_closed"] == "on")
    if form["do"] == "preview":
        return _page(mailbox_id, typed=typed)
    try:
        with transaction() as session:
            mailbox = _mailbox(session, mailbox_id)
            acknowledgements.save(session, mailbox, typed)
            audit.note(session, "receipt", mailbox.address, by=g.agent, now=now(), active=typed.on)
    except InvalidInput as error:
        return _page(mailbox_id, typed=typed, error=error), 422
    flash(_("Saved."), "success")
    return redirect(url_for("receipts.show", mailbox_id=mailbox_id), 303)


def _mailbox(session: Session, mailbox_id: int) -> Mailbox:
    mailbox = session.get(Mailbox, mailbox_id)
    if mailbox is None:
        raise NotFound("There is no such mailbox.")
    return mailbox


def _page(mailbox_id: int, *, typed: ReceiptForm | None = None, error: InvalidInput | None = None) -> str:
    settings: Settings = current_app.config["SETTINGS"]
    at = now()
    with reading() as session:
        mailbox = _mailbox(session, mailbox_id)
        form = typed or acknowledgements.form_of(session, mailbox)
        has_calendar = calendars.hours_for(session, mailbox_id) is not None
        open_now = acknowledgements.is_open_at(session, mailbox, at)
        sent = receipts_limit.sent_in_last_hour(session, mailbox_id, at)
    looks = [
        (name, receipt_subject(EXAMPLE, language), receipt_text(EXAMPLE, language, text))
        for name, language, text in (("English", "en", form.text_en), ("Русский", "ru", form.text_ru))
    ]
    return render_template(
        "automation/receipt.html", mailbox=mailbox, form=form, looks=looks, has_calendar=has_calendar,
        signature=shown_signature(for_editor(signatures.stored(mailbox))), open_now=open_now, sent=sent,
        per_hour=settings.automatic_per_hour,
        errors={error.field: error} if error else {},
    )  # fmt: skip
