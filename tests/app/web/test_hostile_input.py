"""No text that can stand in an address or a form makes a page fail: it is refused, ignored, or taken as text."""

from __future__ import annotations

from urllib.parse import quote, quote_from_bytes

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.settings import Settings
from tests.app.web.every_route import ROUTES, address, asked, form_of, values
from tests.support.whole_desk import WholeDesk, build

HOSTILE: list[str | bytes] = [
    "a\x00b", b"\xff\xed\xa0\x80", "%[\"'*\\{{x}}\u202e", "\r\nX-Evil: 1", "a" * 3000, "9" * 18, "9" * 19, "-1", "٣",
]  # fmt: skip
# Marks of lists and of live updates, in every shape we use, with moments and numbers that no database holds.
MARKS = [
    "0001-01-01T00:00:00+14:00_1", "9999-12-31T23:59:59-14:00_1_1", f"2026-01-01T00:00:00+00:00_{'9' * 40}",
    f"2026-01-01T00:00:00+00:00_1_{'9' * 19}", f"{'9' * 18}-{'9' * 18}", f"{'9' * 18}.{'9' * 18}.{'9' * 18}",
]  # fmt: skip
QUERY = (
    "q after before view ticket seen seen_event mark search agent days face kind language tag archived compose images "
    "as lang next address uid sender in_reply_to"
).split()
# These end or begin a session, or count tries: each has tests of its own.
LEFT_OUT = {"signin.sign_out", "signin.demo", "profile.end_others", "signin.set_password", "profile.password"}


@pytest.fixture
def desk(admin: FlaskClient, installation: Settings) -> WholeDesk:
    return build(installation, admin.agent)  # type: ignore[attr-defined]


def test_no_address_breaks_a_page(app: Flask, admin: FlaskClient, desk: WholeDesk) -> None:
    broken = []
    for method, rule in asked(app):
        if method != "GET" or rule.endpoint == "static":
            continue
        base = address(app, rule, values(rule, ROUTES[method, rule.endpoint], desk))
        for text in HOSTILE + MARKS:
            answer = admin.get(f"{base}?" + "&".join(f"{name}={_quoted(text)}" for name in QUERY))
            broken += [] if answer.status_code < 500 and "X-Evil" not in answer.headers else [(base, text)]
    assert not broken


@pytest.mark.parametrize("name", ["mark", "ticket", "seen"])
def test_no_mark_breaks_the_live_updates(admin: FlaskClient, desk: WholeDesk, name: str) -> None:
    asked_for = {"mark": "0.0.0", "ticket": str(desk.ids["ticket_id"])}
    for text in HOSTILE + MARKS:
        query = {**{key: quote(value) for key, value in asked_for.items()}, name: _quoted(text)}
        answer = admin.get("/live?" + "&".join(f"{key}={value}" for key, value in query.items()))
        assert answer.status_code < 500, (name, text)


def test_no_form_breaks_a_page(app: Flask, admin: FlaskClient, desk: WholeDesk) -> None:
    broken = []
    for method, rule in asked(app):
        route = ROUTES[method, rule.endpoint]
        if method != "POST" or rule.endpoint in LEFT_OUT:
            continue
        base = address(app, rule, values(rule, route, desk))
        whole = form_of(route, desk)
        for name in whole:
            for text in HOSTILE:
                sent = {**{key: quote(value) for key, value in whole.items()}, name: _quoted(text)}
                answer = admin.post(
                    base,
                    data="&".join(f"{key}={value}" for key, value in sent.items()),
                    content_type="application/x-www-form-urlencoded",
                )
                broken += [] if answer.status_code < 500 else [(rule.endpoint, name, text)]
    assert not broken


def _quoted(text: str | bytes) -> str:
    return quote_from_bytes(text) if isinstance(text, bytes) else quote(text)
