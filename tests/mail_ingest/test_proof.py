"""An uncertain reply that its recipient answers did arrive; nobody else's letter proves anything."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.blobs import BlobStore
from app.outgoing import states
from app.outgoing.models import Outbox
from app.outgoing.service import Reply, release_due, write_reply
from app.settings import Settings
from app.tickets.models import Event, Message, Ticket
from tests.mail_ingest.test_ingest import Post
from tests.support.letters import answer_to, letter
from tests.support.web import add_agent

OLGA, IGOR = "olga@buyer.example", "igor@buyer.example"


@pytest.fixture
def post(installation: Settings, blobs: BlobStore) -> Post:
    return Post(installation, blobs)


def uncertain_reply(post: Post, *recipients: str) -> str:
    """The Message-ID of a reply of which nobody knows whether it arrived at these."""
    post.deliver(letter("Where is it?", sender=f"Olga <{OLGA}>"))
    agent_id, now = add_agent("ben@help.example", "Ben Falk").id, db.now()
    with db.transaction() as session:
        ticket = session.scalars(sa.select(Ticket)).one()
        form = Reply("<div>On its way.</div>", recipients, [], "waiting", "n")
        agent = session.get_one(Agent, agent_id)
        message = write_reply(session, ticket, form, by=agent, now=now, settings=post.settings)
        release_due(session, db.now().replace(year=now.year + 1))
        session.execute(sa.update(Outbox).values(due_at=now))
        while (row := states.claim(session, message.id, now, seconds=60)) is not None:
            states.start_data(session, row, now, seconds=60)
            states.doubt(session, row, "closed the connection", now)
        return message.rfc_message_id


def outcomes() -> dict[str, str]:
    with db.reading() as session:
        return {row.recipient: row.state for row in session.scalars(sa.select(Outbox))}


def test_an_answer_of_the_recipient_is_the_proof(post: Post) -> None:
    name = uncertain_reply(post, OLGA, IGOR)
    post.deliver(answer_to(name, sender=f"Olga <{OLGA.upper()}>", text="Thank you, it came."))
    assert outcomes() == {OLGA: "accepted", IGOR: "uncertain"}
    with db.reading() as session:
        told = session.scalars(sa.select(Event).where(Event.kind == "delivery_proved")).one()
        assert (told.detail["recipient"], told.detail["how"]) == (OLGA, "reply")
        assert session.scalars(sa.select(Message.delivery).where(Message.delivery != "")).one() == "uncertain"


@pytest.mark.parametrize("case", ["stranger", "guessed", "no name"])
def test_nothing_else_is(post: Post, case: str) -> None:
    name = uncertain_reply(post, OLGA)
    sender = "eve@evil.example" if case == "stranger" else OLGA
    guess = f"{name.partition('@')[0][:-26]}{'a' * 26}@help.example"
    named = {"stranger": name, "guessed": guess, "no name": "other@help.example"}[case]
    post.deliver(answer_to(named, sender=sender, text="It came."))
    assert outcomes() == {OLGA: "uncertain"}
