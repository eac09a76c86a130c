"""What all pages share: the front door, the navigation, and what templates may call."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Flask, current_app, g, redirect, request, url_for
from flask_babel import format_decimal, get_translations
from werkzeug.wrappers import Response

from app.settings import Settings
from app.tickets.linkify import linkify
from app.tickets.safe_html import reply_to_text
from app.tickets.unwrap import unwrap
from app.web import addresses, inbox_rows, parts, rendering
from app.web.addresses import address
from app.web.static_files import import_map, module_tags, static_url
from app.web.tones import initials, tone
from app.web.words import gettext as _
from app.web.words import words

bp = Blueprint("pages", __name__)

# No inline style (the content policy forbids it), nothing evaluated, and errors swapped in as toasts.
HTMX_CONFIG = {
    "includeIndicatorStyles": False,
    "allowEval": False,
    "historyCacheSize": 0,
    "selfRequestsOnly": True,
    "scrollIntoViewOnBoost": False,
    "refreshOnHistoryMiss": True,
    # What has come answers keys and clicks at once: with a pause for effects they would go to buttons not yet ours.
    "defaultSettleDelay": 0,
    # Without "style": what a browser or an extension of it left on a field is not copied into its successor.
    "attributesToSettle": ["class", "width", "height"],
    "responseHandling": [
        {"code": "204", "swap": False},
        {"code": "[23]..", "swap": True},
        {"code": "[45]..", "swap": True, "error": True},
    ],
}


# The blueprints of the knowledge base.
KNOWLEDGE = (
    "knowledge", "knowledge_figures", "knowledge_gaps", "knowledge_twins", "knowledge_typed", "knowledge_upkeep",
)  # fmt: skip


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
        module_tags=module_tags,
        navigation=navigation,
        agent_menu=agent_menu,
        has_endpoint=has_endpoint,
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
        decimal=format_decimal,
        in_words=in_words,
    )
    addresses.init_app(app)
    rendering.init_app(app)
    parts.init_app(app)
    inbox_rows.init_app(app)
    app.context_processor(_context)


def in_words(text: object) -> str:
    """What a row or an error says, in the reader's language if it is a sentence of ours. It is data: never `_()`,
    which takes a text for markup."""
    words, said = get_translations(), str(text)
    whole = str(words.ugettext(said)) if said else ""
    about, colon, sentence = said.partition(": ")
    # "imap.shop.example: …": whose fault it is stands before what is wrong.
    return f"{about}{colon}{words.ugettext(sentence)}" if whole == said and sentence else whole


def _context() -> dict[str, object]:
    settings: Settings = current_app.config["SETTINGS"]
    agent = g.get("agent")
    reader = words()
    return {
        "_": reader.text,
        "ngettext": reader.plural,
        "reltime": reader.reltime,
        "sandbox": settings.is_sandbox,
        "theme": agent.theme if agent is not None and agent.theme in ("light", "dark") else "auto",
        "locale_code": reader.locale,
    }


def relative_time(at: datetime) -> str:
    return words().relative(at)


def exact_time(at: datetime) -> str:
    return words().exact(at)


def navigation() -> list[Link]:
    """The main pages that exist in this build, in their order."""
    entries = [
        (_("Inbox"), "inbox", "inbox.home", ("inbox", "tickets")),
        (_("Customers"), "people", "customers.index", ("customers",)),
        (_("Knowledge"), "book", "knowledge.index", KNOWLEDGE),
        (_("Ratings"), "emoji-smile", "ratings.index", ("ratings",)),
        (_("Reports"), "bar-chart", "briefing.show", ("briefing", "reports")),
        (_("Tasks"), "check2", "tasks.index", ("tasks",)),
    ]
    return [
        Link(text, icon, address(endpoint), request.blueprint in blueprints)
        for text, icon, endpoint, blueprints in entries
        if has_endpoint(endpoint)
    ]


def agent_menu() -> list[Link]:
    """What hangs on the agent's own picture."""
    entries = [
        (_("Your profile"), "gear", "profile.show", True),
        (_("Settings"), "list-ul", "administration.index", True),
        (_("Mailboxes"), "mailbox", "mailboxes.index", True),
        (_("Parked mail"), "archive", "parked.index", True),
    ]
    return [
        Link(text, icon, address(endpoint))
        for text, icon, endpoint, may in entries
        if may and has_endpoint(endpoint)
    ]


def has_endpoint(endpoint: str) -> bool:
    return endpoint in current_app.view_functions


def file_size(size: int) -> str:
    """ "12 KB", "3.4 MB", "69.5 GB", with the comma or point of the reader's language."""
    if size < 1024 * 1024:
        return _("%(n)s KB", n=max(1, round(size / 1024)))
    if size < 1024**3:
        return _("%(n)s MB", n=format_decimal(round(size / 1024**2, 1)))
    return _("%(n)s GB", n=format_decimal(round(size / 1024**3, 1)))
