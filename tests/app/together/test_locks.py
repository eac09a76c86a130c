"""Reading one's notices waits for nobody who merely writes as that agent: two such could wait for each other for good."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.tickets.models import Event, Ticket
from app.together import notices, watching
from tests.app.web.conftest import Desk
from tests.app.web.conftest import desk as desk  # noqa: PLC0414 (a fixture)
from tests.support.letters import DATE
from tests.support.waiting import wait_until
from tests.support.web import add_agent

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.parametrize("database", ["postgresql"], indirect=True),
]


@pytest.mark.usefixtures("database")
def test_notices_are_read_while_the_same_agent_is_writing() -> None:
    nora = add_agent("nora@help.example", "Nora Lind")
    with db.transaction() as writing:
        writing.add(Event(agent_id=nora.id, kind="note", at=DATE))
        writing.flush()
        with db.transaction() as reading:
            reading.execute(sa.text("SET LOCAL lock_timeout = '3s'"))
            assert not notices.read_all(reading, nora.id, now=DATE + timedelta(hours=1))
            assert reading.scalar(sa.select(Agent.notice_mark).where(Agent.id == nora.id)) == 0


@pytest.mark.usefixtures("database")
def test_of_two_windows_that_begin_to_watch_one_finds_it_done(desk: Desk) -> None:
    nora, ticket_id = add_agent("nora@help.example", "Nora Lind"), desk.letter()
    answers = []

    def press() -> None:
        with db.transaction() as session:
            ticket, agent = session.get_one(Ticket, ticket_id), session.get_one(Agent, nora.id)
            answers.append(watching.set_watching(session, ticket, agent, True, now=DATE))

    def waits_or_is_done() -> bool:
        with db.reading() as session:
            asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            return not second.is_alive() or bool(session.scalar(sa.text(asked)))

    second = threading.Thread(target=press)
    with db.transaction() as session:
        ticket, agent = session.get_one(Ticket, ticket_id), session.get_one(Agent, nora.id)
        answers.append(watching.set_watching(session, ticket, agent, True, now=DATE))
        second.start()
        wait_until(waits_or_is_done)
    second.join(60)
    assert answers == [True, False]
