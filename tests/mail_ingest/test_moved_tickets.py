"""After a ticket went to another mailbox, or to another customer, whoever wrote there goes on being heard in it."""

from __future__ import annotations

from app import db
from app.mailboxes.models import Mailbox
from app.outgoing.service import Reply, write_reply
from app.tickets import mailbox_move, whose
from app.tickets.models import Ticket
from tests.mail_ingest.test_ingest import Post, all_tickets, messages, post
from tests.mail_ingest.test_splitting import nora, sent, texts
from tests.mail_ingest.test_threading import replied
from tests.support.letters import answer_to, letter

__all__ = ["post"]


def test_answers_to_either_address_find_a_ticket_that_was_moved(post: Post) -> None:
    post.deliver(letter("First", message_id="first@buyer.example"))
    before = replied(post)
    sent(before.id)
    by = nora()
    with db.transaction() as session:
        returns = Mailbox(address="returns@help.example", name="Returns", created_at=db.now())
        session.add(returns)
        session.flush()
        mailbox_move.move(session, session.get_one(Ticket, 1), returns.id, by=by, now=db.now())
        returns_id = returns.id
    with db.transaction() as session:
        reply = Reply("<div>It is with us now.</div>", ["olga@buyer.example"], [], "", "nonce-after")
        moved = session.get_one(Ticket, 1)
        after = write_reply(session, moved, reply, by=by, now=db.now(), settings=post.settings)
    sent(after.id)
    assert after.sender_email == "returns@help.example"
    for ours in (before, after):
        post.deliver(
            answer_to(ours.rfc_message_id.strip("<>"), text=f"On {ours.id}", to="returns@help.example")
        )
    post.deliver(answer_to("first@buyer.example", text="To the old address"))
    assert texts(1)[-3:] == [f"On {before.id}", f"On {after.id}", "To the old address"]
    assert [one.mailbox_id for one in all_tickets()] == [returns_id]


def test_whoever_wrote_for_the_customer_is_still_heard(post: Post) -> None:
    post.deliver(letter("For my boss", message_id="first@buyer.example"))
    by = nora()
    with db.transaction() as session:
        ticket = session.get_one(Ticket, 1)
        whose.give_to_address(session, ticket, "boss@orbit.example", "Vera", by=by, now=db.now())
    post.deliver(answer_to("first@buyer.example", text="One thing more"))
    post.deliver(answer_to("first@buyer.example", text="I am the boss", sender="boss@orbit.example"))
    assert texts(1) == ["For my boss", "One thing more", "I am the boss"]
    assert [one.held for one in messages(1)] == [False] * 3
    assert len(all_tickets()) == 1
