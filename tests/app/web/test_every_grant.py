"""Of a mailbox that was not granted no route shows anything, and none reaches into it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app import db
from app.accounts.models import Agent, MailboxGrant, Role
from app.accounts.teams import TeamMember
from app.mailboxes.models import Mailbox, RawMail
from app.ratings.models import Rating
from app.tickets.models import Attachment, Draft, Message, Ticket
from tests.app.web import route_desk
from tests.app.web.every_route import ROUTES, known
from tests.app.web.route_asking import TOUCHED, ask
from tests.app.web.route_rows import may
from tests.app.web.rows import changed, dump
from tests.support.web import add_agent, sign_in
from tests.support.whole_desk import WholeDesk

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
desk = route_desk.desk


def test_a_mailbox_that_was_not_granted_is_not_there(app: Flask, desk: WholeDesk) -> None:
    """Nothing of its tickets and mails on any page; its rows are not found by any way to change them."""
    somebody = add_agent("narrow@help.example", "Nina Roth", role=Role.LEAD)
    with db.transaction() as session:
        session.execute(sa.update(Agent).where(Agent.id == somebody.id).values(every_mailbox=False))
        session.add(MailboxGrant(agent_id=somebody.id, mailbox_id=desk.ids["second_mailbox"]))
        # Leads see how the people of their teams are rated.
        session.add(TeamMember(team_id=desk.ids["team_id"], agent_id=somebody.id))
        _mark_secret(session)
    client = sign_in(app.test_client(), somebody)
    problems, before = [], dump()
    for method, rule in known(app):
        route = ROUTES[method, rule.endpoint]
        if route.who == "public" or not may("lead", method, route) or route.sandbox:
            continue
        foreign = route.granted and bool(rule.arguments & OF_A_MAILBOX)
        if method == "GET" or foreign:
            answer = ask(client, method, app, rule, route, desk)
            wrong = answer.status_code != 404 if foreign else answer.status_code not in (route.answer, 404)
            leak = SECRET.encode() in answer.data
            problems += [f"{method} {rule.endpoint}: {answer.status_code} {leak}"] if wrong or leak else []
    assert not problems + changed(before, dump(), TOUCHED)


@pytest.mark.parametrize("here", ["", "ticket_id"], ids=["nothing of theirs", "beside a ticket of theirs"])
def test_no_form_reaches_into_a_mailbox_that_was_not_granted(app: Flask, desk: WholeDesk, here: str) -> None:
    """Numbers in the fields of a form, such as the ticket to merge into or those ticked in a list."""
    somebody = add_agent("narrow@help.example", "Nina Roth", role=Role.LEAD)
    with db.transaction() as session:
        session.execute(sa.update(Agent).where(Agent.id == somebody.id).values(every_mailbox=False))
        session.add(MailboxGrant(agent_id=somebody.id, mailbox_id=desk.ids["second_mailbox"]))
        if here:
            theirs = sa.update(Ticket).where(Ticket.id == desk.ids[here])
            session.execute(theirs.values(mailbox_id=desk.ids["second_mailbox"]))
    client = sign_in(app.test_client(), somebody)
    asked_for, problems, before = [], [], dump()
    for method, rule in known(app):
        route = ROUTES[method, rule.endpoint]
        named = {value[1:] for value in route.form.values() if value.startswith("=")} & FOREIGN
        named -= {"message_id", "second_letter"} if here else set()
        rows = {route.ids.get(name, name) for name in rule.arguments} & OF_A_MAILBOX
        if method != "POST" or not may("lead", method, route) or not named or rows - {here} or here in named:
            continue
        answer = ask(client, method, app, rule, route, desk)
        asked_for.append(rule.endpoint)
        problems += [f"{rule.endpoint}: {answer.status_code}"] if answer.status_code >= 500 else []
    assert asked_for and not problems + changed(before, dump(), TOUCHED | LEFT_ALONE)


# What a bulk action writes down of tickets that it left alone.
LEFT_ALONE = {"bulk_actions", "bulk_changes"}
FOREIGN = {
    "ticket_id", "answered_ticket", "linked_ticket", "raw_mail_id", "mailbox_id", "message_id", "second_letter"
}  # fmt: skip
# What stands in an address and belongs to one mailbox.
OF_A_MAILBOX = {"ticket_id", "message_id", "attachment_id", "raw_mail_id", "mailbox_id"}
SECRET = "chrysalis"


def _mark_secret(session: Session) -> None:
    """Every text of a ticket, a letter and a mailbox holds a word by which a leak is seen."""
    for column in (
        Ticket.subject, Ticket.preview, Message.visible, Message.folded, Message.html, Draft.html, Rating.comment,
        RawMail.subject, RawMail.reason, Attachment.filename, Mailbox.name, Mailbox.signature, Mailbox.last_error,
    ):  # fmt: skip
        foreign = sa.true() if column.class_ is not Mailbox else Mailbox.address == "support@help.example"
        session.execute(sa.update(column.class_).where(foreign).values({column: f"a {SECRET}"}))
    session.execute(sa.update(Message).values(sender_name=SECRET))
