"""A ticket that somebody else wrote for the customer: put on their card, and answered there."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.customers.models import Customer, CustomerAddress
from app.customers.service import find_or_create
from app.tickets.drafts import Written, save
from app.tickets.models import Change, Draft, Event, Message, Participant, Ticket
from app.tickets.timeline import figures
from tests.app.web.conftest import Desk

PATH = "/tickets/1/customer"


def card_of(email: str) -> int:
    with db.reading() as session:
        query = sa.select(CustomerAddress.customer_id).where(CustomerAddress.email == email)
        return session.scalars(query).one()


def to_field(page: str) -> str:
    """What stands in To of the reply editor."""
    return page.split('name="to"', 1)[1].split('value="', 1)[1].split('"', 1)[0]


@pytest.mark.both_databases
def test_a_ticket_goes_to_the_card_of_whom_it_is_about_and_back(agent: FlaskClient, desk: Desk) -> None:
    desk.letter(
        "Mr Berg asks for his invoice.", cc=(("Anton Berg", "anton@orbit.example"), ("", desk.address))
    )
    with db.transaction() as session:
        anton = find_or_create(session, "anton@orbit.example", "Anton Berg", now=db.now()).id
        ticket = session.get_one(Ticket, 1)
        typed = Written("<div>Dear</div>", to=["Olga Petrova <olga@buyer.example>"])
        save(session, ticket, "outgoing", typed, version=0, by=agent.agent, now=db.now())  # type: ignore[attr-defined]
    olga = card_of("olga@buyer.example")
    assert PATH in agent.get("/tickets/1").text
    page = agent.get(PATH).text
    assert "Anton Berg" in page  # named in the letter's Cc
    assert desk.address not in page.split("Named in its letters")[1]
    assert f'name="customer" value="{anton}"' in agent.get(f"{PATH}?q=berg").text
    assert f'name="customer" value="{olga}"' not in agent.get(f"{PATH}?q=olga").text

    assert agent.post(PATH, data={"customer": str(anton), "view": "open"}).status_code == 303
    page = agent.get("/tickets/1").text
    assert "Customer: Anton Berg instead of Olga Petrova" in page
    assert "anton@orbit.example" in to_field(page)
    assert "olga@buyer.example" in page  # the letter keeps its sender
    with db.reading() as session:
        known = figures(session, [anton, olga])
        assert (known[anton].tickets, known[olga].tickets) == (1, 0)
        assert session.scalars(sa.select(Message.customer_id)).all() == [olga]
        assert session.scalars(sa.select(Draft.to)).all() == [[]]
        speakers = set(session.scalars(sa.select(Participant.email).where(Participant.ticket_id == 1)))
        assert speakers == {"olga@buyer.example", "anton@orbit.example"}
        assert session.scalar(sa.select(sa.func.count()).where(Change.kind == "customer")) == 1
    assert "Customer: Anton Berg" in agent.get(f"/customers/{olga}").text  # where it went

    agent.post(PATH, data={"customer": str(anton)})  # a second click is nothing new
    with db.reading() as session:
        (event_id,) = session.scalars(sa.select(Event.id).where(Event.kind == "customer"))
    assert agent.post(f"/events/{event_id}/undo").status_code == 303
    assert "olga@buyer.example" in to_field(agent.get("/tickets/1").text)
    with db.reading() as session:
        assert session.get_one(Ticket, 1).customer_id == olga
        assert list(session.scalars(sa.select(Participant.email))) == ["olga@buyer.example"]


def test_a_new_address_makes_a_card_and_whoever_writes_again_is_answered(
    agent: FlaskClient, desk: Desk
) -> None:
    desk.letter("For my boss, please.")
    for typed, said in (
        ("", "Choose a client card"),
        ("no address", "not a mail address"),
        (desk.address, "our own mailbox"),
    ):
        answer = agent.post(PATH, data={"email": typed})
        assert (answer.status_code, said in answer.text) == (422, True)
    assert agent.post(PATH, data={"customer": "9999"}).status_code == 422
    assert agent.post(PATH, data={"email": "Vera Ruiz <Vera@Orbit.example>"}).status_code == 303
    vera = card_of("vera@orbit.example")
    with db.reading() as session:
        assert session.get_one(Ticket, 1).customer_id == vera
        assert session.get_one(Customer, vera).name == "Vera Ruiz"
    assert to_field(agent.get("/tickets/1").text) == "Vera Ruiz &lt;vera@orbit.example&gt;"
    form = {"html": "<div>Yes.</div>", "to": "vera@orbit.example", "nonce": "n" * 22, "version": "0"}
    assert agent.post("/tickets/1/reply", data=form).status_code == 303
    with db.reading() as session:
        sent = session.scalars(sa.select(Message).where(Message.kind == "outgoing")).one()
        assert (sent.customer_id, sent.to) == (vera, [["Vera Ruiz", "vera@orbit.example"]])
    desk.letter("Thank you, and one thing more.", ticket_id=1)
    assert "olga@buyer.example" in to_field(agent.get("/tickets/1").text)
