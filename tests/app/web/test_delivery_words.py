"""What the ticket page says about a reply that left, and before one is written to an address that bounced."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.customers.models import CustomerAddress
from app.outgoing.models import CopyState, Outbox, SentCopy
from app.tickets import service
from app.tickets.models import Delivery, Message, Ticket
from tests.app.web.replies import outgoing, reply

TROUBLE = "The copy for the Sent folder could not be stored"


def sent(agent: FlaskClient, ticket: int) -> int:
    reply(agent, ticket)
    (message,) = outgoing()
    with db.transaction() as session:
        session.execute(sa.update(Outbox).values(state=Delivery.ACCEPTED, due_at=None))
        session.execute(sa.update(Message).where(Message.id == message.id).values(delivery="accepted"))
    return message.id


@pytest.mark.parametrize(
    ("hours", "state", "error", "shown"),
    [
        (5, CopyState.WAITING, "imap.orbit.example: no answer", True),
        (5, CopyState.FAILED, "over quota", True),
        (1, CopyState.WAITING, "imap.orbit.example: no answer", False),
        (5, CopyState.WAITING, "", False),
        (5, CopyState.ABSENT, "", False),
        (5, CopyState.STORED, "", False),
    ],
)
@pytest.mark.both_databases
def test_a_copy_that_is_missing_for_hours_is_said_in_small_words(
    agent: FlaskClient, desk, hours: int, state: CopyState, error: str, shown: bool
) -> None:
    ticket = desk.letter("Hello")
    message_id = sent(agent, ticket)
    with db.transaction() as session:
        mailbox_id = session.get_one(Ticket, ticket).mailbox_id
        session.add(SentCopy(message_id=message_id, mailbox_id=mailbox_id, state=state, error=error))
        session.execute(
            sa.update(Message)
            .where(Message.id == message_id)
            .values(arrived_at=db.now() - timedelta(hours=hours))
        )
    text = agent.get(f"/tickets/{ticket}").text
    assert (TROUBLE in text) is shown
    assert "Delivered to the mail server" in text


@pytest.mark.both_databases
def test_before_writing_to_an_address_that_bounced_the_editor_says_so(agent: FlaskClient, desk) -> None:
    ticket = desk.letter("Hello")
    assert "came back. Check the address" not in agent.get(f"/tickets/{ticket}").text
    with db.transaction() as session:
        session.execute(
            sa.update(CustomerAddress).values(bounced_at=db.now(), bounce_reason="550 5.1.1 <nobody> here")
        )
    text = agent.get(f"/tickets/{ticket}").text
    assert "came back. Check the address before you write to it again." in text
    assert "550 5.1.1 &lt;nobody&gt; here" in text


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("reply", "olga@buyer.example answered it: the reply did arrive"),
        ("copy", "The mail server filed it as sent: the reply to olga@buyer.example left"),
        ("answer", "The mail server confirmed the reply to olga@buyer.example after all"),
    ],
)
def test_the_history_says_what_proved_that_it_arrived(agent: FlaskClient, desk, how: str, words: str) -> None:
    ticket = desk.letter("Hello")
    with db.transaction() as session:
        service.record(
            session,
            "delivery_proved",
            ticket=session.get_one(Ticket, ticket),
            now=db.now(),
            message_id=1,
            recipient="olga@buyer.example",
            how=how,
        )
    assert words in agent.get(f"/tickets/{ticket}").text


@pytest.mark.both_databases
def test_of_several_recipients_the_one_that_waits_is_named(agent: FlaskClient, desk) -> None:
    ticket = desk.letter("Hello")
    reply(agent, ticket, cc="igor@buyer.example")
    with db.transaction() as session:
        session.execute(sa.update(Outbox).values(state=Delivery.ACCEPTED, due_at=None, answer="250 fine"))
        session.execute(
            sa.update(Outbox)
            .where(Outbox.recipient == "igor@buyer.example")
            .values(state=Delivery.DEFERRED, due_at=db.now(), answer="451 try later")
        )
        session.execute(sa.update(Message).where(Message.kind == "outgoing").values(delivery="deferred"))
    text = agent.get(f"/tickets/{ticket}").text
    line = text[text.index("we keep trying") :][:400]
    assert "igor@buyer.example" in line
    assert "451 try later" in line
    assert "250 fine" not in line
