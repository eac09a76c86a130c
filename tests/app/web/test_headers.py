"""What every response says to the browser, and what is refused before a view runs."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.settings import Settings

PATHS = ["/sign-in", "/inbox/open", "/no-such-page", "/static/css/app.css", "/healthz"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_protective_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert (
        "default-src 'self'" in policy
        and "frame-ancestors 'none'" in policy
        and "object-src 'none'" in policy
    )
    assert "unsafe-inline" not in policy and "unsafe-eval" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


def test_pages_are_not_kept_by_caches_and_fingerprinted_files_are(agent: FlaskClient) -> None:
    page = agent.get("/inbox/open")
    assert page.headers["Cache-Control"] == "no-store"
    address = re.search(r'href="(/static/css/app\.css\?v=[0-9a-f]+)"', page.text)
    assert address is not None
    assert "immutable" in agent.get(address.group(1)).headers["Cache-Control"]
    assert "immutable" not in agent.get("/static/css/app.css").headers.get("Cache-Control", "")


def test_nonces_differ_and_are_the_ones_of_the_page(agent: FlaskClient) -> None:
    seen = set()
    for _ in range(2):
        page = agent.get("/inbox/open")
        nonce = re.search(r"'nonce-([\w-]+)'", page.headers["Content-Security-Policy"])
        assert nonce is not None and f'nonce="{nonce.group(1)}"' in page.text
        seen.add(nonce.group(1))
    assert len(seen) == 2


@pytest.mark.both_databases
def test_pages_have_no_inline_code_or_style(agent: FlaskClient, desk) -> None:
    for path in ("/inbox/open", f"/tickets/{desk.letter()}", "/search?q=x", "/no-such-page"):
        text = agent.get(path).text
        assert not re.search(r"<[^>]+\s(?:on\w+|style)=", text), path
        for tag in re.findall(r"<script[^>]*>", text):
            assert "src=" in tag or "nonce=" in tag


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Origin", "https://elsewhere.example"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ],
)
def test_a_form_from_another_site_is_refused(agent: FlaskClient, desk, name: str, value: str) -> None:
    ticket = desk.letter()
    refused = agent.post(f"/tickets/{ticket}/status", data={"status": "closed"}, headers={name: value})
    assert refused.status_code == 403
    assert (
        agent.post(
            f"/tickets/{ticket}/status", data={"status": "closed"}, headers={"Origin": "null"}
        ).status_code
        == 303
    )


def test_a_name_that_is_not_ours_is_refused(client: FlaskClient) -> None:
    assert client.get("/sign-in", headers={"Host": "rebound.example"}).status_code == 400


@pytest.mark.both_databases
def test_a_form_without_its_token_changes_nothing_and_says_so(agent: FlaskClient, app: Flask, desk) -> None:
    ticket = desk.letter()
    app.config["WTF_CSRF_ENABLED"] = True
    answer = agent.post(f"/tickets/{ticket}/status", data={"status": "closed"})
    assert answer.status_code == 400 and "open for too long" in answer.text
    assert (
        "Subject" not in agent.get("/inbox/closed").text
        and f'id="t{ticket}"' in agent.get("/inbox/open").text
    )


def test_https_gets_host_cookies_and_hsts(installation: Settings) -> None:
    secure = installation.model_copy(update={"base_url": "https://desk.example"})
    secure.__dict__.pop("public_url", None)
    app = create_app(secure)
    app.add_url_rule("/remember", "remember", _remember)
    answer = app.test_client().get("/remember", base_url="https://desk.example")
    cookie = answer.headers["Set-Cookie"]
    assert (
        cookie.startswith("__Host-session=")
        and "Secure" in cookie
        and "HttpOnly" in cookie
        and "SameSite=Lax" in cookie
    )
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


def test_an_unexpected_error_tells_an_id_and_nothing_of_the_inside(installation: Settings) -> None:
    app = create_app(installation)
    app.add_url_rule("/break", "break", _break)
    answer = app.test_client().get("/break")
    assert answer.status_code == 500 and re.search(r"500 · [0-9a-f]{8}", answer.text)
    assert "a secret path" not in answer.text and "Traceback" not in answer.text
    assert "frame-ancestors" in answer.headers["Content-Security-Policy"]


def test_htmx_and_scripts_get_errors_in_their_own_form(agent: FlaskClient) -> None:
    toast = agent.get("/tickets/99", headers={"HX-Request": "true"})
    assert (
        toast.status_code == 404 and toast.headers["HX-Retarget"] == "#toasts" and "<html" not in toast.text
    )
    answer = agent.get("/tickets/99", headers={"Accept": "application/json"})
    assert answer.status_code == 404 and answer.json is not None and answer.json["error"]


def test_error_pages_speak_russian(client: FlaskClient) -> None:
    assert 'lang="ru"' in client.get("/no-such-page", headers={"Accept-Language": "ru"}).text


def test_the_application_can_be_made_twice(installation: Settings) -> None:
    first, second = create_app(installation), create_app(installation)
    assert first is not second
    assert (
        second.test_client().get("/sign-in").status_code
        == first.test_client().get("/sign-in").status_code
        == 200
    )


def _remember() -> str:
    from flask import session

    session["seen"] = True
    return "ok"


def _break() -> str:
    raise RuntimeError("a secret path /srv/desk")
