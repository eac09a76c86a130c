"""/profile: an agent's own settings, password and sessions."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from app import db
from app.accounts import links, queries, service, sign_ins
from app.accounts.models import Agent
from tests.app.web.seeds import CANARY
from tests.support.web import sign_in

# What these pages read and write is tested on both databases beside the services; pages need one.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

PASSWORD = "seven unrelated words"
FORM = {"name": "Nora Lind", "language": "en", "timezone": "Europe/Moscow", "theme": "dark", "shortcuts": "on",
        "signature": "Nora\nSupport"}  # fmt: skip
FRESH = {"current": PASSWORD, "password": "another long password", "again": "another long password"}


def nora() -> Agent:
    with db.reading() as session:
        found = queries.by_email(session, "nora@help.example")
        assert found is not None
        return found


@pytest.fixture
def settled(agent: FlaskClient) -> FlaskClient:
    """The agent has a password."""
    with db.transaction() as session:
        row = service.agent_by_id(session, agent.agent.id)  # type: ignore[attr-defined]
        service.welcome(session, links.invite(session, row, now=db.now()), PASSWORD, now=db.now(), cost="low")
    return sign_in(agent, agent.agent)  # type: ignore[attr-defined]


def test_saving_the_profile(agent: FlaskClient) -> None:
    assert agent.post("/profile", data=FORM).status_code == 302
    row = nora()
    assert (row.timezone, row.theme, row.shortcuts, row.signature) == (
        "Europe/Moscow",
        "dark",
        True,
        "Nora\nSupport",
    )
    looks = '<div>Nora<br><a href="https://orbit.example" onclick="x()">Orbit</a><img src="https://x.example/1.png"></div>'
    agent.post("/profile", data={**FORM, "signature": "", "signature_html": looks})
    kept = '<div>Nora<br><a href="https://orbit.example">Orbit</a></div>'
    assert (nora().signature, nora().signature_html) == ("Nora\nOrbit <https://orbit.example>", kept)
    page = LexborHTMLParser(agent.get("/profile").text)
    field, plain = page.css_first("#signature-html"), page.css_first("textarea#signature")
    assert field is not None and field.attributes["value"] == kept
    assert plain is not None and plain.text().strip() == nora().signature, "for a browser without scripts"
    agent.post("/profile", data={**FORM, "signature": nora().signature})
    assert nora().signature_html == kept
    agent.post("/profile", data=FORM)
    assert (nora().signature, nora().signature_html) == ("Nora\nSupport", "")
    without = {name: value for name, value in FORM.items() if name != "shortcuts"}
    agent.post("/profile", data=without)
    assert nora().shortcuts is False


def test_a_new_language_speaks_at_once(agent: FlaskClient) -> None:
    page = agent.post("/profile", data={**FORM, "language": "ru"}, follow_redirects=True)
    assert '<html lang="ru"' in page.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("language", "xx"),
        ("timezone", "Mars/Olympus"),
        ("theme", "pink"),
        ("signature", "x" * 2001),
    ],
)
def test_what_cannot_be_is_explained_and_nothing_is_saved(agent: FlaskClient, field: str, value: str) -> None:
    answer = agent.post("/profile", data={**FORM, field: value})
    assert answer.status_code == 422
    assert LexborHTMLParser(answer.text).css_first(f"#{field}-error") is not None
    assert nora().theme == "auto"


@pytest.mark.parametrize("extra", ["role", "email", "active", "password_hash", "id"])
def test_nobody_gives_themselves_rights(agent: FlaskClient, extra: str) -> None:
    assert agent.post("/profile", data={**FORM, extra: "admin"}).status_code == 400
    assert (nora().role, nora().theme) == ("agent", "auto")


def test_what_was_typed_is_text(agent: FlaskClient) -> None:
    for form in (FORM, {**FORM, "theme": "pink"}):
        agent.post("/profile", data={**form, "name": CANARY, "signature": CANARY + "</textarea>"})
        refused = agent.post("/profile", data={**form, "name": " ", "signature_html": f"<b>{CANARY}</b>"})
        assert not LexborHTMLParser(refused.text).css("[onerror], img[src=x]")
        answer = agent.get("/profile")
        assert not LexborHTMLParser(answer.text).css("[onerror], img[src=x]")


def test_a_new_password_signs_every_other_browser_out(app: Flask, settled: FlaskClient) -> None:
    elsewhere = sign_in(app.test_client(), nora())
    done = settled.post("/profile/password", data=FRESH)
    assert done.status_code == 302
    assert settled.get("/profile").status_code == 200
    assert elsewhere.get("/profile").status_code == 302
    with db.reading() as session:
        assert sign_ins.check(session, "nora@help.example", FRESH["password"]) is not None
        assert sign_ins.check(session, "nora@help.example", PASSWORD) is None


@pytest.mark.parametrize(
    ("values", "field"), [({"current": "wrong one here"}, "current"), ({"again": "something else"}, "again"),
                          ({"password": "short", "again": "short"}, "password")],
)  # fmt: skip
def test_a_refused_password_is_explained_and_changes_nothing(
    app: Flask, settled: FlaskClient, values: dict[str, str], field: str
) -> None:
    elsewhere = sign_in(app.test_client(), nora())
    answer = settled.post("/profile/password", data={**FRESH, **values})
    assert answer.status_code == 422
    assert LexborHTMLParser(answer.text).css_first(f"#{field}-error") is not None
    assert elsewhere.get("/profile").status_code == 200
    with db.reading() as session:
        assert sign_ins.check(session, "nora@help.example", PASSWORD) is not None


def test_the_current_password_cannot_be_guessed_from_an_open_screen(settled: FlaskClient) -> None:
    answers = [
        settled.post("/profile/password", data={**FRESH, "current": "wrong"}).status_code for _ in range(7)
    ]
    assert answers == [422] * 5 + [429] * 2


def test_sessions_are_listed_and_ended_one_by_one_or_all(
    app: Flask, agent: FlaskClient, admin: FlaskClient
) -> None:
    second, third = (sign_in(app.test_client(), nora()) for _ in range(2))
    forms = LexborHTMLParser(agent.get("/profile").text).css(
        "form[action^='/profile/sessions/'][action$='/end']"
    )
    ends = [
        form.attributes["action"] or ""
        for form in forms
        if form.attributes["action"] != "/profile/sessions/end"
    ]
    assert len(ends) == 2
    admin.post(ends[0])
    assert second.get("/profile").status_code == third.get("/profile").status_code == 200, "only one's own"
    agent.post(ends[0])
    assert sorted([second.get("/profile").status_code, third.get("/profile").status_code]) == [200, 302]
    agent.post("/profile/sessions/end")
    assert second.get("/profile").status_code == third.get("/profile").status_code == 302
    assert agent.get("/profile").status_code == admin.get("/profile").status_code == 200


def test_the_page_names_browsers_as_people_do(app: Flask, agent: FlaskClient) -> None:
    with db.transaction() as session:
        for name in ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", CANARY, ""):
            sign_ins.start(session, nora().id, now=db.now(), user_agent=name)
    page = agent.get("/profile").text
    for words in ("Firefox, Linux", "onerror=canary", "Unknown browser"):
        assert words in page
    assert not LexborHTMLParser(page).css("[onerror], img[src=x]")


@pytest.mark.parametrize(
    "path", ["/profile", "/profile/password", "/profile/sessions/1/end", "/profile/sessions/end"]
)
def test_without_a_session_or_the_forms_token_nothing_changes(
    app: Flask, settled: FlaskClient, path: str
) -> None:
    elsewhere = sign_in(app.test_client(), nora())
    assert app.test_client().post(path, data={**FORM} if path == "/profile" else {}).status_code == 302
    app.config["WTF_CSRF_ENABLED"] = True
    assert settled.post(path, data={**FORM} if path == "/profile" else {}).status_code == 400
    assert nora().theme == "auto"
    assert elsewhere.get("/profile").status_code == 200
