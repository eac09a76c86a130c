"""Thanks, and answers of programs, in tickets that are settled: filed, and nobody is woken."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app import db
from app.mailboxes.models import Mailbox, RawMail
from app.tickets.models import Status
from tests.mail_ingest.test_ingest import Post, all_tickets, messages, post
from tests.mail_ingest.test_threading import EVE, FIRST, events, replied, set_status
from tests.support.letters import answer_to, letter

__all__ = ["post"]


THANKS = "Thank you, it works now!\n\nOlga"


def settled(post: Post, status: str, *, days_ago: int = 0) -> str:
    """A ticket that we answered and settled; the id that an answer names."""
    post.deliver(letter(message_id=FIRST))
    ours = replied(post).rfc_message_id
    set_status(1, status, days_ago=days_ago)
    return ours


@pytest.mark.parametrize("status", [Status.CLOSED, Status.WAITING])
def test_bare_thanks_leave_a_settled_ticket_as_it_is(post: Post, status: str) -> None:
    ours = settled(post, status)
    quoted = "\n\nOn Fri, Nov 20, 2026 at 10:00, Nora Lind wrote:\n> We are looking into it.\n"
    post.deliver(answer_to(ours, text=THANKS + quoted))
    (ticket,) = all_tickets()
    assert (ticket.status, ticket.waiting_since, ticket.message_count) == (status, None, 3)
    assert events(1)[-1] == "thanks"
    with db.reading() as session:
        reason = session.scalars(sa.select(RawMail.reason).order_by(RawMail.id.desc())).first()
    assert reason == "continues #1: only thanks, so it is left as it is"


def test_thanks_to_an_open_ticket_are_a_letter_like_any_other(post: Post) -> None:
    post.deliver(letter(message_id=FIRST))
    post.deliver(answer_to(FIRST, text=THANKS))
    assert (all_tickets()[0].status, events(1)) == ("open", [])


def test_the_mailbox_may_want_tickets_opened_by_thanks(post: Post) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(thanks_reopen=True))
    post.deliver(answer_to(settled(post, Status.CLOSED), text=THANKS))
    assert all_tickets()[0].status == "open"


@pytest.mark.parametrize(
    "more",
    [
        {"text": "Thank you, but it broke again"},
        {"text": "Thanks?"},
        {"text": THANKS, "files": {"photo.bin": b"x"}},
        {"text": THANKS, "subject": "Another thing"},
        {"text": ""},
    ],
    ids=["but", "question", "file", "new subject", "nothing"],
)
def test_whatever_is_more_than_thanks_opens_the_ticket(post: Post, more: dict[str, object]) -> None:
    post.deliver(answer_to(settled(post, Status.CLOSED), **more))
    assert all_tickets()[0].status == "open"


def test_thanks_long_after_closing_begin_no_ticket(post: Post) -> None:
    post.deliver(answer_to(settled(post, Status.CLOSED, days_ago=90), text=THANKS))
    assert [(ticket.status, ticket.message_count) for ticket in all_tickets()] == [("closed", 3)]


def test_thanks_from_a_stranger_are_held_as_anything_else(post: Post) -> None:
    post.deliver(answer_to(settled(post, Status.CLOSED), text=THANKS, sender=EVE))
    assert messages(1)[-1].held


def test_automatic_mail_of_a_stranger_with_our_token_wakes_nobody(post: Post) -> None:
    """It is held and shown; a closed ticket is not opened for it."""
    ours = settled(post, Status.CLOSED)
    raw = answer_to(ours, sender=EVE, subject="Automatic reply: My parcel")
    post.deliver(b"Auto-Submitted: auto-replied\n" + raw)
    assert (all_tickets()[0].status, messages(1)[-1].held) == ("closed", True)
