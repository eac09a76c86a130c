"""Letters of senders who were learnt: kept and visible, out of the way, never answered by a program, never a reason to
open anything again."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.errors import InvalidInput
from app.mailboxes.models import Mailbox, RawMail
from app.ratings.models import RatingInvitation
from app.tickets import service as tickets
from app.tickets import spam
from app.tickets.models import Event, Kind, Message, Status, Ticket
from app.tickets.order_models import SpamSender
from app.tickets.spam_patterns import caught_by, is_public, patterns_of
from tests.mail_ingest import test_ingest
from tests.mail_ingest.test_ingest import Post, all_tickets, messages, post, states
from tests.mail_ingest.test_threading import replied, set_status
from tests.support.letters import answer_to, letter

__all__ = ["post"]
PEDLAR = "Best Pills <win@cheap-pills.example>"


def mark(ticket_id: int, learn: str = "auto") -> str:
    with db.transaction() as session:
        return spam.mark(session, session.get_one(Ticket, ticket_id), by=None, now=db.now(), learn=learn)


def unmark(ticket_id: int) -> list[str]:
    with db.transaction() as session:
        return spam.unmark(session, session.get_one(Ticket, ticket_id), by=None, now=db.now())


def learnt() -> list[str]:
    with db.reading() as session:
        return list(session.scalars(sa.select(SpamSender.pattern).order_by(SpamSender.pattern)))


def statuses() -> list[str]:
    return [ticket.status for ticket in all_tickets()]


@pytest.mark.parametrize(
    ("address", "patterns"),
    [
        ("Win@Cheap.example", ("win@cheap.example", "@cheap.example")),
        ("a@m1.news.shop.example", ("a@m1.news.shop.example", "@m1.news.shop.example", "@news.shop.example",
                                    "@shop.example")),
        ("nobody", ()),
        ("a@localhost", ("a@localhost", "@localhost")),
    ],
)  # fmt: skip
def test_what_would_catch_an_address(address: str, patterns: tuple[str, ...]) -> None:
    assert patterns_of(address) == patterns


def test_a_domain_does_not_catch_another_that_ends_alike() -> None:
    assert caught_by("a@mail.shop.example", {"@shop.example"}) == "@shop.example"
    assert caught_by("a@myshop.example", {"@shop.example"}) == ""
    assert [is_public(name) for name in ("gmail.com", "com", "co.uk", "shop.example")] == [
        True, True, True, False,
    ]  # fmt: skip


def test_the_next_letter_of_a_marked_sender_is_filed_as_spam_and_says_why(post: Post) -> None:
    post.deliver(letter("Buy pills", sender=PEDLAR))
    assert mark(1) == "win@cheap-pills.example"
    assert post.deliver(letter("Buy more pills", sender=PEDLAR)) == {"spam": 1}
    assert statuses() == ["spam", "spam"]
    (message,) = messages(2)
    assert message.evidence[-1] == {"rule": "spam-sender", "detail": "win@cheap-pills.example"}
    assert (message.visible, message.suggest_state) == ("Buy more pills", "")
    assert all_tickets()[1].waiting_since is None
    with db.reading() as session:
        (row,) = session.scalars(sa.select(SpamSender)).all()
        reason = session.scalar(sa.select(RawMail.reason).where(RawMail.id == 2))
    assert (row.caught, row.last_caught_at is not None) == (1, True)
    assert reason == "spam: win@cheap-pills.example was learnt as a sender of it"


def test_other_letters_of_the_same_batch_are_not_touched(post: Post) -> None:
    post.deliver(letter("Buy pills", sender=PEDLAR))
    mark(1)
    both = post.deliver(letter("Buy pills", sender=PEDLAR), letter("Where is my parcel?"))
    assert both == {"spam": 1, "filed": 1}
    assert statuses() == ["spam", "spam", "open"]


def test_not_spam_brings_it_back_and_forgets_the_sender(post: Post) -> None:
    post.deliver(letter("Hello", message_id="a@buyer.example"))
    mark(1)
    post.deliver(letter("Hello again"))
    assert unmark(2) == ["olga@buyer.example"]
    assert (statuses(), learnt()) == (["spam", "open"], [])
    assert all_tickets()[1].waiting_since == messages(2)[0].arrived_at
    assert messages(2)[0].suggest_state == "pending"
    assert post.deliver(letter("A third time")) == {"filed": 1}
    assert unmark(2) == []


def test_a_closed_ticket_marked_by_mistake_is_closed_again(post: Post) -> None:
    post.deliver(letter())
    set_status(1, "closed")
    mark(1)
    unmark(1)
    assert statuses() == ["closed"]
    assert all_tickets()[0].closed_at is not None


def test_whom_we_answered_is_never_learnt_in_silence(post: Post) -> None:
    post.deliver(letter())
    replied(post)
    assert mark(1) == ""
    assert (statuses(), learnt()) == (["spam"], [])
    assert post.deliver(letter("Another matter")) == {"filed": 1}
    # Told so, it is learnt.
    assert mark(1, "address") == "olga@buyer.example"
    assert post.deliver(letter("And another")) == {"spam": 1}


def test_an_answer_to_a_letter_of_ours_arrives_whoever_was_learnt(post: Post) -> None:
    post.deliver(letter(message_id="a@buyer.example"), letter("Another", subject="Other"))
    ours = replied(post)
    mark(2, "address")
    assert post.deliver(answer_to("a@buyer.example", ours.rfc_message_id)) == {"filed": 1}
    assert statuses() == ["open", "spam"]
    # Only naming an earlier letter proves nothing: it does not come into the good ticket.
    assert post.deliver(answer_to("a@buyer.example", text="Buy pills")) == {"spam": 1}
    assert statuses() == ["open", "spam", "spam"]
    assert all_tickets()[2].related_id == 1


def test_spam_that_continues_spam_stays_there_and_opens_nothing(post: Post) -> None:
    post.deliver(letter("Buy", sender=PEDLAR, message_id="p@cheap-pills.example"))
    mark(1)
    post.deliver(answer_to("p@cheap-pills.example", sender=PEDLAR, text="Well?"))
    assert [len(messages(1)), statuses()] == [2, ["spam"]]


def test_a_learnt_domain_catches_everybody_there_but_is_not_learnt_of_a_provider(post: Post) -> None:
    post.deliver(letter(sender=PEDLAR), letter(sender="Ann <ann@gmail.com>"))
    assert mark(1, "domain") == "@cheap-pills.example"
    assert post.deliver(letter(sender="other@eu.cheap-pills.example")) == {"spam": 1}
    with pytest.raises(InvalidInput):
        mark(2, "domain")
    post.deliver(letter("From ourselves", sender="boss@help.example"))
    with pytest.raises(InvalidInput):
        mark(4, "domain")
    assert statuses()[1:] == ["open", "spam", "open"]


def test_spam_gets_no_receipt_and_no_invitation(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_ingest, "ARRIVED", db.now() - timedelta(minutes=30))
    with db.transaction() as session:
        session.get_one(Mailbox, post.mailbox.id).auto_ack = True
    post.deliver(letter(sender=PEDLAR))
    mark(1)
    post.deliver(letter("More", sender=PEDLAR))
    with db.reading() as session:
        sent = session.scalars(
            sa.select(Message).where(Message.kind == Kind.OUTGOING, Message.automatic.is_not(None))
        ).all()
    assert [message.ticket_id for message in sent] == [1]
    agent = replied(post, 2, to="win@cheap-pills.example")
    with db.reading() as session:
        assert (
            session.scalars(sa.select(RatingInvitation).where(RatingInvitation.message_id == agent.id)).all()
            == []
        )


def test_a_letter_never_opens_a_ticket_that_was_marked(post: Post) -> None:
    post.deliver(letter(message_id="a@buyer.example"))
    mark(1, "")
    assert post.deliver(answer_to("a@buyer.example")) == {"filed": 1}
    assert (statuses(), len(messages(1))) == (["spam"], 2)
    assert all_tickets()[0].waiting_since is None


def test_the_same_spam_twice_is_one_letter(post: Post) -> None:
    post.deliver(letter(sender=PEDLAR))
    mark(1)
    again = letter("Twice", sender=PEDLAR)
    assert [post.deliver(again), post.deliver(again)] == [{"spam": 1}, {"duplicate": 1}]
    assert states() == ["filed", "spam", "duplicate"]


def test_marking_twice_learns_once_and_leaves_one_line(post: Post) -> None:
    post.deliver(letter(sender=PEDLAR))
    mark(1)
    mark(1)
    with db.reading() as session:
        kinds = session.scalars(sa.select(Event.kind).where(Event.ticket_id == 1)).all()
    assert (list(kinds), learnt()) == (["spam"], ["win@cheap-pills.example"])


def test_by_hand_an_admin_may_add_what_nobody_else_has(post: Post) -> None:
    with db.transaction() as session:
        nora = Agent(email="nora@help.example", name="Nora", created_at=db.now())
        session.add(nora)
        session.flush()
        assert spam.learn_by_hand(session, " @Shop.example ", by=nora, now=db.now()) == "@shop.example"
        for wrong in ("@gmail.com", "@help.example", "nora@help.example", "shop.example", "@", ""):
            with pytest.raises(InvalidInput):
                spam.learn_by_hand(session, wrong, by=nora, now=db.now())
    assert learnt() == ["@shop.example"]


def test_a_snoozed_ticket_marked_as_spam_sleeps_no_more(post: Post) -> None:
    post.deliver(letter(sender=PEDLAR))
    mark(1)
    with db.transaction() as session:
        ticket = session.get_one(Ticket, 1)
        assert (ticket.snoozed_until, ticket.status) == (None, Status.SPAM)
        tickets.set_status(session, ticket, "open", by=None, now=db.now())
