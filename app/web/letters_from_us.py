"""/letters/new: a letter to anybody, which begins a ticket."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import queue
from app.db import now, reading, transaction
from app.errors import InvalidInput
from app.outgoing import begin, signatures
from app.settings import Settings
from app.tickets import drafts
from app.tickets.models import Delivery, Draft, DraftKind, Message
from app.web import forms, inbox_page, sending
from app.web.auth import login_required
from app.web.composer import Composer, reopened
from app.web.writing import editor_html, shown_signature

bp = Blueprint("letters_from_us", __name__)


@bp.get("/letters/new")
@login_required
def new() -> Any:
    """An empty letter, or one that was begun; `to` writes to somebody at once."""
    draft_id = forms.number(request.args.get("draft", ""))
    with reading() as session:
        draft = drafts.begun(session, draft_id, g.agent.id) if draft_id else None
    composer = _composer(draft)
    if draft is None:
        composer = replace(composer, to=request.args.get("to", "")[: forms.LONGEST_ADDRESSES])
    return _page(composer)


@bp.post("/letters/new")
@login_required
def send() -> Any:
    form = forms.reply_form(request.form, first=True)
    settings: Settings = current_app.config["SETTINGS"]
    try:
        sending.check(form)
        with transaction() as session:
            sent = None if form.later else _begin(session, form, settings)
            ticket_id = sent.ticket_id if sent is not None else sending.put_off_first(session, form).id
    except InvalidInput as error:
        with reading() as session:
            draft = drafts.begun(session, form.draft_id, g.agent.id) if form.draft_id else None
        again = reopened(_composer(draft), form.written, problem=_(str(error)), field=error.field)
        return _page(again), 422
    if sent is not None and sent.delivery == Delivery.QUEUED:
        queue.ring("deliver_message", sent.id)
    address = url_for("tickets.show", ticket_id=ticket_id, view=inbox_page.known_view("open").slug)
    if request.headers.get("HX-Request"):
        return "", 204, {"HX-Redirect": address}
    return redirect(address, 303)


def _begin(session: Session, form: forms.ReplyForm, settings: Settings) -> Message:
    written = form.written
    letter = sending.letter_of(form)
    return begin.begin(
        session, written.mailbox_id, written.subject, letter, by=g.agent, now=now(), settings=settings
    )


def _composer(draft: Draft | None) -> Composer:
    nonce = secrets.token_urlsafe(16)
    if draft is None:
        return Composer(DraftKind.NEW, nonce=nonce)
    return Composer(
        DraftKind.NEW,
        editor_html(draft.html),
        ", ".join(draft.to),
        ", ".join(draft.cc),
        ", ".join(draft.bcc),
        version=draft.version,
        draft=draft,
        nonce=nonce,
        article_ids=",".join(map(str, draft.article_ids)),
        subject=draft.subject,
        mailbox_id=draft.mailbox_id,
    )


def _page(composer: Composer) -> str:
    with reading() as session:
        boxes = begin.mailboxes(session, g.agent) if g.rights.may_answer else []
        others = [
            one
            for one in drafts.all_begun(session, g.agent.id)
            if composer.draft is None or one.id != composer.draft.id
        ]
    below = {box.id: shown_signature(signatures.of_reply(None, g.agent, box)) for box in boxes}
    chosen = next((box for box in boxes if box.id == composer.mailbox_id), boxes[0] if boxes else None)
    return render_template(
        "letters/_letter.html" if request.headers.get("HX-Target") == "new-letter" else "letters/new.html",
        c=replace(composer, mailbox_id=chosen.id if chosen else None),
        mailboxes=boxes,
        others=others,
        signatures=below,
        signature=below[chosen.id] if chosen else "",
    )
