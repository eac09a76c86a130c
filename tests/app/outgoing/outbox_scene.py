"""What the tests of the outbox share: a clock that is set, a scheduler that ticks, more mailboxes and tickets."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from app import db
from app.mailboxes.models import Mailbox
from app.outgoing import service
from app.outgoing.models import Outbox
from app.tickets.models import Event, Message, Ticket
from tests.app.outgoing.conftest import NOW, World
from tests.app.outgoing.test_deliver import hand_over, sink
from tests.support.smtp_sink import SmtpSink

__all__ = ["sink"]

OLGA, IGOR, ANNA = "olga@client.example", "igor@client.example", "anna@client.example"


class Clock:
    """The clock of the shell, which a test sets."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **more: float) -> None:
        self.at += timedelta(**more)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(db, "now", made)
    return made


def tick() -> list[int]:
    """What the scheduler does every few seconds; the messages it rings for."""
    with db.transaction() as session:
        return service.sweep(session, db.now())


def work_off(world: World) -> None:
    for message_id in tick():
        hand_over(world, message_id)


def events(kind: str) -> list[Event]:
    with db.reading() as session:
        return list(session.scalars(sa.select(Event).where(Event.kind == kind).order_by(Event.id)))


def texts(sink: SmtpSink) -> list[tuple[str, str]]:
    return [(one.recipients[0], str(one.mail["Message-ID"])) for one in sink.accepted]


def message_ids(*ids: int) -> list[str]:
    with db.reading() as session:
        return [f"<{session.get_one(Message, one).rfc_message_id}>" for one in ids]


def another_ticket(world: World, mailbox_id: int | None = None) -> World:
    """The same people, another ticket; of another mailbox if that is given."""
    with db.transaction() as session:
        old = session.get_one(Ticket, world.ticket)
        ticket = Ticket(
            mailbox_id=mailbox_id or old.mailbox_id,
            customer_id=old.customer_id,
            subject="Another matter",
            opened_at=NOW,
            last_message_at=NOW,
        )
        session.add(ticket)
        session.flush()
        return World(ticket.mailbox_id, world.ben, world.vera, ticket.id, world.letter, world.settings)


def another_mailbox(world: World, **more: object) -> World:
    with db.transaction() as session:
        old = session.get_one(Mailbox, world.mailbox)
        values = {
            name: getattr(old, name) for name in ("smtp_host", "smtp_port", "smtp_security", "smtp_user")
        }
        mailbox = Mailbox(
            address="sales@orbit.example",
            created_at=NOW,
            smtp_password=old.smtp_password,
            **{**values, **more},
        )
        session.add(mailbox)
        session.flush()
        mailbox_id = mailbox.id
    return another_ticket(world, mailbox_id)


def set_mailbox(world: World, **values: object) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).where(Mailbox.id == world.mailbox).values(**values))


def all_rows() -> list[Outbox]:
    with db.reading() as session:
        return list(session.scalars(sa.select(Outbox).order_by(Outbox.id)))
