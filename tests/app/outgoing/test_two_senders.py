"""Two senders of one mailbox that look at the same moment, and what one has read that another changes."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from app import db
from app.outgoing import states, turns
from app.outgoing.models import Outbox
from app.tickets.models import Delivery, Message
from tests.app.outgoing.conftest import World
from tests.app.outgoing.outbox_scene import another_ticket
from tests.app.outgoing.test_deliver import reply
from tests.support.waiting import wait_until


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_sender_that_begins_while_another_looks_is_seen(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its look at who is at work and its look at what is due."""
    for _ in range(2):
        reply(another_ticket(world))
    now, taken, look = db.now(), [], turns._due

    def ask() -> None:
        with db.transaction() as session:
            taken.append(turns.take(session, world.mailbox, now, since=now, seconds=60))

    other = threading.Thread(target=ask)

    def came_or_waits() -> bool:
        with db.reading() as session:
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            return not other.is_alive() or bool(session.scalar(sa.text(waiting)))

    def look_late(*asked):  # type: ignore[no-untyped-def]
        monkeypatch.setattr(turns, "_due", look)
        other.start()
        wait_until(came_or_waits)
        return look(*asked)

    monkeypatch.setattr(turns, "_due", look_late)
    ask()
    other.join(60)
    assert sorted(isinstance(one, Outbox) for one in taken) == [False, True]


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_message_read_before_is_brought_in_line_as_it_is_now(world: World) -> None:
    message_id, now = reply(world), db.now()
    with db.transaction() as session:
        read_early = session.get_one(Message, message_id)
        before = read_early.delivery
        with db.transaction() as other:
            row = turns.take(other, world.mailbox, now, since=now, seconds=60)
            assert isinstance(row, Outbox)
            assert states.start_data(other, row, now, seconds=60)
            assert states.accept(other, row, "250 taken", now)
            # What it was when we read it: the stale copy would be taken for the truth.
            row.state = before
        assert states.refresh(session, message_id, now) == before
    with db.reading() as session:
        assert session.get_one(Message, message_id).delivery == before != Delivery.ACCEPTED
