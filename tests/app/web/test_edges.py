"""Where pages end: what strangers write, what is too large, who comes by a proxy, and what a page costs."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import create_app, db
from app.settings import Settings
from app.tickets.models import Message
from tests.app.web.conftest import Desk
from tests.app.web.every_route import ROUTES, address, asked, values
from tests.support.web import add_agent, sign_in
from tests.support.whole_desk import build

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

# Ends whatever it stands in: an attribute, a text field, a title, a script, a template.
CANARY = "<img src=x onerror=canary>'\"{{7*'7'}}</title></textarea></script></template><b x=1>"
HEAVIEST_PAGE = 60 * 1024
MOST_QUERIES_OF_A_LIST = 12
MOST_QUERIES_OF_A_TICKET = 33


@pytest.fixture
def sandbox(installation: Settings) -> Flask:
    settings = installation.model_copy(
        update={"sandbox": "yes", "sandbox_database_url": installation.database_url}
    )
    app = create_app(settings)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return app


def test_what_strangers_write_is_text_on_every_page(
    app: Flask, admin: FlaskClient, installation: Settings
) -> None:
    desk = build(installation, admin.agent, text=CANARY, name=f"Olga {CANARY}")  # type: ignore[attr-defined]
    more = [
        f"/tickets/{desk.ids['answered_ticket']}?compose=reply",
        f"/attachments/{desk.ids['text_file']}/preview",
        f"/customers/{desk.ids['customer_id']}?kind=events",
        f"/live?mark=0.0.0&ticket={desk.ids['answered_ticket']}&view=open",
    ]
    for method, rule in asked(app):
        if method == "GET":
            route = ROUTES[method, rule.endpoint]
            more.append(address(app, rule, values(rule, route, desk), route.query))
    typed = "q=%3Cimg+src%3Dx+onerror%3Dcanary%3E%27%22%3Cb+x%3D1%3E"
    more += [f"{path}?{typed}" for path in ("/search", "/customers", "/knowledge")]
    seen = 0
    for path in more:
        answer = admin.get(path)
        if "html" in answer.content_type or "json" in answer.content_type:
            seen += "onerror=canary" in answer.text
            assert "<img src=x" not in answer.text and "<b x=1>" not in answer.text, path
            assert "7777777" not in answer.text, path
    assert seen > 12, "the canary has to be on the pages, as text"


@pytest.mark.parametrize(
    "passed_on",
    [
        {"X-Forwarded-For": "203.0.113.5"},
        {"X-Forwarded-Proto": "https"},
        {"X-Real-IP": "203.0.113.5"},
        {"Forwarded": "for=203.0.113.5"},
        {"Via": "1.1 door"},
    ],
)
def test_the_demo_agent_is_not_for_those_behind_a_proxy(sandbox: Flask, passed_on: dict[str, str]) -> None:
    """A proxy on this machine calls from this machine, whoever stands behind it."""
    add_agent("demo@help.example", "Demo", role="admin")  # type: ignore[arg-type]
    client = sandbox.test_client()
    assert client.get("/inbox/open", headers=passed_on).headers["Location"].startswith("/sign-in")
    assert client.post("/sign-in/demo", headers=passed_on).status_code == 404
    assert "demo agent" not in client.get("/sign-in", headers=passed_on).text
    assert client.get("/inbox/open").status_code == 200


def test_a_stranger_cannot_make_us_read_a_huge_form(client: FlaskClient, installation: Settings) -> None:
    body = b"a=1&" * 20_000
    for path in ("/sign-in", "/welcome/x", "/r/x"):
        answer = client.post(path, data=body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 413 and "too large" in answer.text, path
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_a_text_beyond_all_letters_is_refused_and_one_that_is_too_long_comes_back(
    agent: FlaskClient, desk: Desk
) -> None:
    ticket = desk.letter()
    for kind in ("note", "reply"):
        sent = {"body": "x" * 1_000_001, "nonce": kind * 5, "to": "olga@buyer.example"}
        answer = agent.post(f"/tickets/{ticket}/{kind}", data=sent)
        assert answer.status_code == 422 and "too long" in answer.text
        assert (
            agent.post(f"/tickets/{ticket}/{kind}", data={**sent, "body": "x" * 4_200_000}).status_code == 413
        )
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Message)) == 1


def test_a_file_that_is_too_large_is_refused_in_words(
    agent: FlaskClient, desk: Desk, installation: Settings
) -> None:
    path = f"/tickets/{desk.letter()}/draft/files"
    for size, status in (
        (installation.upload_bytes + 1, 422),
        (installation.upload_bytes + 2 * 1024 * 1024, 413),
    ):
        sent = {"kind": "outgoing", "file": (io.BytesIO(b"\0" * size), "big.bin")}
        plain = agent.post(path, data=sent)
        sent["file"] = (io.BytesIO(b"\0" * size), "big.bin")
        script = agent.post(path, data=sent, headers={"Accept": "application/json"})
        assert plain.status_code == script.status_code == status
        assert "too" in plain.text and script.json and "too" in script.json["error"]


def test_a_letter_without_an_address_is_answered_only_to_one_that_somebody_types(
    agent: FlaskClient, desk: Desk
) -> None:
    ticket = desk.letter(sender_email="unknown-sender@invalid", sender_name="")
    page = agent.get(f"/tickets/{ticket}")
    assert re.search(r'name="to" value=""', page.text)
    answer = agent.post(f"/tickets/{ticket}/reply", data={"body": "Hello", "to": "", "nonce": "n" * 20})
    assert answer.status_code == 422 and "at least one address" in answer.text and "Hello" in answer.text


def test_after_signing_in_one_is_back_at_the_search(client: FlaskClient) -> None:
    asked_for = client.get("/search?q=order+1042").headers["Location"]
    signed_in = sign_in(client, add_agent("nora@help.example", "Nora Lind"))
    assert signed_in.get(asked_for).headers["Location"] == "/search?q=order+1042"


def test_pages_cost_a_fixed_number_of_queries(
    agent: FlaskClient, desk: Desk, count_queries: Callable[[], Any]
) -> None:
    ticket = desk.letter()
    first = {path: _queries(agent, path, count_queries) for path in ("/inbox/open", f"/tickets/{ticket}")}
    # As young as the first: one that waits for suggestions too long costs a look at whether anybody is there to make them.
    begin = db.now() - timedelta(seconds=30)
    for number in range(12):
        desk.letter(f"More {number}", ticket_id=ticket, at=begin + timedelta(seconds=number))
        desk.letter(f"Else {number}", sender_email=f"else{number}@buyer.example", at=begin)
    second = {path: _queries(agent, path, count_queries) for path in first}
    assert second == first
    assert first["/inbox/open"] <= MOST_QUERIES_OF_A_LIST
    assert first[f"/tickets/{ticket}"] <= MOST_QUERIES_OF_A_TICKET


def test_pages_are_light(admin: FlaskClient, app: Flask, installation: Settings, desk: Desk) -> None:
    desk.letters(60)
    ticket = desk.letter()
    for number in range(30):
        desk.letter("A long letter. " * 60, ticket_id=ticket, subject=f"Letter {number}")
    for path in ("/inbox/open", f"/tickets/{ticket}", "/customers", "/customers/1", "/profile"):
        page = admin.get(path)
        assert page.status_code == 200 and len(gzip.compress(page.data)) <= HEAVIEST_PAGE, path


def _queries(client: FlaskClient, path: str, count_queries: Callable[[], Any]) -> int:
    client.get(path)
    with count_queries() as sent:
        assert client.get(path).status_code == 200
    return len([statement for statement in sent if not statement.startswith("BEGIN")])
