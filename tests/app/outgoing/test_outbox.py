"""The protocol of the outbox over a real SMTP server: refusals, an outage of days, order."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.outgoing import service, states
from app.outgoing.models import Outbox
from app.tickets.models import Ticket
from tests.app.outgoing.conftest import World
from tests.app.outgoing.outbox_scene import (
    ANNA,
    IGOR,
    OLGA,
    Clock,
    all_rows,
    another_ticket,
    clock,
    events,
    message_ids,
    set_mailbox,
    texts,
    work_off,
)
from tests.app.outgoing.test_deliver import delivery, hand_over, reply, rows, sink
from tests.support.smtp_sink import SmtpSink

__all__ = ["clock", "sink"]


# Recipients, each with a fate of their own.


def test_one_of_three_refused_for_good_and_one_for_now(world: World, sink: SmtpSink) -> None:
    sink.refuse = {IGOR: "550 5.1.1 no such user", ANNA: "451 4.3.0 try later"}
    message_id = reply(world, cc=(IGOR, ANNA))
    hand_over(world, message_id)
    assert {name: row.state for name, row in rows().items()} == {
        OLGA: "accepted",
        IGOR: "failed",
        ANNA: "deferred",
    }
    sink.refuse = {}
    with db.transaction() as session:
        session.execute(sa.update(Outbox).where(Outbox.state == "deferred").values(due_at=db.now()))
    work_off(world)
    assert [one.recipients for one in sink.accepted] == [(OLGA,), (ANNA,)]
    with db.transaction() as session:
        service.retry(session, message_id, by=session.get_one(Agent, world.ben), now=db.now())
    work_off(world)
    assert [one.recipients for one in sink.accepted] == [(OLGA,), (ANNA,), (IGOR,)]
    assert delivery(message_id) == "accepted"


def test_an_uncertain_letter_sent_again_is_the_same_mail(world: World, sink: SmtpSink) -> None:
    sink.drop_at_data = True
    message_id = reply(world)
    hand_over(world, message_id)
    sink.drop_at_data = False
    with db.transaction() as session:
        service.resolve_uncertain(
            session, message_id, arrived=False, by=session.get_one(Agent, world.ben), now=db.now()
        )
    work_off(world)
    first, second = sink.accepted
    assert first.raw == second.raw
    assert texts(sink) == [(OLGA, message_ids(message_id)[0])] * 2
    assert len(events("delivery_resent")) == 1


# Time.


def test_a_server_that_refuses_for_now_is_asked_less_and_less_for_five_days(
    world: World, sink: SmtpSink, clock: Clock
) -> None:
    clock.at = db.now()
    sink.refuse[OLGA] = "451 4.3.0 try later"
    message_id = reply(world, status="closed")
    begin, tries, told = clock.at, [], {}
    for _ in range(200):
        work_off(world)
        tries.append(clock.at - begin)
        told.setdefault(len(events("delivery_delayed")), clock.at - begin)
        row = rows()[OLGA]
        if row.due_at is None:
            break
        clock.at = row.due_at
    minutes = [round(gap.total_seconds() / 60) for gap in tries]
    assert minutes[:7] == [0, 1, 6, 21, 81, 141, 201]
    assert {b - a for a, b in zip(minutes[4:], minutes[5:], strict=False)} == {60}
    assert timedelta(days=4, hours=22) < tries[-1] <= timedelta(days=5)
    assert [told[1], told[2]] == [timedelta(minutes=21), timedelta(minutes=261)]
    assert (delivery(message_id), len(events("delivery_failed")), sink.accepted) == ("failed", 1, [])
    with db.reading() as session:
        ticket = session.get_one(Ticket, world.ticket)
        assert (ticket.status, ticket.unread) == ("open", True)


def test_after_three_days_without_a_server_everything_leaves_in_the_order_it_was_written(
    world: World, sink: SmtpSink, clock: Clock
) -> None:
    set_mailbox(world, smtp_port=1)
    clock.at = db.now()
    written = []
    for _ in range(5):
        written.append(reply(another_ticket(world)))
        work_off(world)
        clock.forward(hours=14)
    assert sink.accepted == []
    assert {row.state for row in all_rows()} == {"deferred"}
    for place, row in enumerate(reversed(all_rows()), start=1):
        # By its own rhythm the newest would be the first to be tried again.
        with db.transaction() as session:
            session.execute(
                sa.update(Outbox)
                .where(Outbox.id == row.id)
                .values(due_at=clock.at + timedelta(minutes=10 * place))
            )
    set_mailbox(world, smtp_port=sink.port)
    while not sink.accepted:
        clock.forward(minutes=1)
        work_off(world)
    assert [name for _, name in texts(sink)] == message_ids(*written)
    assert {row.state for row in all_rows()} == {"accepted"}


def test_a_second_answer_does_not_overtake_the_first_that_was_put_off(
    world: World, sink: SmtpSink, clock: Clock
) -> None:
    clock.at = db.now()
    sink.refuse[OLGA] = "451 4.7.1 greylisted"
    first = reply(world)
    work_off(world)
    sink.refuse.clear()
    clock.forward(seconds=20)
    second = reply(world)
    work_off(world)
    assert [name for _, name in texts(sink)] == message_ids(first, second)


def test_what_stays_refused_is_tried_once_and_not_in_a_circle(
    world: World, sink: SmtpSink, clock: Clock
) -> None:
    clock.at = db.now()
    sink.refuse[OLGA] = "451 4.7.1 greylisted"
    reply(world)
    work_off(world)
    clock.forward(seconds=20)
    reply(world)
    work_off(world)
    assert [row.attempts for row in all_rows()] == [2, 1]
    assert [row.state for row in all_rows()] == ["deferred", "deferred"]


def test_a_second_answer_waits_while_the_first_is_being_handed_over(world: World, sink: SmtpSink) -> None:
    first, second = reply(world), reply(world)
    with db.transaction() as session:
        row = states.claim(session, first, db.now(), seconds=60)
        assert row is not None
    hand_over(world, second)
    assert sink.accepted == []
    with db.transaction() as session:
        states.give_back(session, row, db.now())
    hand_over(world, second)
    assert [name for _, name in texts(sink)] == message_ids(first, second)
    assert [one.attempts for one in all_rows()] == [1, 1]
