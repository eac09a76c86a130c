"""Reading client cards."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from app.cursors import row_number
from app.customers.card import digits
from app.customers.models import Customer, CustomerAddress, CustomerPhone, Organisation
from app.errors import NotFound

PAGE = 50
MOST_WORDS = 8
# Fewer digits than this are a house number or a year, not part of a phone number.
FEWEST_PHONE_DIGITS = 4


@dataclass(frozen=True)
class Page:
    """Cards, newest first; `next` is the cursor of the following page, '' at the end."""

    customers: list[Customer]
    next: str


def card(session: Session, customer_id: int) -> Customer:
    """The card with addresses, phones, organisation and tags: four queries. Raises NotFound."""
    query = sa.select(Customer).where(Customer.id == customer_id).options(*_whole())
    found = session.scalar(query)
    if found is None:
        raise NotFound("There is no such client card.")
    return found


def page(session: Session, text: str = "", *, after: str = "", limit: int = PAGE) -> Page:
    """Every word of `text` must be in the name, organisation, an address or a phone number."""
    query = sa.select(Customer).options(*_whole()).order_by(Customer.id.desc()).limit(limit + 1)
    query = query.where(Customer.merged_into_id.is_(None))
    for word in _words(text):
        query = query.where(_has(word))
    last_id = row_number(after)
    if last_id is not None:
        query = query.where(Customer.id < last_id)
    rows = list(session.scalars(query))
    return Page(rows[:limit], str(rows[limit - 1].id) if len(rows) > limit else "")


def organisation_names(session: Session, limit: int = 200) -> list[str]:
    """To choose from while typing."""
    return list(session.scalars(sa.select(Organisation.name).order_by(Organisation.name).limit(limit)))


def has_customers(session: Session) -> bool:
    return session.scalar(sa.select(Customer.id).limit(1)) is not None


def _whole() -> tuple[sa.orm.interfaces.ORMOption, ...]:
    return (
        joinedload(Customer.organisation),
        selectinload(Customer.addresses),
        selectinload(Customer.phones),
        selectinload(Customer.tags),
    )


def _words(text: str) -> list[str]:
    """A phone number typed with spaces is one word."""
    if len(digits(text)) >= FEWEST_PHONE_DIGITS and not any(char.isalpha() or char == "@" for char in text):
        return [digits(text)]
    return text.split()[:MOST_WORDS]


def _has(word: str) -> sa.ColumnElement[bool]:
    parts = [
        _contains(Customer.name, word),
        Customer.organisation.has(_contains(Organisation.name, word)),
        Customer.addresses.any(CustomerAddress.email.contains(word.lower(), autoescape=True)),
    ]
    if len(digits(word)) >= FEWEST_PHONE_DIGITS:
        parts.append(
            Customer.phones.any(_plain(CustomerPhone.number).contains(digits(word), autoescape=True))
        )
    return sa.or_(*parts)


def _contains(column: sa.orm.InstrumentedAttribute[str], word: str) -> sa.ColumnElement[bool]:
    """SQLite folds the case of ASCII letters only, so the usual spellings are tried."""
    spellings = {word, word.lower(), word.upper(), word.capitalize()}
    return sa.or_(*(column.icontains(spelling, autoescape=True) for spelling in sorted(spellings)))


def _plain(column: sa.orm.InstrumentedAttribute[str]) -> sa.SQLColumnExpression[str]:
    stripped: sa.SQLColumnExpression[str] = column
    for char in " -()./":
        stripped = sa.func.replace(stripped, char, "")
    return stripped
