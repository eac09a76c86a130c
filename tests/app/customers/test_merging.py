"""Two cards become one and two again, exactly as they were; letters find the card that has the address."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.customers import card as cards
from app.customers import merging, queries
from app.customers import service as customers
from app.customers.models import CardMerge, Customer
from app.errors import Conflict, InvalidInput, NotFound
from app.tickets import field_admin, fields
from app.tickets.models import Message, Ticket
from app.tickets.service import record
from tests.app.tickets.test_snoozing import NOW, letter

LATER = NOW + timedelta(days=1)


class Desk:
    def __init__(self, session: Session) -> None:
        self.session = session
        self.nora = Agent(email="nora@help.example", name="Nora", created_at=NOW)
        session.add(self.nora)
        session.flush()
        self.size = field_admin.define(session, "card", "text", "Size").id
        self.town = field_admin.define(session, "card", "text", "Town").id
        self.work = self.card(
            "olga@work.example", "Olga P.", notes="At work", tags=["vip", "press"], size="L", town="Riga"
        )
        self.home = self.card("olga@home.example", "", notes="At home", tags=["vip"], size="M")
        cards.add_phone(session, self.work, "+7 921 000 00 00")
        record(session, "card", customer=self.work, by=self.nora, now=NOW, what="name")
        self.ticket = letter(session)
        session.execute(sa.update(Ticket).values(customer_id=self.work.id))
        session.execute(sa.update(Message).values(customer_id=self.work.id))
        session.flush()
        session.expire_all()

    def card(self, email: str, name: str, *, notes: str, tags: list[str], **said: str) -> Customer:
        card = customers.make(self.session, email, name, now=NOW)
        self.session.flush()
        cards.edit_notes(self.session, card, notes)
        cards.set_tags(self.session, card, tags)
        ids = {"size": self.size, "town": self.town}
        fields.put_card_values(self.session, card, {ids[key]: value for key, value in said.items()})
        return card

    def stand(self, card_id: int) -> tuple[object, ...]:
        self.session.expire_all()
        card = queries.card(self.session, card_id)
        tickets = self.session.scalars(sa.select(Ticket.id).where(Ticket.customer_id == card_id)).all()
        letters = self.session.scalars(sa.select(Message.id).where(Message.customer_id == card_id)).all()
        return (
            card.name, card.notes, card.merged_into_id, [address.email for address in card.addresses],
            [address.position for address in card.addresses], [phone.number for phone in card.phones],
            [tag.name for tag in card.tags], [row.value for row in fields.of_card(self.session, card_id)],
            list(tickets), list(letters),
        )  # fmt: skip

    def merge(self) -> CardMerge:
        return merging.merge(self.session, self.work.id, self.home.id, by=self.nora, now=NOW)


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


def test_everything_moves_onto_the_other_card(desk: Desk) -> None:
    desk.merge()
    assert desk.stand(desk.home.id) == (
        "Olga P.", "At home\n\nAt work", None, ["olga@home.example", "olga@work.example"], [0, 1],
        ["+7 921 000 00 00"], ["press", "vip"], ["M", "Riga"], [desk.ticket.id], [1],
    )  # fmt: skip
    assert desk.stand(desk.work.id)[2:] == (desk.home.id, [], [], [], [], ["", ""], [], [])
    found = customers.find_by_address(desk.session, "olga@work.example")
    assert found is not None
    assert found.id == desk.home.id
    assert merging.end_of(desk.session, desk.work.id) == desk.home.id
    listed = queries.page(desk.session).customers
    assert desk.work.id not in [card.id for card in listed]


def test_taken_apart_both_are_as_they_were(desk: Desk) -> None:
    before = desk.stand(desk.work.id), desk.stand(desk.home.id)
    row = desk.merge()
    merging.unmerge(desk.session, row.id, now=LATER)
    assert (desk.stand(desk.work.id), desk.stand(desk.home.id)) == before
    assert merging.merged_here(desk.session, desk.home.id) == []
    with pytest.raises(NotFound):
        merging.unmerge(desk.session, row.id, now=LATER)


def test_what_came_and_was_written_since_stays(desk: Desk) -> None:
    row = desk.merge()
    home = cards.customer_by_id(desk.session, desk.home.id)
    cards.edit_notes(desk.session, home, "Written since")
    cards.add_address(desk.session, home, "new@home.example")
    merging.unmerge(desk.session, row.id, now=LATER)
    assert desk.stand(desk.home.id)[1] == "Written since"
    assert desk.stand(desk.home.id)[3] == ["olga@home.example", "new@home.example"]
    assert desk.stand(desk.work.id)[3] == ["olga@work.example"]


def test_a_chain_comes_apart_from_its_end(desk: Desk) -> None:
    third = desk.card("o@third.example", "Third", notes="", tags=[])
    first = desk.merge()
    second = merging.merge(desk.session, desk.home.id, third.id, by=desk.nora, now=NOW)
    assert merging.end_of(desk.session, desk.work.id) == third.id
    with pytest.raises(Conflict):
        merging.unmerge(desk.session, first.id, now=LATER)
    merging.unmerge(desk.session, second.id, now=LATER)
    merging.unmerge(desk.session, first.id, now=LATER)
    assert [desk.stand(card.id)[3] for card in (desk.work, desk.home, third)] == [
        ["olga@work.example"], ["olga@home.example"], ["o@third.example"],
    ]  # fmt: skip


def test_what_cannot_be_merged_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidInput):
        merging.merge(desk.session, desk.work.id, desk.work.id, by=desk.nora, now=NOW)
    with pytest.raises(NotFound):
        merging.merge(desk.session, desk.work.id, 999, by=desk.nora, now=NOW)
    desk.merge()
    with pytest.raises(InvalidInput):
        desk.merge()
