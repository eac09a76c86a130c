"""What an agent sees of why a letter is where it is: passed on, disowned, only thanks, and the way to put it right."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.mailboxes.models import Mailbox
from app.tickets import service as tickets
from app.tickets.models import Status, Ticket
from tests.mail_ingest.test_forward import PROGRAMS
from tests.mail_ingest.test_ingest import Post, all_tickets, post
from tests.support.letters import answer_to, letter

__all__ = ["post"]
FIRST = "first@buyer.example"
NORA = "Nora Lind <nora@help.example>"
ON_TOP = b"Authentication-Results: mx.help.example; "


def believe() -> None:
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(authserv_id="mx.help.example"))


def forward() -> bytes:
    return letter(PROGRAMS["gmail"][1], sender=NORA, subject="Fwd: My parcel")


def test_a_letter_that_was_passed_on_says_by_whom_and_whether_that_is_proven(
    agent: FlaskClient, post: Post
) -> None:
    post.deliver(forward())
    page = agent.get("/tickets/1").text
    assert "Passed on by Nora Lind &lt;nora@help.example&gt; (not proven)" in page
    assert "that address can be forged" in page
    assert "Please answer her." in page
    assert page.count("Internal note") >= 1
    believe()
    post.deliver(ON_TOP + b"dmarc=pass header.from=help.example\n" + forward())
    page = agent.get("/tickets/2").text
    assert "Passed on by Nora Lind" in page
    assert "(not proven)" not in page
    assert "vouches for the address of whoever passed it on" in page


def test_a_forward_that_was_not_believed_says_so(agent: FlaskClient, post: Post) -> None:
    believe()
    post.deliver(forward())
    page = agent.get("/tickets/1").text
    assert "so it was not believed" in page
    assert "Passed on by" not in page


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (b"dmarc=pass header.from=buyer.example\n", "vouches for this letter (dmarc=pass buyer.example)"),
        (b"dmarc=fail\n", "says that it did not send this (dmarc=fail buyer.example)"),
        (b"none\n", "could not tell whether the sender is real"),
    ],
)
def test_what_the_mail_server_found_out_is_shown(
    agent: FlaskClient, post: Post, finding: bytes, words: str
) -> None:
    believe()
    post.deliver(ON_TOP + finding + letter())
    assert words in agent.get("/tickets/1").text


@pytest.mark.both_databases
def test_a_disowned_letter_warns_and_can_be_let_in_or_put_elsewhere(agent: FlaskClient, post: Post) -> None:
    believe()
    post.deliver(letter(message_id=FIRST))
    post.deliver(ON_TOP + b"dmarc=fail\n" + answer_to(FIRST, text="Pay here instead."))
    page = agent.get("/tickets/1").text
    assert "do not act on it before you have asked" in page
    assert "Somebody who does not take part" not in page
    assert agent.post("/messages/2/move").status_code == 303
    assert [ticket.message_count for ticket in all_tickets()] == [1, 1]
    assert agent.post("/messages/2/move-back").status_code == 303
    assert [ticket.message_count for ticket in all_tickets()] == [2, 0]


def test_bare_thanks_are_told_in_the_history(agent: FlaskClient, post: Post) -> None:
    post.deliver(letter(message_id=FIRST))
    with db.transaction() as session:
        tickets.set_status(session, session.get_one(Ticket, 1), Status.CLOSED, by=None, now=db.now())
    post.deliver(answer_to(FIRST, text="Thank you!"))
    assert "A thank-you came; the ticket was left as it is" in agent.get("/tickets/1").text
    card = agent.get("/customers/1").text
    assert "A thank-you came; left as it was" in card


def test_names_in_evidence_cannot_bring_markup(agent: FlaskClient, post: Post) -> None:
    evil = '"<img src=x onerror=alert(1)>" <nora@help.example>'
    post.deliver(letter(PROGRAMS["gmail"][1], sender=evil, subject="Fwd: My parcel"))
    page = agent.get("/tickets/1").text
    assert "onerror=alert(1)" in page
    assert "<img src=x" not in page
