"""The pages of the second step: setting it up, the door, being led there, and a colleague without a phone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import cli, db
from app.accounts import links, service, totp
from app.accounts.models import Agent, SecondStep, SignIn
from tests.support.web import add_agent, sign_in

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
PASSWORD = "seven unrelated words"
PLACE = "/profile/second-step"


@pytest.fixture
def nora(agent: FlaskClient) -> FlaskClient:
    """The agent has a password."""
    with db.transaction() as session:
        row = service.agent_by_id(session, agent.agent.id)  # type: ignore[attr-defined]
        service.welcome(session, links.invite(session, row, now=db.now()), PASSWORD, now=db.now(), cost="low")
    return sign_in(agent, agent.agent)  # type: ignore[attr-defined]


def code(secret: str, later: int = 0) -> str:
    return totp.code_at(secret, totp.step_at(db.now()) + later)


def used_long_ago() -> None:
    """As if time had passed since the last code."""
    with db.transaction() as session:
        session.execute(sa.update(SecondStep).values(last_used=0))


def set_up(client: FlaskClient) -> tuple[str, list[str]]:
    """The secret, as read from the page, and the recovery codes."""
    assert client.post(f"{PLACE}/begin").location == PLACE
    page = client.get(PLACE).text
    assert '<svg viewBox="' in page and "<path" in page
    found = re.search(r'<code class="secret"[^>]*>([A-Z2-7 ]+)</code>', page)
    assert found
    secret = found.group(1).replace(" ", "")
    assert client.post(f"{PLACE}/confirm", data={"code": "12345"}).status_code == 422
    done = client.post(f"{PLACE}/confirm", data={"code": code(secret)})
    assert done.status_code == 200
    used_long_ago()
    return secret, re.findall(r"<li><code>([a-z2-9-]{19})</code>", done.text)


def door(app: Flask, **more: str) -> FlaskClient:
    """A browser that stands before the second step."""
    client = app.test_client()
    done = client.post("/sign-in", data={"email": "nora@help.example", "password": PASSWORD, **more})
    assert done.location.startswith("/sign-in/code")
    assert client.get("/profile").status_code == 302
    return client


def test_from_the_picture_to_the_door(app: Flask, nora: FlaskClient) -> None:
    elsewhere = sign_in(app.test_client(), nora.agent)  # type: ignore[attr-defined]
    secret, codes = set_up(nora)
    assert len(codes) == 10
    assert codes[0] not in nora.get(PLACE).text and secret not in nora.get(PLACE).text
    assert elsewhere.get("/profile").status_code == 200, "signed in before: stays"
    saved = nora.post(f"{PLACE}/codes.txt", data={"codes": " ".join([*codes, "<b>x</b>"])})
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert saved.mimetype == "text/plain" and all(one in saved.text for one in codes)
    assert "<b>" not in saved.text
    assert nora.post(f"{PLACE}/codes.txt", data={"codes": "aaaa-aaaa-aaaa-aaaa"}).status_code == 404

    client = door(app, next="/knowledge")
    shown = client.get("/sign-in/code?next=/knowledge")
    assert 'autocomplete="one-time-code"' in shown.text and 'value="/knowledge"' in shown.text
    wrong = client.post("/sign-in/code", data={"code": "000000"})
    assert wrong.status_code == 401 and "This code is not right" in wrong.text
    assert client.get("/sign-in/code", headers={"Accept-Language": "ru"}).text.count("Второй шаг")
    done = client.post("/sign-in/code", data={"code": code(secret), "next": "/knowledge"})
    assert (done.status_code, done.location) == (302, "/knowledge")
    assert client.get("/profile").status_code == 200
    replayed = door(app).post("/sign-in/code", data={"code": code(secret)})
    assert replayed.status_code == 401, "the code was seen over a shoulder"
    assert door(app).post("/sign-in/code", data={"code": codes[3], "recovery": "yes"}).location == "/"
    assert door(app).post("/sign-in/code", data={"code": codes[3], "recovery": "yes"}).status_code == 401
    assert app.test_client().get("/sign-in/code").location == "/sign-in"
    assert app.test_client().post("/sign-in/code", data={"code": code(secret)}).location == "/sign-in"
    assert door(app).post("/sign-in/code", data={"code": codes[4], "next": "//evil.example"}).location == "/"


def test_five_codes_for_an_agent_whichever_browser_asks(app: Flask, nora: FlaskClient) -> None:
    secret, codes = set_up(nora)
    browsers = [door(app) for _ in range(3)]
    answers = [browsers[n % 3].post("/sign-in/code", data={"code": "000000"}).status_code for n in range(7)]
    assert answers == [401] * 5 + [429] * 2
    late = browsers[0].post("/sign-in/code", data={"code": code(secret)})
    assert late.status_code == 429 and "Too many tries" in late.text
    assert nora.post(f"{PLACE}/off", data={"code": codes[0]}).status_code == 429, "not by another way either"


def test_a_link_to_reset_the_password_does_not_get_round_it(app: Flask, nora: FlaskClient) -> None:
    secret, _codes = set_up(nora)
    with db.transaction() as session:
        token = links.invite(session, service.agent_by_id(session, nora.agent.id), now=db.now())  # type: ignore[attr-defined]
    client = app.test_client()
    form = {"password": "another long password", "again": "another long password"}
    done = client.post(f"/welcome/{token}", data=form)
    assert done.location.startswith("/sign-in/code")
    assert client.get("/profile").status_code == 302
    assert client.post("/sign-in/code", data={"code": code(secret)}).status_code == 302
    assert client.get("/profile").status_code == 200


def test_an_open_screen_is_not_enough(nora: FlaskClient) -> None:
    with db.transaction() as session:
        session.execute(sa.update(SignIn).values(created_at=db.now() - timedelta(hours=1)))
    assert 'type="password"' in nora.get(PLACE).text
    refused = nora.post(f"{PLACE}/begin", data={"password": "a guess"})
    assert refused.status_code == 422 and "not your current password" in refused.text
    assert nora.post(f"{PLACE}/begin", data={"password": PASSWORD}).status_code == 302
    with db.transaction() as session:
        session.execute(sa.update(SignIn).values(created_at=db.now()))
    secret, codes = set_up(nora)
    for way in ("codes", "off", "begin"):
        assert nora.post(f"{PLACE}/{way}", data={"code": "000000"}).status_code == 422, way
    assert len(re.findall(r"<li><code>", nora.post(f"{PLACE}/codes", data={"code": code(secret)}).text)) == 10
    assert nora.post(f"{PLACE}/off", data={"code": codes[0]}).status_code == 422, "replaced"
    assert nora.post(f"{PLACE}/off", data={"code": code(secret, 1)}).status_code == 302
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(SecondStep)) == 0


def test_whoever_has_none_is_led_to_it_before_anything_else(
    app: Flask, nora: FlaskClient, admin: FlaskClient
) -> None:
    set_up(admin)
    assert "No second step yet" not in admin.get("/agents").text
    assert admin.post("/agents/second-step", data={"required": "on"}).status_code == 302
    assert "No second step yet" in admin.get("/agents").text, "the admin has one and works on"
    for path in ("/", "/notices", "/profile", "/knowledge", "/settings"):
        assert nora.get(path, follow_redirects=True).request.path == PLACE, path
    assert nora.get("/live").status_code != 200
    assert nora.get("/knowledge", headers={"HX-Request": "true"}).headers["HX-Redirect"] == PLACE
    assert nora.post("/profile/away", data={"away": "on"}).location == PLACE
    assert nora.post(f"{PLACE}/off", data={"code": "000000"}).location == PLACE
    assert nora.get("/sign-in").location == PLACE
    assert "Everybody here signs in with a second step" in nora.get(PLACE).text
    fresh = app.test_client()
    done = fresh.post("/sign-in", data={"email": "nora@help.example", "password": PASSWORD})
    assert fresh.get(done.location, follow_redirects=True).request.path == PLACE
    set_up(nora)
    assert nora.get("/profile").status_code == 200
    assert fresh.get("/profile").location.startswith("/sign-in"), "came with the password alone"
    assert "Switch it off" not in nora.get(PLACE).text


def test_a_colleague_without_a_phone(app: Flask, nora: FlaskClient, admin: FlaskClient) -> None:
    _secret, codes = set_up(nora)
    page = f"/agents/{nora.agent.id}"  # type: ignore[attr-defined]
    assert "Signs in with a second step" in admin.get(page).text
    assert nora.post(f"{page}/second-step").status_code == 403
    assert admin.post(f"{page}/second-step").status_code == 302
    assert nora.get("/profile").status_code == 302, "signed out"
    client = app.test_client()
    assert client.post("/sign-in", data={"email": "nora@help.example", "password": PASSWORD}).location == "/"
    log = admin.get("/settings/log").text
    assert "Reset the second step of an agent" in log and "Set up a second step at sign-in" in log
    assert not [one for one in codes if one in log]


def test_the_last_admin_gets_in_by_a_command(app: Flask, nora: FlaskClient) -> None:
    set_up(nora)
    if "reset-second-step" not in app.cli.commands:
        cli.register(app)
    run = app.test_cli_runner().invoke
    assert "no agent" in run(args=["reset-second-step", "nobody@help.example"]).output
    assert "password alone" in run(args=["reset-second-step", "Nora@help.example"]).output
    assert "has no second step" in run(args=["reset-second-step", "nora@help.example"]).output
    client = app.test_client()
    assert client.post("/sign-in", data={"email": "nora@help.example", "password": PASSWORD}).location == "/"


def test_the_log_in_of_an_invited_colleague_leads_there(app: Flask, admin: FlaskClient) -> None:
    set_up(admin)
    admin.post("/agents/second-step", data={"required": "on"})
    invited: Agent = add_agent("lea@help.example", "Lea Holm")
    with db.transaction() as session:
        token = links.invite(session, service.agent_by_id(session, invited.id), now=db.now())
    client = app.test_client()
    done = client.post(
        f"/welcome/{token}", data={"password": PASSWORD, "again": PASSWORD}, follow_redirects=True
    )
    assert done.request.path == PLACE
