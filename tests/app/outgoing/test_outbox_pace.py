"""A limited account, and a provider that asks for less, get letters at their own pace."""

from __future__ import annotations

import pytest

from app import db
from app.outgoing import states, turns
from app.outgoing.models import Outbox
from tests.app.outgoing.conftest import World
from tests.app.outgoing.outbox_scene import (
    Clock,
    all_rows,
    another_mailbox,
    another_ticket,
    clock,
    message_ids,
    set_mailbox,
    texts,
    tick,
    work_off,
)
from tests.app.outgoing.test_at_once import at_once
from tests.app.outgoing.test_deliver import delivery, reply, sink
from tests.support.smtp_sink import SmtpSink

__all__ = ["clock", "sink"]


# Pace.


def test_a_limited_account_sends_at_its_pace(world: World, sink: SmtpSink, clock: Clock) -> None:
    clock.at = db.now()
    set_mailbox(world, send_per_minute=6)
    ids = [reply(another_ticket(world)) for _ in range(4)]
    left = []
    for _ in range(200):
        work_off(world)
        left += [clock.at] * (len(sink.accepted) - len(left))
        clock.forward(seconds=1)
    assert [name for _, name in texts(sink)] == message_ids(*ids)
    assert [round((b - a).total_seconds()) for a, b in zip(left, left[1:], strict=False)] == [10, 10, 10]


def test_what_waits_for_its_place_is_shown_as_on_its_way(world: World, sink: SmtpSink, clock: Clock) -> None:
    clock.at = db.now()
    set_mailbox(world, send_per_minute=1)
    first, second = reply(world), reply(another_ticket(world))
    work_off(world)
    assert [delivery(first), delivery(second)] == ["accepted", "queued"]
    assert tick() == [], "nobody is rung for in vain"
    clock.forward(seconds=60)
    assert tick() == [second]


def test_one_account_s_backlog_does_not_keep_another_waiting(
    world: World, sink: SmtpSink, clock: Clock
) -> None:
    clock.at = db.now()
    set_mailbox(world, send_per_minute=1)
    for _ in range(20):
        reply(another_ticket(world))
    sales = another_mailbox(world)
    urgent = reply(sales)
    rung = tick()
    assert (len(rung), urgent in rung) == (2, True)
    work_off(world)
    assert sorted(one.sender for one in sink.accepted) == ["sales@orbit.example", "support@orbit.example"]


@pytest.mark.parametrize("per_minute", [1, 30])
def test_workers_that_ask_at_once_do_not_share_a_place(world: World, per_minute: int) -> None:
    set_mailbox(world, send_per_minute=per_minute)
    for _ in range(8):
        reply(another_ticket(world))
    now = db.now()

    def ask() -> object:
        with db.transaction() as session:
            # The row itself is of no interest here: give it back, keep the place.
            taken = turns.take(session, world.mailbox, now, since=now, seconds=60)
            if isinstance(taken, Outbox):
                states.give_back(session, taken, now)
            return taken

    answers = at_once(*[ask] * 8)
    assert sum(isinstance(one, turns.Wait) for one in answers) == 8 - (1 if per_minute == 1 else 4)


def test_a_provider_that_asks_for_less_gets_a_pause_and_then_little(
    world: World, sink: SmtpSink, clock: Clock
) -> None:
    clock.at = db.now()
    ids = [reply(another_ticket(world)) for _ in range(6)]
    sink.at_data = "450 4.7.1 Error: too much mail from 192.0.2.1"
    work_off(world)
    assert [row.state for row in all_rows()] == ["deferred"] + ["queued"] * 5
    sink.at_data = ""
    assert tick() == []
    left = []
    while len(left) < 6:
        clock.forward(seconds=1)
        work_off(world)
        left += [clock.at] * (len(sink.accepted) - len(left))
    gaps = [round((b - a).total_seconds()) for a, b in zip(left, left[1:], strict=False)]
    assert min(gaps) >= 10
    assert sorted(name for _, name in texts(sink)) == sorted(message_ids(*ids))
    clock.forward(minutes=16)
    for _ in range(5):
        reply(another_ticket(world))
    work_off(world)
    assert len(sink.accepted) == 11, "then as before"
