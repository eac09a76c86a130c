"""/settings/look: how mails and the rating page look, everywhere and for each mailbox; and the logo itself."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any

from flask import Blueprint, Response, flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.db import now, reading, transaction
from app.errors import InvalidInput, NotFound
from app.mailboxes.queries import mailbox_names, mailbox_with_folders
from app.outgoing import branding
from app.outgoing.logo import LARGEST, Logo, clean_logo
from app.outgoing.looks import USUAL_COLOUR, Look, contrast, darker
from app.outgoing.signature_pictures import LARGEST as LARGEST_PICTURE
from app.outgoing.signature_pictures import clean_picture
from app.web.auth import admin_required, for_readers, login_required
from app.web.forms import fields, number
from app.web.headers import INERT_POLICY
from app.web.limits import limiter

bp = Blueprint("branding", __name__)
_COLOUR = re.compile(r"#[0-9a-f]{6}\Z")


@bp.get("/settings/look")
@admin_required
def show() -> Any:
    return _page(number(request.args.get("mailbox", "")))


@bp.post("/settings/look")
@admin_required
def change() -> Any:
    form = fields(request.form, *branding.FIELDS, "drop_logo", "mailbox")
    mailbox_id = number(form["mailbox"])
    try:
        logo = _uploaded()
        with transaction() as session:
            subject = mailbox_with_folders(session, mailbox_id).address if mailbox_id is not None else ""
            done = branding.change_look(
                session, mailbox_id, form, logo, by=g.agent, now=now(), subject=subject
            )
    except InvalidInput as error:
        return _page(mailbox_id, error=error, typed=form), 422
    if done:
        flash(_("Saved. Letters written from now on look like this."), "success")
    return redirect(url_for("branding.show", mailbox=mailbox_id))


@bp.post("/brand/pictures")
@login_required
@for_readers
@limiter.limit("30 per hour", key_func=lambda: f"picture {g.agent.id if g.agent else ''}")
def keep_picture() -> Any:
    """A picture for a signature, the agent's own or a mailbox's. JSON {url, name}: the words that stand for it."""
    fields(request.form)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise InvalidInput("Choose a file first.", "file")
    picture = clean_picture(sent.stream.read(LARGEST_PICTURE + 1))
    with transaction() as session:
        digest = branding.keep(session, picture)
    return jsonify(url=url_for("branding.logo", digest=digest), name=_words_for(sent.filename))


def _words_for(filename: str) -> str:
    """What a person reads instead of the picture until they write something better."""
    stem = PurePath(filename.replace("\\", "/")).stem
    return " ".join("".join(char if char.isprintable() else " " for char in stem).replace("_", " ").split())[
        :80
    ]


@bp.get("/brand/<digest>")
def logo(digest: str) -> Any:
    """For the rating page of a customer: whoever knows the digest of a logo has seen it in a mail."""
    with reading() as session:
        found = branding.logo_of(session, digest) if re.fullmatch(r"[0-9a-f]{64}", digest) else None
    if found is None:
        raise NotFound("There is no such picture.")
    response = Response(found.content, mimetype=found.kind)
    response.headers["Content-Security-Policy"] = INERT_POLICY
    response.headers["Content-Disposition"] = "inline"
    return response


def _uploaded() -> Logo | None:
    sent = request.files.get("logo")
    if sent is None or not sent.filename:
        return None
    return clean_logo(sent.stream.read(LARGEST + 1))


def _page(
    mailbox_id: int | None, *, error: InvalidInput | None = None, typed: dict[str, str] | None = None
) -> str:
    with reading() as session:
        names = mailbox_names(session)
        if mailbox_id is not None and mailbox_id not in names:
            raise NotFound("There is no such mailbox.")
        own, whole = branding.own_look(session, mailbox_id), branding.look_of(session, mailbox_id)
        return render_template(
            "settings/look.html",
            mailbox_id=mailbox_id,
            mailboxes=names,
            customised=branding.customised(session),
            own=own,
            look=whole,
            under=_under(session, mailbox_id),
            values={name: getattr(own, name) for name in branding.FIELDS} | (typed or {}),
            errors={error.field: error} if error and error.field else {},
            usual=USUAL_COLOUR,
            contrast=round(contrast(whole.colour or USUAL_COLOUR), 1),
            suggestion=_suggestion(typed, error),
        )


def _under(session: Session, mailbox_id: int | None) -> Look:
    """What counts where this mailbox says nothing."""
    return branding.own_look(session, None) if mailbox_id is not None else Look()


def _suggestion(typed: dict[str, str] | None, error: InvalidInput | None) -> str:
    colour = (typed or {}).get("colour", "").strip().lower()
    return darker(colour) if error is not None and error.field == "colour" and _COLOUR.match(colour) else ""
