"""/settings/asking: how replies ask for a rating, everywhere and for each mailbox, with the mail as it will look."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.db import now, reading, transaction
from app.errors import InvalidInput, NotFound
from app.mailboxes.models import Mailbox
from app.mailboxes.queries import mailbox_names, mailbox_with_folders
from app.outgoing import branding, sample
from app.outgoing.logo import LARGEST, clean_logo
from app.outgoing.words import words_in
from app.ratings import anonymous, asking
from app.ratings.asking import FACES, LANGUAGES, Choice, Picture
from app.tasks import recovery_settings
from app.web import ratings_words
from app.web.auth import admin_required
from app.web.forms import fields, number
from app.web.locale import chosen_language

bp = Blueprint("ratings_asking", __name__, url_prefix="/settings/asking")
FIELDS = (
    "moment", "every_days", "style", "anonymous", "question_en", "question_ru", "drop_pictures", "mailbox",
)  # fmt: skip
WAYS = ("light", "dark", "bare")
# The mail stands in a frame that can do nothing: its own looks and the pictures inside it, and no request.
PREVIEW_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
)


@bp.get("")
@admin_required
def show() -> Any:
    return _page(number(request.args.get("mailbox", "")))


@bp.post("")
@admin_required
def change() -> Any:
    form = fields(request.form, *FIELDS)
    mailbox_id = number(form["mailbox"])
    try:
        with transaction() as session:
            mailbox = mailbox_with_folders(session, mailbox_id) if mailbox_id is not None else None
            pictures = _uploaded(session)
            done = asking.change(session, mailbox, form, pictures, by=g.agent, now=now())
    except InvalidInput as error:
        return _page(mailbox_id, error=error, typed=form), 422
    if done:
        flash(_("Saved. Letters written from now on ask like this."), "success")
    return redirect(url_for("ratings_asking.show", mailbox=mailbox_id))


@bp.get("/preview")
@admin_required
def preview() -> Response:
    """The mail in a frame. `way`: light, dark, or bare (with pictures off)."""
    mailbox_id = number(request.args.get("mailbox", ""))
    way, language = request.args.get("way", ""), request.args.get("in", "")
    language = language if language in LANGUAGES else chosen_language()
    with reading() as session:
        choice = asking.choice_of(session, mailbox_id)
        look = branding.look_of(session, mailbox_id)
        shown = sample.document(session, choice, look, language, way if way in WAYS else "light")
    response = Response(shown, mimetype="text/html")
    response.headers["Content-Security-Policy"] = PREVIEW_POLICY
    return response


@bp.post("/recovery")
@admin_required
def recovery() -> Any:
    """How unhappy customers are won back."""
    form = fields(request.form, "hours", *(f"article_{code}" for code in LANGUAGES))
    try:
        with transaction() as session:
            recovery_settings.change(session, form, by=g.agent, now=now())
    except InvalidInput as error:
        return _page(None, error=error, recovery=form), 422
    flash(_("Saved."), "success")
    return redirect(url_for("ratings_asking.show", _anchor="recovery"))


def _uploaded(session: Session) -> dict[str, Picture]:
    """Own pictures, cleaned of everything that is no picture, and kept with the logos."""
    found: dict[str, Picture] = {}
    for face in FACES:
        sent = request.files.get(f"picture_{face}")
        if sent is None or not sent.filename:
            continue
        try:
            logo = clean_logo(sent.stream.read(LARGEST + 1))
        except InvalidInput as error:
            raise InvalidInput(str(error), f"picture_{face}") from error
        digest = branding.keep(session, logo)
        found[face] = Picture(digest, logo.kind, logo.width, logo.height)
    return found


def _page(
    mailbox_id: int | None,
    *,
    error: InvalidInput | None = None,
    typed: dict[str, str] | None = None,
    recovery: dict[str, str] | None = None,
) -> str:
    with reading() as session:
        names = mailbox_names(session)
        if mailbox_id is not None and mailbox_id not in names:
            raise NotFound("There is no such mailbox.")
        own = asking.own_choice(session, mailbox_id)
        asks = mailbox_id is None or session.get_one(Mailbox, mailbox_id).ask_ratings
        under = asking.choice_of(session, None) if mailbox_id is not None else asking.USUAL
        return render_template(
            "settings/asking.html",
            mailbox_id=mailbox_id,
            mailboxes=names,
            customised=asking.customised(session),
            own=own,
            under=under,
            whole=asking.choice_of(session, mailbox_id),
            values=_values(own, asks) | (typed or {}),
            errors={error.field: error} if error and error.field else {},
            faces=FACES,
            face_words=ratings_words.face_words(),
            questions=_questions(under),
            language=chosen_language(),
            fewest=anonymous.FEWEST,
            recovery=_recovery(session) | (recovery or {}),
            articles=recovery_settings.choices(session, g.rights),
        )


def _values(own: Choice, asks: bool) -> dict[str, Any]:
    return {
        "moment": own.moment if asks else asking.OFF,
        "every_days": "" if own.every_days is None else own.every_days,
        "style": own.style,
        "anonymous": own.anonymous,
        **{f"question_{code}": own.question.get(code, "") for code in LANGUAGES},
    }


def _recovery(session: Session) -> dict[str, Any]:
    chosen = recovery_settings.articles(session)
    return {
        "hours": recovery_settings.hours(session),
        **{f"article_{code}": str(chosen.get(code, "")) for code in LANGUAGES},
    }


def _questions(under: Choice) -> dict[str, str]:
    """What is asked where nothing is typed, by language."""
    usual = {
        code: words_in(code).own_question if under.style == asking.LINE else words_in(code).question
        for code in LANGUAGES
    }
    return {code: under.question.get(code) or usual[code] for code in LANGUAGES}
