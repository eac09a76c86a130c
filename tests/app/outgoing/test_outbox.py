"""The whole protocol of the outbox over a real SMTP server: order, pace, one connection for many, clocks and races."""

from __future__ import annotations

import asyncio
import threading
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.mailboxes.models import Mailbox
from app.outgoing import deliver, door, service, states, turns
from app.outgoing.models import Outbox
from app.tickets import service as tickets
from app.tickets.merging import merge
from app.tickets.models import Event, Message, Status, Ticket
from tests.app.outgoing.conftest import NOW, World
from tests.app.outgoing.test_at_once import at_once
from tests.app.outgoing.test_deliver import delivery, hand_over, reply, rows, sink
from tests.support.smtp_sink import SmtpSink
from tests.support.waiting import wait_until

__all__ = ["sink"]

OLGA, IGOR, ANNA = "olga@client.example", "igor@client.example", "anna@client.example"


class Clock:
    """The clock of the shell, which a test sets."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **more: float) -> None:
        self.at += timedelta(**more)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(db, "now", made)
    return made


def tick() -> list[int]:
    """What the scheduler does every few seconds; the messages it rings for."""
    with db.transaction() as session:
        return service.sweep(session, db.now())


def work_off(world: World) -> None:
    for message_id in tick():
        hand_over(world, message_id)


def events(kind: str) -> list[Event]:
    with db.reading() as session:
        return list(session.scalars(sa.select(Event).where(Event.kind == kind).order_by(Event.id)))


def texts(sink: SmtpSink) -> list[tuple[str, str]]:
    return [(one.recipients[0], str(one.mail["Message-ID"])) for one in sink.accepted]


def message_ids(*ids: int) -> list[str]:
    with db.reading() as session:
        return [f"<{session.get_one(Message, one).rfc_message_id}>" for one in ids]


def another_ticket(world: World, mailbox_id: int | None = None) -> World:
    """The same people, another ticket; of another mailbox if that is given."""
    with db.transaction() as session:
        old = session.get_one(Ticket, world.ticket)
        ticket = Ticket(
            mailbox_id=mailbox_id or old.mailbox_id,
            customer_id=old.customer_id,
            subject="Another matter",
            opened_at=NOW,
            last_message_at=NOW,
        )
        session.add(ticket)
        session.flush()
        return World(ticket.mailbox_id, world.ben, world.vera, ticket.id, world.letter, world.settings)


def another_mailbox(world: World, **more: object) -> World:
    with db.transaction() as session:
        old = session.get_one(Mailbox, world.mailbox)
        values = {
            name: getattr(old, name) for name in ("smtp_host", "smtp_port", "smtp_security", "smtp_user")
        }
        mailbox = Mailbox(
            address="sales@orbit.example",
            created_at=NOW,
            smtp_password=old.smtp_password,
            **{**values, **more},
        )
        session.add(mailbox)
        session.flush()
        mailbox_id = mailbox.id
    return another_ticket(world, mailbox_id)


def set_mailbox(world: World, **values: object) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).where(Mailbox.id == world.mailbox).values(**values))


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


def all_rows() -> list[Outbox]:
    with db.reading() as session:
        return list(session.scalars(sa.select(Outbox).order_by(Outbox.id)))


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
        worker.join(20)
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
    failing.join(20)
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
