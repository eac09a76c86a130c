"""How urgent a ticket is: given, taken back, found, shown in the list, and kept through merging and splitting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent, Role
from app.accounts.teams import TeamForm, make_team
from app.customers import service as customers
from app.errors import Conflict, InvalidInput
from app.mailboxes.models import Mailbox
from app.tags.models import Tag
from app.tickets import bulk, merging, moving, priorities, splitting, undoing
from app.tickets.bulk_kinds import Wish
from app.tickets.filing import IncomingLetter, file_letter, open_ticket
from app.tickets.models import Event, Message, Ticket
from app.tickets.queries import rows_of
from app.tickets.search import search_page
from app.tickets.search_filters import Asker
from app.tickets.search_query import parse
from app.tickets.service import set_tags

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Desk:
    """Nora, and as many tickets as wanted; each call is a transaction of its own."""

    def __init__(self) -> None:
        with db.transaction() as session:
            mailbox = Mailbox(address="support@help.example", created_at=NOW)
            self.nora = Agent(email="nora@help.example", name="Nora", role=Role.ADMIN, created_at=NOW)
            session.add_all([mailbox, self.nora])
            session.flush()
            self.mailbox_id = mailbox.id

    def ticket(self, *senders: str) -> int:
        """With a letter of each of these."""
        with db.transaction() as session:
            card = customers.find_or_create(session, senders[0], "", now=NOW)
            ticket: Ticket | None = None
            for number, sender in enumerate(senders):
                letter = IncomingLetter(
                    raw_mail_id=None, mailbox_id=self.mailbox_id, sender_name="", sender_email=sender, subject="Order",
                    visible="Where?", folded="", signature="", html=None, language="en",
                    arrived_at=NOW + timedelta(minutes=number),
                )  # fmt: skip
                ticket = ticket or open_ticket(session, letter, card, now=NOW)
                file_letter(session, ticket, letter, card, wakes=True, now=NOW)
            assert ticket is not None
            return ticket.id

    def give(self, ticket_id: int, priority: str, at: datetime = NOW) -> bool:
        with db.transaction() as session:
            ticket = session.get_one(Ticket, ticket_id)
            return priorities.set_priority(session, ticket, priority, by=self.nora, now=at)

    def of(self, ticket_id: int) -> str:
        with db.reading() as session:
            return session.get_one(Ticket, ticket_id).priority

    def found(self, text: str) -> list[int]:
        with db.reading() as session:
            query = parse(text, today=NOW.date())
            page = search_page(session, query, Asker(self.nora.id, ZoneInfo("UTC")), after="", best=False)
            return sorted(row.id for row in page.rows)


@pytest.fixture
def desk(database: str) -> Desk:
    return Desk()


def test_given_told_found_and_taken_back(desk: Desk) -> None:
    first, second = desk.ticket("olga@buyer.example"), desk.ticket("ivan@buyer.example")
    assert desk.of(first) == "normal"
    assert desk.give(first, "urgent") is True
    assert desk.give(first, "urgent") is False
    with pytest.raises(InvalidInput):
        desk.give(first, "very")
    assert (desk.found("priority:urgent"), desk.found("приоритет:обычный")) == ([first], [second])
    assert desk.found("-priority:urgent") == [second]
    with db.transaction() as session:
        event = session.scalars(sa.select(Event).where(Event.kind == "priority")).one()
        assert (event.detail["before"], event.detail["after"]) == ("normal", "urgent")
        undoing.undo(session, event, by=desk.nora, now=NOW)
    assert desk.of(first) == "normal"
    desk.give(first, "low", NOW + timedelta(seconds=1))
    desk.give(first, "high", NOW + timedelta(seconds=2))
    with db.transaction() as session:
        low = session.scalars(sa.select(Event).where(Event.kind == "priority").order_by(Event.id)).all()[-2]
        with pytest.raises(Conflict):
            undoing.undo(session, low, by=desk.nora, now=NOW)


def test_many_at_once_and_back(desk: Desk) -> None:
    first, second = desk.ticket("olga@buyer.example"), desk.ticket("ivan@buyer.example")
    desk.give(first, "low")
    with db.transaction() as session:
        report = bulk.act(session, [first, second], Wish("priority", "high"), by=desk.nora, now=NOW)
    assert (desk.of(first), desk.of(second)) == ("high", "high")
    with db.transaction() as session:
        bulk.undo(session, report.bulk_id, by=desk.nora, now=NOW)
    assert (desk.of(first), desk.of(second)) == ("low", "normal")
    with pytest.raises(InvalidInput), db.transaction() as session:
        bulk.act(session, [first], Wish("priority", "so-so"), by=desk.nora, now=NOW)


def test_the_list_has_it_and_the_colours_of_tags(desk: Desk) -> None:
    ticket_id = desk.ticket("olga@buyer.example")
    desk.give(ticket_id, "urgent")
    with db.transaction() as session:
        set_tags(session, session.get_one(Ticket, ticket_id), ["vip", "broken"], by=desk.nora, now=NOW)
        session.scalars(sa.select(Tag).where(Tag.name == "vip")).one().colour = "red"
    with db.reading() as session:
        row = rows_of(session, [ticket_id], desk.nora)[ticket_id]
    assert (row.priority, row.tags, row.colours) == ("urgent", ("broken", "vip"), ("", "red"))


def test_the_more_urgent_of_two_stays_and_what_was_split_off_keeps_its_place(desk: Desk) -> None:
    source, target = desk.ticket("olga@buyer.example"), desk.ticket("olga@buyer.example")
    desk.give(source, "high")
    with db.transaction() as session:
        merging.merge(session, source, target, by=desk.nora, now=NOW)
    assert desk.of(target) == "high"
    with db.transaction() as session:
        merging.unmerge(session, source, by=desk.nora, now=NOW)
    assert (desk.of(source), desk.of(target)) == ("high", "normal")

    both = desk.ticket("olga@buyer.example", "eve@elsewhere.example", "olga@buyer.example")
    desk.give(both, "urgent")
    with db.transaction() as session:
        team = make_team(session, TeamForm("Repairs"), now=NOW)
        session.get_one(Ticket, both).team_id = team.id
    with db.transaction() as session:
        letters = session.scalars(
            sa.select(Message).where(Message.ticket_id == both).order_by(Message.id)
        ).all()
        moved = moving.move_to_new_ticket(session, letters[1], by=desk.nora, now=NOW)
        split = splitting.split(
            session, session.get_one(Ticket, both), [letters[2].id], by=desk.nora, now=NOW
        )
        assert [(one.team_id, one.priority) for one in (moved, split)] == [(team.id, "urgent")] * 2
