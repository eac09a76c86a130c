"""The answer to a forward: in the right ticket, from somebody who is not its customer."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.blobs import BlobStore
from app.outgoing.compose import compose
from app.outgoing.letter_rows import letter_to
from app.outgoing.models import Outbox
from app.outgoing.service import Reply, write_reply
from app.settings import Settings
from app.tickets import drafts, scheduled
from app.tickets.drafts import Written
from app.tickets.models import Draft, Message, Ticket
from tests.mail_ingest.test_ingest import Post, all_tickets, messages
from tests.support.letters import answer_to, letter
from tests.support.web import add_agent

LAB, OLGA = "lab@bench.example", "olga@buyer.example"


@pytest.fixture
def post(installation: Settings, blobs: BlobStore) -> Post:
    return Post(installation, blobs)


def forward(post: Post) -> Message:
    """Olga's letter, passed on to the lab by Ben."""
    post.deliver(letter("The pump leaks", message_id="a@buyer.example"))
    ben = add_agent("ben@help.example", "Ben Falk")
    with db.transaction() as session:
        ticket = session.scalars(sa.select(Ticket)).one()
        said = session.scalars(sa.select(Message)).one()
        form = Reply("<div>Look?</div>", [f"Lab <{LAB}>"], [], "", "n" * 20, kind="forward", about_id=said.id)
        by = session.get_one(Agent, ben.id)
        return write_reply(session, ticket, form, by=by, now=db.now(), settings=post.settings)


def test_it_lands_in_the_ticket_and_the_customer_stays_the_customer(post: Post) -> None:
    passed = forward(post)
    post.deliver(
        answer_to(
            passed.rfc_message_id, sender=f"Lab <{LAB}>", text="It is the seal.", message_id="x@bench.example"
        )
    )
    (ticket,) = all_tickets()
    answer = messages(ticket.id)[-1]
    assert (answer.sender_email, answer.held) == (LAB, False)
    assert answer.evidence[0]["rule"] == "token"
    with db.reading() as session:
        assert session.get_one(Ticket, ticket.id).customer.email == OLGA


def test_an_answer_of_somebody_else_at_the_lab_is_held(post: Post) -> None:
    passed = forward(post)
    post.deliver(
        answer_to(passed.rfc_message_id, sender="Eve <eve@bench.example>", message_id="e@bench.example")
    )
    (ticket,) = all_tickets()
    assert messages(ticket.id)[-1].held


def test_the_forward_itself_is_folded_in_the_answer(post: Post) -> None:
    """The lab's program quotes our letter whole, with the customer's in it; what the lab wrote stands out."""
    passed = forward(post)
    with db.reading() as session:
        row = session.scalars(sa.select(Outbox)).one()
        mail = compose(letter_to(session, row, post.settings, None))
    quoted = "\n".join(f"> {line}" for line in mail.get_body(("plain",)).get_content().splitlines())
    post.deliver(
        answer_to(
            passed.rfc_message_id, sender=f"Lab <{LAB}>", text=f"It is the seal.\n\nBen wrote:\n{quoted}",
            message_id="x@bench.example",
        )
    )  # fmt: skip
    answer = messages(passed.ticket_id)[-1]
    assert answer.visible.strip() == "It is the seal."
    assert "The pump leaks" in answer.folded


@pytest.mark.parametrize(("sender", "leaves"), [(LAB, True), (OLGA, False)])
def test_a_letter_put_off_waits_for_the_customer_alone(post: Post, sender: str, leaves: bool) -> None:
    passed = forward(post)
    now = db.now()
    with db.transaction() as session:
        ticket, ben = session.get_one(Ticket, passed.ticket_id), session.get_one(Agent, passed.author_id)
        written = Written("<div>Tomorrow</div>", [OLGA])
        draft = drafts.save(session, ticket, "outgoing", written, version=0, by=ben, now=now)
        scheduled.put_off(session, ticket, draft, now + timedelta(days=1), then_status="", by=ben, now=now)
    named = passed.rfc_message_id if sender == LAB else "a@buyer.example"
    post.deliver(answer_to(named, sender=f"Somebody <{sender}>", text="News", message_id="n@else.example"))
    with db.reading() as session:
        [draft] = session.scalars(sa.select(Draft)).all()
        assert (draft.send_at is not None) is leaves
        assert draft.stopped == ("" if leaves else "letter")
