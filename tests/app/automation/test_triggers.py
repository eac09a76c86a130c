"""Rules about what agents do: written down with it, asked a moment later, once, and never in circles."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Role
from app.automation import rules, triggers
from app.automation.conditions import Condition
from app.automation.models import Rule, RuleTrigger
from app.automation.rulebook import as_active
from app.outgoing.service import Reply, release_due, undo, write_reply
from app.tickets import service, snoozing
from app.tickets.models import Status, Ticket
from app.together.models import Notice
from app.together.wording import Line, sentence
from tests.app.automation.conftest import Desk
from tests.support.web import add_agent

Change = Callable[..., None]


def ask(desk: Desk, *, later: timedelta = timedelta(minutes=1)) -> list[int]:
    with db.transaction() as session:
        return triggers.catch_up(session, now=db.now() + later, settings=desk.settings)


def close(session: object, ticket: Ticket) -> None:
    service.set_status(session, ticket, Status.CLOSED, by=None, now=db.now())  # type: ignore[arg-type]


def waiting() -> int:
    with db.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(RuleTrigger)) or 0


def test_a_status_that_changes_is_answered(desk: Desk, change: Change) -> None:
    desk.rule(
        "Done", "status", ("add_tags", "done"),
        conditions=(Condition("status", "is", ("closed",)), Condition("status_before", "is", ("open",))),
    )  # fmt: skip
    ticket = desk.ticket()
    change(ticket, close)
    assert desk.tags(ticket) == []
    ask(desk)
    assert desk.tags(ticket) == ["done"]
    (row,) = desk.log()
    assert (row.name, row.trigger, row.ticket_id, row.failure) == ("Done", "status", ticket, "")
    assert [(one["field"], one["found"], one["met"]) for one in row.why] == [
        ("status", "closed", True),
        ("status_before", "open", True),
    ]
    assert row.done == [{"do": "add_tags", "before": [], "after": ["done"]}]
    assert [event.detail["name"] for event in desk.events(ticket, "rule")] == ["Done"]
    assert waiting() == 0


def test_snoozing_and_waking_are_changes_too(desk: Desk, change: Change) -> None:
    desk.rule(
        "Asleep", "status", ("add_tags", "slept"), conditions=(Condition("status", "is", ("snoozed",)),)
    )
    ticket = desk.ticket()
    until = db.now() + timedelta(days=1)
    change(ticket, lambda session, one: snoozing.snooze(session, one, until, by=None, now=db.now()))
    ask(desk)
    assert desk.tags(ticket) == ["slept"]


def test_nothing_is_written_down_while_no_rule_wants_it(desk: Desk, change: Change) -> None:
    desk.rule("Off", "status", ("add_tags", "x"), active=False)
    change(desk.ticket(), close)
    assert waiting() == 0


def test_what_was_taken_back_never_happened(desk: Desk) -> None:
    desk.rule("Done", "status", ("add_tags", "done"))
    ticket = desk.ticket()

    def and_fail() -> None:
        with db.transaction() as session:
            close(session, session.get_one(Ticket, ticket))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        and_fail()
    assert waiting() == 0


def test_a_crash_between_asking_and_committing_asks_again(desk: Desk, change: Change) -> None:
    desk.rule("Done", "status", ("add_tags", "done"), ("note", "Closed #{{ticket.number}}"))
    ticket = desk.ticket()
    change(ticket, close)

    def and_die() -> None:
        with db.transaction() as session:
            triggers.catch_up(session, now=db.now(), settings=desk.settings)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        and_die()
    assert (desk.tags(ticket), len(desk.log()), waiting()) == ([], 0, 1)
    ask(desk)
    ask(desk)
    assert (desk.tags(ticket), len(desk.log()), waiting()) == (["done"], 1, 0)
    assert desk.get(ticket).message_count == 2


def test_two_rules_that_undo_each_other_end(desk: Desk, change: Change) -> None:
    desk.rule("Open", "status", ("status", "open"), conditions=(Condition("status", "is", ("closed",)),))
    desk.rule("Close", "status", ("status", "closed"), conditions=(Condition("status", "is", ("open",)),))
    ticket = desk.ticket()
    change(ticket, close)
    rounds = 0
    while waiting():
        ask(desk)
        rounds += 1
        assert rounds < 10
    assert [row.name for row in desk.log()] == ["Open", "Close"]
    assert desk.get(ticket).status == Status.CLOSED


def test_a_chain_of_rules_has_an_end_even_when_each_is_another(desk: Desk, change: Change) -> None:
    for number in range(9):
        desk.rule(f"Rule {number}", "status", ("status", "open" if number % 2 == 0 else "closed"))
    ticket = desk.ticket()
    change(ticket, close)
    for _ in range(12):
        ask(desk)
    assert waiting() == 0
    assert max(len(row.chain) for row in desk.log()) == 5


def test_rules_run_in_their_order_and_one_can_stop_the_rest(desk: Desk, change: Change) -> None:
    desk.rule("First", "status", ("add_tags", "a"))
    second = desk.rule("Second", "status", ("add_tags", "b"), ("stop",))
    desk.rule("Third", "status", ("add_tags", "c"))
    ticket = desk.ticket()
    change(ticket, close)
    ask(desk)
    assert desk.tags(ticket) == ["a", "b"]
    with db.transaction() as session:
        rules.move(session, session.get_one(Rule, second), -1)
    other = desk.ticket()
    change(other, close)
    ask(desk)
    assert desk.tags(other) == ["b"]


def test_a_reply_counts_once_it_can_not_be_taken_back(desk: Desk) -> None:
    desk.rule("Answered", "replied", ("add_tags", "answered"))
    ben = add_agent("ben@help.example", "Ben")
    ticket = desk.ticket()
    now = db.now()
    with db.transaction() as session:
        reply = Reply("<div>Soon</div>", ["olga@buyer.example"], [], "", "n" * 20)
        write_reply(session, session.get_one(Ticket, ticket), reply, by=ben, now=now, settings=desk.settings)
    ask(desk, later=timedelta(seconds=1))
    assert desk.tags(ticket) == []
    with db.transaction() as session:
        release_due(session, now + timedelta(minutes=1))
    ask(desk)
    assert desk.tags(ticket) == ["answered"]


def test_a_reply_that_was_taken_back_is_no_reply(desk: Desk) -> None:
    desk.rule("Answered", "replied", ("add_tags", "answered"))
    ben = add_agent("ben@help.example", "Ben")
    ticket = desk.ticket()
    with db.transaction() as session:
        reply = Reply("<div>Soon</div>", ["olga@buyer.example"], [], "", "n" * 20)
        one = write_reply(
            session, session.get_one(Ticket, ticket), reply, by=ben, now=db.now(), settings=desk.settings
        )
        message_id = one.id
    with db.transaction() as session:
        undo(session, message_id, by=ben, now=db.now())
    ask(desk, later=timedelta(minutes=10))
    assert (desk.tags(ticket), waiting()) == ([], 0)


def test_a_rule_that_names_somebody_who_left_is_skipped_and_says_so(desk: Desk, change: Change) -> None:
    ben, ada = add_agent("ben@help.example", "Ben"), add_agent("ada@help.example", "Ada", role=Role.ADMIN)
    rule = desk.rule("To Ben", "status", ("add_tags", "half"), ("assign", f"agent:{ben.id}"))
    desk.rule("Next", "status", ("add_tags", "next"))
    with db.transaction() as session:
        session.get_one(type(ben), ben.id).active = False
    ticket = desk.ticket()
    change(ticket, close)
    ask(desk)
    assert desk.tags(ticket) == ["next"]  # nothing of the broken one is left half done
    failed, done = desk.log()
    assert failed.failure == "That agent cannot take tickets."
    assert done.failure == ""
    with db.reading() as session:
        row = session.get_one(Rule, rule)
        known = rules.known(session)
        assert row.failure == "That agent cannot take tickets."
        active = as_active(row)
        assert rules.broken(known, active.group, active.actions) == [
            "It names an agent who does not work here any more."
        ]
        told = session.execute(sa.select(Notice.agent_id, Notice.kind, Notice.count, Notice.detail)).all()
    # Admins are told once an hour, others never.
    expected = {"who": "To Ben", "rule": rule, "text": "That agent cannot take tickets."}
    assert [tuple(one) for one in told] == [(ada.id, "broken", 1, expected)]


def test_a_rule_tells_agents_who_may_see_the_ticket_once(desk: Desk, change: Change) -> None:
    ben, vera = add_agent("ben@help.example", "Ben"), add_agent("vera@help.example", "Vera")
    with db.transaction() as session:
        session.get_one(type(vera), vera.id).every_mailbox = False
    desk.rule(
        "Look",
        "status",
        ("notify", f"agent:{ben.id}"),
        ("notify", f"agent:{ben.id}"),
        ("notify", f"agent:{vera.id}"),
        ("notify", "assignee"),
    )
    change(desk.ticket(), close)
    ask(desk)
    with db.reading() as session:
        (notice,) = session.scalars(sa.select(Notice))
        assert (notice.agent_id, notice.kind, notice.detail) == (ben.id, "rule", {"who": "Look"})
        assert sentence(Line("rule", who="Look"), Plain()) == "The rule “Look” tells you of this ticket"


class Plain:
    """Translations of a reader of English."""

    def ugettext(self, message: str) -> str:
        return message

    def ungettext(self, singular: str, plural: str, number: int) -> str:
        return singular if number == 1 else plural
