"""Reading one's notices waits for nobody who merely writes as that agent: two such could wait for each other for good."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.tickets.models import Event
from app.together import notices
from tests.support.letters import DATE
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
