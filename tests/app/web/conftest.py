"""A desk to work at: a mailbox, and letters on it. On which databases pages are tested: tests/support/turns.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from app import db
from app.customers.service import find_or_create
from app.mailboxes.models import Mailbox
from app.settings import Settings
from app.tickets.filing import IncomingLetter, file_letter, open_ticket
from app.tickets.models import Ticket


class Desk:
    """Files letters as the poller would; returns ids, since a test reads through pages."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox_id = mailbox.id
        self.address = mailbox.address

    def letter(
        self,
        text: str = "Where is my order?",
        *,
        ticket_id: int | None = None,
        at: datetime | None = None,
        **more: object,
    ) -> int:
        """A letter in a new ticket, or in this one; the id of the ticket."""
        now = at or db.now()
        values: dict[str, object] = {
            "raw_mail_id": None,
            "mailbox_id": self.mailbox_id,
            "sender_name": "Olga Petrova",
            "sender_email": "olga@buyer.example",
            "subject": "My order",
            "visible": text,
            "folded": "",
            "signature": "",
            "html": None,
            "language": "en",
            "arrived_at": now,
            "to": (("", self.address),),
            **more,
        }
        letter = IncomingLetter(**values)  # type: ignore[arg-type]
        with db.transaction() as session:
            customer = find_or_create(session, letter.sender_email, letter.sender_name, now=now)
            found = session.get(Ticket, ticket_id) if ticket_id else None
            ticket = found or open_ticket(session, letter, customer, now=now)
            file_letter(session, ticket, letter, customer, wakes=True, now=now)
            return ticket.id

    def letters(self, number: int) -> list[int]:
        begin = db.now() - timedelta(days=1)
        return [
            self.letter(f"Letter {n}", subject=f"Subject {n}", at=begin + timedelta(minutes=n))
            for n in range(number)
        ]


@pytest.fixture
def desk(installation: Settings) -> Desk:
    with db.transaction() as session:
        mailbox = Mailbox(address="support@help.example", name="Support", created_at=db.now())
        session.add(mailbox)
        session.flush()
        return Desk(mailbox)


@pytest.fixture
def count_queries() -> Callable[[], object]:
    """`with count_queries() as queries:` – the statements sent meanwhile."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        sent: list[str] = []

        def note(_connection: sa.Connection, _cursor: object, statement: str, *_more: object) -> None:
            sent.append(statement)

        event.listen(db.engine(), "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(db.engine(), "before_cursor_execute", note)

    return counting


def one(query: sa.Select[tuple[object]]) -> object:
    """The only row of a query, readable afterwards."""
    with db.reading() as session:
        return session.scalars(query).one()
