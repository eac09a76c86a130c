"""What the pages of the help centre share: who may come in, in which language, how they may be kept, and how they say
that something is not there.

Readers are nobody: no cookie is read or set, nothing of a signed-in agent is known here, and the same address gives
everybody the same page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from flask import Response, current_app, g, make_response, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from app.db import reading
from app.errors import NotFound
from app.knowledge import public_settings
from app.knowledge.public_settings import Centre
from app.outgoing import branding
from app.outgoing.looks import Look
from app.settings import Settings

# A page that is taken back is gone from every cache within so many seconds.
KEPT_SECONDS = 60
# No nonce: a page that changes with every request could not be kept. Nothing inline runs on it.
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
NAMES = {"en": "English", "ru": "Русский"}


@dataclass(frozen=True)
class Desk:
    """The help centre of this request: its settings, its look and the language of the page."""

    centre: Centre
    look: Look
    language: str

    @property
    def name(self) -> str:
        """As its admin called it, else after the company."""
        company = self.look.company
        return self.centre.names.get(self.language) or (
            _("%(company)s Help", company=company) if company else _("Help centre")
        )

    @property
    def greeting(self) -> str:
        return self.centre.greetings.get(self.language) or _("How can we help?")


def public_page(view: Callable[..., Any]) -> Callable[..., Any]:
    """For a view with `language` in its address: 404 while the help centre is closed or does not speak it."""

    @wraps(view)
    def opened(language: str, **more: Any) -> Any:
        desk = open_desk(language)
        with force_locale(desk.language):
            if language not in desk.centre.languages:
                return not_here(desk)
            try:
                return view(desk, **more)
            except NotFound:
                return not_here(desk)

    return opened


def open_desk(language: str) -> Desk:
    """Raises NotFound while the help centre is closed."""
    with reading() as session:
        centre = public_settings.centre(session)
        look = branding.look_of(session, None) if centre.open else Look()
    if not centre.open:
        raise NotFound("There is nothing here, or it is not yours to see.")
    desk = Desk(centre, look, language if language in centre.languages else preferred(centre))
    g.help_desk = desk
    return desk


def preferred(centre: Centre) -> str:
    """The best language that the browser asks for, of those that are open."""
    settings: Settings = current_app.config["SETTINGS"]
    usual = settings.language if settings.language in centre.languages else centre.languages[0]
    return request.accept_languages.best_match(centre.languages) or usual


def page(desk: Desk, template: str, **values: Any) -> str:
    """`here`: this page's address in each language, for the switch; without it the switch leads to the front page."""
    here = values.pop("here", None) or {code: ("help_centre.home", {}) for code in desk.centre.languages}
    alternates = {
        code: url_for(endpoint, language=code, **parts)
        for code, (endpoint, parts) in here.items()
        if code in desk.centre.languages
    }
    return render_template(
        template,
        desk=desk,
        language=desk.language,
        language_names=NAMES,
        alternates=alternates,
        switch=[
            (code, NAMES[code], alternates.get(code) or url_for("help_centre.home", language=code))
            for code in desk.centre.languages
        ],
        whole=absolute,
        **values,
    )


def absolute(path: str) -> str:
    """An address of ours as others must write it. From the settings: what a request says of its host proves nothing."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.public_url.rstrip("/") + path


def kept(body: str, *, changed_at: datetime | None = None, kind: str = "text/html") -> Response:
    """A page that everybody may keep for a minute, and ask whether it changed."""
    response = make_response(body)
    response.mimetype = kind
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    response.add_etag()
    if changed_at is not None:
        response.last_modified = changed_at
    return response.make_conditional(request)


def fresh(body: str, status: int = 200) -> Response:
    """A page for this moment: a form, an answer to one, or something that is not there."""
    response = make_response(body, status)
    response.headers["Content-Security-Policy"] = POLICY
    return response


def not_here(desk: Desk, status: int = 404) -> Response:
    """The help centre's own page for what is not there. It never repeats what was asked for."""
    return fresh(page(desk, "help_centre/not_here.html"), status)


def too_many(desk: Desk) -> Response:
    return fresh(page(desk, "help_centre/too_many.html"), 429)
