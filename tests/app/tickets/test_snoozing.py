"""A ticket put aside comes back at its time, once, and at once when the customer writes."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.accounts.models import Agent
from app.customers import service as customers
from app.errors import InvalidInput
from app.mailboxes.models import Mailbox
from app.tickets import merging, service, snoozing
from app.tickets.filing import IncomingLetter, file_letter, open_ticket
from app.tickets.models import Event, Status, Ticket
from app.tickets.snooze_times import moment_of, moments, read_moment

NOW = datetime(2026, 11, 20, 10, 20, tzinfo=UTC)  # a Friday
BERLIN = ZoneInfo("Europe/Berlin")


def mailbox_of(session: Session) -> Mailbox:
    found = session.scalar(sa.select(Mailbox))
    if found is None:
        found = Mailbox(address="support@help.example", created_at=NOW)
        session.add(found)
        session.flush()
    return found


def letter(session: Session, ticket: Ticket | None = None, *, at: datetime = NOW, **more: object) -> Ticket:
    card = customers.find_or_create(session, "olga@buyer.example", "Olga", now=NOW)
    values: dict[str, object] = {
        "raw_mail_id": None, "mailbox_id": mailbox_of(session).id, "sender_name": "Olga",
        "sender_email": "olga@buyer.example", "subject": "My order", "visible": "Hello", "folded": "",
        "signature": "", "html": None, "language": "en", "arrived_at": at, **more,
    }  # fmt: skip
    written = IncomingLetter(**values)  # type: ignore[arg-type]
    ticket = ticket or open_ticket(session, written, card, now=at)
    file_letter(session, ticket, written, card, wakes=True, now=at)
    return ticket


def events(session: Session, ticket: Ticket) -> list[str]:
    return list(session.scalars(sa.select(Event.kind).where(Event.ticket_id == ticket.id).order_by(Event.id)))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        # Friday 11:20 in Berlin, winter time.
        (NOW, {"later": "2026-11-20T14:00", "tomorrow": "2026-11-21T08:00", "monday": "2026-11-23T08:00",
               "week": "2026-11-27T08:00"}),
        # Friday 22:00: nothing is later today any more.
        (NOW.replace(hour=21, minute=0), {"tomorrow": "2026-11-21T08:00", "monday": "2026-11-23T08:00",
                                          "week": "2026-11-27T08:00"}),
        # Sunday: tomorrow is Monday, and is offered once. Monday: the next Monday is next week.
        (NOW + timedelta(days=2), {"later": "2026-11-22T14:00", "tomorrow": "2026-11-23T08:00",
                                   "week": "2026-11-29T08:00"}),
        (NOW + timedelta(days=3), {"later": "2026-11-23T14:00", "tomorrow": "2026-11-24T08:00",
                                   "monday": "2026-11-30T08:00"}),
        # The night in which clocks go forward: nine o'clock stays nine o'clock.
        (datetime(2027, 3, 27, 12, 0, tzinfo=UTC), {"later": "2027-03-27T15:00", "tomorrow": "2027-03-28T07:00",
                                                    "monday": "2027-03-29T07:00", "week": "2027-04-03T07:00"}),
    ],
)  # fmt: skip
def test_the_moments_offered_are_those_of_the_agents_own_clock(
    now: datetime, expected: dict[str, str]
) -> None:
    found = {moment.name: moment.at.strftime("%Y-%m-%dT%H:%M") for moment in moments(now, BERLIN)}
    assert found == expected
    assert {name: moment_of(name, now, BERLIN).strftime("%Y-%m-%dT%H:%M") for name in expected} == expected


def test_a_typed_moment_is_local_and_a_date_alone_means_the_morning() -> None:
    assert read_moment("2026-12-01T17:45", BERLIN) == datetime(2026, 12, 1, 16, 45, tzinfo=UTC)
    assert read_moment("2026-12-01", BERLIN) == datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
    for nonsense in ("", "soon", "2026-13-01T10:00", "0001-01-01T00:00"):
        with pytest.raises(InvalidInput):
            read_moment(nonsense, BERLIN)


def test_snoozed_it_waits_and_wakes_at_its_time_on_top(session: Session) -> None:
    ticket = letter(session)
    since = ticket.waiting_since
    until = NOW + timedelta(hours=3)
    assert snoozing.snooze(session, ticket, until, by=None, now=NOW)
    assert not snoozing.snooze(session, ticket, until, by=None, now=NOW)
    assert (ticket.status, ticket.snoozed_until, ticket.waiting_since) == ("snoozed", until, since)
    assert snoozing.wake_due(session, until - timedelta(seconds=1)) == []
    newer = letter(session, at=NOW + timedelta(hours=1))
    assert snoozing.wake_due(session, until) == [ticket.id]
    assert (ticket.status, ticket.snoozed_until, ticket.waiting_since) == ("open", None, since)
    assert ticket.last_message_at > newer.last_message_at
    assert events(session, ticket) == ["snoozed", "woken"]
    assert snoozing.wake_due(session, until) == []


def test_a_letter_of_the_customer_wakes_it_at_once(session: Session) -> None:
    ticket = letter(session)
    snoozing.snooze(session, ticket, NOW + timedelta(days=3), by=None, now=NOW)
    letter(session, ticket, at=NOW + timedelta(hours=1))
    assert (ticket.status, ticket.snoozed_until) == ("open", None)
    assert events(session, ticket)[-1] == "reopened"
    assert snoozing.wake_due(session, NOW + timedelta(days=4)) == []


def test_any_other_status_ends_the_snooze(session: Session) -> None:
    ticket = letter(session)
    snoozing.snooze(session, ticket, NOW + timedelta(days=3), by=None, now=NOW)
    service.set_status(session, ticket, "closed", by=None, now=NOW)
    assert (ticket.status, ticket.snoozed_until) == ("closed", None)
    assert snoozing.wake_due(session, NOW + timedelta(days=4)) == []
    snoozing.snooze(session, ticket, NOW + timedelta(days=1), by=None, now=NOW)
    assert (ticket.status, ticket.closed_at) == ("snoozed", None)


def test_a_time_that_is_over_or_never_comes_is_refused(session: Session) -> None:
    ticket = letter(session)
    for until in (NOW, NOW - timedelta(days=1), NOW + timedelta(days=3000)):
        with pytest.raises(InvalidInput):
            snoozing.snooze(session, ticket, until, by=None, now=NOW)
    ticket.status = Status.SPAM
    session.flush()
    with pytest.raises(InvalidInput):
        snoozing.snooze(session, ticket, NOW + timedelta(days=1), by=None, now=NOW)


@pytest.mark.usefixtures("database")
def test_two_schedulers_at_once_wake_each_ticket_once() -> None:
    until = NOW + timedelta(hours=1)
    with db.transaction() as session:
        session.add(Agent(email="nora@help.example", name="Nora", created_at=NOW))
        tickets = [letter(session).id for _ in range(12)]
        for ticket_id in tickets:
            snoozing.snooze(session, session.get_one(Ticket, ticket_id), until, by=None, now=NOW)
    begin = threading.Barrier(4)
    woken: list[int] = []

    def tick() -> None:
        begin.wait()
        with db.transaction() as session:
            woken.extend(snoozing.wake_due(session, until))

    threads = [threading.Thread(target=tick) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(woken) == sorted(tickets)
    with db.reading() as session:
        lines = session.scalar(sa.select(sa.func.count()).where(Event.kind == "woken"))
        still = session.scalar(sa.select(sa.func.count()).where(Ticket.status == "snoozed"))
    assert (lines, still) == (12, 0)


@pytest.mark.usefixtures("database")
def test_the_question_of_the_clock_is_answered_by_its_index() -> None:
    asked: list[str] = []
    with db.reading() as session:
        postgres = session.get_bind().dialect.name == "postgresql"
        if postgres:
            session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        sa.event.listen(db.engine(), "before_cursor_execute", lambda *given: asked.append(given[2]))
        assert not snoozing.has_due(session, NOW)
        explain = "EXPLAIN " if postgres else "EXPLAIN QUERY PLAN "
        values = {"snoozed_until_1": NOW, "param_1": 1} if postgres else (NOW.replace(tzinfo=None), 1, 0)
        plan = session.connection().exec_driver_sql(explain + asked[-1], values)
        assert "ix_tickets_snoozed_until" in str(plan.all())


def test_taken_out_of_a_merge_it_sleeps_on_until_its_time(session: Session) -> None:
    nora = Agent(email="nora@help.example", name="Nora", created_at=NOW)
    session.add(nora)
    first, second = letter(session), letter(session)
    until = NOW + timedelta(days=2)
    snoozing.snooze(session, first, until, by=nora, now=NOW)
    session.flush()
    merging.merge(session, first.id, second.id, by=nora, now=NOW)
    assert (first.status, first.snoozed_until) == ("closed", None)
    merging.unmerge(session, first.id, by=nora, now=NOW)
    assert (first.status, first.snoozed_until) == ("snoozed", until)
    merging.merge(session, first.id, second.id, by=nora, now=NOW)
    merging.unmerge(session, first.id, by=nora, now=until)
    assert (first.status, first.snoozed_until) == ("open", None)
