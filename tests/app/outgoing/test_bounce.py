"""Reports that come back days later, genuine and not."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.customers.models import CustomerAddress
from app.outgoing import service, states
from app.outgoing.bounce import record_bounce
from app.outgoing.models import Outbox
from app.tickets.models import Message, Ticket
from tests.app.outgoing.conftest import LATER, World
from tests.app.outgoing.test_service import queued, write

MONDAY = LATER + timedelta(days=1)


def accepted(world: World, **more: object) -> int:
    message_id = queued(world, then_status="closed", **more)
    with db.transaction() as session:
        while (row := states.claim(session, message_id, LATER, seconds=60)) is not None:
            states.accept(session, row, "250 OK", LATER)
    return message_id


def report(message_id: int, recipients: list[str], action: str = "failed") -> list[str]:
    with db.transaction() as session:
        return record_bounce(session, message_id, recipients, "5.1.1", "no such\r\nuser", action, MONDAY)


def states_now() -> list[str]:
    with db.reading() as session:
        return list(session.scalars(sa.select(Outbox.state).order_by(Outbox.id)))


def test_a_bounce_marks_the_reply_the_address_and_the_ticket(world: World) -> None:
    message_id = accepted(world)
    assert report(message_id, ["OLGA@client.example"]) == ["olga@client.example"]
    with db.reading() as session:
        assert session.get_one(Message, message_id).delivery == "bounced"
        address = session.scalar(sa.select(CustomerAddress))
        assert (address.bounced_at, address.bounce_reason) == (MONDAY, "5.1.1 no such user")
        ticket = session.get_one(Ticket, world.ticket)
        assert (ticket.status, ticket.unread) == ("open", True)
    assert report(message_id, ["olga@client.example"]) == []


def test_only_the_recipient_it_names_has_bounced(world: World) -> None:
    message_id = accepted(world, cc=["igor@client.example"])
    assert report(message_id, ["igor@client.example"]) == ["igor@client.example"]
    assert states_now() == ["accepted", "bounced"]
    assert report(message_id, ["stranger@client.example"]) == []
    assert report(message_id, []) == []


def test_a_report_that_names_nobody_is_about_the_only_recipient(world: World) -> None:
    assert report(accepted(world), []) == ["olga@client.example"]


def test_a_report_about_a_mail_that_has_not_left_is_not_believed(world: World) -> None:
    message_id = write(world)
    assert report(message_id, ["olga@client.example"]) == []
    assert states_now() == ["held"]


def test_a_report_about_a_letter_or_about_nothing_is_nothing(world: World) -> None:
    assert report(world.letter, ["olga@client.example"]) == []
    assert report(987654, ["olga@client.example"]) == []


@pytest.mark.parametrize(
    ("action", "state"),
    [("delivered", "accepted"), ("relayed", "accepted"), ("failed", "bounced"), ("delayed", "uncertain")],
)
def test_a_report_settles_an_uncertain_delivery(world: World, action: str, state: str) -> None:
    message_id = queued(world)
    with db.transaction() as session:
        row = states.claim(session, message_id, LATER, seconds=60)
        states.start_data(session, row, LATER, seconds=60)
        states.doubt(session, row, "closed the connection", LATER)
    report(message_id, ["olga@client.example"], action)
    assert states_now() == [state]


def test_a_delay_is_noted_and_changes_nothing(world: World) -> None:
    message_id = accepted(world)
    assert report(message_id, ["olga@client.example"], "delayed") == ["olga@client.example"]
    with db.reading() as session:
        assert session.get_one(Message, message_id).delivery == "accepted"
        assert session.get_one(Ticket, world.ticket).status == "closed"


def test_a_bounced_reply_can_be_sent_again(world: World) -> None:
    message_id = accepted(world)
    report(message_id, ["olga@client.example"])
    with db.transaction() as session:
        assert service.retry(session, message_id, by=session.get_one(Agent, world.ben), now=MONDAY) == 1
    assert states_now() == ["queued"]
