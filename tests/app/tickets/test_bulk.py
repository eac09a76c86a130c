"""One action on many tickets: what it does, what it leaves out and says, and taking it back as a whole."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.accounts.models import Agent, MailboxGrant
from app.accounts.teams import TeamForm, make_team, set_active
from app.customers import service as customers
from app.errors import Conflict, InvalidInput, NotFound
from app.mailboxes.models import Mailbox
from app.tickets import bulk, merging, service, spam
from app.tickets.bulk import Report
from app.tickets.bulk_kinds import Wish
from app.tickets.filing import IncomingLetter, file_letter, open_ticket
from app.tickets.models import Event, Ticket

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1)


class Desk:
    """Two agents, and as many tickets as wanted; each call is a transaction of its own."""

    def __init__(self) -> None:
        with db.transaction() as session:
            mailbox = Mailbox(address="support@help.example", created_at=NOW)
            nora = Agent(email="nora@help.example", name="Nora", created_at=NOW)
            ben = Agent(email="ben@help.example", name="Ben", created_at=NOW)
            session.add_all([mailbox, nora, ben])
            session.flush()
            self.mailbox_id, self.nora, self.ben = mailbox.id, nora, ben
        self.at = NOW - timedelta(days=1)

    def tickets(self, number: int, sender: str = "olga@buyer.example") -> list[int]:
        with db.transaction() as session:
            card = customers.find_or_create(session, sender, "", now=NOW)
            return [self._ticket(session, card, sender) for _ in range(number)]

    def _ticket(self, session: Session, card, sender: str) -> int:
        self.at += timedelta(minutes=1)
        letter = IncomingLetter(
            raw_mail_id=None, mailbox_id=self.mailbox_id, sender_name="", sender_email=sender, subject="Order",
            visible="Where?", folded="", signature="", html=None, language="en", arrived_at=self.at,
        )  # fmt: skip
        ticket = open_ticket(session, letter, card, now=NOW)
        file_letter(session, ticket, letter, card, wakes=True, now=NOW)
        return ticket.id

    def act(self, ids: list[int], kind: str, value: str = "", by: Agent | None = None) -> Report:
        with db.transaction() as session:
            return bulk.act(session, ids, Wish(kind, value), by=by or self.nora, now=NOW)

    def undo(self, report: Report, by: Agent | None = None) -> Report:
        with db.transaction() as session:
            return bulk.undo(session, report.bulk_id, by=by or self.nora, now=NOW)

    def change(self, ticket_id: int, what: Callable[[Session, Ticket], object]) -> None:
        with db.transaction() as session:
            what(session, session.get_one(Ticket, ticket_id))


@pytest.fixture
def desk(database: str) -> Desk:
    return Desk()


def state(ticket_id: int) -> dict[str, object]:
    """Everything of a ticket that a bulk action may touch."""
    names = (
        "status", "assignee_id", "team_id", "waiting_since", "closed_at", "snoozed_until", "trashed_at",
        "status_before", "unread", "merged_into_id", "message_count",
    )  # fmt: skip
    with db.reading() as session:
        ticket = session.get_one(Ticket, ticket_id)
        return {name: getattr(ticket, name) for name in names} | {"tags": [tag.name for tag in ticket.tags]}


def team(name: str = "Repairs", *, active: bool = True) -> int:
    with db.transaction() as session:
        made = make_team(session, TeamForm(name), now=NOW)
        set_active(made, active)
        return made.id


@pytest.mark.parametrize(
    ("kind", "value", "seen"),
    [
        ("status", "closed", ("status", "closed")),
        ("status", "waiting", ("status", "waiting")),
        ("spam", "", ("status", "spam")),
        ("trash", "", ("status", "trash")),
        ("snooze", TOMORROW.isoformat(), ("snoozed_until", TOMORROW)),
        ("tag", "VIP, urgent", ("tags", ["urgent", "vip"])),
        ("read", "", ("unread", False)),
    ],
)
def test_an_action_reaches_every_ticket_and_undo_brings_back_exactly_what_was(
    desk: Desk, kind: str, value: str, seen: tuple[str, object]
) -> None:
    ids = desk.tickets(3)
    desk.change(ids[1], lambda session, ticket: service.set_tags(session, ticket, ["old"], by=None, now=NOW))
    before = [state(one) for one in ids]
    report = desk.act(ids, kind, value)
    assert report.done == ids and report.skipped == {}
    assert state(ids[0])[seen[0]] == seen[1]
    back = desk.undo(report)
    assert sorted(back.done) == ids and back.skipped == {}
    assert [state(one) for one in ids] == before


def test_tickets_are_given_to_an_agent_and_a_team(desk: Desk) -> None:
    ids, repairs = desk.tickets(2), team()
    assert desk.act(ids, "assign", str(desk.ben.id)).done == ids
    to_team = desk.act(ids, "team", str(repairs))
    assert [(state(one)["assignee_id"], state(one)["team_id"]) for one in ids] == [(desk.ben.id, repairs)] * 2
    again = desk.act(ids, "assign", str(desk.ben.id))
    assert again.done == [] and again.skipped == {"same": ids}
    desk.undo(to_team)
    assert state(ids[0])["team_id"] is None and state(ids[0])["assignee_id"] == desk.ben.id


def test_a_team_that_is_no_more_and_an_agent_without_the_mailbox_take_nothing(desk: Desk) -> None:
    ids, gone = desk.tickets(2), team(active=False)
    report = desk.act(ids, "team", str(gone))
    assert report.skipped == {"refused": ids} and report.texts == ["That team cannot take tickets."]
    with db.transaction() as session:
        session.get_one(Agent, desk.ben.id).every_mailbox = False
    assert desk.act(ids, "assign", str(desk.ben.id)).skipped == {"refused": ids}
    assert state(ids[0])["assignee_id"] is None


def test_what_was_merged_meanwhile_or_is_not_theirs_is_left_out_and_said(desk: Desk) -> None:
    one, two, three, hidden = desk.tickets(4)
    with db.transaction() as session:
        merging.merge(session, two, one, by=desk.nora, now=NOW)
        secret = Mailbox(address="board@help.example", created_at=NOW)
        session.add(secret)
        session.flush()
        session.get_one(Ticket, hidden).mailbox_id = secret.id
        session.get_one(Agent, desk.ben.id).every_mailbox = False
        session.add(MailboxGrant(agent_id=desk.ben.id, mailbox_id=desk.mailbox_id))
    report = desk.act([one, two, three, hidden, 9999], "status", "closed", by=desk.ben)
    assert report.done == [one, three]
    assert report.skipped == {"merged": [two], "gone": [hidden, 9999]}
    assert state(hidden)["status"] == "open"
    with db.reading() as session:
        assert bulk.report_of(session, report.bulk_id, desk.ben.id).skipped == report.skipped


def test_undo_refuses_only_what_was_changed_since(desk: Desk) -> None:
    ids = desk.tickets(3)
    report = desk.act(ids, "status", "closed")
    desk.change(
        ids[1], lambda session, ticket: service.set_status(session, ticket, "open", by=desk.ben, now=NOW)
    )
    back = desk.undo(report)
    assert sorted(back.done) == [ids[0], ids[2]] and back.skipped == {"changed": [ids[1]]}
    assert [state(one)["status"] for one in ids] == ["open", "open", "open"]
    with db.reading() as session:
        again = bulk.report_of(session, report.bulk_id, desk.nora.id)
    assert again.undone and again.skipped == {"changed": [ids[1]]}


def test_a_tag_that_somebody_else_added_meanwhile_survives_the_undo(desk: Desk) -> None:
    (ticket,) = desk.tickets(1)
    report = desk.act([ticket], "tag", "vip")
    desk.act([ticket], "tag", "urgent", by=desk.ben)
    desk.undo(report)
    assert state(ticket)["tags"] == ["urgent"]


def test_undo_works_once_and_only_for_whoever_did_it(desk: Desk) -> None:
    ids = desk.tickets(2)
    report = desk.act(ids, "status", "closed")
    with pytest.raises(NotFound):
        desk.undo(report, by=desk.ben)
    desk.undo(report)
    with pytest.raises(Conflict):
        desk.undo(report)


def test_spam_learns_its_senders_and_undo_forgets_only_what_it_taught(desk: Desk) -> None:
    first = desk.tickets(1, "loud@shop.example")
    second = desk.tickets(1, "louder@shop.example")
    with db.transaction() as session:
        spam.learn_by_hand(session, "louder@shop.example", by=desk.nora, now=NOW)
    report = desk.act(first + second, "spam")
    wanted = ["loud@shop.example", "louder@shop.example"]
    with db.reading() as session:
        assert spam.learnt_among(session, wanted) == set(wanted)
    desk.undo(report)
    with db.reading() as session:
        assert spam.learnt_among(session, wanted) == {"louder@shop.example"}


def test_a_selection_is_merged_into_the_ticket_that_was_opened_first(desk: Desk) -> None:
    first, second, third = desk.tickets(3)
    (other,) = desk.tickets(1, "ivan@buyer.example")
    before = [state(one) for one in (first, second, third, other)]
    report = desk.act([third, first, second, other], "merge")
    assert report.done == [second, third] and report.skipped == {"refused": [other]}
    assert state(first)["message_count"] == 3 and state(second)["merged_into_id"] == first
    back = desk.undo(report)
    assert sorted(back.done) == [second, third]
    assert [state(one) for one in (first, second, third, other)] == before


def test_one_ticket_is_no_merge(desk: Desk) -> None:
    with pytest.raises(InvalidInput):
        desk.act(desk.tickets(1), "merge")


@pytest.mark.parametrize(
    ("kind", "value"),
    [("dance", ""), ("status", "spam"), ("status", "snoozed"), ("tag", "  "),
     ("snooze", (NOW - timedelta(hours=1)).isoformat())],
)  # fmt: skip
def test_a_wish_that_makes_no_sense_changes_nothing(desk: Desk, kind: str, value: str) -> None:
    ids = desk.tickets(1)
    before = state(ids[0])
    with pytest.raises(InvalidInput):
        desk.act(ids, kind, value)
    assert state(ids[0]) == before


def test_too_many_and_none_at_all_are_refused(desk: Desk) -> None:
    for ids in ([], list(range(1, 502))):
        with pytest.raises(InvalidInput):
            desk.act(ids, "read")


def test_every_ticket_has_its_line_of_history(desk: Desk) -> None:
    ids = desk.tickets(2)
    desk.undo(desk.act(ids, "status", "closed"))
    with db.reading() as session:
        kinds = list(session.scalars(sa.select(Event.kind).where(Event.ticket_id == ids[0])))
    assert kinds.count("status") == 2


def test_two_agents_at_once_lose_no_change(desk: Desk) -> None:
    """Both want all of the same tickets; each ticket gets both changes, and each undo takes back its own."""
    ids = desk.tickets(12)
    reports: list[Report] = []
    problems: list[BaseException] = []

    def work(kind: str, value: str, order: list[int], by: Agent) -> None:
        try:
            reports.append(desk.act(order, kind, value, by=by))
        except BaseException as error:
            problems.append(error)

    threads = [
        threading.Thread(target=work, args=("status", "closed", ids, desk.nora)),
        threading.Thread(target=work, args=("assign", str(desk.ben.id), ids[::-1], desk.ben)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert {(state(one)["status"], state(one)["assignee_id"]) for one in ids} == {("closed", desk.ben.id)}
    for report in reports:
        desk.undo(report, by=desk.nora if report.kind == "status" else desk.ben)
    assert {(state(one)["status"], state(one)["assignee_id"]) for one in ids} == {("open", None)}


def test_of_two_who_close_the_same_tickets_one_finds_them_closed(desk: Desk) -> None:
    ids = desk.tickets(3)
    mine = desk.act(ids, "status", "closed")
    theirs = desk.act(ids, "status", "closed", by=desk.ben)
    assert theirs.done == [] and theirs.skipped == {"same": ids}
    assert desk.undo(theirs, by=desk.ben).done == []
    assert sorted(desk.undo(mine).done) == ids
