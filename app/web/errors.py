"""Errors become answers here and nowhere else: a page, a toast for htmx, or JSON for our scripts.

A person reads one sentence and an id; the log has the id and the rest. Nothing of the inside is shown.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from app.again import Busy
from app.errors import (
    Conflict,
    InvalidInput,
    Merged,
    NotAllowed,
    NotFound,
    PermanentFailure,
    SincerelyError,
    TemporaryFailure,
)

log = logging.getLogger(__name__)

BUSY_SECONDS = 5
# What a page never repeats, not even to the one who typed it.
_SECRET = ("password", "secret", "code")

STATUS_OF: dict[type[SincerelyError], int] = {
    NotFound: 404,
    NotAllowed: 403,
    InvalidInput: 422,
    Conflict: 409,
    Merged: 409,
    TemporaryFailure: 503,
    PermanentFailure: 500,
    Busy: 503,
}


def init_app(app: Flask) -> None:
    app.register_error_handler(SincerelyError, _ours)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _ours(error: SincerelyError) -> Response:
    status = STATUS_OF.get(type(error), 500)
    if not isinstance(error, Busy):
        return _answer(status, _(str(error)))
    answer = _answer(status, _(str(error)), kept=_kept())
    answer.headers["Retry-After"] = str(BUSY_SECONDS)
    return answer


def _kept() -> list[tuple[str, str]]:
    """What was typed into the form, to be sent once more with one click. Empty when there was a secret in it."""
    fields = list(request.form.items(multi=True))
    return [] if any(part in name for name, _value in fields for part in _SECRET) else fields


def _csrf(error: CSRFError) -> Response:
    return _answer(
        400, _("This page was open for too long. Reload it and try again; what you typed is kept as a draft.")
    )


def _http(error: HTTPException) -> Response:
    if isinstance(error, SecurityError):
        # Called by a host name that is not ours: under it no page of ours has an address.
        return Response(_sentence(400), status=400, mimetype="text/plain")
    if error.response is not None:
        return make_response(error.response)
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    answer = _answer(status, _sentence(status))
    for name, value in error.get_headers():
        if name.lower() in ("retry-after", "allow"):
            answer.headers[name] = value
    return answer


def _unexpected(error: Exception) -> Response:
    error_id = secrets.token_hex(4)
    log.error("error %s at %s %s", error_id, request.method, request.endpoint, exc_info=error)
    return _answer(500, _sentence(500), error_id)


def _sentence(status: int) -> str:
    sentences = {
        400: _("The request could not be understood."),
        403: _("You may not do that."),
        404: _("There is nothing here, or it is not yours to see."),
        405: _("That is not how this page is used."),
        413: _("That is too large."),
        429: _("Too many tries. Wait a minute, then try again."),
        500: _("Something went wrong on our side. It has been written down; nothing you saved is lost."),
        503: _("The service is busy. Try again in a moment."),
    }
    return sentences.get(status) or sentences[500 if status >= 500 else 400]


def _answer(status: int, text: str, error_id: str = "", *, kept: Sequence[tuple[str, str]] = ()) -> Response:
    error_id = error_id or secrets.token_hex(4)
    if request.accept_mimetypes.best == "application/json":
        response = jsonify(error=text, id=error_id)
    elif request.headers.get("HX-Request"):
        response = make_response(render_template("errors/toast.html", text=text, error_id=error_id))
        response.headers.update({"HX-Retarget": "#toasts", "HX-Reswap": "beforeend"})
    else:
        page = "errors/error.html" if g.get("agent") is not None and status < 500 else "errors/bare.html"
        response = make_response(
            render_template(page, status=status, text=text, error_id=error_id, kept=kept)
        )
    response.status_code = status
    return response
