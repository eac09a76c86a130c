"""Parked letters that an agent files by hand: where they go, what stands for one that cannot be read, who did it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.blobs import BlobStore
from app.customers.models import Customer
from app.mailboxes import parked
from app.mailboxes.models import Mailbox, RawMail, RawState
from app.settings import Settings
from app.tickets.models import Event, Message, Participant, Ticket
from mail_ingest import journal
from mail_ingest.ingest import Ingest
from mail_ingest.reader import Reader
from tests.mail_ingest.test_ingest import ARRIVED, Post, all_tickets, messages, states
from tests.mail_ingest.test_reader import WITH_POISON, poison
from tests.support.letters import answer_to, letter
from tests.support.web import add_agent


@pytest.fixture
def post(installation: Settings, blobs: BlobStore) -> Iterator[Post]:
    """A mailbox whose reader dies of poison, with one ticket (#1) of Olga's."""
    made = Post(installation, blobs)
    reader = Reader([sys.executable, "-c", WITH_POISON])
    made.ingest = Ingest(installation, blobs, reader=reader)
    made.deliver(letter("first", message_id="a@buyer.example"))
    yield made
    reader.close()


@pytest.fixture
def nora(installation: Settings) -> Agent:
    return add_agent("nora@help.example", "Nora Lind")


def told(raw_id: int, nora: Agent, **where: object) -> None:
    with db.transaction() as session:
        taken = parked.file_by_hand(session, [raw_id], by=nora.id, **where)  # type: ignore[arg-type]
        assert taken.ids == (raw_id,)


def parked_id() -> int:
    with db.reading() as session:
        return session.scalars(sa.select(RawMail.id).where(RawMail.state == RawState.PARKED)).one()


def park(post: Post, raw: bytes, reason: str = "a bug") -> int:
    """A letter that can be read by now."""
    (raw_id,) = post.store(raw)
    with db.transaction() as session:
        journal.decide_row(session, session.get_one(RawMail, raw_id), RawState.PARKED, reason, now=db.now())
    return raw_id


def test_an_unreadable_letter_is_filed_with_its_original(post: Post, nora: Agent) -> None:
    raw = poison("abort")
    assert post.deliver(raw) == {"parked": 1}
    told(parked_id(), nora, ticket_id=1)
    assert post.ingest.drain().outcomes == {"filed": 1}
    message = messages(1)[1]
    assert "could not be read" in message.visible
    assert message.evidence == [{"rule": "by-hand", "detail": "Nora Lind"}]
    with db.reading() as session:
        (file,) = session.get_one(Message, message.id).attachments
        event = session.scalars(sa.select(Event).where(Event.kind == "filed-by-hand")).one()
    assert post.blobs.get(file.sha256) == raw
    assert (file.filename, file.content_type) == ("letter-2.eml", "message/rfc822")
    assert (event.ticket_id, event.agent_id, event.detail) == (1, nora.id, {"raw_mail_id": 2})
    assert (all_tickets()[0].message_count, states()[-1]) == (2, "filed")


def test_an_unreadable_letter_becomes_a_ticket_for_the_named_address(post: Post, nora: Agent) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(language="ru"))
    post.deliver(poison("exit"))
    told(parked_id(), nora, new_for="Ivan@Buyer.example ")
    post.ingest.drain()
    ticket = all_tickets()[1]
    with db.reading() as session:
        card = session.get_one(Customer, ticket.customer_id)
        assert card.email == "ivan@buyer.example"
        assert session.get(Participant, (ticket.id, "ivan@buyer.example")) is not None
    assert "не удалось прочитать" in messages(ticket.id)[0].visible


def test_a_letter_that_can_be_read_by_now_is_filed_as_itself(post: Post, nora: Agent) -> None:
    raw_id = park(post, letter("the whole text", subject="Another", files={"a.txt": b"content"}))
    told(raw_id, nora, ticket_id=1)
    assert post.ingest.drain().outcomes == {"filed": 1}
    message = messages(1)[1]
    assert (message.visible, message.sender_email) == ("the whole text", "olga@buyer.example")
    with db.reading() as session:
        assert [file.filename for file in session.get_one(Message, message.id).attachments] == ["a.txt"]


def test_a_stranger_filed_by_hand_gets_no_rights_in_the_ticket(post: Post, nora: Agent) -> None:
    raw_id = park(post, letter("psst", sender="eve@elsewhere.example", message_id="eve@elsewhere.example"))
    told(raw_id, nora, ticket_id=1)
    post.store(answer_to("eve@elsewhere.example", sender="eve@elsewhere.example"))
    post.ingest.drain()
    assert [ticket.message_count for ticket in all_tickets()] == [2, 1]


def test_a_letter_for_another_address_says_what_it_names_itself(post: Post, nora: Agent) -> None:
    raw_id = park(post, letter("hello", sender="robot@forms.example"))
    told(raw_id, nora, new_for="ivan@buyer.example")
    post.ingest.drain()
    (message,) = messages(2)
    assert message.sender_email == "ivan@buyer.example"
    assert any("robot@forms.example" in defect for defect in message.defects)


def test_a_merged_ticket_is_followed(post: Post, nora: Agent) -> None:
    post.deliver(letter("second", subject="Other"))
    with db.transaction() as session:
        session.get_one(Ticket, 1).merged_into_id = 2
    told(park(post, letter("third", subject="third")), nora, ticket_id=1)
    post.ingest.drain()
    assert [ticket.message_count for ticket in all_tickets()] == [1, 2]


