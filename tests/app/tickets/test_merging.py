"""Two tickets become one and two again; nothing is lost on the way, and answers to either arrive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.customers import service as customers
from app.errors import Conflict, InvalidInput, Merged, NotFound
from app.mailboxes.models import Mailbox
from app.tickets import merging, service, thread
from app.tickets.drafts import Written, save
from app.tickets.filing import IncomingLetter, file_letter, open_ticket
from app.tickets.models import Draft, Message, Participant, Ticket

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Desk:
    def __init__(self, session: Session) -> None:
        self.session = session
        self.mailbox = Mailbox(address="support@help.example", created_at=NOW)
        self.nora = Agent(email="nora@help.example", name="Nora", created_at=NOW)
        session.add_all([self.mailbox, self.nora])
        session.flush()
        self.at = NOW - timedelta(days=1)

    def ticket(self, *texts: str, sender: str = "olga@buyer.example") -> Ticket:
        card = customers.find_or_create(self.session, sender, "", now=NOW)
        ticket = None
        for text in texts:
            self.at += timedelta(minutes=1)
            letter = IncomingLetter(
                raw_mail_id=None, mailbox_id=self.mailbox.id, sender_name="", sender_email=sender, subject=texts[0],
                visible=text, folded="", signature="", html=None, language="en", arrived_at=self.at,
            )  # fmt: skip
            ticket = ticket or open_ticket(self.session, letter, card, now=NOW)
            file_letter(self.session, ticket, letter, card, wakes=True, now=NOW)
        assert ticket is not None
        return ticket

    def merge(self, source: Ticket, target: Ticket) -> None:
        merging.merge(self.session, source.id, target.id, by=self.nora, now=NOW)
        self.session.flush()

    def unmerge(self, source: Ticket) -> None:
        merging.unmerge(self.session, source.id, by=self.nora, now=NOW)
        self.session.flush()

    def texts(self, ticket: Ticket) -> list[str]:
        query = sa.select(Message.visible).where(Message.ticket_id == ticket.id)
        return list(self.session.scalars(query.order_by(Message.arrived_at, Message.id)))

    def people(self, ticket: Ticket) -> set[str]:
        return set(
            self.session.scalars(sa.select(Participant.email).where(Participant.ticket_id == ticket.id))
        )


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


def test_all_messages_stand_in_the_other_ticket_in_their_order(desk: Desk) -> None:
    first, second = desk.ticket("one", "two"), desk.ticket("three")
    desk.at -= timedelta(minutes=2, seconds=30)
    between = desk.ticket("between")
    desk.merge(first, second)
    desk.merge(between, second)
    assert desk.texts(second) == ["one", "between", "two", "three"]
    assert (second.message_count, second.preview, first.message_count) == (4, "three", 0)
    assert (first.status, first.merged_into_id) == ("closed", second.id)


def test_a_page_of_a_merged_ticket_leads_to_the_other(desk: Desk) -> None:
    first, second, third = desk.ticket("one"), desk.ticket("two"), desk.ticket("three")
    desk.merge(first, second)
    desk.merge(second, third)
    with pytest.raises(Merged):
        thread.ticket_for(desk.session, desk.nora.id, first.id)
    assert merging.end_of(desk.session, first.id) == third.id


def test_the_longest_waiting_counts_and_a_closed_ticket_opens(desk: Desk) -> None:
    waiting, closed = desk.ticket("one"), desk.ticket("two")
    since = waiting.waiting_since
    service.set_status(desk.session, closed, "closed", by=desk.nora, now=NOW)
    desk.merge(waiting, closed)
    assert (closed.status, closed.waiting_since, waiting.waiting_since) == ("open", since, None)


def test_taken_apart_everything_is_where_it_was(desk: Desk) -> None:
    first, second = desk.ticket("one", "two"), desk.ticket("three", sender="ivan@shop.example")
    before = (first.status, first.waiting_since, first.preview, first.message_count)
    desk.merge(first, second)
    assert desk.people(second) == {"olga@buyer.example", "ivan@shop.example"}
    desk.unmerge(first)
    assert (desk.texts(first), desk.texts(second)) == (["one", "two"], ["three"])
    assert (first.status, first.waiting_since, first.preview, first.message_count) == before
    assert (first.merged_into_id, desk.people(second)) == (None, {"ivan@shop.example"})


def test_what_came_after_the_merge_stays_where_it_came(desk: Desk) -> None:
    first, second = desk.ticket("one"), desk.ticket("two")
    desk.merge(first, second)
    service.add_note(desk.session, second, "<p>later</p>", by=desk.nora, now=NOW, nonce="n")
    desk.unmerge(first)
    assert (desk.texts(first), desk.texts(second)) == (["one"], ["two", "later"])


def test_a_draft_goes_along_unless_one_was_begun_there_too(desk: Desk) -> None:
    first, second = desk.ticket("one"), desk.ticket("two")
    written = Written(html="<p>Dear Olga</p>", to=(), cc=(), article_ids=(), seen_message_id=None)
    save(desk.session, first, "outgoing", written, version=0, by=desk.nora, now=NOW)
    desk.merge(first, second)
    assert desk.session.scalars(sa.select(Draft.ticket_id)).all() == [second.id]


def test_what_cannot_be_merged_is_said(desk: Desk) -> None:
    first, second, third = desk.ticket("one"), desk.ticket("two"), desk.ticket("three")
    with pytest.raises(InvalidInput, match="itself"):
        desk.merge(first, first)
    with pytest.raises(InvalidInput, match="no ticket"):
        merging.merge(desk.session, first.id, 10**9, by=desk.nora, now=NOW)
    desk.merge(first, second)
    with pytest.raises(InvalidInput, match="itself merged"):
        desk.merge(third, first)
    with pytest.raises(Conflict, match="already"):
        desk.merge(first, third)
    desk.merge(second, third)
    with pytest.raises(Conflict, match="first"):
        desk.unmerge(first)
    with pytest.raises(NotFound):
        desk.unmerge(third)


def test_the_customers_other_tickets_are_offered(desk: Desk) -> None:
    mine, other, merged = desk.ticket("one"), desk.ticket("two"), desk.ticket("three")
    desk.ticket("of somebody else", sender="ivan@shop.example")
    desk.merge(merged, other)
    assert [one.id for one in merging.candidates(desk.session, mine, desk.nora)] == [other.id]
