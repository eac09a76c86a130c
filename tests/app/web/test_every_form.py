"""Every form: with its token and without, from a light agent, and about rows that are somebody else's."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import db
from app.accounts.models import Role
from app.outgoing.models import Outbox
from tests.app.web import route_desk
from tests.app.web.every_route import ROUTES, known
from tests.app.web.route_asking import TOUCHED, ask, headers_wrong
from tests.app.web.route_rows import MAY_CHANGE
from tests.app.web.rows import changed, dump
from tests.support.web import add_agent, sign_in
from tests.support.whole_desk import WholeDesk

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
admin, desk, sandbox = route_desk.admin, route_desk.desk, route_desk.sandbox

# Pages for everybody have no cookie that a form elsewhere could use; whoever rates has the token of an address.
UNGUARDED = {"public_ratings.give", "help_centre.vote", "help_centre.read", "help_letters.send"}


@pytest.mark.parametrize(
    "key", [key for key in ROUTES if key[0] == "POST" and ROUTES[key].who == "light"], ids=lambda key: key[1]
)
def test_light_agents_write_notes_and_nothing_else(app: Flask, desk: WholeDesk, key: tuple[str, str]) -> None:
    role = add_agent("light@help.example", "Lila Moss", role=Role.LIGHT)
    client = sign_in(app.test_client(), role)
    _method, rule = next(pair for pair in known(app) if (pair[0], pair[1].endpoint) == key)
    route = ROUTES[key]
    with db.reading() as session:
        before = session.scalar(sa.select(sa.func.count()).select_from(Outbox))
    answer = ask(client, "POST", app, rule, route, desk, form=route.light)
    # A file of somebody's draft is not theirs to remove, nor a colleague's note to change.
    foreign = route.own or key[1] == "drafts.remove_file"
    assert answer.status_code == (404 if foreign else route.answer)
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Outbox)) == before


@pytest.mark.parametrize(
    ("key", "number", "status"),
    [
        (("POST", "tickets.undo"), {"message_id": "colleagues_held_reply"}, 403),
        (("POST", "drafts.remove_file"), {"attachment_id": "colleagues_file"}, 404),
        (("GET", "attachments.download"), {"attachment_id": "colleagues_file"}, 404),
        (("GET", "attachments.preview"), {"attachment_id": "colleagues_file"}, 404),
        (("POST", "drafts.remove_file"), {"attachment_id": "attachment_id"}, 404),
        (("POST", "profile.end_session"), {"sign_in_id": "colleagues_sign_in"}, 302),
        (("POST", "suggestions.insert"), {"ticket_id": "answered_ticket"}, 404),
        (("POST", "suggestions.dismiss"), {"ticket_id": "answered_ticket"}, 404),
        (("POST", "tickets.retry"), {"message_id": "message_id"}, 404),
        (("POST", "moving.accept"), {"message_id": "sent_reply"}, 303),
    ],
)
def test_what_is_a_colleagues_or_of_another_kind_stays_as_it_is(
    app: Flask, agent: FlaskClient, desk: WholeDesk, key: tuple[str, str], number: dict[str, str], status: int
) -> None:
    rule = next(rule for method, rule in known(app) if (method, rule.endpoint) == key)
    before = dump()
    parts = {name: desk.ids[row] for name, row in number.items()}
    answer = ask(agent, key[0], app, rule, ROUTES[key], desk, **parts)
    assert answer.status_code == status and not changed(before, dump(), TOUCHED)


@pytest.mark.parametrize(
    "key", [key for key in ROUTES if key[0] == "POST" and not ROUTES[key].sandbox], ids=lambda key: key[1]
)
def test_a_form_works_with_its_token_and_only_with_it(
    app: Flask, admin: FlaskClient, agent: FlaskClient, desk: WholeDesk, key: tuple[str, str]
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    _method, rule = next(pair for pair in known(app) if (pair[0], pair[1].endpoint) == key)
    route = ROUTES[key]
    client = agent if route.who in MAY_CHANGE["agent"] | {"public"} else admin
    before = dump()
    refused = ask(client, "POST", app, rule, route, desk)
    if rule.endpoint not in UNGUARDED:
        assert refused.status_code == 400 and not changed(before, dump(), TOUCHED)
        assert not headers_wrong(refused, rule.endpoint)
    token = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/profile").text)
    assert token is not None
    answer = ask(client, "POST", app, rule, route, desk, form={"csrf_token": token.group(1)})
    assert answer.status_code == route.answer, answer.text[:300]
    assert not headers_wrong(answer, rule.endpoint)
    assert (
        bool(changed(before, dump(), set() if rule.endpoint.startswith(("signin", "profile")) else TOUCHED))
        == route.writes
    )


def test_a_form_without_its_token_is_refused_in_the_sandbox(
    sandbox: Flask, agent: FlaskClient, desk: WholeDesk
) -> None:
    sandbox.config["WTF_CSRF_ENABLED"] = True
    before = dump()
    for path in ("/sandbox", "/sign-in/demo"):
        assert (
            sandbox.test_client().post(path, data={"sender": "a@b.example", "text": "x"}).status_code == 400
        )
    assert not changed(before, dump(), set())
