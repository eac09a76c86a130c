"""A desk with a customer's letter, and rules made in one line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app import db
from app.automation import rules
from app.automation.actions import Action
from app.automation.conditions import Condition, Group
from app.automation.models import RuleLog
from app.automation.rules import RuleForm
from app.customers.service import find_or_create
from app.mailboxes.models import Mailbox
from app.settings import Settings
from app.tickets.filing import IncomingLetter, file_letter, open_ticket
from app.tickets.models import Event, Ticket

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


class Desk:
    """Tickets and rules by their ids; each call is a transaction of its own."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        with db.transaction() as session:
            mailbox = Mailbox(address="support@help.example", name="Support", created_at=NOW)
            session.add(mailbox)
            session.flush()
            self.mailbox_id = mailbox.id

    def ticket(
        self,
        subject: str = "My order",
        *,
        at: datetime = NOW,
        sender: str = "olga@buyer.example",
        **more: object,
    ) -> int:
        values: dict[str, object] = {
            "raw_mail_id": None, "mailbox_id": self.mailbox_id, "sender_name": "Olga Petrova", "sender_email": sender,
            "subject": subject, "visible": "Where is it?", "folded": "", "signature": "", "html": None, "language": "en",
            "arrived_at": at, **more,
        }  # fmt: skip
        letter = IncomingLetter(**values)  # type: ignore[arg-type]
        with db.transaction() as session:
            customer = find_or_create(session, sender, "Olga Petrova", now=at)
            ticket = open_ticket(session, letter, customer, now=at)
            file_letter(session, ticket, letter, customer, wakes=True, now=at)
            return ticket.id

    def rule(
        self, name: str, when: str, *does: tuple[str, ...], conditions: tuple[Condition, ...] = (), any_of: bool = False,
        active: bool = True, at: datetime = NOW, **timing: object,
    ) -> int:  # fmt: skip
        backlog = bool(timing.pop("backlog", False))
        form = RuleForm(
            name,
            when,
            Group(not any_of, conditions),
            tuple(Action(one[0], tuple(one[1:])) for one in does),
            timing,
            backlog,
        )
        with db.transaction() as session:
            rule = rules.make(session, form, now=at)
            rules.set_active(session, rule, active, now=at)
            return rule.id

    def get(self, ticket_id: int) -> Ticket:
        with db.reading() as session:
            ticket = session.get_one(Ticket, ticket_id)
            _ = [tag.name for tag in ticket.tags]
            return ticket

    def tags(self, ticket_id: int) -> list[str]:
        return [tag.name for tag in self.get(ticket_id).tags]

    def log(self) -> list[RuleLog]:
        with db.reading() as session:
            return list(session.scalars(sa.select(RuleLog).order_by(RuleLog.id)))

    def events(self, ticket_id: int, kind: str) -> list[Event]:
        with db.reading() as session:
            query = sa.select(Event).where(Event.ticket_id == ticket_id, Event.kind == kind)
            return list(session.scalars(query.order_by(Event.id)))


@pytest.fixture
def desk(installation: Settings) -> Desk:
    return Desk(installation)


@pytest.fixture
def change(desk: Desk) -> Callable[..., None]:
    """`change(ticket_id, lambda session, ticket: …)` in a transaction of its own."""

    def changing(ticket_id: int, act: Callable[..., object]) -> None:
        with db.transaction() as session:
            act(session, session.get_one(Ticket, ticket_id))

    return changing
