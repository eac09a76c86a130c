"""A ticket that begins with a letter from us, and one that was taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent, MailboxGrant
from app.errors import InvalidInput
from app.outgoing import begin, later, service
from app.outgoing.service import Reply
from app.ratings.models import RatingInvitation
from app.tickets import drafts
from app.tickets.drafts import Written
from app.tickets.models import Draft, Message, Participant, Ticket
from tests.app.outgoing.conftest import NOW, World


def write(
    world: World, *, mailbox: int | None = None, subject: str = "Your parcel", **more: object
) -> Message:
    form = {
        "html": "<div>It is here.</div>", "to": ["Ada Reed <ada@far.example>"], "cc": [], "then_status": "waiting",
        "nonce": "nonce-of-a-first-one", "kind": "new", **more,
    }  # fmt: skip
    with db.transaction() as session:
        ben = session.get_one(Agent, world.ben)
        return begin.begin(
            session, world.mailbox if mailbox is None else mailbox, subject, Reply(**form),  # type: ignore[arg-type]
            by=ben, now=NOW, settings=world.settings,
        )  # fmt: skip


def test_the_first_address_is_the_customer_and_nobody_is_asked_for_a_rating(world: World) -> None:
    message = write(world, cc=["igor@far.example"])
    with db.reading() as session:
        ticket = session.get_one(Ticket, message.ticket_id)
        assert (ticket.customer.email, ticket.customer.name) == ("ada@far.example", "Ada Reed")
        assert (ticket.status, ticket.waiting_since, ticket.assignee_id) == ("waiting", None, world.ben)
        assert (message.subject, message.folded, message.in_reply_to) == ("Your parcel", "", "")
        how = dict(
            session.execute(
                sa.select(Participant.email, Participant.how).where(Participant.ticket_id == ticket.id)
            ).all()
        )
        assert how == {"ada@far.example": "customer", "igor@far.example": "agent"}
        assert session.scalars(sa.select(RatingInvitation)).all() == []


def test_a_known_customer_keeps_their_card(world: World) -> None:
    message = write(world, to=["olga@client.example"])
    with db.reading() as session:
        first = session.get_one(Ticket, world.ticket)
        assert session.get_one(Ticket, message.ticket_id).customer_id == first.customer_id


def test_the_same_form_twice_is_one_ticket(world: World) -> None:
    assert write(world).id == write(world, subject="Another").id


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"subject": " \n"}, "subject"),
        ({"to": []}, "to"),
        ({"to": ["nobody"]}, "to"),
        ({"bcc": ["support@orbit.example"]}, "bcc"),
        ({"mailbox": 4711}, "mailbox_id"),
        ({"html": ""}, "html"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(
    world: World, more: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        write(world, **more)  # type: ignore[arg-type]
    assert refused.value.field == field
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Ticket)) == 1


def test_a_mailbox_that_an_agent_does_not_see_is_no_choice(world: World) -> None:
    with db.transaction() as session:
        session.get_one(Agent, world.ben).every_mailbox = False
    with pytest.raises(InvalidInput):
        write(world)
    with db.transaction() as session:
        session.add(MailboxGrant(agent_id=world.ben, mailbox_id=world.mailbox))
    assert write(world).subject == "Your parcel"


def test_taken_back_there_is_no_ticket_and_the_words_wait(world: World) -> None:
    with db.transaction() as session:
        ben = session.get_one(Agent, world.ben)
        written = Written("<div>It is here.</div>", ["ada@far.example"], subject="Your parcel")
        draft = drafts.save(session, None, "new", written, version=0, by=ben, now=NOW)
        draft_id = draft.id
    message = write(world, draft_id=draft_id)
    with db.transaction() as session:
        service.undo(session, message.id, by=session.get_one(Agent, world.ben), now=NOW)
    with db.reading() as session:
        assert session.get(Ticket, message.ticket_id) is None
        [draft] = session.scalars(sa.select(Draft)).all()
        assert (draft.kind, draft.ticket_id, draft.subject) == ("new", None, "Your parcel")
        assert (draft.mailbox_id, draft.to) == (world.mailbox, ["Ada Reed <ada@far.example>"])
        assert "It is here." in draft.html


def test_a_first_letter_that_is_put_off_leaves_once_at_its_time(world: World) -> None:
    at = NOW + timedelta(hours=5)
    with db.transaction() as session:
        ben = session.get_one(Agent, world.ben)
        written = Written(
            "<div>It is here.</div>",
            ["Ada Reed <ada@far.example>"],
            subject="Your parcel",
            mailbox_id=world.mailbox,
        )
        draft = drafts.save(session, None, "new", written, version=0, by=ben, now=NOW)
        letter = Reply(
            "<div>It is here.</div>", ["Ada Reed <ada@far.example>"], [], "waiting", "n" * 20, draft.id, kind="new"
        )  # fmt: skip
        ticket = begin.put_off(session, draft, letter, at, by=ben, now=NOW)
        ticket_id = ticket.id
        assert (ticket.subject, ticket.status, ticket.preview) == ("Your parcel", "waiting", "It is here.")
        assert ticket.customer.email == "ada@far.example"
    with db.transaction() as session:
        assert later.send_due(session, at - timedelta(minutes=1), world.settings) == []
    with db.transaction() as session:
        (message_id,) = later.send_due(session, at, world.settings)
    with db.transaction() as session:
        assert later.send_due(session, at, world.settings) == []
        message = session.get_one(Message, message_id)
        assert (message.ticket_id, message.subject, message.delivery) == (ticket_id, "Your parcel", "queued")
        assert message.to == [["Ada Reed", "ada@far.example"]]
        assert session.scalars(sa.select(Draft).where(Draft.ticket_id == ticket_id)).all() == []
        assert session.get_one(Ticket, ticket_id).message_count == 1
