"""An installation that has been in use for a while: so many tickets, written in bulk."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app import db
from app.customers.models import Customer, CustomerAddress
from app.mailboxes.models import Mailbox, RawMail, RawState
from app.tickets.models import Kind, Message, MessageReference, Participant, Status, Ticket

CHUNK = 2000
PER_TICKET = 2  # letters in each ticket
PER_CUSTOMER = 4  # tickets of each customer
WORDS = "the parcel order number invoice did not arrive please tell me when refund broken spare part delivery".split()

Row = dict[str, Any]


def grow(mailbox: Mailbox, folder_id: int, tickets: int) -> None:
    """Write so many tickets, with cards, journal rows and letters as they would be after a year of mail."""
    rng, now = random.Random(7), db.now()
    people = tickets // PER_CUSTOMER + 1
    letters = range(1, tickets * PER_TICKET + 1)
    _fill(Customer, range(1, people + 1), lambda number: _customer(number, now))
    _fill(CustomerAddress, range(1, people + 1), _address)
    _fill(RawMail, letters, lambda number: _raw(number, mailbox.id, folder_id, now))
    _fill(Ticket, range(1, tickets + 1), lambda number: _ticket(number, mailbox.id, now))
    _fill(Participant, range(1, tickets + 1), _participant)
    _fill(Message, letters, lambda number: _message(number, rng, now))
    _fill(MessageReference, [number for number in letters if number % PER_TICKET == 0], _reference)
    _settle()


def _settle() -> None:
    """Numbers go on above ours, and the planner knows the sizes, as it does in a database in use."""
    with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "postgresql":
            for table in ("customers", "customer_addresses", "raw_mails", "tickets", "messages"):
                connection.execute(sa.text(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))"))
        connection.execute(sa.text("ANALYZE"))


def _fill(model: type[db.Base], numbers: range | list[int], row: Callable[[int], Row]) -> None:
    for start in range(0, len(numbers), CHUNK):
        with db.transaction() as session:
            session.execute(sa.insert(model), [row(number) for number in numbers[start : start + CHUNK]])


def _owner(ticket: int) -> int:
    return ticket // PER_CUSTOMER + 1


def _email(customer: int) -> str:
    return f"customer.{customer}@past.example"


def _name(letter: int) -> str:
    return f"{letter}.{letter * 7919 % 100_003}@past.example"


def _at(number: int, now: datetime) -> datetime:
    return now - timedelta(days=365) + timedelta(minutes=number % 500_000)


def _customer(number: int, now: datetime) -> Row:
    return {"id": number, "name": f"Customer {number}", "language": "en", "notes": "", "created_at": now}


def _address(number: int) -> Row:
    return {
        "id": number,
        "customer_id": number,
        "email": _email(number),
        "position": 0,
        "bounce_reason": "",
    }


def _raw(number: int, mailbox_id: int, folder_id: int, now: datetime) -> Row:
    digest = hashlib.sha256(b"past %d" % number).hexdigest()
    return {
        "id": number,
        "mailbox_id": mailbox_id,
        "folder_id": folder_id,
        "uidvalidity": 1,
        "uid": number,
        "sha256": digest,
        "size": 4000,
        "stored_at": _at(number, now),
        "state": RawState.FILED,
        "reason": "a new letter",
        "decided_at": _at(number, now),
        "content_key": digest[::-1],
        "sender": _email(_owner(_ticket_of(number))),
        "subject": f"Question {number}",
    }


def _ticket_of(letter: int) -> int:
    return (letter - 1) // PER_TICKET + 1


def _ticket(number: int, mailbox_id: int, now: datetime) -> Row:
    return {
        "id": number,
        "mailbox_id": mailbox_id,
        "customer_id": _owner(number),
        "subject": f"Question {number}",
        "status": Status.CLOSED if number % 20 else Status.OPEN,
        "preview": "the parcel did not arrive",
        "opened_at": _at(number, now),
        "last_message_at": _at(number + 1, now),
        "closed_at": _at(number + 1, now) if number % 20 else None,
        "unread": False,
        "message_count": PER_TICKET,
    }


def _participant(number: int) -> Row:
    return {"ticket_id": number, "email": _email(_owner(number)), "how": "customer"}


def _message(number: int, rng: random.Random, now: datetime) -> Row:
    ticket = _ticket_of(number)
    return {
        "id": number,
        "ticket_id": ticket,
        "kind": Kind.INCOMING,
        "customer_id": _owner(ticket),
        "raw_mail_id": number,
        "sender_email": _email(_owner(ticket)),
        "subject": f"Question {ticket}",
        "visible": " ".join(rng.choices(WORDS, k=60)),
        "rfc_message_id": _name(number),
        "arrived_at": _at(number, now),
        "suggest_state": "done",
    }


def _reference(number: int) -> Row:
    return {"message_id": number, "rfc_message_id": _name(number - 1)}
