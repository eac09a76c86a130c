"""Which signature stands below a letter."""

from __future__ import annotations

import pytest

from app.customers.models import Customer
from app.mailboxes.models import Mailbox
from app.outgoing.signatures import of_receipt, signature
from app.tickets.models import Ticket

VALUES = {"agent.name": "Ben Falk", "mailbox.name": "Orbit support"}


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("both", "Ben Falk\nOrbit support, Green street 1"),
        ("agent", "Ben Falk"),
        ("mailbox", "Orbit support, Green street 1"),
        ("none", ""),
    ],
)
def test_each_mailbox_says_which_ones(mode: str, expected: str) -> None:
    assert signature("{{agent.name}}\n", "{{mailbox.name}}, Green street 1", mode, VALUES) == expected


def test_a_line_without_its_value_is_left_out_and_stops_nothing() -> None:
    assert signature("Yours\n{{customer.first_name}}\nBen", "", "both", VALUES) == "Yours\nBen"


def test_nothing_is_nothing() -> None:
    assert signature(" \n", "", "both", VALUES) == ""


def test_what_a_stranger_chose_is_not_mailed_in_a_receipt() -> None:
    """A receipt goes to whoever a letter says it is from: nobody may send their own words with it."""
    mailbox = Mailbox(
        address="help@desk.example",
        name="Help desk",
        signature="Dear {{customer.name}}\nAbout {{ticket.subject}}, {{ticket.number}}\n{{mailbox.name}}",
    )
    ticket = Ticket(id=7, subject="Buy now", customer=Customer(name="Cheap pills"))
    assert of_receipt(ticket, mailbox) == "Help desk"
