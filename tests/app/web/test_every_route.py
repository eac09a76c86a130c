"""Every route × everybody who may ask, made from the application's own map: a new route without a row fails here."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import db
from app.accounts.models import Agent, Role
from app.accounts.teams import TeamMember
from tests.app.web import route_desk
from tests.app.web.every_route import PUBLIC, ROUTES, asked, known
from tests.app.web.route_asking import TOUCHED, ask, headers_wrong, of
from tests.app.web.route_rows import MAY_CHANGE, MAY_READ, may
from tests.app.web.rows import changed, dump
from tests.support.web import add_agent, sign_in
from tests.support.whole_desk import WholeDesk

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
admin, desk, sandbox = route_desk.admin, route_desk.desk, route_desk.sandbox

ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}
# What a GET may change: when a session was last used, and how often a rating link was opened.
NOTED_BY_GET = {"public_ratings.show": {"rating_hits"}, "public_ratings.trap": {"rating_hits"}}


def test_every_route_has_its_row(app: Flask) -> None:
    there = {(method, rule.endpoint) for method, rule in asked(app)}
    assert there == set(ROUTES), "the table in every_route.py and the application differ"


def test_the_public_list_is_short_and_known(app: Flask) -> None:
    families = {
        rule.endpoint.partition(".")[0] for method, rule in known(app) if (method, rule.endpoint) in PUBLIC
    }
    help_centre = {"help_centre", "help_letters", "help_meta"}
    assert families == {"static", "health", "pages", "signin", "public_ratings", "branding"} | help_centre
    assert len(PUBLIC) == 16 + 16


def test_strangers_are_sent_to_sign_in_and_change_nothing(app: Flask, desk: WholeDesk) -> None:
    problems = _refused(app, desk, lambda: app.test_client())
    assert not problems


def test_a_deactivated_agent_is_a_stranger(app: Flask, agent: FlaskClient, desk: WholeDesk) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Agent).where(Agent.id == desk.ids["me"]).values(active=False))
    assert not _refused(app, desk, lambda: agent)


def test_strangers_from_elsewhere_are_no_demo_agent(sandbox: Flask, desk: WholeDesk) -> None:
    def somebody() -> FlaskClient:
        client = sandbox.test_client()
        client.environ_base.update(ELSEWHERE)
        return client

    assert not _refused(sandbox, desk, somebody)


@pytest.mark.parametrize("role", MAY_CHANGE)
def test_a_role_gets_as_far_as_it_may_and_no_further(app: Flask, desk: WholeDesk, role: str) -> None:
    """Refused: 403 and nothing changed. Let in: what the page says to everybody who may; forms are sent elsewhere."""
    client = sign_in(app.test_client(), add_agent(f"{role}@help.example", "Somebody", role=Role(role)))
    problems, before = [], dump()
    for method, rule in known(app):
        route = ROUTES[method, rule.endpoint]
        if may(role, method, route):
            continue
        answer = ask(client, method, app, rule, route, desk)
        problems += [] if answer.status_code == 403 else [f"{method} {rule.endpoint}: {answer.status_code}"]
        problems += headers_wrong(answer, rule.endpoint)
    assert not problems + changed(before, dump(), TOUCHED)


@pytest.mark.parametrize("role", ["lead", "auditor", "light", "agent"])
def test_reading_changes_nothing(app: Flask, desk: WholeDesk, role: str) -> None:
    """Whoever reads; an auditor reads everything that is no settings form."""
    somebody = add_agent(f"{role}@help.example", "Somebody", role=Role(role))
    with db.transaction() as session:
        # Leads see how the people of their teams are rated.
        session.add(TeamMember(team_id=desk.ids["team_id"], agent_id=somebody.id))
    readable = dict.fromkeys(MAY_READ[role], sign_in(app.test_client(), somebody))
    assert not _read_everything(app, desk, readable)


def test_an_admin_reads_everything(app: Flask, admin: FlaskClient, desk: WholeDesk) -> None:
    assert not _read_everything(app, desk, dict.fromkeys(MAY_READ["admin"], admin))


def test_reading_changes_nothing_in_the_sandbox(sandbox: Flask, agent: FlaskClient, desk: WholeDesk) -> None:
    """The demo agent is the first admin."""
    visitor = sandbox.test_client()
    with agent.session_transaction() as given, visitor.session_transaction() as cookie:
        cookie.update(given)
    assert not _read_everything(sandbox, desk, dict.fromkeys(("agent", "light", "anyone"), visitor))


@pytest.mark.parametrize("number", [0, 10**12, 2**63])
def test_what_does_not_exist_is_not_found(
    app: Flask, admin: FlaskClient, desk: WholeDesk, number: int
) -> None:
    """Each number in each address in turn; the ways of one's own sessions say nothing about foreign numbers."""
    problems, before = [], dump()
    for method, rule in known(app):
        route = ROUTES[method, rule.endpoint]
        for name in [name for name in rule.arguments if name.endswith("_id")]:
            answer = ask(admin, method, app, rule, route, desk, **{name: number})
            # Beyond 64 bits the router finds no such address at all, and may name the other way to ask.
            expected = {404, 405} if number >= 2**63 else {404, route.unknown}
            if rule.endpoint == "profile.end_session":
                expected = {404, 302}
            if answer.status_code not in expected:
                problems.append(f"{method} {rule.endpoint} {name}={number}: {answer.status_code}")
            problems += headers_wrong(answer, rule.endpoint)
    assert not problems + changed(before, dump(), TOUCHED)


def _refused(app: Flask, desk: WholeDesk, somebody: Any) -> list[str]:
    """What a person without a right to be here gets on everything that is not public: the way to sign in, or 404."""
    problems, before = [], dump()
    for method, rule, route in of(app, *MAY_READ["admin"]):
        for way in (method, "HEAD") if method == "GET" else (method,):
            answer = ask(somebody(), way, app, rule, route, desk)
            to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in")
            if not to_sign_in and answer.status_code != 404:
                problems.append(f"{way} {rule.endpoint}: {answer.status_code}")
            problems += headers_wrong(answer, rule.endpoint)
    return problems + changed(before, dump(), set())


def _read_everything(app: Flask, desk: WholeDesk, clients: dict[str, FlaskClient]) -> list[str]:
    problems: list[str] = []
    everybody = {"public": app.test_client(), **clients}
    for method, rule, route in of(app, "public", *clients):
        if method != "GET" or (route.sandbox and not app.config["SETTINGS"].is_sandbox):
            continue
        for way in ("GET", "HEAD"):
            before = dump()
            answer = ask(everybody[route.who], way, app, rule, route, desk)
            right = {route.answer, 404} if route.own else {route.answer}
            if answer.status_code not in right or (way == "HEAD" and answer.data):
                problems.append(f"{way} {rule.rule}: {answer.status_code}")
            problems += headers_wrong(answer, rule.endpoint)
            allowed = TOUCHED | NOTED_BY_GET.get(rule.endpoint, set())
            problems += [f"{way} {rule.rule} changed {name}" for name in changed(before, dump(), allowed)]
    return problems
