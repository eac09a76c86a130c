"""Promises on real tickets: which one a ticket has, what is told when, and what stays of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent, Role
from app.automation.conditions import Condition, Group
from app.customers.models import Customer
from app.customers.service import find_or_create
from app.errors import InvalidInput
from app.levels import alarms, keeping, report
from app.levels import service as levels
from app.levels.models import LevelClock
from app.levels.service import LevelForm
from app.mailboxes.models import Mailbox
from app.settings import Settings
from app.tickets import service
from app.tickets.filing import IncomingLetter, file_letter, open_ticket
from app.tickets.models import Delivery, Event, Kind, Message, Priority, Ticket
from app.tickets.priorities import set_priority
from app.together import telling
from app.together.models import Notice

NOW = datetime.fromisoformat("2026-11-23T09:00:00+00:00")
HOUR = timedelta(hours=1)
QUICK = {"normal": {"first": 60, "next": 120, "solved": 600}, "urgent": {"first": 15}}


class Work:
    """A mailbox with an agent and a lead, a customer, and a clock that the test turns."""

    def __init__(self, session: Session, settings: Settings) -> None:
        self.session, self.settings, self.now = session, settings, NOW
        self.mailbox = Mailbox(address="support@help.example", name="Support", created_at=NOW)
        self.nora = Agent(email="nora@help.example", name="Nora", role=Role.AGENT, created_at=NOW)
        self.lena = Agent(email="lena@help.example", name="Lena", role=Role.LEAD, created_at=NOW)
        session.add_all([self.mailbox, self.nora, self.lena])
        session.flush()

    def level(self, name: str = "Everybody", **more: Any) -> Any:
        values = {"targets": QUICK, "business": False, **more}
        return levels.make(self.session, LevelForm(name, **values), now=self.now)

    def letter(self, ticket: Ticket | None = None, sender: str = "olga@buyer.example") -> Ticket:
        values = IncomingLetter(
            raw_mail_id=None, mailbox_id=self.mailbox.id, sender_name="Olga", sender_email=sender,
            subject="Order", visible="Where is it?", folded="", signature="", html=None, language="en",
            arrived_at=self.now, to=(("", self.mailbox.address),),
        )  # fmt: skip
        customer = find_or_create(self.session, sender, "Olga", now=self.now)
        ticket = ticket or open_ticket(self.session, values, customer, now=self.now)
        file_letter(self.session, ticket, values, customer, wakes=True, now=self.now)
        return ticket

    def reply(self, ticket: Ticket, then: str = "") -> Message:
        message = Message(
            ticket_id=ticket.id, kind=Kind.OUTGOING, author_id=self.nora.id, sender_name="Nora",
            sender_email=self.mailbox.address, subject="Re: Order", visible="There.", arrived_at=self.now,
            delivery=Delivery.ACCEPTED,
        )  # fmt: skip
        service.add_message(self.session, ticket, message, now=self.now)
        ticket.waiting_since = None
        if then:
            service.set_status(self.session, ticket, then, by=self.nora, now=self.now)
        return message

    def pass_time(self, span: timedelta) -> None:
        self.now += span
        self.keep()

    def keep(self) -> None:
        """What the clock process does every other second."""
        while keeping.step(self.session, self.settings, now=self.now):
            pass
        while alarms.step(self.session, now=self.now):
            pass
        telling.tell(self.session, now=self.now)

    def told(self, agent: Agent) -> list[str]:
        rows = self.session.scalars(sa.select(Notice).where(Notice.agent_id == agent.id).order_by(Notice.id))
        return [f"{row.kind}:{row.detail.get('how', '')}" for row in rows if row.kind == "due"]

    def happened(self, ticket: Ticket) -> list[str]:
        query = sa.select(Event.kind).where(Event.ticket_id == ticket.id).order_by(Event.id)
        return [kind for kind in self.session.scalars(query) if kind in ("due_soon", "late")]

    def clocks(self, ticket: Ticket) -> dict[str, LevelClock]:
        query = sa.select(LevelClock).where(LevelClock.ticket_id == ticket.id)
        return {row.kind: row for row in self.session.scalars(query.order_by(LevelClock.started_at))}


@pytest.fixture
def work(session: Session, installation: Settings) -> Work:
    return Work(session, installation)


def test_a_letter_says_until_when_and_a_reply_in_time_keeps_the_promise(work: Work) -> None:
    work.level()
    ticket = work.letter()
    work.keep()
    assert (ticket.due_at, ticket.due_kind) == (NOW + HOUR, "first")
    work.pass_time(HOUR / 2)
    work.reply(ticket, then="waiting")
    work.keep()
    assert (ticket.due_at, ticket.due_kind) == (None, "")
    clocks = work.clocks(ticket)
    assert clocks["first"].stopped_at is not None and not clocks["first"].broken
    assert clocks["solved"].due_at is None and clocks["solved"].spent_seconds == 1800
    kept = report.kept(work.session, NOW, NOW + timedelta(days=1), now=work.now)
    assert [(one.kind, one.kept, one.broken, one.late) for one in kept] == [("first", 1, 0, 0)]


def test_whoever_has_the_ticket_is_told_before_and_the_lead_after_and_each_once(work: Work) -> None:
    work.level(warn_minutes=20, escalate_urgent=True)
    ticket = work.letter()
    service.assign(work.session, ticket, work.nora.id, by=work.lena, now=work.now)
    work.pass_time(timedelta(minutes=39))
    assert work.happened(ticket) == []
    work.pass_time(timedelta(minutes=1))
    assert work.happened(ticket) == ["due_soon"]
    assert work.told(work.nora) == ["due:due_soon"] and work.told(work.lena) == []
    work.pass_time(timedelta(minutes=25))
    work.keep()
    assert work.happened(ticket) == ["due_soon", "late"]
    assert work.told(work.lena) == ["due:late"]
    assert ticket.priority == Priority.URGENT
    assert work.clocks(ticket)["first"].broken
    # The promise was 60 minutes when it was made; urgent ones have 15 and are late all the same.
    work.reply(ticket)
    work.pass_time(timedelta(minutes=1))
    kept = report.kept(work.session, NOW, NOW + timedelta(days=1), now=work.now)
    assert {one.kind: (one.kept, one.broken, one.late) for one in kept}["first"] == (0, 1, 0)


def test_nobody_is_told_of_what_was_late_before_anything_was_promised(work: Work) -> None:
    old = work.letter()
    answered = work.letter(sender="anna@buyer.example")
    work.reply(answered, then="closed")
    work.now += timedelta(days=3)
    work.level()
    work.keep()
    assert old.due_at == NOW + HOUR
    assert work.happened(old) == [] and work.told(work.lena) == []
    # What ended before counts for nothing.
    assert work.clocks(answered) == {}


def test_the_first_level_that_fits_counts_and_a_segment_is_a_condition(work: Work) -> None:
    vip = Group(items=(Condition("sender_domain", "is", ("gold.example",)),))
    work.level("Gold", group=vip, targets={"normal": {"first": 10}})
    work.level("Everybody")
    gold, usual = work.letter(sender="gina@gold.example"), work.letter()
    work.keep()
    assert (gold.due_at, usual.due_at) == (NOW + timedelta(minutes=10), NOW + HOUR)
    level = levels.all_levels(work.session)[0]
    levels.set_active(work.session, level, False, now=work.now)
    work.keep()
    assert gold.due_at == NOW + HOUR
    levels.move(work.session, levels.all_levels(work.session)[1], -1)
    levels.set_active(work.session, level, True, now=work.now)
    work.keep()
    assert [one.name for one in levels.all_levels(work.session)] == ["Everybody", "Gold"]
    assert gold.due_at == NOW + HOUR


def test_priority_changes_what_is_promised_and_mailboxes_limit_it(work: Work) -> None:
    work.level(mailbox_ids=[work.mailbox.id])
    ticket = work.letter()
    work.keep()
    set_priority(work.session, ticket, Priority.URGENT, by=work.nora, now=work.now)
    work.keep()
    assert ticket.due_at == NOW + timedelta(minutes=15)
    other = Mailbox(address="sales@help.example", created_at=NOW)
    work.session.add(other)
    work.session.flush()
    levels.edit(
        work.session, levels.all_levels(work.session)[0],
        LevelForm("Everybody", QUICK, mailbox_ids=[other.id], business=False), now=work.now,
    )  # fmt: skip
    work.keep()
    assert ticket.due_at is None and work.clocks(ticket) == {}


def test_a_reply_that_reached_nobody_keeps_no_promise(work: Work) -> None:
    work.level()
    ticket = work.letter()
    work.pass_time(HOUR / 2)
    message = work.reply(ticket)
    message.delivery = Delivery.FAILED
    service.changed(work.session, ticket.id, "delivery", work.now)
    work.keep()
    assert (ticket.due_at, ticket.due_kind) == (NOW + HOUR, "first")


def test_spam_and_merged_tickets_promise_nothing(work: Work) -> None:
    work.level()
    ticket = work.letter()
    work.keep()
    service.set_status(work.session, ticket, "spam", by=work.nora, now=work.now)
    work.keep()
    assert ticket.due_at is None and work.clocks(ticket) == {}


def test_looking_twice_changes_nothing_and_all_is_made_again_from_the_tickets(work: Work) -> None:
    work.level()
    tickets = [work.letter(sender=f"buyer{n}@buyer.example") for n in range(3)]
    work.pass_time(HOUR / 3)
    work.reply(tickets[0], then="waiting")
    work.pass_time(HOUR)

    def rows() -> list[tuple[object, ...]]:
        table = LevelClock.__table__
        columns = [one for one in table.c if one.name not in ("warned_at", "escalated_at")]
        return [tuple(row) for row in work.session.execute(sa.select(*columns).order_by(*table.primary_key))]

    before = rows()
    for _ in range(2):
        work.keep()
    assert rows() == before and len(before) == 6
    running = LevelClock.stopped_at.is_(None)
    work.session.execute(sa.delete(LevelClock).where(running).execution_options(synchronize_session="fetch"))
    keeping.keep(work.session, [one.id for one in tickets], work.settings, now=work.now)
    assert rows() == before


def test_a_level_whose_client_is_changed_is_found_within_the_hour(work: Work) -> None:
    has_name = Group(items=(Condition("customer_language", "is", ("ru",)),))
    work.level(group=has_name)
    ticket = work.letter()
    work.keep()
    assert ticket.due_at is None
    work.session.get_one(Customer, ticket.customer_id).language = "ru"
    work.session.flush()
    work.pass_time(HOUR + timedelta(seconds=1))
    assert ticket.due_at == NOW + HOUR


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (LevelForm(" ", QUICK), "name"),
        (LevelForm("x" * 81, QUICK), "name"),
        (LevelForm("Everybody", QUICK), "name"),
        (LevelForm("None", {}), "normal.first"),
        (LevelForm("Long", {"high": {"next": 10**6}}), "high.next"),
        (LevelForm("Warn", QUICK, warn_minutes=10**5), "warn"),
        (LevelForm("Team", QUICK, escalate_team_id=404), "team"),
        (LevelForm("If", QUICK, Group(items=(Condition("subject", "contains", ()),))), "c0"),
    ],
)
def test_what_makes_no_promise_is_said_at_its_field(work: Work, form: LevelForm, field: str) -> None:
    work.level()
    with pytest.raises(InvalidInput) as error:
        levels.make(work.session, form, now=NOW)
    assert error.value.field == field
    assert len(levels.all_levels(work.session)) == 1


def test_nothing_is_done_where_nothing_was_ever_promised(work: Work) -> None:
    work.letter()
    assert not keeping.is_due(work.session, now=work.now)
    assert not alarms.has_due(work.session, now=work.now)
    work.level()
    assert keeping.is_due(work.session, now=work.now)
    work.keep()
    # What it wrote itself is looked at once more, and then there is peace.
    work.keep()
    assert not keeping.is_due(work.session, now=work.now)