def test_a_ticket_that_does_not_exist_parks_the_letter_again(post: Post, nora: Agent) -> None:
    raw_id = park(post, letter("third", subject="third"))
    told(raw_id, nora, ticket_id=99)
    assert post.ingest.drain().outcomes == {"parked": 1}
    with db.reading() as session:
        assert session.get_one(RawMail, raw_id).reason == "there is no ticket #99 to file it in"


@pytest.mark.parametrize("damage", ["changed", "gone"])
def test_damaged_bytes_can_be_filed_too(post: Post, nora: Agent, damage: str) -> None:
    raw_id = park(post, letter("third", subject="third"))
    with db.reading() as session:
        path = post.blobs._path(session.get_one(RawMail, raw_id).sha256)
    if damage == "changed":
        path.write_bytes(b"Subject: half of")
    else:
        path.unlink()
    with db.transaction() as session:
        parked.replay(session, sa.select(RawMail.id), limit=10**6)
    assert post.ingest.drain().outcomes == {"parked": 1}
    told(raw_id, nora, ticket_id=1)
    assert post.ingest.drain().outcomes == {"filed": 1}
    message = messages(1)[1]
    with db.reading() as session:
        files = session.get_one(Message, message.id).attachments
    assert [post.blobs.get(file.sha256) for file in files] == (
        [b"Subject: half of"] if damage == "changed" else []
    )
    assert ("missing" in message.visible) is (damage == "gone")


def test_a_letter_above_the_limit_says_that_only_its_header_is_here(post: Post, nora: Agent) -> None:
    raw_id = park(post, b"From: ivan@buyer.example\r\nSubject: plans\r\n\r\n", parked.TOO_LARGE)
    told(raw_id, nora, new_for="ivan@buyer.example")
    post.ingest.drain()
    (message,) = messages(2)
    assert "only its header was fetched" in message.visible
    assert message.subject == "plans"


def test_replaying_lets_go_of_the_instruction(post: Post, nora: Agent) -> None:
    raw_id = park(post, letter("third", subject="third"))
    told(raw_id, nora, ticket_id=99)
    post.ingest.drain()
    with db.transaction() as session:
        parked.replay(session, sa.select(RawMail.id), limit=10**6)
    assert post.ingest.drain().outcomes == {"filed": 1}


def test_of_two_agents_the_second_finds_nothing_to_do(post: Post, nora: Agent) -> None:
    raw_id = park(post, letter("third", subject="third"))
    told(raw_id, nora, ticket_id=1)
    with db.transaction() as session:
        assert parked.file_by_hand(session, [raw_id], by=nora.id, ticket_id=1) == parked.Taken((), 1)
        assert parked.leave_out(session, [raw_id], "spam", by=nora.id, now=db.now()) == parked.Taken((), 1)


def test_what_is_left_out_can_be_taken_back(post: Post, nora: Agent) -> None:
    raw_id = park(post, letter("third", subject="third"), "a bug")
    with db.transaction() as session:
        parked.leave_out(session, [raw_id], " an  advert ", by=nora.id, now=db.now())
    assert post.ingest.drain().outcomes == {}
    with db.reading() as session:
        (raw,) = parked.parked_mails(session, left_out=True)
        assert (raw.state, raw.reason) == ("ignored", "left out by hand: an advert")
        assert parked.parked_mails(session) == []
    with db.transaction() as session:
        assert parked.take_back(session, [raw_id], now=db.now()).ids == (raw_id,)
        assert parked.take_back(session, [raw_id], now=db.now()).ids == ()
    with db.reading() as session:
        assert [raw.reason for raw in parked.parked_mails(session)] == ["a bug"]


def test_what_kills_the_reader_is_parked_with_its_sender_and_subject(post: Post) -> None:
    raw = letter("poison-exit", subject="My invoice", sender="ivan@buyer.example")
    assert post.deliver(raw) == {"parked": 1}
    with db.reading() as session:
        row = session.get_one(RawMail, parked_id())
        assert (row.sender, row.subject) == ("ivan@buyer.example", "My invoice")


def test_a_flood_of_one_sender_is_parked_and_nobody_else_notices(
    installation: Settings, blobs: BlobStore
) -> None:
    post = Post(installation.model_copy(update={"sender_hourly_limit": 3}), blobs)
    floods = [
        letter(f"flood {number}", subject=f"flood {number}", sender="eve@x.example") for number in range(5)
    ]
    assert post.deliver(*floods[:2]) == {"filed": 2}
    assert post.deliver(*floods[2:], letter(subject="other")) == {"filed": 2, "parked": 2}
    with db.reading() as session:
        reasons = set(session.scalars(sa.select(RawMail.reason).where(RawMail.state == "parked")))
    assert reasons == {"more than 3 letters from this sender within an hour"}
    with db.transaction() as session:
        assert parked.replay(session, sa.select(RawMail.id), limit=10**6) == 2
    assert post.ingest.drain().outcomes == {"filed": 2}, "an agent has let them through"
    post.uid += 61
    assert post.deliver(letter("later", subject="later", sender="eve@x.example")) == {"filed": 1}


def test_a_backlog_fetched_at_once_is_no_flood(installation: Settings, blobs: BlobStore) -> None:
    post = Post(installation.model_copy(update={"sender_hourly_limit": 3}), blobs)
    ids = post.store(*(letter(f"n {number}", subject=f"n {number}") for number in range(8)))
    with db.transaction() as session:
        for number, raw_id in enumerate(ids):
            session.get_one(RawMail, raw_id).internal_date = ARRIVED + timedelta(minutes=20 * number)
    assert post.ingest.ingest(ids).outcomes == {"filed": 8}
