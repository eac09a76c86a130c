"""What a person typed into the search field → a condition on tickets.

A number is a ticket, something with an @ is the beginning of an address, every other word must occur in the
subject, in the customer's name, or in a message. Words are found anywhere inside a text, so this reads the
messages one by one; it asks the index of addresses and the key of tickets first wherever it can.
"""

from __future__ import annotations

import re

import sqlalchemy as sa

from app.customers.models import Customer, CustomerAddress
from app.tickets.models import Message, Participant, Ticket

LONGEST_QUERY = 200
MOST_WORDS = 8
_NUMBER = re.compile(r"#?(\d{1,18})\Z")


def matching(query: str, dialect: str) -> sa.ColumnElement[bool] | None:
    """None when nothing was typed."""
    words = query[:LONGEST_QUERY].split()[:MOST_WORDS]
    if not words:
        return None
    return sa.and_(*[_one(word, dialect) for word in words])


def _one(word: str, dialect: str) -> sa.ColumnElement[bool]:
    number = _NUMBER.match(word)
    if number is not None and word.startswith("#"):
        return Ticket.id == int(number.group(1))
    if "@" in word:
        return _address(word.lower())
    found = sa.or_(
        _contains(Ticket.subject, word, dialect),
        Ticket.customer_id.in_(sa.select(Customer.id).where(_contains(Customer.name, word, dialect))),
        Ticket.id.in_(sa.select(Message.ticket_id).where(_contains(Message.visible, word, dialect))),
    )
    return sa.or_(found, Ticket.id == int(number.group(1))) if number else found


def _address(beginning: str) -> sa.ColumnElement[bool]:
    """A range instead of LIKE, so that both databases use their index of addresses."""
    end = beginning + "\uffff"
    own = sa.select(CustomerAddress.customer_id).where(CustomerAddress.email.between(beginning, end))
    spoke = sa.select(Participant.ticket_id).where(Participant.email.between(beginning, end))
    return sa.or_(Ticket.customer_id.in_(own), Ticket.id.in_(spoke))


def _contains(
    column: sa.orm.attributes.InstrumentedAttribute[str], word: str, dialect: str
) -> sa.ColumnElement[bool]:
    """SQLite ignores case only for a–z, so other letters are tried as typed, small, capital and at a beginning."""
    if dialect != "sqlite" or word.isascii():
        return column.icontains(word, autoescape=True)
    forms = dict.fromkeys((word, word.lower(), word.upper(), word.capitalize()))
    return sa.or_(*[column.contains(form, autoescape=True) for form in forms])
