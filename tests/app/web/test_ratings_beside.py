"""Ratings beside a ticket: only those of tickets that whoever looks may see, and where the rated reply is now."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import db
from app.accounts.models import Agent, MailboxGrant
from app.mailboxes.models import Mailbox
from app.ratings.models import Face, Rating, RatingInvitation
from app.tasks import recovery
from app.tickets.models import Delivery, Kind, Message, Ticket
from tests.app.web.conftest import Desk
from tests.support.web import add_agent, sign_in

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

WORDS = "The repairs took half a year"


def rated(ticket_id: int, author_id: int) -> None:
    """A reply in this ticket, what its customer thought of it, and the task that came of it."""
    now = db.now()
    with db.transaction() as session:
        ticket = session.get_one(Ticket, ticket_id)
        reply = Message(
            ticket_id=ticket_id, kind=Kind.OUTGOING, author_id=author_id, arrived_at=now, visible="We are sorry.",
            sender_email="repairs@help.example", delivery=Delivery.ACCEPTED,
        )  # fmt: skip
        session.add(reply)
        session.flush()
        asked = RatingInvitation(
            message_id=reply.id, recipient="olga@buyer.example", agent_id=author_id,
            customer_id=ticket.customer_id, language="en", nonce="n", token_hash="h", created_at=now,
            expires_at=now + timedelta(days=30), mailbox_id=ticket.mailbox_id,
        )  # fmt: skip
        session.add(asked)
        session.flush()
        rating = Rating(
            invitation_id=asked.id, agent_id=author_id, mailbox_id=ticket.mailbox_id, ticket_id=ticket_id,
            customer_id=ticket.customer_id, face=Face.BAD, comment=WORDS, created_at=now, changed_at=now,
            changeable_until=now + timedelta(days=7),
        )  # fmt: skip
        session.add(rating)
        session.flush()
        recovery.after_rating(session, rating, now=now)


def test_a_rating_of_a_hidden_mailbox_is_not_shown_beside_a_ticket(app: Flask, desk: Desk) -> None:
    with db.transaction() as session:
        other = Mailbox(address="repairs@help.example", name="Repairs", created_at=db.now())
        session.add(other)
        session.flush()
        other_id = other.id
    seen = desk.letter("One", subject="Visible subject")
    hidden = desk.letter("Two", subject="Hidden subject", mailbox_id=other_id)
    wide = sign_in(app.test_client(), add_agent("wide@help.example", "Wide Moss"))
    narrow = sign_in(app.test_client(), add_agent("narrow@help.example", "Narrow Moss"))
    rated(hidden, wide.agent.id)  # type: ignore[attr-defined]
    with db.transaction() as session:
        session.execute(sa.update(Agent).where(Agent.id == narrow.agent.id).values(every_mailbox=False))  # type: ignore[attr-defined]
        session.add(MailboxGrant(agent_id=narrow.agent.id, mailbox_id=desk.mailbox_id))  # type: ignore[attr-defined]
        card = session.get_one(Ticket, seen).customer_id
    for page in (f"/tickets/{seen}", f"/customers/{card}"):
        assert WORDS in wide.get(page).text
        assert WORDS not in narrow.get(page).text


def tasks_of(*ticket_ids: int) -> list[bool]:
    with db.reading() as session:
        return [session.get_one(Ticket, one).recovery_id is not None for one in ticket_ids]


def test_a_rating_and_its_task_go_where_the_reply_goes_when_tickets_are_merged(
    agent: FlaskClient, desk: Desk
) -> None:
    source, target = desk.letter("One", subject="Earlier"), desk.letter("Two", subject="Later")
    rated(source, agent.agent.id)  # type: ignore[attr-defined]
    assert tasks_of(source, target) == [True, False]
    agent.post(f"/tickets/{source}/merge", data={"target": str(target)})
    assert f"/tickets/{target}" in agent.get("/search?q=rated:bad").text
    assert tasks_of(source, target) == [False, True]
    assert "win them back" in agent.get(f"/tickets/{target}").text
    agent.post(f"/tickets/{source}/unmerge")
    found = agent.get("/search?q=rated:bad").text
    assert f"/tickets/{source}" in found and f"/tickets/{target}" not in found
    assert tasks_of(source, target) == [True, False]
