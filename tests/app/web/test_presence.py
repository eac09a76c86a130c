"""Who is in a ticket: said by open pages, told to the others, over by itself."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import db
from app.together import presence
from app.together.models import Presence
from tests.app.web.test_live import ask, mark_of
from tests.support.web import add_agent, sign_in


@pytest.fixture
def ben(app: Flask) -> FlaskClient:
    return sign_in(app.test_client(), add_agent("ben@help.example", "Ben Harlow"))


def say(agent: FlaskClient, ticket: int, doing: str = "viewing") -> int:
    return agent.post(f"/tickets/{ticket}/here", data={"doing": doing}).status_code


def told(agent: FlaskClient, mark: str, people: str = ""):
    return ask(agent, mark, people=people)


def people(answer):
    return json.loads(answer.json["people"])


def test_a_colleague_who_opens_a_ticket_is_seen_by_the_others(
    agent: FlaskClient, ben: FlaskClient, desk
) -> None:
    ticket = desk.letter()
    mark = mark_of(agent.get("/inbox/open").text)
    assert say(ben, ticket) == 204
    news = people(told(agent, mark))
    assert [(one["ticket"], one["name"], one["initials"], one["doing"]) for one in news["here"]] == [
        (ticket, "Ben Harlow", "BH", "viewing")
    ]
    assert told(agent, mark, news["mark"]).status_code == 204, "told once"
    assert told(ben, mark).status_code == 204, "nobody is told of themselves"


def test_typing_and_going_are_told(agent: FlaskClient, ben: FlaskClient, desk) -> None:
    ticket = desk.letter()
    mark = mark_of(agent.get("/inbox/open").text)
    say(ben, ticket)
    first = people(told(agent, mark))
    say(ben, ticket, "reply")
    second = people(told(agent, mark, first["mark"]))
    assert [one["doing"] for one in second["here"]] == ["reply"]
    say(ben, ticket, "gone")
    assert people(told(agent, mark, second["mark"])) == {"mark": "", "here": []}


def test_presence_ends_by_itself(agent: FlaskClient, ben: FlaskClient, desk) -> None:
    ticket = desk.letter()
    mark = mark_of(agent.get("/inbox/open").text)
    say(ben, ticket)
    seen = people(told(agent, mark))["mark"]
    with db.transaction() as session:
        session.execute(sa.update(Presence).values(at=db.now() - presence.OVER_AFTER))
    assert people(told(agent, mark, seen))["here"] == []


def test_the_same_again_is_not_written_again(ben: FlaskClient, desk, count_queries) -> None:
    ticket = desk.letter()
    say(ben, ticket)
    with count_queries() as queries:
        say(ben, ticket)
    assert not [one for one in queries if one.split()[0] in ("INSERT", "UPDATE", "DELETE")]
    with db.transaction() as session:
        session.execute(sa.update(Presence).values(at=db.now() - timedelta(seconds=10)))
    with count_queries() as queries:
        say(ben, ticket)
    assert [one for one in queries if one.startswith("UPDATE")]


def test_who_may_not_see_a_ticket_hears_of_nobody_in_it(agent: FlaskClient, ben: FlaskClient, desk) -> None:
    ticket = desk.letter()
    mark = mark_of(agent.get("/inbox/open").text)
    say(ben, ticket)
    with db.transaction() as session:
        session.execute(
            sa.text("UPDATE agents SET every_mailbox = :no WHERE id = :id"),
            {"no": False, "id": agent.agent.id},
        )
    assert people(told(agent, mark))["here"] == []
    assert say(agent, ticket) == 404


def test_a_quiet_poll_asks_once(agent: FlaskClient, ben: FlaskClient, desk, count_queries) -> None:
    ticket = desk.letter()
    mark = mark_of(agent.get("/inbox/open").text)
    say(ben, ticket)
    seen = people(told(agent, mark))["mark"]
    with count_queries() as queries:
        assert told(agent, mark, seen).status_code == 204
    assert len([one for one in queries if one.startswith("SELECT")]) == 2, "who asks, and what is new"


def test_an_unknown_way_of_being_here_is_refused(ben: FlaskClient, desk) -> None:
    assert say(ben, desk.letter(), "sleeping") == 422


def test_old_rows_are_cleared_away(ben: FlaskClient, desk) -> None:
    say(ben, desk.letter())
    with db.transaction() as session:
        assert presence.forget_old(session, now=db.now()) == 0
        assert presence.forget_old(session, now=db.now() + timedelta(hours=2)) == 1
