"""An agent leaves, their clients stay."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts import grants
from app.accounts import service as accounts
from app.accounts.models import Agent, Role
from app.customers.service import find_or_create
from app.errors import InvalidInput, NotAllowed
from app.mailboxes.models import Mailbox
from app.settings import Settings
from app.tickets import handover, service
from app.tickets.drafts import Written, save
from app.tickets.filing import IncomingLetter, file_letter, open_ticket
from app.tickets.models import Draft, Event, Ticket

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


class Desk:
    def __init__(self, session: Session) -> None:
        self.session = session
        self.leaver, self.colleague = self.agent("Nora Lind"), self.agent("Ben Carter")
        self.shop, self.repairs = self.mailbox("shop"), self.mailbox("repairs")

    def agent(self, name: str, role: str = Role.AGENT) -> Agent:
        address = f"{name.split()[0].lower()}@help.example"
        return accounts.make_agent(self.session, address, name, role=role, now=NOW)

    def mailbox(self, name: str) -> Mailbox:
        row = Mailbox(address=f"{name}@help.example", created_at=NOW)
        self.session.add(row)
        self.session.flush()
        return row

    def ticket(self, mailbox: Mailbox, *, status: str = "open") -> Ticket:
        customer = find_or_create(self.session, "olga@buyer.example", "Olga", now=NOW)
        customer.own_agent_id = self.leaver.id
        letter = IncomingLetter(
            raw_mail_id=None, mailbox_id=mailbox.id, sender_name="Olga", sender_email="olga@buyer.example",
            subject="Order", visible="Where is it?", folded="", signature="", html=None, language="en",
            arrived_at=NOW, to=(("", mailbox.address),),
        )  # fmt: skip
        ticket = open_ticket(self.session, letter, customer, now=NOW)
        file_letter(self.session, ticket, letter, customer, wakes=True, now=NOW)
        service.assign(self.session, ticket, self.leaver.id, by=None, now=NOW)
        if status != "open":
            service.set_status(self.session, ticket, status, by=None, now=NOW)
        return ticket

    def draft(self, ticket: Ticket, by: Agent, text: str) -> Draft:
        return save(
            self.session, ticket, "outgoing", Written(f"<div>{text}</div>"), version=0, by=by, now=NOW
        )


@pytest.fixture
def desk(session: Session, installation: Settings) -> Desk:
    return Desk(session)


def test_everything_goes_to_the_colleague_in_one_move(desk: Desk) -> None:
    running = [desk.ticket(desk.shop), desk.ticket(desk.shop, status="waiting")]
    closed = desk.ticket(desk.shop, status="closed")
    draft = desk.draft(running[0], desk.leaver, "Half a letter")
    waiting = handover.waiting_with(desk.session, desk.leaver.id)
    given = handover.hand_over(desk.session, desk.leaver, desk.colleague, by=desk.colleague, now=NOW)
    assert (given.tickets, given.drafts, given.clients, given.kept) == (2, 1, 1, 0)
    assert (waiting.tickets, waiting.drafts, waiting.clients) == (2, 1, 1)
    assert {ticket.assignee_id for ticket in running} == {desk.colleague.id}
    assert closed.assignee_id == desk.leaver.id and draft.agent_id == desk.colleague.id
    assert running[0].customer.own_agent_id == desk.colleague.id
    told = desk.session.scalars(
        sa.select(Event).where(Event.ticket_id == running[0].id, Event.kind == "assigned")
    )
    assert [event.detail["after"] for event in told][-1] == desk.colleague.id


def test_to_nobody_the_tickets_are_everybodys_and_the_drafts_stay_where_they_are(desk: Desk) -> None:
    ticket = desk.ticket(desk.shop)
    draft = desk.draft(ticket, desk.leaver, "Half a letter")
    given = handover.hand_over(desk.session, desk.leaver, None, by=None, now=NOW)
    assert (ticket.assignee_id, draft.agent_id, given.drafts) == (None, desk.leaver.id, 0)


def test_a_colleague_gets_no_ticket_of_a_mailbox_they_do_not_see(desk: Desk) -> None:
    seen, unseen = desk.ticket(desk.shop), desk.ticket(desk.repairs)
    hidden = desk.draft(unseen, desk.leaver, "Not for Ben")
    grants.set_agent_mailboxes(desk.session, desk.colleague, [desk.shop.id], by=None, now=NOW)
    desk.session.info.clear()
    given = handover.hand_over(desk.session, desk.leaver, desk.colleague, by=None, now=NOW)
    assert (seen.assignee_id, unseen.assignee_id) == (desk.colleague.id, None)
    assert (given.kept, given.drafts, hidden.agent_id) == (1, 0, desk.leaver.id)


def test_words_of_both_drafts_are_kept(desk: Desk) -> None:
    ticket = desk.ticket(desk.shop)
    own = desk.draft(ticket, desk.colleague, "Begun by Ben")
    desk.draft(ticket, desk.leaver, "Begun by Nora")
    handover.hand_over(desk.session, desk.leaver, desk.colleague, by=None, now=NOW)
    (kept,) = desk.session.scalars(sa.select(Draft))
    assert kept.id == own.id and kept.html.index("Begun by Ben") < kept.html.index("Begun by Nora")


@pytest.mark.parametrize("role", [Role.LIGHT, Role.AUDITOR])
def test_only_somebody_who_answers_can_take_over(desk: Desk, role: str) -> None:
    ticket = desk.ticket(desk.shop)
    with pytest.raises(InvalidInput):
        handover.hand_over(desk.session, desk.leaver, desk.agent("Lila Moss", role), by=None, now=NOW)
    with pytest.raises(InvalidInput):
        handover.hand_over(desk.session, desk.leaver, desk.leaver, by=None, now=NOW)
    assert ticket.assignee_id == desk.leaver.id


def test_a_light_agent_is_given_nothing_and_begins_no_letter(desk: Desk) -> None:
    ticket, light = desk.ticket(desk.shop), desk.agent("Lila Moss", Role.LIGHT)
    with pytest.raises(InvalidInput):
        service.assign(desk.session, ticket, light.id, by=None, now=NOW)
    with pytest.raises(NotAllowed):
        desk.draft(ticket, light, "Dear customer")
