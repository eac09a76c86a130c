"""What every response says to the browser, and which requests are refused before any view runs.

The defaults of docs/invariants.md: a content policy without inline code, no framing by others, no sniffing, no
referrer, nothing stored by caches. A view that needs another policy (a letter's frame, a download) sets its own
header and keeps it.
"""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, request
from werkzeug.datastructures import ImmutableMultiDict

from app.settings import Settings

YEAR_SECONDS = 365 * 24 * 3600
# A long letter with its formatting is text too, and arrives as a form field; only files need more.
LONGEST_FORM = 4 * 1024 * 1024
# What somebody without an account may send: a password, or a comment beside a smiley.
LONGEST_PUBLIC_FORM = 64 * 1024
_PUBLIC_FAMILIES = frozenset({"signin", "public_ratings", "help_centre", "help_meta"})
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# What is shown or saved instead of run: no script, no form, no frame, no request.
INERT_POLICY = "default-src 'none'; sandbox"


def init_app(app: Flask) -> None:
    app.before_request(_limit_forms)
    app.before_request(_refuse_foreign_origin)
    app.before_request(_refuse_unstorable)
    app.before_request(_drop_unstorable)
    app.after_request(add_headers)
    app.jinja_env.globals["csp_nonce"] = csp_nonce


def known_hosts(settings: Settings) -> list[str]:
    """Host names this installation answers to: another name means a page elsewhere points its own name at us."""
    public = urlsplit(settings.public_url).hostname or settings.host
    return sorted({public, settings.host, "localhost", "127.0.0.1", "[::1]"})


def csp_nonce() -> str:
    """One random value per request, for the few inline elements that pages have."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def add_headers(response: Response) -> Response:
    settings: Settings = current_app.config["SETTINGS"]
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _policy())
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    if settings.secure:
        headers.setdefault("Strict-Transport-Security", f"max-age={YEAR_SECONDS}; includeSubDomains")
    if request.endpoint == "static" and "v" in request.args and response.status_code in (200, 304):
        headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    elif request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
    return response


def _policy() -> str:
    nonce = f"'nonce-{csp_nonce()}'"
    return (
        f"default-src 'self'; script-src 'self' {nonce}; style-src 'self' {nonce}; img-src 'self' data:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-src 'self'; frame-ancestors 'none'"
    )


def _limit_forms() -> None:
    """A form without files is read whole into memory, before anybody knows who sent it."""
    if request.blueprint in _PUBLIC_FAMILIES:
        request.max_content_length = LONGEST_PUBLIC_FORM
    elif request.mimetype == "application/x-www-form-urlencoded":
        request.max_content_length = LONGEST_FORM


def _refuse_foreign_origin() -> None:
    """A second lock beside the CSRF token. `Origin: null` is what our own forms send under no-referrer."""
    if request.method in _SAFE_METHODS:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)
    origin = request.headers.get("Origin", "null")
    if origin != "null" and urlsplit(origin).netloc != request.host:
        abort(403)


def _drop_unstorable() -> None:
    """Nobody types a NUL character, and PostgreSQL stores none: what was pasted with one goes on without it."""
    if request.method != "POST" or not any("\x00" in text for _name, text in request.form.items(multi=True)):
        return
    pairs = [(name, text.replace("\x00", "")) for name, text in request.form.items(multi=True)]
    # The form is worked out once and kept with the request: from here on this is it.
    request.__dict__["form"] = ImmutableMultiDict(pairs)


def _refuse_unstorable() -> None:
    """No address of ours holds a NUL character, and a database may refuse to look for one."""
    if any("\x00" in value for _name, value in request.args.items(multi=True)):
        abort(400)
