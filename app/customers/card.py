"""Editing a client card by hand. Nothing is merged: an address that another card has stays where it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app.accounts.addresses import tidy_email
from app.customers.models import Customer, CustomerAddress, CustomerPhone, Organisation
from app.errors import InvalidInput, NotFound
from app.tags.service import find_or_make

LANGUAGES = ("", "en", "ru")
LONGEST_NAME = 200
LONGEST_NOTES = 10_000
MOST_ADDRESSES = 20
MOST_PHONES = 10
_PHONE = re.compile(r"\+?[\d\s().\-/]{3,38}(?:(?:ext|x|доб)\.?\s*\d{1,6})?", re.IGNORECASE)
FEWEST_DIGITS = 5


class AddressTaken(InvalidInput):
    """Another card has this address; `owner_id` and `owner` say which."""

    def __init__(self, owner: Customer) -> None:
        super().__init__("This address belongs to another card.", "email")
        self.owner_id = owner.id
        self.owner = owner.display_name


def customer_by_id(session: Session, customer_id: int) -> Customer:
    """The card, locked for changes. Raises NotFound."""
    query = sa.select(Customer).where(Customer.id == customer_id).with_for_update(of=Customer)
    customer = session.scalar(query.options(selectinload(Customer.addresses)))
    if customer is None:
        raise NotFound("There is no such client card.")
    return customer


def edit(session: Session, customer: Customer, *, name: str, organisation: str, language: str) -> list[str]:
    """Who this is. Returns the names of the fields that changed; raises InvalidInput and changes nothing."""
    tidied, company = _line(name, "name"), _line(organisation, "organisation")
    if language not in LANGUAGES:
        raise InvalidInput("Please choose a language.", "language")
    found = _organisation(session, company)
    fields = {"name": tidied, "organisation_id": found.id if found else None, "language": language}
    changed = [field for field, value in fields.items() if getattr(customer, field) != value]
    for field in changed:
        setattr(customer, field, fields[field])
    session.flush()
    session.expire(customer, ["organisation"])
    return [field.removesuffix("_id") for field in changed]


def edit_notes(session: Session, customer: Customer, notes: str) -> bool:
    """What agents should know about this person. True when the text changed."""
    tidied = _clean(notes.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(tidied) > LONGEST_NOTES:
        raise InvalidInput("These notes are too long.", "notes")
    if tidied == customer.notes:
        return False
    customer.notes = tidied
    session.flush()
    return True


def set_tags(session: Session, customer: Customer, names: Iterable[str]) -> bool:
    """Make these the card's tags. True when they changed."""
    tags = find_or_make(session, names)
    if {tag.id for tag in tags} == {tag.id for tag in customer.tags}:
        return False
    customer.tags = tags
    session.flush()
    return True


def add_address(session: Session, customer: Customer, email: str) -> bool:
    """False when the card has it already. Raises AddressTaken when another card has it, InvalidInput."""
    address = tidy_email(email)
    owner = session.scalar(
        sa.select(Customer).join(Customer.addresses).where(CustomerAddress.email == address)
    )
    if owner is not None and owner.id == customer.id:
        return False
    if owner is not None:
        raise AddressTaken(owner)
    if len(customer.addresses) >= MOST_ADDRESSES:
        raise InvalidInput("This card has too many addresses.", "email")
    last = max((known.position for known in customer.addresses), default=0)
    customer.addresses.append(CustomerAddress(email=address, position=last, bounce_reason=""))
    session.flush()
    return True


def remove_address(session: Session, customer: Customer, address_id: int) -> str:
    """The removed address; letters that came from it stay. A card keeps one: mail finds it by that."""
    address = _address(customer, address_id)
    if len(customer.addresses) == 1:
        raise InvalidInput("A card keeps at least one address.", "email")
    customer.addresses.remove(address)
    session.flush()
    return address.email


def make_first(session: Session, customer: Customer, address_id: int) -> str:
    """New letters to this person go to this address."""
    address = _address(customer, address_id)
    if customer.addresses[0] is not address:
        address.position = min(known.position for known in customer.addresses) - 1
        session.flush()
        session.expire(customer, ["addresses"])
    return address.email


def add_phone(session: Session, customer: Customer, number: str) -> bool:
    """False when the card has this number, however it is written. Raises InvalidInput."""
    written = " ".join(_clean(number).split())
    if not _PHONE.fullmatch(written) or len(digits(written)) < FEWEST_DIGITS:
        raise InvalidInput("This is not a phone number.", "phone")
    if any(digits(known.number) == digits(written) for known in customer.phones):
        return False
    if len(customer.phones) >= MOST_PHONES:
        raise InvalidInput("This card has too many phone numbers.", "phone")
    customer.phones.append(CustomerPhone(number=written))
    session.flush()
    return True


def remove_phone(session: Session, customer: Customer, phone_id: int) -> None:
    """Raises NotFound when the card has no such number."""
    phone = next((known for known in customer.phones if known.id == phone_id), None)
    if phone is None:
        raise NotFound("There is no such phone number on this card.")
    customer.phones.remove(phone)
    session.flush()


def digits(text: str) -> str:
    """What two ways of writing one phone number have in common."""
    return "".join(char for char in text if char.isdecimal())


def _address(customer: Customer, address_id: int) -> CustomerAddress:
    for address in customer.addresses:
        if address.id == address_id:
            return address
    raise NotFound("There is no such address on this card.")


def _organisation(session: Session, name: str) -> Organisation | None:
    """Found by its name in any case, or made."""
    if not name:
        return None
    known = session.scalars(
        sa.select(Organisation).where(Organisation.name.in_({name, name.lower(), name.upper(), name.title()}))
    )
    found = known.first()
    if found is None:
        found = Organisation(name=name)
        session.add(found)
        session.flush()
    return found


def _line(text: str, field: str) -> str:
    line = " ".join(_clean(text).split())
    if len(line) > LONGEST_NAME:
        raise InvalidInput("This is too long.", field)
    return line


def _clean(text: str) -> str:
    """Without control and invisible characters; names end up in mail headers. Emoji joiners stay."""
    return "".join(
        char
        for char in unicodedata.normalize("NFC", text)
        if char in "\n\t\u200d" or unicodedata.category(char) not in ("Cc", "Cf", "Co", "Cs", "Cn")
    )
