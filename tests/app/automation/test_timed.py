"""Rules about time: due by the wall or by business hours, once for each moment of a ticket, found wherever they wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app import db
from app.automation import rules, timed, triggers
from app.automation.conditions import Condition
from app.automation.models import Rule
from app.automation.rulebook import as_active
from app.tasks import calendars
from app.tasks.calendars import CalendarForm
from app.tickets import service
from app.tickets.models import Status, Ticket
from tests.app.automation.conftest import NOW, Desk

HOUR = timedelta(hours=1)
OPEN = (Condition("status", "is", ("open",)),)


def step(desk: Desk, now: datetime) -> list[int]:
    with db.transaction() as session:
        return timed.step(session, now=now, settings=desk.settings)


def test_it_acts_when_the_hours_are_over_and_once(desk: Desk) -> None:
    desk.rule("Late", "time", ("add_tags", "late"), conditions=OPEN, since="waiting", hours=2, at=NOW - HOUR)
    ticket = desk.ticket(at=NOW)
    step(desk, NOW + 2 * HOUR - timedelta(seconds=1))
    assert desk.tags(ticket) == []
    step(desk, NOW + 2 * HOUR)
    assert desk.tags(ticket) == ["late"]
    for hours in (3, 30, 300):
        step(desk, NOW + hours * HOUR)
    assert len(desk.log()) == 1


def test_a_new_wait_arms_it_again(desk: Desk, change: Callable[..., None]) -> None:
    desk.rule("Late", "time", ("note", "Hurry"), conditions=OPEN, since="waiting", hours=2, at=NOW - HOUR)
    ticket = desk.ticket(at=NOW)
    step(desk, NOW + 2 * HOUR)

    def answered_and_asked_again(_session: object, one: Ticket) -> None:
        one.waiting_since = NOW + 5 * HOUR

    change(ticket, answered_and_asked_again)
    step(desk, NOW + 6 * HOUR)
    assert len(desk.log()) == 1
    step(desk, NOW + 7 * HOUR)
    assert len(desk.log()) == 2


def test_business_hours_do_not_run_at_night_and_on_holidays(desk: Desk) -> None:
    with db.transaction() as session:
        week = ["9:00-18:00"] * 5 + ["", ""]
        made = calendars.make_calendar(session, CalendarForm("Moscow", "Europe/Moscow", week), now=NOW)
        calendars.add_holidays(session, made, calendars.read_lines("2026-11-24 A day off"))
    friday = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)  # 17:00 in Moscow
    desk.rule("Late", "time", ("add_tags", "late"), since="waiting", hours=2, business=True, at=friday)
    first = desk.ticket(at=friday)
    second = desk.ticket(at=datetime(2026, 11, 23, 14, 30, tzinfo=UTC))  # Monday 17:30
    step(desk, datetime(2026, 11, 23, 6, 59, tzinfo=UTC))  # Monday 9:59
    assert desk.tags(first) == []
    step(desk, datetime(2026, 11, 23, 7, 0, tzinfo=UTC))
    assert desk.tags(first) == ["late"]
    step(desk, datetime(2026, 11, 25, 7, 29, tzinfo=UTC))  # Wednesday 10:29: Tuesday was off
    assert desk.tags(second) == []
    step(desk, datetime(2026, 11, 25, 7, 30, tzinfo=UTC))
    assert desk.tags(second) == ["late"]


@pytest.mark.parametrize(("backlog", "found"), [(False, []), (True, ["late"])])
def test_what_was_due_before_it_was_switched_on_is_left_alone_unless_wanted(
    desk: Desk, backlog: bool, found: list[str]
) -> None:
    old, fresh = desk.ticket(at=NOW - 5 * HOUR), desk.ticket(at=NOW - HOUR)
    desk.rule("Late", "time", ("add_tags", "late"), since="waiting", hours=2, backlog=backlog, at=NOW)
    step(desk, NOW + 2 * HOUR)
    assert desk.tags(old) == found
    assert desk.tags(fresh) == ["late"]


def test_a_ticket_that_meets_the_conditions_only_later_is_found(
    desk: Desk, change: Callable[..., None]
) -> None:
    desk.rule(
        "Late", "time", ("add_tags", "late"), conditions=(Condition("assignee", "is", ("none",)), Condition("tags", "has", ("vip",))),
        since="opened", hours=2, at=NOW - HOUR,
    )  # fmt: skip
    ticket = desk.ticket(at=NOW)
    step(desk, NOW + 3 * HOUR)
    assert desk.tags(ticket) == []
    change(ticket, lambda session, one: service.set_tags(session, one, ["vip"], by=None, now=NOW))
    step(desk, NOW + 9 * HOUR)
    assert desk.tags(ticket) == ["late", "vip"]


def test_a_walk_in_stretches_finds_everybody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timed, "TOGETHER", 3)
    desk.rule(
        "Late",
        "time",
        ("add_tags", "late"),
        conditions=(Condition("subject", "is", ("yes",)),),
        since="waiting",
        hours=1,
        at=NOW,
    )
    tickets = [
        desk.ticket("no" if number % 3 else "yes", at=NOW + timedelta(seconds=number // 2))
        for number in range(11)
    ]
    for _ in range(5):
        step(desk, NOW + 2 * HOUR)
    assert [desk.tags(ticket) for ticket in tickets] == [["late"] if n % 3 == 0 else [] for n in range(11)]
    assert len(desk.log()) == 4


def test_two_rules_that_undo_each_other_by_the_clock_end(desk: Desk, change: Callable[..., None]) -> None:
    desk.rule(
        "Reopen",
        "time",
        ("status", "open"),
        conditions=(Condition("status", "is", ("closed",)),),
        since="closed",
        hours=1,
        at=NOW,
    )
    desk.rule("Close", "time", ("status", "closed"), conditions=OPEN, since="waiting", hours=1, at=NOW)
    ticket = desk.ticket(at=NOW)
    for minutes in range(0, 60 * 24, 60):
        step(desk, NOW + timedelta(minutes=minutes))
    assert [row.name for row in desk.log()] == ["Close", "Reopen"]
    assert desk.get(ticket).status == Status.OPEN


def test_status_rules_and_time_rules_do_not_chase_each_other(desk: Desk) -> None:
    desk.rule("Close", "time", ("status", "closed"), conditions=OPEN, since="waiting", hours=1, at=NOW)
    desk.rule("Open", "status", ("status", "open"), conditions=(Condition("status", "is", ("closed",)),))
    desk.ticket(at=NOW)
    for minutes in range(0, 60 * 12, 60):
        now = NOW + timedelta(minutes=minutes)
        step(desk, now)
        with db.transaction() as session:
            triggers.catch_up(session, now=max(now, db.now()), settings=desk.settings)
    assert len(desk.log()) <= 4


def test_a_crash_in_the_middle_does_nothing_twice(desk: Desk) -> None:
    desk.rule("Late", "time", ("note", "Late"), since="waiting", hours=1, at=NOW)
    ticket = desk.ticket(at=NOW)

    def and_die() -> None:
        with db.transaction() as session:
            timed.step(session, now=NOW + HOUR, settings=desk.settings)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        and_die()
    step(desk, NOW + HOUR)
    step(desk, NOW + HOUR)
    assert desk.get(ticket).message_count == 2


def test_merged_tickets_spam_and_trash_are_nobody_s_business(desk: Desk, change: Callable[..., None]) -> None:
    desk.rule("Late", "time", ("add_tags", "late"), since="opened", hours=1, at=NOW)
    ticket = desk.ticket(at=NOW)
    change(ticket, lambda session, one: service.set_status(session, one, Status.SPAM, by=None, now=NOW))
    step(desk, NOW + 2 * HOUR)
    assert desk.log() == []


def test_the_walk_uses_an_index(desk: Desk) -> None:
    rule = desk.rule("Late", "time", ("add_tags", "late"), since="opened", hours=1, at=NOW)
    with db.reading() as session:
        if session.get_bind().dialect.name != "sqlite":
            pytest.skip("the plan of an empty table says nothing there")
        active = as_active(session.get_one(Rule, rule))
        cutoff = timed._Cutoff((desk.mailbox_id,), NOW)
        for since, column in timed.SINCE.items():
            query = timed._due(active, column, cutoff, Status.OPEN, (None, 0))
            compiled = query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
            plan = " ".join(row[3] for row in session.execute(sa.text(f"EXPLAIN QUERY PLAN {compiled}")))
            assert "SCAN tickets" not in plan, since
    assert rules
