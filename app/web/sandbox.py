"""Sandbox only: write a letter as a customer would, and read what reached a customer's own mailbox."""

from __future__ import annotations

import base64
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, make_msgid
from functools import wraps
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from app import queue, sandbox_mail
from app.blobs import BlobStore
from app.db import now, reading, transaction
from app.errors import InvalidInput, NotFound
from app.outgoing.models import SandboxLetter
from app.outgoing.recipients import is_mailable, tidy_name
from app.sandbox_mail import CustomerLetter
from app.settings import Settings
from app.tickets.safe_html import frame_csp, frame_document
from app.tickets.uploads import picture_type, tidy_filename
from app.web import forms
from app.web.auth import login_required, passive

bp = Blueprint("sandbox", __name__, url_prefix="/sandbox")
LONGEST_TEXT = 50_000
LONGEST_SUBJECT = 300
FIELDS = ("sender", "name", "subject", "text", "in_reply_to")


def sandbox_only(view: Any) -> Any:
    """These pages exist in sandbox mode only."""

    @wraps(view)
    @login_required
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not _settings().is_sandbox:
            abort(404)
        return view(*args, **kwargs)

    return guarded


@bp.get("")
@sandbox_only
def write() -> Any:
    values = {name: request.args.get(name, "")[:500] for name in FIELDS}
    return _form(values)


@bp.post("")
@sandbox_only
def send() -> Any:
    """Keep the letter and ring for its delivery. The web never speaks SMTP itself."""
    values = forms.fields(request.form, *FIELDS)
    try:
        raw = _composed(values, request.files.get("file"))
    except InvalidInput as error:
        return _form(values, problem=_(str(error)), field=error.field), 422
    blobs: BlobStore = current_app.extensions["blobs"]
    digest = blobs.put(raw)
    with transaction() as session:
        letter = SandboxLetter(
            sender=values["sender"].strip().lower(),
            recipient=sandbox_mail.SUPPORT_ADDRESS,
            sha256=digest,
            created_at=now(),
        )
        session.add(letter)
        session.flush()
        letter_id = letter.id
    queue.ring("send_sandbox_letter", letter_id)
    return redirect(url_for("sandbox.sent", letter_id=letter_id), 303)


@bp.get("/letters/<int:letter_id>")
@sandbox_only
def sent(letter_id: int) -> Any:
    return render_template("sandbox/sent.html", letter=_letter(letter_id))


@bp.get("/letters/<int:letter_id>/state")
@sandbox_only
@passive
def state(letter_id: int) -> Any:
    return render_template("sandbox/_state.html", letter=_letter(letter_id))


@bp.get("/mailbox")
@sandbox_only
def mailbox() -> Any:
    """The customers who received mail, and the letters of the chosen one."""
    directory = _settings().sandbox_mail_dir
    known = sandbox_mail.customers(directory)
    address = request.args.get("address", "").strip().lower() or (known[0] if known else "")
    letters = sandbox_mail.customer_letters(directory, address) if address else []
    return render_template("sandbox/mailbox.html", customers=known, address=address, letters=letters)


@bp.get("/mailbox/letter")
@sandbox_only
def letter() -> Response:
    """One received letter as a customer's mail program would show it; its links open in a new tab."""
    found = _received(request.args.get("address", ""), forms.number(request.args.get("uid", "")) or 0)
    html = found.html or f"<pre>{_escaped(found.text)}</pre>"
    response = Response(
        frame_document(html, images=_pictures(found), allow_remote=False), mimetype="text/html"
    )
    response.headers["Content-Security-Policy"] = frame_csp(False)
    return response


@bp.get("/mailbox/count")
@sandbox_only
@passive
def count() -> Any:
    """How many letters a customer has: the page asks while it waits for the next one."""
    letters = sandbox_mail.customer_letters(_settings().sandbox_mail_dir, request.args.get("address", ""))
    return jsonify(count=len(letters))


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _form(values: dict[str, str], *, problem: str = "", field: str = "") -> str:
    return render_template(
        "sandbox/write.html",
        values=values,
        problem=problem,
        field=field,
        support=sandbox_mail.SUPPORT_ADDRESS,
    )


def _composed(values: dict[str, str], file: FileStorage | None) -> bytes:
    """The letter as a mail program would send it. Raises InvalidInput for what no program would let pass."""
    sender, text = values["sender"].strip().lower(), values["text"].strip()
    if not is_mailable(sender):
        raise InvalidInput("Type the customer's mail address, such as anna@mail.example.", "sender")
    has_file = file is not None and bool(file.filename)
    if not text and not has_file:
        raise InvalidInput("Write a few words first.", "text")
    mail = EmailMessage()
    mail["From"] = formataddr((tidy_name(values["name"]), sender))
    mail["To"] = sandbox_mail.SUPPORT_ADDRESS
    mail["Subject"] = tidy_name(values["subject"])[:LONGEST_SUBJECT]
    mail["Date"] = format_datetime(now())
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    _thread(mail, values["in_reply_to"], sender)
    mail.set_content(text[:LONGEST_TEXT] + "\n")
    if file is not None and has_file:
        _attach(mail, file)
    return mail.as_bytes()


def _thread(mail: EmailMessage, answered_uid: str, sender: str) -> None:
    """An answer to a letter in the customer's mailbox names it as mail programs do."""
    uid = forms.number(answered_uid)
    if uid is None:
        return
    answered = _received(sender, uid)
    if answered.message_id:
        mail["In-Reply-To"] = answered.message_id
        mail["References"] = " ".join([*answered.references[-20:], answered.message_id])
    if answered.reply_to:
        del mail["To"]
        mail["To"] = answered.reply_to


def _attach(mail: EmailMessage, file: FileStorage) -> None:
    content = file.stream.read(_settings().upload_bytes + 1)
    if len(content) > _settings().upload_bytes:
        raise InvalidInput("That is too much for one letter.", "file")
    kind = picture_type(content) or "application/octet-stream"
    main, _slash, sub = kind.partition("/")
    mail.add_attachment(content, maintype=main, subtype=sub, filename=tidy_filename(file.filename or ""))


def _letter(letter_id: int) -> SandboxLetter:
    with reading() as session:
        found = session.get(SandboxLetter, letter_id)
    if found is None:
        raise NotFound("There is no such letter.")
    return found


def _received(address: str, uid: int) -> CustomerLetter:
    for one in sandbox_mail.customer_letters(_settings().sandbox_mail_dir, address):
        if one.uid == uid:
            return one
    raise NotFound("There is no such letter.")


def _pictures(found: CustomerLetter) -> dict[str, str]:
    kinds = [(part, picture_type(part.content)) for part in found.parts if part.content_id]
    return {
        part.content_id: f"data:{kind};base64,{base64.b64encode(part.content).decode()}"
        for part, kind in kinds
        if kind
    }


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
