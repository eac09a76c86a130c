"""The table of every route: who may use it, and a form that works. A route that is not in it fails the tests.

Its rows stand in routes_accounts.py, routes_inbox.py, routes_tickets.py, routes_knowledge.py, routes_reports.py and
routes_settings.py; what a row says, in route_rows.py.
"""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from tests.app.web.route_rows import Route
from tests.app.web.routes_accounts import ACCOUNTS
from tests.app.web.routes_inbox import INBOX
from tests.app.web.routes_knowledge import KNOWLEDGE
from tests.app.web.routes_reports import REPORTS
from tests.app.web.routes_settings import SETTINGS
from tests.app.web.routes_tickets import TICKETS
from tests.support.whole_desk import WholeDesk

ROUTES: dict[tuple[str, str], Route] = {**ACCOUNTS, **INBOX, **TICKETS, **KNOWLEDGE, **REPORTS, **SETTINGS}

# The whole list of what answers somebody who is not signed in. Think twice before you add to it.
PUBLIC = {key for key, route in ROUTES.items() if route.who == "public"}


def asked(app: Flask) -> list[tuple[str, Rule]]:
    """Every (method, rule) of the application; HEAD and OPTIONS come with GET."""
    return [
        (method, rule)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def known(app: Flask) -> list[tuple[str, Rule]]:
    """Those that have a row; one test alone says which have none."""
    return [(method, rule) for method, rule in asked(app) if (method, rule.endpoint) in ROUTES]


def values(rule: Rule, route: Route, desk: WholeDesk) -> dict[str, Any]:
    """What stands in the address for each of its parts."""
    parts: dict[str, Any] = {"filename": "css/app.css", "view": "open", "face": "good"}
    parts |= {"name": "speed", "figure": "opened"}
    parts |= {"language": "en", "slug": desk.help_slug, "anything": "en/nothing/here"}
    for name in rule.arguments:
        if name == "digest":
            parts[name] = desk.logo_digest
        elif name == "token":
            parts[name] = desk.welcome_token if rule.endpoint.startswith("signin.") else desk.rating_token
        elif name not in parts:
            parts[name] = desk.ids[route.ids.get(name, name)]
    return {name: parts[name] for name in rule.arguments}


def address(app: Flask, rule: Rule, parts: dict[str, Any], query: str = "") -> str:
    with app.test_request_context():
        _host, path = rule.build(parts, append_unknown=False) or ("", "")
    return f"{path}?{query}" if query else path


def form_of(route: Route, desk: WholeDesk) -> dict[str, Any]:
    return {
        name: str(desk.ids[value[1:]]) if value.startswith("=") else value
        for name, value in route.form.items()
    }
