"""Workers that are slow, that died, and that meet an agent who changes the ticket at the same moment."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.outgoing import deliver, service, states, turns
from app.outgoing.models import Outbox
from app.tickets import service as tickets
from app.tickets.models import Status, Ticket
from tests.app.outgoing.conftest import World
from tests.app.outgoing.outbox_scene import OLGA, events, tick
from tests.app.outgoing.test_at_once import at_once
from tests.app.outgoing.test_deliver import delivery, hand_over, reply, rows, sink
from tests.support.smtp_sink import SmtpSink
from tests.support.waiting import wait_until

__all__ = ["sink"]


# Leases.


def test_a_worker_that_is_alive_keeps_its_row_for_as_long_as_the_server_thinks(
    world: World, sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "RENEW_SECONDS", 0.05)
    message_id, answer = reply(world), threading.Event()
    taken = sink.handle_DATA

    async def slow(*more: object) -> str:
        while not answer.is_set():
            await asyncio.sleep(0.02)
        return await taken(*more)  # type: ignore[arg-type]

    monkeypatch.setattr(sink, "handle_DATA", slow)
    worker = threading.Thread(target=hand_over, args=(world, message_id))
    worker.start()
    try:
        wait_until(lambda: rows()[OLGA].state == "data_started")
        first = rows()[OLGA].lease_until
        assert first is not None
        wait_until(lambda: (rows()[OLGA].lease_until or first) > first)
    finally:
        answer.set()
        worker.join(60)
    assert delivery(message_id) == "accepted"


def test_a_worker_that_died_in_the_letter_is_noticed_within_a_minute(world: World) -> None:
    message_id, now = reply(world), db.now()
    with db.transaction() as session:
        row = turns.take(session, world.mailbox, now, since=now, seconds=deliver.LEASE_SECONDS)
        assert isinstance(row, Outbox)
        assert states.start_data(session, row, now, seconds=deliver.LEASE_SECONDS)
    with db.transaction() as session:
        assert service.sweep(session, now + timedelta(seconds=61)) == []
    assert delivery(message_id) == "uncertain"


def test_an_answer_that_comes_after_the_lease_ran_out_still_counts(world: World) -> None:
    message_id, now = reply(world), db.now()
    with db.transaction() as session:
        row = turns.take(session, world.mailbox, now, since=now, seconds=60)
        assert isinstance(row, Outbox)
        states.start_data(session, row, now, seconds=60)
    with db.transaction() as session:
        service.sweep(session, now + timedelta(minutes=5))
    assert delivery(message_id) == "uncertain"
    with db.transaction() as session:
        assert states.accept(session, row, "250 OK", now + timedelta(minutes=6))
    assert delivery(message_id) == "accepted"
    (told,) = events("delivery_proved")
    assert told.detail["how"] == "answer"


# A failure and an agent at the same moment.


@pytest.mark.parametrize("_round", range(3))
def test_a_reply_that_fails_while_its_ticket_is_closed_is_in_the_queue_again_if_it_failed_later(
    world: World, _round: int
) -> None:
    message_id = reply(world, status="")
    with db.transaction() as session:
        row = states.claim(session, message_id, db.now(), seconds=60)
    order: list[str] = []

    def close() -> None:
        with db.transaction() as session:
            ticket = session.get_one(Ticket, world.ticket, with_for_update={"of": Ticket})
            tickets.set_status(
                session, ticket, Status.CLOSED, by=session.get_one(Agent, world.ben), now=db.now()
            )
            order.append("closed")

    def fail() -> None:
        assert row is not None
        with db.transaction() as session:
            states.fail(session, row, "550 5.1.1 no such user", db.now())
            order.append("failed")

    assert at_once(close, fail) == [None, None]
    with db.reading() as session:
        ticket = session.get_one(Ticket, world.ticket)
    assert ticket.status == ("open" if order[-1] == "failed" else "closed")
    assert len(events("delivery_failed")) == 1


def test_a_failure_waits_for_an_agent_who_is_closing_the_ticket(world: World) -> None:
    """The failure has read the ticket as open; the agent closes it before the failure is written."""
    if db.engine().dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    message_id = reply(world, status="")
    with db.transaction() as session:
        row = states.claim(session, message_id, db.now(), seconds=60)
        assert row is not None
    failing = threading.Thread(target=_fail, args=(row,))
    with db.transaction() as session:
        ticket = session.get_one(Ticket, world.ticket, with_for_update={"of": Ticket})
        tickets.set_status(session, ticket, Status.CLOSED, by=None, now=db.now())
        session.flush()
        failing.start()
        wait_until(_somebody_waits_for_a_lock)
    failing.join(60)
    with db.reading() as session:
        assert session.get_one(Ticket, world.ticket).status == "open"
    assert delivery(message_id) == "failed"


def _fail(row: Outbox) -> None:
    with db.transaction() as session:
        states.fail(session, row, "550 5.1.1 no such user", db.now())


def _somebody_waits_for_a_lock() -> bool:
    """the failure waits"""
    with db.reading() as session:
        query = sa.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return bool(session.scalar(query))


def test_a_reply_written_while_another_job_ends_is_found_by_the_sweep(world: World, sink: SmtpSink) -> None:
    hand_over(world, reply(world))
    late = reply(world)
    assert tick() == [late]
