"""Snoozing, spam, the trash and fields as pages: by the agent's own clock, refused in words, only for those who may."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.accounts.models import Agent
from app.tickets import field_admin
from app.tickets.models import Event, Message, Ticket
from app.tickets.order_models import SpamSender, TicketValue
from tests.app.web.conftest import Desk, one


def ticket(ticket_id: int = 1) -> Ticket:
    return one(sa.select(Ticket).where(Ticket.id == ticket_id))  # type: ignore[return-value]


def test_a_typed_time_is_of_the_agents_own_clock(desk: Desk, agent: FlaskClient) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Agent).values(timezone="Asia/Tokyo"))
    desk.letter()
    agent.post("/tickets/1/snooze", data={"until": "", "at": "2031-05-06T07:08"})
    assert ticket().snoozed_until == datetime(2031, 5, 5, 22, 8, tzinfo=UTC)
    assert "6 May 2031, 07:08" in agent.get("/tickets/1").text
    agent.post("/tickets/1/wake")
    assert (ticket().status, ticket().snoozed_until) == ("open", None)


def test_a_time_that_is_no_time_is_refused(desk: Desk, agent: FlaskClient) -> None:
    desk.letter()
    for form in (
        {"until": "", "at": "soon"},
        {"until": "never", "at": ""},
        {"until": "", "at": "2001-01-01T10:00"},
    ):
        assert agent.post("/tickets/1/snooze", data=form).status_code == 422
    assert ticket().status == "open"


def test_spam_is_asked_about_learnt_and_listed(desk: Desk, agent: FlaskClient, admin: FlaskClient) -> None:
    desk.letter(sender_email="win@pedlar.example")
    page = agent.get("/tickets/1/spam").text
    assert "win@pedlar.example" in page
    assert "@pedlar.example" in page
    agent.post("/tickets/1/spam", data={"learn": "domain"})
    assert "@pedlar.example" in admin.get("/settings/spam").text
    assert agent.get("/settings/spam").status_code == 403
    (row,) = [one(sa.select(SpamSender))]
    admin.post(f"/settings/spam/{row.id}/remove")  # type: ignore[attr-defined]
    assert "@pedlar.example" not in admin.get("/settings/spam?q=pedlar").text
    assert admin.post("/settings/spam", data={"pattern": "@gmail.com"}).status_code == 422
    assert ticket().status == "spam"


def test_for_good_is_for_admins_who_type_the_number(
    desk: Desk, agent: FlaskClient, admin: FlaskClient
) -> None:
    desk.letter()
    agent.post("/tickets/1/trash")
    assert agent.post("/tickets/1/delete", data={"number": "1"}).status_code == 403
    assert admin.post("/tickets/1/delete", data={"number": "2"}).status_code == 422
    assert ticket().status == "trash"
    assert admin.post("/tickets/1/delete", data={"number": "#1"}).status_code == 303
    assert admin.get("/tickets/1").status_code == 404
    assert "#1" in admin.get("/settings/trash").text
    assert admin.post("/settings/trash", data={"days": "many"}).status_code == 422
    admin.post("/settings/trash", data={"days": "7"})
    assert 'value="7"' in admin.get("/settings/trash").text


def test_a_field_says_what_is_wrong_and_keeps_what_was_typed(desk: Desk, agent: FlaskClient) -> None:
    with db.transaction() as session:
        number = field_admin.define(session, "ticket", "number", "Weight").id
    desk.letter()
    answer = agent.post("/tickets/1/fields", data={f"f{number}": "heavy"})
    assert answer.status_code == 422
    assert "This is not a number." in answer.text
    assert 'value="heavy"' in answer.text
    agent.post("/tickets/1/fields", data={f"f{number}": "2,5"})
    assert one(sa.select(TicketValue.value)) == "2.5"
    page = agent.get("/tickets/1").text
    assert "Weight" in page
    assert "2.5" in page
    assert agent.post("/tickets/1/fields", data={"f999": "x"}).status_code == 404
    assert agent.post("/tickets/1/fields", data={"other": "x"}).status_code == 400


def test_what_a_colleague_did_is_not_undone_by_me(desk: Desk, agent: FlaskClient, admin: FlaskClient) -> None:
    desk.letter()
    admin.post("/tickets/1/status", data={"status": "closed"})
    event = one(sa.select(Event.id).where(Event.kind == "status"))
    assert agent.post(f"/events/{event}/undo").status_code == 404
    assert admin.post(f"/events/{event}/undo").status_code == 303
    assert ticket().status == "open"


def test_the_ticket_page_asks_no_more_questions_with_fields_and_spam(
    desk: Desk, agent: FlaskClient, count_queries
) -> None:
    desk.letter()
    with count_queries() as before:
        agent.get("/tickets/1")
    with db.transaction() as session:
        for number in range(5):
            field_admin.define(session, "ticket", "text", f"Field {number}")
            field_admin.define(session, "card", "text", f"Field {number}")
    with count_queries() as after:
        agent.get("/tickets/1")
    assert len(after) == len(before)


def test_a_ticket_gets_other_words_and_the_next_reply_has_them(agent: FlaskClient, desk: Desk) -> None:
    number = desk.letter()
    page = agent.get(f"/tickets/{number}").text
    assert f"/tickets/{number}/subject" in page
    assert 'value="My order"' in agent.get(f"/tickets/{number}/subject").text
    empty = agent.post(f"/tickets/{number}/subject", data={"subject": "  "})
    assert (empty.status_code, "A ticket needs a subject." in empty.text) == (422, True)
    assert agent.post(f"/tickets/{number}/subject", data={"subject": "x" * 501}).status_code == 422
    assert (
        agent.post(f"/tickets/{number}/subject", data={"subject": " A kettle\n that leaks "}).status_code
        == 303
    )
    agent.post(f"/tickets/{number}/subject", data={"subject": "A kettle that leaks"})
    page = agent.get(f"/tickets/{number}").text
    assert "Subject: A kettle that leaks" in page
    assert "A kettle that leaks" in agent.get("/inbox/open").text
    form = {"html": "<div>Yes.</div>", "to": "olga@buyer.example", "nonce": "n" * 22, "version": "0"}
    assert agent.post(f"/tickets/{number}/reply", data=form).status_code == 303
    with db.reading() as session:
        told = list(session.scalars(sa.select(Event.id).where(Event.kind == "renamed")))
        sent = session.scalar(sa.select(Message.subject).where(Message.kind == "outgoing"))
    assert (len(told), sent) == (1, "Re: A kettle that leaks")
    assert agent.post(f"/events/{told[0]}/undo").status_code in (200, 303)
    with db.reading() as session:
        assert session.get_one(Ticket, number).subject == "My order"


def test_a_ticket_that_is_open_is_marked_as_unread_and_the_list_is_back(
    agent: FlaskClient, desk: Desk
) -> None:
    number = desk.letter()
    agent.post(f"/tickets/{number}/read")
    assert "is-unread" not in agent.get("/inbox/open").text
    answer = agent.post("/bulk", data={"ticket": str(number), "do": "unread", "view": "open"})
    assert answer.status_code == 303
    assert answer.location.startswith("/inbox/open")
    assert "is-unread" in agent.get("/inbox/open").text
