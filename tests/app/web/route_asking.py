"""Asking the routes of the table, and what every answer must promise the browser (docs/invariants.md)."""

from __future__ import annotations

import io
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.tickets.safe_html import frame_csp
from app.web.auth import FOR_EVERYBODY
from app.web.headers import INERT_POLICY
from app.web.help_centre_page import KEPT_SECONDS
from app.web.ratings_asking import PREVIEW_POLICY
from tests.app.web.every_route import ROUTES, address, form_of, known, values
from tests.app.web.route_rows import Route
from tests.support.whole_desk import WholeDesk

# What a GET may change besides: when a session was last used.
TOUCHED = {"sign_ins"}
OWN_POLICY = {
    "letters.letter": frame_csp(False),
    "sandbox.letter": frame_csp(False),
    "letters.source": INERT_POLICY,
    "parked.source": INERT_POLICY,
    "attachments.download": INERT_POLICY,
    "attachments.preview": INERT_POLICY,
    "branding.logo": INERT_POLICY,
    "ratings_asking.preview": PREVIEW_POLICY,
    "article_files.download": INERT_POLICY,
    "knowledge_exchange.export": INERT_POLICY,
    "help_centre.file": INERT_POLICY,
}


def of(app: Flask, *who: str) -> list[tuple[str, Rule, Route]]:
    found = [(method, rule, ROUTES[method, rule.endpoint]) for method, rule in known(app)]
    return [one for one in found if one[2].who in who]


def ask(
    client: FlaskClient, method: str, app: Flask, rule: Rule, route: Route, desk: WholeDesk,
    *, form: dict[str, str] | None = None, **parts: int,
) -> TestResponse:  # fmt: skip
    path = address(app, rule, {**values(rule, route, desk), **parts}, route.query)
    if method != "POST":
        return client.open(path, method=method)
    sent: dict[str, Any] = {**form_of(route, desk), **(form or {})}
    if "file" in sent:
        sent["file"] = (io.BytesIO(b"a plan"), sent["file"])
    return client.post(path, data=sent)


def headers_wrong(answer: TestResponse, endpoint: str) -> list[str]:
    """Which of the promised headers are missing or wrong."""
    headers = answer.headers
    policy = headers.get("Content-Security-Policy", "")
    if endpoint in OWN_POLICY and answer.status_code == 200:
        wrong = policy != OWN_POLICY[endpoint]
    else:
        parts = (
            "default-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
        wrong = not all(part in policy for part in parts) or "unsafe" in policy
    problems = [f"{endpoint}: policy {policy}"] if wrong else []
    promised = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if endpoint != "static" and headers.get("Cache-Control") != f"public, max-age={KEPT_SECONDS}":
        promised["Cache-Control"] = "no-store"
    elif endpoint != "static" and endpoint.partition(".")[0] not in FOR_EVERYBODY:
        problems.append(f"{endpoint}: kept by caches")
    problems += [f"{endpoint}: {name}" for name, value in promised.items() if headers.get(name) != value]
    for cookie in headers.getlist("Set-Cookie"):
        if "HttpOnly" not in cookie or "SameSite=Lax" not in cookie:
            problems.append(f"{endpoint}: cookie {cookie}")
    return problems
