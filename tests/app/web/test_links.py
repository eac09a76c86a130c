"""Tickets that belong together show each other, from both sides, until somebody takes them apart."""

from __future__ import annotations

import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.accounts.models import Agent, MailboxGrant
from app.mailboxes.models import Mailbox
from app.tickets import moving
from app.tickets.models import Event, Message, Ticket
from app.together.models import TicketLink
from tests.app.web.test_live import ask, mark_of


def link(agent: FlaskClient, ticket: int, target: object, **more: object):
    return agent.post(f"/tickets/{ticket}/link", data={"target": str(target), **more})


def rows() -> list[TicketLink]:
    with db.reading() as session:
        return list(session.scalars(sa.select(TicketLink)))


def history(ticket: int) -> list[str]:
    with db.reading() as session:
        return list(
            session.scalars(sa.select(Event.kind).where(Event.ticket_id == ticket).order_by(Event.id))
        )


def test_a_link_shows_on_both_sides_with_subject_and_status(agent: FlaskClient, desk) -> None:
    first, second = desk.letter(subject="Broken lamp"), desk.letter(subject="Second lamp")
    assert link(agent, first, f"#{second}").status_code == 303
    agent.post(f"/tickets/{second}/status", data={"status": "closed"})
    here = agent.get(f"/tickets/{first}").text
    there = agent.get(f"/tickets/{second}").text
    assert f'href="/tickets/{second}' in here and "Second lamp" in here and "status-closed" in here
    assert f'href="/tickets/{first}' in there and "Broken lamp" in there
    assert history(first)[-1:] == ["linked"] and "linked" in history(second)
    assert f"Nora linked it with #{second}" in here


def test_the_same_link_again_is_no_second_one(agent: FlaskClient, desk) -> None:
    first, second = desk.letter(), desk.letter()
    link(agent, first, second)
    link(agent, second, first)
    assert len(rows()) == 1 and history(first).count("linked") == 1


def test_unlinking_is_seen_on_both_sides_and_in_the_history(agent: FlaskClient, desk) -> None:
    first, second = desk.letter(), desk.letter()
    link(agent, first, second)
    assert agent.post(f"/tickets/{second}/unlink", data={"other": str(first)}).status_code == 303
    assert rows() == []
    assert history(first)[-1] == history(second)[-1] == "unlinked"
    assert agent.post(f"/tickets/{second}/unlink", data={"other": str(first)}).status_code == 404


def test_what_cannot_be_linked_says_why(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    for target, words in (
        ("", "Type the number of a ticket"),
        ("x", "Type the number of a ticket"),
        (ticket, "cannot be linked to itself"),
        (999, "There is no such ticket"),
    ):
        answer = link(agent, ticket, target)
        assert answer.status_code == 422 and words in answer.text
    assert rows() == []


def test_a_message_is_linked_by_its_own_address(agent: FlaskClient, desk) -> None:
    first, second = desk.letter("About the lamp"), desk.letter()
    page = agent.get(f"/tickets/{first}/link?message=1").text
    assert "About the lamp" in page
    link(agent, first, second, message="1")
    assert f'href="/tickets/{first}' in agent.get(f"/tickets/{second}").text
    assert rows()[0].message_id == 1
    assert link(agent, second, first, message="1").status_code == 422, "it is in the other one"


def test_a_ticket_that_goes_on_from_an_old_one_shows_it_and_is_shown(agent: FlaskClient, desk) -> None:
    old = desk.letter(subject="Long ago")
    new = desk.letter(subject="Again", related_id=old)
    here, there = agent.get(f"/tickets/{new}").text, agent.get(f"/tickets/{old}").text
    assert "Continues" in here and "Long ago" in here
    assert "Continued by" in there and "Again" in there


def test_what_one_may_not_see_is_not_shown(agent: FlaskClient, desk) -> None:
    first, second = desk.letter(subject="Mine to see"), desk.letter(subject="Not mine to see")
    link(agent, first, second)
    with db.transaction() as session:
        other = Mailbox(address="other@help.example", name="Other", created_at=db.now())
        session.add(other)
        session.flush()
        session.get_one(Ticket, second).mailbox_id = other.id
        session.get_one(Agent, agent.agent.id).every_mailbox = False  # type: ignore[attr-defined]
        session.add(MailboxGrant(agent_id=agent.agent.id, mailbox_id=desk.mailbox_id))  # type: ignore[attr-defined]
    assert "Not mine to see" not in agent.get(f"/tickets/{first}").text
    assert link(agent, first, second).status_code == 422, "not even its existence is told"


def test_open_pages_of_both_look_again(agent: FlaskClient, desk) -> None:
    first, second = desk.letter(), desk.letter(subject="The other")
    mark = mark_of(agent.get(f"/tickets/{first}").text)
    link(agent, second, first)
    news = ask(agent, mark, ticket=first, seen=9, seen_event=0).json["ticket"]
    assert "The other" in news["head"]


def test_the_address_of_a_message_follows_it(agent: FlaskClient, desk) -> None:
    ticket = desk.letter("One")
    desk.letter("Two", ticket_id=ticket)
    with db.transaction() as session:
        message = session.get_one(Message, 2)
        moved = moving.move_to_new_ticket(session, message, by=agent.agent, now=db.now())  # type: ignore[attr-defined]
        new = moved.id
    answer = agent.get("/messages/2")
    assert answer.status_code == 302 and answer.location == f"/tickets/{new}#message-2"
    assert agent.get("/messages/77").status_code == 404
