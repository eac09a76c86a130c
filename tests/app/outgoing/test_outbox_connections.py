"""One connection carries many letters, of one account and in their order; two workers never send one twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from app import db
from app.accounts.models import Agent
from app.outgoing import door, states, turns
from app.tickets.merging import merge
from tests.app.outgoing.conftest import World
from tests.app.outgoing.outbox_scene import (
    all_rows,
    another_mailbox,
    another_ticket,
    message_ids,
    set_mailbox,
    texts,
    tick,
    work_off,
)
from tests.app.outgoing.test_at_once import at_once
from tests.app.outgoing.test_deliver import delivery, hand_over, reply, sink
from tests.support.smtp_sink import SmtpSink

__all__ = ["sink"]


# One connection for many letters.


def test_letters_of_one_account_share_a_connection(world: World, sink: SmtpSink) -> None:
    ids = [reply(another_ticket(world)) for _ in range(5)]
    hand_over(world, ids[0])
    assert [name for _, name in texts(sink)] == message_ids(*ids)
    assert sink.connections == 1


def test_a_connection_carries_so_many_letters_and_no_more(
    world: World, sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "LETTERS_EACH", 2)
    ids = [reply(another_ticket(world)) for _ in range(5)]
    hand_over(world, ids[0])
    assert (len(sink.accepted), sink.connections) == (5, 3)


@pytest.mark.parametrize("how", ["closed", "421"])
def test_a_server_that_ends_the_connection_between_two_letters_gets_a_new_one_and_no_letter_twice(
    world: World, sink: SmtpSink, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = sink.handle_DATA
    polite: set[int] = set()

    async def data(server, session, envelope):  # type: ignore[no-untyped-def]
        answer = await taken(server, session, envelope)
        if how == "closed":
            asyncio.get_running_loop().call_soon(server.transport.close)
        polite.add(id(session))
        return answer

    genuine = sink.handle_MAIL

    async def mail(server, session, envelope, address, options):  # type: ignore[no-untyped-def]
        if how == "421" and id(session) in polite:
            return "421 4.7.0 too many messages in this connection"
        return await genuine(server, session, envelope, address, options)

    monkeypatch.setattr(sink, "handle_DATA", data)
    monkeypatch.setattr(sink, "handle_MAIL", mail)
    ids = [reply(another_ticket(world)) for _ in range(4)]
    hand_over(world, ids[0])
    assert [name for _, name in texts(sink)] == message_ids(*ids)
    assert {row.state for row in all_rows()} == {"accepted"}
    assert sink.connections == 4


def test_two_workers_share_an_account_without_sending_twice(world: World, sink: SmtpSink) -> None:
    ids = [reply(another_ticket(world)) for _ in range(12)]
    assert at_once(*[lambda: hand_over(world, ids[0])] * 3) == [None] * 3
    work_off(world)
    assert sorted(name for _, name in texts(sink)) == sorted(message_ids(*ids))


def test_each_mailbox_sends_through_its_own_server(world: World, sink: SmtpSink) -> None:
    second = SmtpSink().start()
    try:
        sales = another_mailbox(world, smtp_port=second.port)
        ours, theirs = reply(world), reply(sales)
        for message_id in tick():
            hand_over(world, message_id)
        assert [[one.sender for one in each.accepted] for each in (sink, second)] == [
            ["support@orbit.example"],
            ["sales@orbit.example"],
        ]
        assert [delivery(ours), delivery(theirs)] == ["accepted", "accepted"]
    finally:
        second.stop()


def test_a_letter_leaves_by_the_mailbox_it_was_written_for_also_after_its_ticket_was_merged(
    world: World, sink: SmtpSink
) -> None:
    second = SmtpSink().start()
    try:
        sales = another_mailbox(world, smtp_port=second.port)
        set_mailbox(sales, reply_subaddress=True)
        message_id = reply(world)
        with db.transaction() as session:
            merge(session, world.ticket, sales.ticket, by=session.get_one(Agent, world.ben), now=db.now())
        assert tick() == [message_id]
        hand_over(world, message_id)
        assert ([one.sender for one in sink.accepted], second.accepted) == (["support@orbit.example"], [])
        assert sink.accepted[0].mail["Reply-To"] is None, "that is a setting of the other mailbox"
    finally:
        second.stop()


def test_a_hanging_server_takes_two_workers_and_not_a_third(world: World, sink: SmtpSink) -> None:
    ids = [reply(another_ticket(world)) for _ in range(4)]
    with db.transaction() as session:
        for message_id in ids[:2]:
            assert states.claim(session, message_id, db.now(), seconds=60)
        taken = turns.take(session, world.mailbox, db.now(), since=db.now(), seconds=60)
        assert taken is None
        later = db.now() + timedelta(seconds=61)  # their workers died
        assert turns.take(session, world.mailbox, later, since=later, seconds=60) is not None
