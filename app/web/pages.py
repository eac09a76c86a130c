"""What all pages share: the front door, the navigation, fingerprinted static files, times and initials."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import dates
from flask import Blueprint, Flask, current_app, g, redirect, request, url_for
from flask_babel import get_locale, get_translations
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from app import db
from app.settings import Settings
from app.tickets.linkify import linkify
from app.tickets.safe_html import reply_to_text
from app.tickets.unwrap import unwrap
from app.web.locale import chosen_timezone

bp = Blueprint("pages", __name__)

TONES = 8
STATIC = Path(__file__).resolve().parent.parent / "static"
# No inline style (the content policy forbids it), nothing evaluated, and errors swapped in as toasts.
HTMX_CONFIG = {
    "includeIndicatorStyles": False,
    "allowEval": False,
    "historyCacheSize": 0,
    "selfRequestsOnly": True,
    "scrollIntoViewOnBoost": False,
    "refreshOnHistoryMiss": True,
    "responseHandling": [
        {"code": "204", "swap": False},
        {"code": "[23]..", "swap": True},
        {"code": "[45]..", "swap": True, "error": True},
    ],
}


@dataclass(frozen=True)
class Link:
    """One entry of a menu."""

    text: str
    icon: str
    url: str
    current: bool = False


@bp.get("/")
def home() -> Response:
    return redirect(url_for("inbox.view", view="open"))


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        static_url=static_url,
        import_map=import_map,
        navigation=navigation,
        agent_menu=agent_menu,
        has_endpoint=has_endpoint,
        unique_id=unique_id,
        linkify=linkify,
        unwrap=unwrap,
        reply_to_text=reply_to_text,
        htmx_config=json.dumps(HTMX_CONFIG),
    )
    app.jinja_env.filters.update(
        relative_time=relative_time,
        exact_time=exact_time,
        initials=initials,
        tone=tone,
        file_size=file_size,
        in_words=in_words,
    )
    app.context_processor(_context)


def in_words(text: object) -> str:
    """What a row or an error says, in the reader's language if it is a sentence of ours. It is data: never `_()`,
    which takes a text for markup."""
    return str(get_translations().ugettext(str(text)))


def _context() -> dict[str, object]:
    settings: Settings = current_app.config["SETTINGS"]
    agent = g.get("agent")
    return {
        "_": _texts(),
        "sandbox": settings.is_sandbox,
        "theme": agent.theme if agent is not None and agent.theme in ("light", "dark") else "auto",
        "locale_code": str(get_locale() or settings.language),
    }


def _texts() -> Callable[..., str]:
    """`_` for the templates of one request: a page calls it hundreds of times, so the language is found once."""
    translate = get_translations().ugettext
    known: dict[str, Markup] = {}

    def text(string: str, **variables: object) -> str:
        found = known.get(string)
        if found is None:
            found = known[string] = Markup(translate(string))  # noqa: S704 (our own words; what goes in is escaped)
        return found % variables

    return text


def navigation() -> list[Link]:
    """The main pages that exist in this build, in their order."""
    entries = [
        (_("Inbox"), "inbox", "inbox.home", ("inbox", "tickets")),
        (_("Customers"), "people", "customers.index", ("customers",)),
        (_("Knowledge"), "book", "knowledge.index", ("knowledge",)),
        (_("Ratings"), "emoji-smile", "ratings.index", ("ratings",)),
    ]
    return [
        Link(text, icon, url_for(endpoint), request.blueprint in blueprints)
        for text, icon, endpoint, blueprints in entries
        if has_endpoint(endpoint)
    ]


def agent_menu() -> list[Link]:
    """What hangs on the agent's own picture."""
    entries = [
        (_("Your profile"), "gear", "profile.show", True),
        (_("Agents"), "person-plus", "agents.index", bool(g.agent and g.agent.is_admin)),
        (_("Mailboxes"), "mailbox", "mailboxes.index", True),
        (_("Parked mail"), "archive", "parked.index", True),
    ]
    return [
        Link(text, icon, url_for(endpoint))
        for text, icon, endpoint, may in entries
        if may and has_endpoint(endpoint)
    ]


def has_endpoint(endpoint: str) -> bool:
    return endpoint in current_app.view_functions


def static_url(filename: str) -> str:
    """Address of a static file with a fingerprint of its content, so that browsers may keep it for a year."""
    # A page names the same file (the icons) a hundred times: looked at once per request.
    known: dict[str, str] = g.setdefault("static_urls", {})
    if filename not in known:
        path = STATIC / filename
        version = _fingerprint(path, path.stat().st_mtime_ns)
        known[filename] = url_for("static", filename=filename, v=version)
    return known[filename]


@lru_cache(maxsize=500)
def _fingerprint(path: Path, _modified: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def import_map() -> dict[str, dict[str, str]]:
    """Modules import each other by plain name; this tells the browser which fingerprinted file is meant."""
    files = [f"js/{path.name}" for path in sorted((STATIC / "js").glob("*.js"))] + ["vendor/trix.min.js"]
    imports = {url_for("static", filename=name): static_url(name) for name in files}
    return {"imports": imports}


def unique_id(prefix: str) -> str:
    """An element id used once on this page: a gradient that two drawings share vanishes with the one that is folded."""
    g.last_id = g.get("last_id", 0) + 1
    return f"{prefix}-{g.last_id}"


def relative_time(at: datetime) -> str:
    """Short: "now", "5 min", "3 h", "Tue", "12 Nov", "12 Nov 2025"."""
    seconds = (db.now() - at).total_seconds()
    if seconds < 60:
        return _("now")
    if seconds < 3600:
        return _("{n} min").replace("{n}", str(int(seconds // 60)))
    if seconds < 86400:
        return _("{n} h").replace("{n}", str(int(seconds // 3600)))
    zone = ZoneInfo(chosen_timezone())
    local, today = at.astimezone(zone), db.now().astimezone(zone)
    if (today.date() - local.date()).days < 7:
        return _formatted(local.date(), "EEE", str(get_locale()))
    return _formatted(local.date(), "d MMM" if local.year == today.year else "d MMM y", str(get_locale()))


def exact_time(at: datetime) -> str:
    return _exactly(at, str(get_locale()), chosen_timezone())


@lru_cache(maxsize=4000)
def _exactly(at: datetime, locale: str, zone: str) -> str:
    """A page names a hundred times, and mostly those of the page before."""
    return dates.format_datetime(at, "d MMMM y, HH:mm", tzinfo=ZoneInfo(zone), locale=locale)


@lru_cache(maxsize=4000)
def _formatted(day: date, pattern: str, locale: str) -> str:
    return dates.format_date(day, pattern, locale=locale)


@lru_cache(maxsize=2000)
def initials(name: str) -> str:
    """One or two letters for a round picture; never empty."""
    words = [word for word in name.replace("@", " ").split() if word[:1].isalnum()]
    letters = [word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)]
    return unicodedata.normalize("NFC", "".join(letters)).upper() or "?"


@lru_cache(maxsize=2000)
def tone(key: str) -> int:
    """A colour that stays the same for the same person."""
    return hashlib.sha256(key.casefold().encode("utf-8", "replace")).digest()[0] % TONES


def file_size(size: int) -> str:
    """ "12 KB", "3.4 MB"."""
    if size < 1024 * 1024:
        return _("%(n)s KB", n=max(1, round(size / 1024)))
    return _("%(n)s MB", n=f"{size / 1024 / 1024:.1f}")
