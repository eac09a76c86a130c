"""Every page and every form once on PostgreSQL, so that each of their queries has been asked there.

What the answers say is tested on SQLite; here nothing may fail. Forms follow one another on one desk, those that take
something away last.
"""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import db, security
from app.accounts.models import Agent, Role
from app.settings import Settings
from tests.app.web.every_route import ROUTES, known
from tests.app.web.route_asking import ask
from tests.app.web.route_rows import MAY_CHANGE, PASSWORD
from tests.support.web import add_agent, sign_in
from tests.support.whole_desk import WholeDesk, build

pytestmark = pytest.mark.parametrize(
    "database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
TAKES_AWAY = (
    "remove", "delete", "forget", "purge", "erase", "trash", "spam", "merge", "split", "move", "undo", "end_", "sign_out",
    "set_active", "set_status", "empty", "discard",
)  # fmt: skip


@pytest.fixture
def desk(agent: FlaskClient, installation: Settings) -> WholeDesk:
    with db.transaction() as session:
        row = session.get_one(Agent, agent.agent.id)  # type: ignore[attr-defined]
        row.password_hash = security.hash_password(PASSWORD, cost="low")
        session.flush()
        session.expunge(row)
    return build(installation, row)


def test_every_page_is_shown(app: Flask, agent: FlaskClient, admin: FlaskClient, desk: WholeDesk) -> None:
    problems = []
    for method, rule in known(app):
        route = ROUTES[method, rule.endpoint]
        if method == "GET" and not route.sandbox:
            client = app.test_client() if route.who == "public" else agent if route.own else admin
            answer = ask(client, method, app, rule, route, desk)
            problems += [] if answer.status_code == route.answer else [f"{rule.rule}: {answer.status_code}"]
    assert not problems


def test_every_form_is_taken(app: Flask, desk: WholeDesk) -> None:
    boss = add_agent("ada@help.example", "Ada Berg", role=Role.ADMIN)
    with db.reading() as session:
        nora = session.scalars(sa.select(Agent).where(Agent.id == desk.ids["me"])).one()
    problems, asked = [], 0
    for method, rule in sorted(known(app), key=lambda pair: _takes_away(pair[1].endpoint)):
        route = ROUTES[method, rule.endpoint]
        if method == "POST" and not route.sandbox:
            who = nora if route.who in MAY_CHANGE["agent"] | {"public"} else boss
            answer = ask(sign_in(app.test_client(), who), method, app, rule, route, desk)
            asked += answer.status_code == route.answer
            problems += [f"{rule.rule}: {answer.status_code}"] if answer.status_code >= 500 else []
    assert not problems
    # What an earlier form took away is no longer there for a few.
    assert asked > 0.8 * sum(method == "POST" and not route.sandbox for (method, _), route in ROUTES.items())


def _takes_away(endpoint: str) -> bool:
    return any(word in endpoint for word in TAKES_AWAY)
