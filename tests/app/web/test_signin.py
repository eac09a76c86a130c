"""Signing in and out, one-time links, limits, the sandbox's demo agent; each with all of the cast."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import create_app, db
from app.accounts import links, service, sign_ins
from app.accounts.models import Agent, SignIn
from app.settings import Settings
from tests.support.web import add_agent
from tests.support.web import sign_in as give_session

# What these pages read and write is tested on both databases beside the services; pages need one.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

PASSWORD = "seven unrelated words"


def with_password(email: str = "nora@help.example", *, role: str = "agent") -> Agent:
    with db.transaction() as session:
        agent = service.make_agent(session, email, "Nora Lind", role=role, now=db.now())
        service.welcome(
            session, links.invite(session, agent, now=db.now()), PASSWORD, now=db.now(), cost="low"
        )
        session.expunge(agent)
    return agent


def invited(email: str = "nora@help.example") -> str:
    with db.transaction() as session:
        agent = service.make_agent(session, email, "Nora Lind", now=db.now())
        return links.invite(session, agent, now=db.now())


def tries(client: FlaskClient, password: str = PASSWORD, email: str = "nora@help.example", **more: str):  # type: ignore[no-untyped-def]
    return client.post("/sign-in", data={"email": email, "password": password, **more})


def is_in(client: FlaskClient) -> bool:
    return client.get("/profile").status_code == 200


def sessions() -> int:
    with db.reading() as session:
        return session.scalar(sa.select(sa.func.count(SignIn.id))) or 0


def token_of(client: FlaskClient) -> str:
    with client.session_transaction() as cookie:
        return str(cookie.get("_user_id", ""))


def test_the_right_password_leads_to_the_page_one_came_from(client: FlaskClient) -> None:
    with_password()
    asked = client.get("/knowledge?q=a%20b")
    assert asked.status_code == 302
    shown = client.get(asked.location)
    wanted = re.search(r'name="next" value="([^"]*)"', shown.text)
    assert wanted
    done = tries(client, next=wanted.group(1).replace("&amp;", "&"))
    assert (done.status_code, done.location) == (302, "/knowledge?q=a%20b")
    assert is_in(client)


@pytest.mark.parametrize(
    "wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_never_to_a_foreign_page(client: FlaskClient, wanted: str) -> None:
    with_password()
    assert "evil" not in client.get("/sign-in", query_string={"next": wanted}).text
    assert tries(client, next=wanted).location == "/"
    assert client.get("/sign-in", query_string={"next": wanted}).location == "/"


def test_a_wrong_password_and_an_unknown_account_look_the_same(client: FlaskClient) -> None:
    with_password()
    wrong = tries(client, "not the password")
    unknown = tries(client, email="nobody@help.example")
    assert wrong.status_code == unknown.status_code == 401
    nonce = re.compile(r'(nonce"? ?(?:content)?=)"[^"]+"|content="[\w-]{22}"')
    same = [
        nonce.sub("", page.text.replace(name, "x@"))
        for page, name in ((wrong, "nora@"), (unknown, "nobody@"))
    ]
    assert same[0] == same[1]
    assert "The address or the password is wrong." in wrong.text
    assert not is_in(client)


def test_an_invited_and_a_deactivated_agent_cannot_sign_in(client: FlaskClient) -> None:
    invited()
    gone = with_password("gone@help.example")
    with db.transaction() as session:
        service.deactivate(session, service.agent_by_id(session, gone.id), now=db.now())
    for email in ("nora@help.example", "gone@help.example"):
        for password in ("", PASSWORD):
            assert tries(client, password, email).status_code == 401


def test_a_session_planted_before_signing_in_is_worthless_afterwards(app: Flask, client: FlaskClient) -> None:
    with_password()
    client.get("/sign-in")
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "a token the attacker knows"
        cookie["planted"] = "yes"
    tries(client)
    assert token_of(client) != "a token the attacker knows"
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
    attacker = app.test_client()
    with attacker.session_transaction() as cookie:
        cookie["_user_id"] = "a token the attacker knows"
    assert not is_in(attacker)


def test_every_sign_in_has_its_own_token(client: FlaskClient) -> None:
    with_password()
    tries(client)
    first = token_of(client)
    tries(client)
    assert token_of(client) != first


def test_signing_out_ends_the_session_on_the_server(app: Flask, client: FlaskClient) -> None:
    with_password()
    tries(client)
    stolen = token_of(client)
    assert client.get("/sign-out").status_code == 405
    assert is_in(client)
    client.post("/sign-out")
    assert not is_in(client)
    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie["_user_id"] = stolen
    assert not is_in(thief)


def test_a_deactivated_agent_is_out_at_the_next_click(agent: FlaskClient) -> None:
    assert is_in(agent)
    with db.transaction() as session:
        service.deactivate(session, service.agent_by_id(session, agent.agent.id), now=db.now())  # type: ignore[attr-defined]
    assert not is_in(agent)


def test_only_use_by_a_person_keeps_a_session_alive(agent: FlaskClient) -> None:
    with db.transaction() as session:
        session.execute(sa.update(SignIn).values(last_seen_at=db.now() - timedelta(hours=1)))
    agent.get("/live")
    with db.reading() as session:
        seen = session.scalar(sa.select(SignIn.last_seen_at))
        assert seen is not None
        assert db.now() - seen > timedelta(minutes=50)
    agent.get("/profile")
    with db.reading() as session:
        seen = session.scalar(sa.select(SignIn.last_seen_at))
        assert seen is not None
        assert db.now() - seen < timedelta(minutes=1)


def test_a_page_request_from_a_script_gets_401_instead_of_a_form(client: FlaskClient) -> None:
    answer = client.get("/profile", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in"


@pytest.mark.parametrize(
    "path", ["/sign-in", "/sign-out", "/sign-in/demo", "/profile", "/profile/password", "/agents"]
)
def test_a_form_without_its_token_changes_nothing(app: Flask, path: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    with_password()
    client = give_session(app.test_client(), add_agent("ada@help.example", "Ada", role="admin"))  # type: ignore[arg-type]
    before = sessions()
    answer = client.post(
        path, data={"email": "nora@help.example", "password": PASSWORD, "name": "X", "role": "admin"}
    )
    assert 400 <= answer.status_code < 500
    assert sessions() == before
    assert is_in(client)
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Agent.id))) == 2


# Limits


def test_five_tries_for_an_account_then_wait(client: FlaskClient) -> None:
    with_password()
    answers = [tries(client, "wrong").status_code for _ in range(7)]
    assert answers == [401] * 5 + [429] * 2
    late = tries(client)
    assert late.status_code == 429
    assert "Too many tries" in late.text
    assert not is_in(client)
    assert tries(client, email="Nora@Help.example ").status_code == 429


def test_the_right_password_clears_the_count(client: FlaskClient) -> None:
    with_password()
    for _ in range(3):
        for _ in range(4):
            assert tries(client, "wrong").status_code == 401
        assert tries(client).status_code == 302


def test_twenty_tries_from_one_address_whatever_the_account(client: FlaskClient) -> None:
    answers = [tries(client, email=f"n{number}@help.example").status_code for number in range(23)]
    assert answers == [401] * 20 + [429] * 3


def parallel(app: Flask, count: int, act: Callable[[FlaskClient], int]) -> list[int]:
    answers: list[int] = []
    start = threading.Barrier(count)

    def one() -> None:
        client = app.test_client()
        start.wait(60)
        answers.append(act(client))

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def test_of_two_hundred_parallel_tries_five_are_checked(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with_password()
    checked: list[str] = []
    real = sign_ins.security.password_matches

    def counted(stored: str | None, password: str) -> bool:
        checked.append(password)
        return real(stored, password)

    monkeypatch.setattr(sign_ins.security, "password_matches", counted)
    answers = []
    for _ in range(5):
        answers += parallel(app, 40, lambda client: tries(client, "wrong").status_code)
    assert len(checked) <= 5
    assert sorted(answers) == [401] * len(checked) + [429] * (200 - len(checked))


def test_limits_are_counted_in_the_queue_server_and_survive_its_loss(
    installation: Settings, redis_server
) -> None:  # type: ignore[no-untyped-def]
    with_password()
    shared = installation.model_copy(update={"redis_url": redis_server.url})
    browsers = []
    for _ in range(2):
        app = create_app(shared)
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
        browsers.append(app.test_client())
    answers = [tries(browsers[number % 2], "wrong").status_code for number in range(7)]
    assert answers == [401] * 5 + [429] * 2
    assert redis_server.client.keys("*sincerely*")


# One-time links


def test_opening_a_link_spends_nothing_and_posting_signs_in(client: FlaskClient) -> None:
    token = invited()
    for method in (client.get, client.head, client.get):
        assert method(f"/welcome/{token}").status_code == 200
    assert not is_in(client)
    done = client.post(f"/welcome/{token}", data={"password": PASSWORD, "again": PASSWORD})
    assert done.status_code == 302
    assert is_in(client)
    assert client.get(f"/welcome/{token}").status_code == 404
    assert client.post(f"/welcome/{token}", data={"password": PASSWORD, "again": PASSWORD}).status_code == 404


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [("short", "short", "at least 12 characters"), (PASSWORD, "another one here", "The two passwords differ."),
     ("x" * 201, "x" * 201, "at most 200")],
)  # fmt: skip
def test_a_refused_password_is_explained_and_the_link_lives(
    client: FlaskClient, password: str, again: str, sentence: str
) -> None:
    token = invited()
    answer = client.post(f"/welcome/{token}", data={"password": password, "again": again})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert password not in answer.text
    assert client.get(f"/welcome/{token}").status_code == 200


@pytest.mark.parametrize("token", ["x", "0", "%00", "..", "a" * 3000, "е"])
def test_a_made_up_link_says_so_kindly(client: FlaskClient, token: str) -> None:
    invited()
    answer = client.get(f"/welcome/{token}")
    assert answer.status_code == 404
    assert "no longer valid" in answer.text


def test_an_expired_link_says_so(client: FlaskClient) -> None:
    token = invited()
    with db.transaction() as session:
        session.execute(sa.text("UPDATE one_time_links SET expires_at = created_at"))
    assert "no longer valid" in client.get(f"/welcome/{token}").text


def test_a_reset_ends_the_sessions_of_that_agent(app: Flask, client: FlaskClient) -> None:
    agent = with_password()
    tries(client)
    with db.transaction() as session:
        token = links.invite(session, service.agent_by_id(session, agent.id), now=db.now())
    other = app.test_client()
    other.post(f"/welcome/{token}", data={"password": "a new long password", "again": "a new long password"})
    assert is_in(other)
    assert not is_in(client)


# The sandbox


@pytest.fixture
def sandbox(installation: Settings) -> Flask:
    app = create_app(
        installation.model_copy(update={"sandbox": "yes", "sandbox_database_url": installation.database_url})
    )
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    add_agent("demo@help.example", "Demo Agent", role="admin")  # type: ignore[arg-type]
    return app


def test_the_demo_agent_is_signed_in_with_a_session_of_their_own(sandbox: Flask) -> None:
    client = sandbox.test_client()
    assert "Demo Agent" in client.get("/profile").text
    assert sessions() == 1
    client.get("/knowledge")
    assert sessions() == 1


def test_only_for_somebody_at_this_machine(sandbox: Flask) -> None:
    for address in ("192.0.2.7", "10.0.0.1", "::ffff:192.0.2.7", "2001:db8::1"):
        client = sandbox.test_client()
        assert client.get("/profile", environ_overrides={"REMOTE_ADDR": address}).status_code == 302
        assert client.post("/sign-in/demo", environ_overrides={"REMOTE_ADDR": address}).status_code == 404
    assert sessions() == 0


def test_a_foreign_name_that_points_at_this_machine_gets_nothing(sandbox: Flask) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example"):
        answer = sandbox.test_client().get("/profile", headers={"Host": host})
        assert answer.status_code in (302, 400)
        assert "Demo Agent" not in answer.text
    assert sessions() == 0


def test_whoever_signs_out_stays_out_until_they_ask(sandbox: Flask) -> None:
    client = sandbox.test_client()
    client.get("/profile")
    client.post("/sign-out")
    assert client.get("/profile").status_code == 302
    assert "demo agent" in client.get("/sign-in").text
    assert client.post("/sign-in/demo").status_code == 302
    assert "Demo Agent" in client.get("/profile").text


def test_outside_the_sandbox_nobody_is_signed_in_by_themselves(client: FlaskClient) -> None:
    with_password(role="admin")
    assert client.get("/profile").status_code == 302
    assert client.post("/sign-in/demo").status_code == 404
    assert "demo agent" not in client.get("/sign-in").text
