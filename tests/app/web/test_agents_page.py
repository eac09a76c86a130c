"""/agents, for admins only: inviting, roles, deactivating; and the link that is shown once."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from app import db
from app.accounts import links
from app.accounts.models import Agent, OneTimeLink
from tests.app.web.seeds import CANARY
from tests.support.web import add_agent

# What these pages read and write is tested on both databases beside the services; pages need one.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

INVITATION = {"email": "new@help.example", "name": "New One", "role": "agent", "language": "en"}


def agents() -> dict[str, tuple[str, bool]]:
    with db.reading() as session:
        rows = session.execute(sa.select(Agent.email, Agent.role, Agent.active))
        return {row.email: (row.role, row.active) for row in rows}


def link_in(html: str) -> str:
    field = LexborHTMLParser(html).css_first("#fresh-link")
    assert field is not None
    return field.attributes["value"] or ""


def posts(agent_id: int) -> list[tuple[str, dict[str, str]]]:
    return [("/agents", INVITATION), (f"/agents/{agent_id}/role", {"role": "admin"}), (f"/agents/{agent_id}/link", {}),
            (f"/agents/{agent_id}/deactivate", {}), (f"/agents/{agent_id}/activate", {})]  # fmt: skip


def test_only_admins_see_and_do_anything(app: Flask, agent: FlaskClient) -> None:
    other = add_agent("timur@help.example", "Timur")
    before = agents()
    assert agent.get("/agents").status_code == 403
    assert app.test_client().get("/agents").status_code == 302
    for path, form in posts(other.id):
        assert agent.post(path, data=form).status_code == 403
        assert app.test_client().post(path, data=form).status_code == 302
    assert agents() == before
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count(OneTimeLink.id))) == 0


def test_without_the_forms_token_nothing_changes(app: Flask, admin: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    other = add_agent("timur@help.example", "Timur")
    before = agents()
    for path, form in posts(other.id):
        assert admin.post(path, data=form).status_code == 400
    assert agents() == before


def test_an_invited_agent_gets_in_by_the_link_that_was_shown_once(app: Flask, admin: FlaskClient) -> None:
    shown = admin.post("/agents", data=INVITATION)
    link = link_in(shown.text)
    assert re.fullmatch(r"http://127\.0\.0\.1:8025/welcome/[\w-]{27,}", link)
    assert "/welcome/" not in admin.get("/agents").text
    newcomer = app.test_client()
    password = {"password": "seven unrelated words", "again": "seven unrelated words"}
    assert newcomer.post(link.removeprefix("http://127.0.0.1:8025"), data=password).status_code == 302
    assert "New One" in newcomer.get("/profile").text
    assert newcomer.get("/agents").status_code == 403


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:9999"])
def test_the_link_names_the_host_of_the_settings_and_not_of_the_request(
    admin: FlaskClient, host: str
) -> None:
    with admin.session_transaction() as cookie:
        session = dict(cookie)
    with admin.session_transaction(base_url=f"http://{host}") as cookie:
        cookie.update(session)
    answer = admin.post(
        "/agents", data=INVITATION, base_url=f"http://{host}", headers={"X-Forwarded-Host": "evil.example"}
    )
    assert link_in(answer.text).startswith("http://127.0.0.1:8025/welcome/")


@pytest.mark.parametrize(
    ("values", "field"), [({"email": "nobody"}, "email"), ({"email": "ada@help.example"}, "email"), ({"name": " "}, "name"),
                          ({"role": "owner"}, "role"), ({"language": "xx"}, "language")],
)  # fmt: skip
def test_what_cannot_be_is_explained_at_its_field(
    admin: FlaskClient, values: dict[str, str], field: str
) -> None:
    answer = admin.post("/agents", data={**INVITATION, **values})
    assert answer.status_code == 422
    assert LexborHTMLParser(answer.text).css_first(f"#{field}-error") is not None
    assert set(agents()) == {"ada@help.example"}


@pytest.mark.parametrize("extra", ["active", "password_hash", "id", "is_admin"])
def test_a_field_that_the_form_does_not_have_is_refused(admin: FlaskClient, extra: str) -> None:
    assert admin.post("/agents", data={**INVITATION, extra: "1"}).status_code == 400
    assert set(agents()) == {"ada@help.example"}


def test_a_new_role_counts_at_once(admin: FlaskClient, agent: FlaskClient) -> None:
    nora = agent.agent  # type: ignore[attr-defined]
    admin.post(f"/agents/{nora.id}/role", data={"role": "admin"})
    assert agents()[nora.email] == ("admin", True)
    assert agent.get("/agents").status_code == 302, "a new session for new rights"


def test_deactivating_ends_the_session_and_activating_asks_for_a_new_password(
    admin: FlaskClient, agent: FlaskClient
) -> None:
    nora = agent.agent  # type: ignore[attr-defined]
    admin.post(f"/agents/{nora.id}/deactivate")
    assert agent.get("/profile").status_code == 302
    back = admin.post(f"/agents/{nora.id}/activate")
    token = link_in(back.text).rpartition("/")[2]
    with db.reading() as session:
        assert links.find(session, token, now=db.now()).id == nora.id
    assert agent.get("/profile").status_code == 302


def test_the_last_admin_stays_and_the_page_says_why(admin: FlaskClient) -> None:
    ada = admin.agent  # type: ignore[attr-defined]
    for path, form in ((f"/agents/{ada.id}/deactivate", {}), (f"/agents/{ada.id}/role", {"role": "agent"})):
        answer = admin.post(path, data=form)
        assert answer.status_code == 422
        assert "This is the last admin" in answer.text
    assert agents()[ada.email] == ("admin", True)
    assert admin.get("/agents").status_code == 200


def test_names_are_text(admin: FlaskClient) -> None:
    add_agent("x@help.example", CANARY)
    answer = admin.get("/agents")
    assert "onerror=canary" in answer.text
    assert not LexborHTMLParser(answer.text).css("[onerror], img[src=x]")
    refused = admin.post("/agents", data={**INVITATION, "name": CANARY, "email": CANARY})
    assert not LexborHTMLParser(refused.text).css("[onerror], img[src=x]")


@pytest.mark.parametrize("act", ["role", "link", "deactivate", "activate"])
def test_an_agent_who_does_not_exist(admin: FlaskClient, act: str) -> None:
    assert (
        admin.post(f"/agents/404/{act}", data={"role": "admin"} if act == "role" else {}).status_code == 404
    )
