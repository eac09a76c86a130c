"""Editing a client card: what is taken, what is refused and where it is said. Nothing is merged by itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.customers import card, queries, service
from app.customers.card import AddressTaken
from app.customers.models import Customer, CustomerAddress, Organisation
from app.errors import InvalidInput, NotFound

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.fixture
def olga(session: Session) -> Customer:
    return service.find_or_create(session, "olga@mail.example", "Olga", now=NOW)


def emails(session: Session, customer: Customer) -> list[str]:
    session.flush()
    session.expire_all()
    return [address.email for address in queries.card(session, customer.id).addresses]


def test_name_organisation_and_language(session: Session, olga: Customer) -> None:
    changed = card.edit(
        session, olga, name=" Olga \r\n Petrova\x00 ", organisation="Orbit  LLC", language="ru"
    )
    assert changed == ["name", "organisation", "language"]
    assert (olga.name, olga.organisation.name if olga.organisation else "", olga.language) == (
        "Olga Petrova", "Orbit LLC", "ru",
    )  # fmt: skip
    assert card.edit(session, olga, name="Olga Petrova", organisation="Orbit LLC", language="ru") == []


def test_an_organisation_is_found_before_it_is_made(session: Session, olga: Customer) -> None:
    ivan = service.find_or_create(session, "ivan@mail.example", "Ivan", now=NOW)
    card.edit(session, olga, name="Olga", organisation="Orbit", language="")
    card.edit(session, ivan, name="Ivan", organisation="orbit", language="")
    assert session.scalar(sa.select(sa.func.count(Organisation.id))) == 1
    card.edit(session, ivan, name="Ivan", organisation="", language="")
    assert ivan.organisation is None


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": "n" * 201}),
        ("organisation", {"organisation": "o" * 201}),
        ("language", {"language": "xx"}),
    ],
)
def test_a_refused_change_changes_nothing(
    session: Session, olga: Customer, field: str, values: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        card.edit(session, olga, **{"name": "New", "organisation": "New", "language": "en", **values})
    assert refused.value.field == field
    assert olga.name == "Olga"
    assert session.scalar(sa.select(sa.func.count(Organisation.id))) == 0


def test_a_second_address_finds_the_same_card(session: Session, olga: Customer) -> None:
    assert card.add_address(session, olga, " Olga@Orbit.EXAMPLE ")
    assert not card.add_address(session, olga, "olga@orbit.example")
    found = service.find_by_address(session, "OLGA@orbit.example")
    assert found is olga
    assert emails(session, olga) == ["olga@mail.example", "olga@orbit.example"]


def test_an_address_of_another_card_stays_there(session: Session, olga: Customer) -> None:
    ivan = service.find_or_create(session, "ivan@mail.example", "Ivan", now=NOW)
    with pytest.raises(AddressTaken) as refused:
        card.add_address(session, olga, "Ivan@mail.example")
    assert (refused.value.owner_id, refused.value.owner, refused.value.field) == (ivan.id, "Ivan", "email")
    assert emails(session, ivan) == ["ivan@mail.example"]
    assert emails(session, olga) == ["olga@mail.example"]


@pytest.mark.parametrize(
    "typed", ["", "olga", "olga@", "olga@mail.example\nBcc: x@y.example", "<x@y.example>"]
)
def test_what_is_no_address_is_refused_at_the_field(session: Session, olga: Customer, typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        card.add_address(session, olga, typed)
    assert refused.value.field == "email"


def test_another_address_may_come_first_and_stays_first(session: Session, olga: Customer) -> None:
    for email in ("b@mail.example", "c@mail.example"):
        card.add_address(session, olga, email)
    ids = {address.email: address.id for address in olga.addresses}
    card.make_first(session, olga, ids["c@mail.example"])
    assert emails(session, olga) == ["c@mail.example", "olga@mail.example", "b@mail.example"]
    card.make_first(session, olga, ids["b@mail.example"])
    card.add_address(session, olga, "d@mail.example")
    assert emails(session, olga) == [
        "b@mail.example",
        "c@mail.example",
        "olga@mail.example",
        "d@mail.example",
    ]
    assert olga.email == "b@mail.example"


def test_a_card_keeps_its_last_address(session: Session, olga: Customer) -> None:
    with pytest.raises(InvalidInput):
        card.remove_address(session, olga, olga.addresses[0].id)
    card.add_address(session, olga, "b@mail.example")
    card.remove_address(session, olga, olga.addresses[0].id)
    assert emails(session, olga) == ["b@mail.example"]
    assert service.find_by_address(session, "olga@mail.example") is None


def test_rows_of_another_card_are_out_of_reach(session: Session, olga: Customer) -> None:
    ivan = service.find_or_create(session, "ivan@mail.example", "Ivan", now=NOW)
    card.add_address(session, ivan, "ivan@orbit.example")
    card.add_phone(session, ivan, "+7 921 555-01-23")
    with pytest.raises(NotFound):
        card.remove_address(session, olga, ivan.addresses[1].id)
    with pytest.raises(NotFound):
        card.make_first(session, olga, ivan.addresses[1].id)
    with pytest.raises(NotFound):
        card.remove_phone(session, olga, ivan.phones[0].id)
    assert session.scalar(sa.select(sa.func.count(CustomerAddress.id))) == 3


@pytest.mark.parametrize(
    "typed", ["+7 921 555-01-23", "8 (812) 555 01 23 доб. 4", "555-0123", "+49.30/1234567"]
)
def test_phone_numbers_are_kept_as_typed(session: Session, olga: Customer, typed: str) -> None:
    assert card.add_phone(session, olga, f"  {typed} ")
    assert [phone.number for phone in olga.phones] == [typed]
    assert not card.add_phone(session, olga, typed.replace("-", " "))


@pytest.mark.parametrize("typed", ["", "call me", "1234", "+", "9" * 60, "<script>1234567", "555-0123; drop"])
def test_what_is_no_phone_number_is_refused_at_the_field(
    session: Session, olga: Customer, typed: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        card.add_phone(session, olga, typed)
    assert refused.value.field == "phone"


def test_notes_and_tags(session: Session, olga: Customer) -> None:
    assert card.edit_notes(session, olga, " Calls\r\nafter lunch \x00")
    assert olga.notes == "Calls\nafter lunch"
    assert not card.edit_notes(session, olga, "Calls\nafter lunch")
    assert card.set_tags(session, olga, ["VIP", "#wholesale"])
    assert not card.set_tags(session, olga, ["wholesale", "vip"])
    assert [tag.name for tag in queries.card(session, olga.id).tags] == ["vip", "wholesale"]
    with pytest.raises(InvalidInput) as refused:
        card.edit_notes(session, olga, "x" * 10_001)
    assert refused.value.field == "notes"


def found(session: Session, text: str) -> list[str]:
    return [customer.name for customer in queries.page(session, text).customers]


@pytest.fixture
def people(session: Session) -> None:
    for name, email, organisation, phone in [
        ("Olga Petrova", "olga.petrova@mail.example", "Orbit LLC", "+7 (921) 555-01-23"),
        ("Иван Орлов", "ivan@orbit.example", "Орбита", "8 812 555 99 88"),
        ("100% Sure_ly", "sure@mail.example", "", ""),
    ]:
        customer = service.find_or_create(session, email, name, now=NOW)
        card.edit(session, customer, name=name, organisation=organisation, language="")
        if phone:
            card.add_phone(session, customer, phone)


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("petrova", ["Olga Petrova"]), ("OLGA", ["Olga Petrova"]), ("orbit", ["Иван Орлов", "Olga Petrova"]),
        ("petrova orbit", ["Olga Petrova"]), ("petrova орбита", []), ("иван", ["Иван Орлов"]),
        ("ОРБИТА", ["Иван Орлов"]),
        ("ivan@orbit", ["Иван Орлов"]), ("921 555", ["Olga Petrova"]), ("79215550123", ["Olga Petrova"]),
        ("+7 921 555-01", ["Olga Petrova"]), ("5599", ["Иван Орлов"]), ("100%", ["100% Sure_ly"]),
        ("%", ["100% Sure_ly"]),
        ("Sure_l", ["100% Sure_ly"]), ("' OR 1=1 --", []), ("", ["100% Sure_ly", "Иван Орлов", "Olga Petrova"]),
    ],
)  # fmt: skip
def test_searching(session: Session, people: None, typed: str, names: list[str]) -> None:
    assert found(session, typed) == names


def test_every_card_is_on_exactly_one_page(session: Session) -> None:
    ids = [service.find_or_create(session, f"c{number}@mail.example", "", now=NOW).id for number in range(17)]
    seen: list[int] = []
    after = ""
    while True:
        page = queries.page(session, after=after, limit=5)
        seen += [customer.id for customer in page.customers]
        after = page.next
        if not after:
            break
    assert seen == sorted(ids, reverse=True)


@pytest.mark.parametrize("cursor", ["x", "-1", "٣", "1e9", "9" * 40, "' OR 1=1"])
def test_a_broken_cursor_is_no_error(session: Session, olga: Customer, cursor: str) -> None:
    assert queries.page(session, after=cursor).customers == [olga]
