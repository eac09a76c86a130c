"""A letter in the wrong ticket: one act puts it right, another puts it back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.customers import service as customers
from app.errors import InvalidInput
from app.mailboxes.models import Mailbox
from app.tickets import moving
from app.tickets.filing import IncomingLetter, file_letter, open_ticket
from app.tickets.models import Message, Participant, Ticket

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def incoming(mailbox: Mailbox, sender: str, **more: object) -> IncomingLetter:
    return IncomingLetter(
        raw_mail_id=None,
        mailbox_id=mailbox.id,
        sender_name="",
        sender_email=sender,
        subject="S",
        visible=f"words of {sender}",
        folded="",
        signature="",
        html=None,
        language="en",
        arrived_at=NOW,
        **more,
    )  # type: ignore[arg-type]


@pytest.fixture
def scene(session: Session) -> tuple[Session, Ticket, Message, Agent]:
    """Olga's ticket in which Eve's letter is held."""
    mailbox = Mailbox(address="support@help.example", created_at=NOW)
    agent = Agent(email="nora@help.example", name="Nora", created_at=NOW)
    session.add_all([mailbox, agent])
    session.flush()
    olga = customers.make(session, "olga@buyer.example", "Olga", now=NOW)
    eve = customers.make(session, "eve@elsewhere.example", "Eve", now=NOW)
    first = incoming(mailbox, "olga@buyer.example")
    ticket = open_ticket(session, first, olga, now=NOW)
    file_letter(session, ticket, first, olga, wakes=True, now=NOW)
    held = file_letter(
        session, ticket, incoming(mailbox, "eve@elsewhere.example", held=True), eve, wakes=True, now=NOW
    )
    return session, ticket, held, agent


def test_an_accepted_stranger_may_speak(scene: tuple[Session, Ticket, Message, Agent]) -> None:
    session, ticket, held, agent = scene
    moving.accept_sender(session, held, by=agent, now=NOW)
    moving.accept_sender(session, held, by=agent, now=NOW)
    session.flush()
    assert not held.held
    assert session.get(Participant, (ticket.id, "eve@elsewhere.example")) is not None


def test_not_this_ticket_and_back(scene: tuple[Session, Ticket, Message, Agent]) -> None:
    session, ticket, held, agent = scene
    new = moving.move_to_new_ticket(session, held, by=agent, now=NOW)
    assert (new.customer.email, new.message_count, new.related_id, held.held) == (
        "eve@elsewhere.example",
        1,
        ticket.id,
        False,
    )
    assert (ticket.message_count, ticket.preview) == (1, "words of olga@buyer.example")
    assert session.get(Participant, (ticket.id, "eve@elsewhere.example")) is None
    assert moving.move_back(session, held, by=agent, now=NOW) is ticket
    assert (ticket.message_count, new.message_count, new.status) == (2, 0, "closed")


def test_the_only_letter_of_a_ticket_stays(scene: tuple[Session, Ticket, Message, Agent]) -> None:
    session, _ticket, held, agent = scene
    moving.move_to_new_ticket(session, held, by=agent, now=NOW)
    with pytest.raises(InvalidInput, match="only one"):
        moving.move_to_new_ticket(session, held, by=agent, now=NOW)
