"""After a split, a move, and either taken back: every later letter arrives where the messages are now."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.errors import Conflict, InvalidInput
from app.ratings.models import RatingInvitation
from app.tickets import merging, moving, splitting
from app.tickets import service as tickets
from app.tickets.models import Delivery, Event, Message, Participant, Ticket
from mail_ingest.journal import Listing, missing_uids
from tests.mail_ingest.test_ingest import Post, all_tickets, messages, post, states
from tests.mail_ingest.test_threading import EVE, replied
from tests.support.letters import answer_to, letter

__all__ = ["post"]


def nora() -> Agent:
    with db.transaction() as session:
        known = session.scalar(sa.select(Agent).order_by(Agent.id))
        if known is None:
            known = Agent(email="nora@help.example", name="Nora", created_at=db.now())
            session.add(known)
            session.flush()
        return known


def split(ticket_id: int, ids: Sequence[int], subject: str = "") -> int:
    by = nora()
    with db.transaction() as session:
        ticket = session.get_one(Ticket, ticket_id)
        return splitting.split(session, ticket, ids, by=by, now=db.now(), subject=subject).id


def move(ticket_id: int, ids: Sequence[int], target_id: int) -> None:
    by = nora()
    with db.transaction() as session:
        splitting.move(session, session.get_one(Ticket, ticket_id), ids, target_id, by=by, now=db.now())


def take_back(ticket_id: int) -> None:
    by = nora()
    with db.transaction() as session:
        query = sa.select(Event).where(Event.ticket_id == ticket_id, Event.kind == "split")
        event = session.scalars(query.order_by(Event.id.desc())).first()
        assert event is not None
        splitting.take_back(session, event.detail, by=by, now=db.now())


def sent(message_id: int) -> None:
    with db.transaction() as session:
        session.get_one(Message, message_id).delivery = Delivery.ACCEPTED


def texts(ticket_id: int) -> list[str]:
    return [message.visible.strip() for message in messages(ticket_id)]


def people(ticket_id: int) -> set[str]:
    with db.reading() as session:
        return set(session.scalars(sa.select(Participant.email).where(Participant.ticket_id == ticket_id)))


@pytest.fixture
def two_matters(post: Post) -> Post:
    """One ticket: a first letter, our reply to it, and a second letter about something else."""
    post.deliver(letter("First", message_id="first@buyer.example"))
    sent(replied(post).id)
    post.deliver(answer_to("first@buyer.example", message_id="second@buyer.example", text="Second"))
    return post


def test_a_second_matter_becomes_a_ticket_of_its_own_and_answers_follow(two_matters: Post) -> None:
    new = split(1, [3], "The second matter")
    assert (texts(1)[0], texts(new)) == ("First", ["Second"])
    old, fresh = all_tickets()
    assert (fresh.subject, fresh.status, fresh.related_id) == ("The second matter", "open", 1)
    assert fresh.waiting_since == messages(new)[0].arrived_at
    assert (old.waiting_since, old.message_count, fresh.message_count) == (None, 2, 1)
    two_matters.deliver(answer_to("first@buyer.example", "second@buyer.example", text="More of the second"))
    two_matters.deliver(answer_to("first@buyer.example", text="More of the first"))
    assert texts(new) == ["Second", "More of the second"]
    assert texts(1)[-1] == "More of the first"


def test_a_reply_of_ours_that_moved_brings_its_answers_along(two_matters: Post) -> None:
    ours = messages(1)[1]
    new = split(1, [ours.id, 3])
    # Nothing names it but our own mark: a relay rewrote all ids.
    two_matters.deliver(
        letter("Thank you, but", headers={"In-Reply-To": ours.rfc_message_id}, subject="Re: x")
    )
    two_matters.deliver(answer_to(ours.rfc_message_id.strip("<>"), text="Again"))
    assert texts(new)[-2:] == ["Thank you, but", "Again"]
    assert texts(1) == ["First"]
    assert messages(new)[-1].evidence[0]["rule"] == "token"


def test_an_answer_to_what_stayed_stays(two_matters: Post) -> None:
    ours = messages(1)[1]
    new = split(1, [3])
    two_matters.deliver(answer_to(ours.rfc_message_id.strip("<>"), text="To the reply"))
    assert (texts(1)[-1], texts(new)) == ("To the reply", ["Second"])


def test_taken_back_everything_is_where_it_was_and_answers_follow_again(two_matters: Post) -> None:
    before = [(ticket.status, ticket.waiting_since, ticket.message_count) for ticket in all_tickets()]
    new = split(1, [3])
    take_back(new)
    old, emptied = all_tickets()
    assert [(old.status, old.waiting_since, old.message_count)] == before
    assert (emptied.merged_into_id, emptied.message_count) == (1, 0)
    assert all(item["rule"] != "moved" for item in messages(1)[-1].evidence)
    two_matters.deliver(answer_to("second@buyer.example", text="More"))
    assert texts(1)[-1] == "More"
    # A number that somebody noted meanwhile leads back as well.
    two_matters.deliver(letter("By number", subject=f"Re: [#{new}] My parcel"))
    assert texts(1)[-1] == "By number"


def test_what_came_meanwhile_stays_in_the_new_ticket(two_matters: Post) -> None:
    new = split(1, [3])
    two_matters.deliver(answer_to("second@buyer.example", text="Meanwhile"))
    take_back(1)
    assert (texts(new), texts(1)[-1]) == (["Meanwhile"], "Second")
    assert all_tickets()[1].merged_into_id is None


def test_moved_into_another_ticket_the_sender_may_speak_there(post: Post) -> None:
    post.deliver(
        letter("Ivan's", sender="ivan@shop.example", message_id="i@shop.example"),
        letter("Olga's", message_id="o@buyer.example"),
        answer_to("o@buyer.example", message_id="o2@buyer.example", text="About Ivan's"),
    )
    move(2, [3], 1)
    assert (texts(1), texts(2)) == (["Ivan's", "About Ivan's"], ["Olga's"])
    assert people(1) == {"ivan@shop.example", "olga@buyer.example"}
    post.deliver(answer_to("o2@buyer.example", text="And more"))
    assert texts(1)[-1] == "And more"
    take_back(1)
    assert (texts(2), people(1)) == (["Olga's", "About Ivan's"], {"ivan@shop.example"})
    # Without the right to speak there, a letter that names only what is there begins a ticket of its own.
    post.deliver(answer_to("i@shop.example", text="May I?"))
    assert len(all_tickets()) == 3


def test_a_held_letter_gets_no_right_by_being_moved(two_matters: Post) -> None:
    ours = messages(1)[1]
    two_matters.deliver(answer_to(ours.rfc_message_id.strip("<>"), sender=EVE, text="Let me in"))
    two_matters.deliver(letter("Ivan's", sender="ivan@shop.example"))
    held = messages(1)[-1]
    assert held.held
    move(1, [held.id], 2)
    assert messages(2)[0].held
    assert people(2) == {"ivan@shop.example"}
    take_back(1)
    new = split(1, [held.id])
    assert (messages(new)[0].held, people(new)) == (False, {"eve@elsewhere.example"})
    take_back(new)
    assert messages(1)[-1].held


def test_split_and_merged_and_split_again(two_matters: Post) -> None:
    new, by = split(1, [3]), nora()
    with db.transaction() as session:
        merging.merge(session, new, 1, by=by, now=db.now())
    with pytest.raises(Conflict):
        take_back(1)
    two_matters.deliver(answer_to("second@buyer.example", text="Together"))
    assert texts(1)[-1] == "Together"
    again = split(1, [3, 4])
    two_matters.deliver(answer_to("second@buyer.example", text="Apart"))
    assert texts(again) == ["Second", "Together", "Apart"]


def test_a_rating_goes_where_its_reply_goes(two_matters: Post) -> None:
    ours = messages(1)[1]
    new = split(1, [ours.id])
    with db.reading() as session:
        query = sa.select(Message.ticket_id).join(RatingInvitation, RatingInvitation.message_id == Message.id)
        assert session.scalars(query).all() == [new]


def test_what_cannot_be_moved_is_refused_and_nothing_moves(two_matters: Post) -> None:
    by = nora()
    two_matters.deliver(letter("Ivan's", sender="ivan@shop.example"))
    with db.transaction() as session:
        tickets.add_note(
            session, session.get_one(Ticket, 1), "<p>A note</p>", by=by, now=db.now(), nonce="n" * 16
        )
    (note,) = [message.id for message in messages(1) if message.kind == "note"]
    everything = [message.id for message in messages(1)]
    for ids in ([], [note], everything, [4], [99]):
        with pytest.raises(InvalidInput):
            split(1, ids)
    for ids, target in (([3], 1), ([3], 99), (everything, 2)):
        with pytest.raises(InvalidInput):
            move(1, ids, target)
    with db.transaction() as session:
        session.get_one(Message, 2).delivery = Delivery.QUEUED
    with pytest.raises(InvalidInput):
        split(1, [2, 3])
    assert [len(messages(1)), len(all_tickets())] == [4, 2]
    assert split(1, [3, note]) == 3


def test_the_journal_knows_nothing_of_it(two_matters: Post) -> None:
    split(1, [3])
    with db.reading() as session:
        assert missing_uids(session, two_matters.folder.id, Listing(1, frozenset({1, 2}), 2)) == []
    assert states() == ["filed", "filed"]


def test_not_this_ticket_still_gives_one_letter_its_own(two_matters: Post) -> None:
    by = nora()
    with db.transaction() as session:
        new = moving.move_to_new_ticket(session, session.get_one(Message, 3), by=by, now=db.now()).id
    two_matters.deliver(answer_to("second@buyer.example", text="More"))
    assert texts(new) == ["Second", "More"]
