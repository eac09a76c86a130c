"""/help/<language>/write: "write to us". What is sent becomes a mail of the mailbox that the admin chose.

The bytes are on the disk and in the journal before the page says thank you; from there it is mail like any other, but
for its sender, whom nobody has checked. Whatever is refused comes back with everything that was typed.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import force_locale
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import HTTPException

from app.again import again
from app.blobs import BlobStore
from app.db import now, reading, transaction
from app.errors import InvalidInput, NotFound, TemporaryFailure
from app.knowledge import public_finding
from app.mailboxes import form_letters
from app.mailboxes.form_letters import FormFile, FormLetter
from app.mailboxes.models import Mailbox
from app.outgoing.recipients import is_mailable, tidy_name
from app.security import derive_key
from app.settings import Settings
from app.tickets.uploads import picture_type, tidy_filename
from app.web.help_centre_page import Desk, fresh, not_here, open_desk, page, public_page
from app.web.limits import limiter

log = logging.getLogger(__name__)

bp = Blueprint("help_letters", __name__, url_prefix="/help")
LETTERS_PER_ADDRESS = "5 per minute; 30 per hour"
# From all addresses together: more than that is no crowd of customers.
LETTERS_PER_HOUR = 300
LONGEST_SUBJECT = 200
LONGEST_TEXT = 50_000
MOST_FILES = 10
TRAP_FIELD = "website"
FIELDS = ("name", "email", "subject", "text")
# Nobody reads the page and writes a letter faster than this.
SOONEST_SECONDS = 2
FORM_HOURS = 24


@bp.record_once
def _no_cookies(state: BlueprintSetupState) -> None:
    # As for votes: there is no session that another site could use.
    state.app.extensions["csrf"].exempt(send)


@dataclass(frozen=True)
class Typed:
    """What the form holds."""

    name: str = ""
    email: str = ""
    subject: str = ""
    text: str = ""


@bp.get("/<any(en, ru):language>/write")
@public_page
def write(desk: Desk) -> Response:
    if not desk.centre.takes_letters:
        return not_here(desk)
    return _form(desk, Typed(subject=tidy_name(request.args.get("subject", "")[:LONGEST_SUBJECT])))


@bp.post("/<any(en, ru):language>/write")
@limiter.limit(LETTERS_PER_ADDRESS)
@public_page
def send(desk: Desk) -> Any:
    if not desk.centre.takes_letters:
        return not_here(desk)
    typed = Typed(**{name: request.form.get(name, "") for name in FIELDS})
    try:
        _journal(desk, _letter(typed))
    except InvalidInput as error:
        return _form(desk, typed, error=error), 422
    except (OperationalError, OSError, TemporaryFailure):
        log.exception("a letter from the form could not be kept")
        return _form(
            desk, typed, error=InvalidInput("Your letter could not be saved. Please try again.")
        ), 503
    return redirect(url_for(".written", language=desk.language), 303)


@bp.get("/<any(en, ru):language>/written")
@public_page
def written(desk: Desk) -> Response:
    if not desk.centre.takes_letters:
        return not_here(desk)
    here = {code: ("help_letters.written", {}) for code in desk.centre.languages}
    return fresh(page(desk, "help_centre/written.html", here=here))


@bp.errorhandler(429)
def _too_often(_error: HTTPException) -> Any:
    """With what was typed still in the form."""
    desk = open_desk(_language())
    typed = Typed(**{name: request.form.get(name, "") for name in FIELDS})
    with force_locale(desk.language):
        return _form(
            desk, typed, error=InvalidInput("These were many letters. Please wait a few minutes.")
        ), 429


@bp.errorhandler(413)
def _too_large(_error: HTTPException) -> Any:
    """Nothing of it was read, so nothing can be put back into the form: the browser still has it."""
    desk = open_desk(_language())
    with force_locale(desk.language):
        error = InvalidInput("That was too large. Go back, leave out a file, and send it again.", "files")
        return _form(desk, Typed(), error=error, unread=True), 413


def _letter(typed: Typed) -> FormLetter:
    """Everything checked. Raises InvalidInput with the field."""
    nonce = _nonce()
    email = typed.email.strip().lower()
    if not is_mailable(email) or "." not in email.rpartition("@")[2]:
        raise InvalidInput("Type your e-mail address, such as anna@mail.example.", "email")
    text, files = typed.text.strip(), _files()
    if not text and not files:
        raise InvalidInput("Write a few words first.", "text")
    if len(text) > LONGEST_TEXT:
        raise InvalidInput("This letter is too long. Put the rest into a file.", "text")
    subject = tidy_name(typed.subject)[:LONGEST_SUBJECT] or tidy_name(text[:60])
    return FormLetter(nonce, email, tidy_name(typed.name), subject, text, files)


@again
def _journal(desk: Desk, letter: FormLetter) -> None:
    """Bytes first, then the row. Raises InvalidInput for an address of ours and in a flood."""
    mailbox_id, at = desk.centre.mailbox_id or 0, now()
    with reading() as session:
        mailbox = session.get(Mailbox, mailbox_id)
        if mailbox is None:
            raise NotFound("There is no such mailbox.")
        if form_letters.is_ours(session, letter.sender):
            raise InvalidInput("This is our own address. Type the one at which we can answer you.", "email")
        if form_letters.lately(session, mailbox_id, since=at - timedelta(hours=1)) >= LETTERS_PER_HOUR:
            raise InvalidInput("Too many letters arrive here just now. Please try again in an hour.")
    raw = form_letters.as_mail(letter, to=mailbox.address, now=at)
    blobs: BlobStore = current_app.extensions["blobs"]
    stored = (blobs.put(raw), len(raw))
    with transaction() as session:
        form_letters.journal(session, mailbox_id, letter, stored, now=at)


def _files() -> tuple[FormFile, ...]:
    sent = [one for one in request.files.getlist("files") if one.filename]
    if len(sent) > MOST_FILES:
        raise InvalidInput("Send ten files at most.", "files")
    found = tuple(_file(one) for one in sent)
    if sum(len(one.content) for one in found) > _settings().upload_bytes:
        raise InvalidInput("These files are too large for one letter.", "files")
    return found


def _file(sent: FileStorage) -> FormFile:
    """Its type is what its first bytes say, never what was claimed."""
    content = sent.stream.read()
    kind = picture_type(content) or "application/octet-stream"
    return FormFile(tidy_filename(sent.filename or ""), kind, content)


def _nonce() -> str:
    """Of the form that was sent. Raises InvalidInput, with the field "form" when it needs a fresh mark:
    it is none of ours, or a day old."""
    if request.form.get(TRAP_FIELD):
        raise InvalidInput("Please press the button once more.")
    try:
        nonce, issued = _serializer().loads(
            request.form.get("form", ""), max_age=FORM_HOURS * 3600, return_timestamp=True
        )
    except BadData:
        raise InvalidInput(
            "This page was open for long. Please press the button once more.", "form"
        ) from None
    if now() - issued < timedelta(seconds=SOONEST_SECONDS):
        raise InvalidInput("Please press the button once more.")
    return str(nonce)


def _form(desk: Desk, typed: Typed, *, error: InvalidInput | None = None, unread: bool = False) -> Response:
    """`unread`: what was sent was too large to be looked at."""
    about = f"{typed.subject} {typed.text[:400]}".strip()
    with reading() as session:
        offered = public_finding.offered(session, desk.centre.edition, about, desk.language) if about else []
    return fresh(
        page(
            desk,
            "help_centre/write.html",
            typed=typed,
            offered=offered,
            error=error,
            errors={error.field: str(error)} if error is not None and error.field else {},
            form=_new_mark() if unread else _form_mark(error),
            trap_field=TRAP_FIELD,
            longest_subject=LONGEST_SUBJECT,
            longest_text=LONGEST_TEXT,
            largest=_settings().upload_bytes,
            here={code: ("help_letters.write", {}) for code in desk.centre.languages},
        )
    )


def _form_mark(error: InvalidInput | None) -> str:
    """A refused letter keeps the mark of its form, so that sending it once more cannot make it two."""
    sent = request.form.get("form", "") if request.method == "POST" else ""
    if sent and error is not None and error.field != "form":
        return sent
    return _new_mark()


def _new_mark() -> str:
    return str(_serializer().dumps(secrets.token_urlsafe(12)))


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(derive_key(_settings().secret_key, "help centre form"))


def _language() -> str:
    return str((request.view_args or {}).get("language", ""))


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
