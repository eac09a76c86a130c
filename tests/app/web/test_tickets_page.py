"""The ticket page: what it shows, and what agents do to a ticket there."""

from __future__ import annotations

import gzip
import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import db
from app.tickets import service
from app.tickets.models import Event, Message, Ticket
from tests.app.web.conftest import one
from tests.app.web.replies import outgoing, reply, ticket_row
from tests.support.web import add_agent, sign_in


@pytest.mark.both_databases
def test_messages_stand_oldest_first_and_the_unanswered_are_open(agent: FlaskClient, desk) -> None:
    ticket = desk.letter("The very first letter")
    reply(agent, ticket, "<div>Our answer</div>")
    desk.letter("The newest letter", ticket_id=ticket)
    text = agent.get(f"/tickets/{ticket}").text
    places = [text.index(f'id="m{number}"') for number in (1, 2, 3)]
    assert places == sorted(places)
    assert [" open" in part[:80] for part in re.findall(r'data-message="\d+">\s*(<details[^>]*>)', text)] == [
        False,
        False,
        True,
    ]


def test_quotes_and_signatures_are_folded_and_kept(agent: FlaskClient, desk) -> None:
    ticket = desk.letter("New words", folded="> old words", signature="Olga, Orbit LLC")
    text = agent.get(f"/tickets/{ticket}").text
    folds = re.findall(r'<details class="folded">.*?</details>', text, re.DOTALL)
    assert any("old words" in fold for fold in folds) and any("Orbit LLC" in fold for fold in folds)
    assert not any("New words" in fold for fold in folds)


def test_opening_a_ticket_changes_nothing_and_looking_at_it_marks_it_read(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    agent.get(f"/tickets/{ticket}")
    assert ticket_row(ticket).unread
    assert agent.post(f"/tickets/{ticket}/read", headers={"HX-Request": "true"}).status_code == 204
    assert not ticket_row(ticket).unread


def test_a_ticket_that_is_not_there_is_not_found(agent: FlaskClient, desk) -> None:
    assert agent.get("/tickets/4711").status_code == 404
    for act in ("status", "assign", "tags", "read", "reply", "note", "draft", "draft/discard", "draft/files"):
        assert agent.post(f"/tickets/4711/{act}", data={}).status_code in (400, 404, 422), act
    for act in ("undo", "retry", "resolve"):
        assert agent.post(f"/messages/4711/{act}", data={}).status_code == 404


@pytest.mark.parametrize(
    "field", ["mailbox_id", "assignee_id", "subject", "delivery", "author_id", "ticket_id"]
)
def test_a_field_nobody_asked_for_is_refused(agent: FlaskClient, desk, field: str) -> None:
    ticket = desk.letter()
    for act, data in (
        ("status", {"status": "closed"}),
        ("assign", {"assignee": "me"}),
        ("tags", {"tags": "a"}),
        ("read", {}),
    ):
        assert agent.post(f"/tickets/{ticket}/{act}", data={**data, field: "1"}).status_code == 400
    assert reply(agent, ticket, **{field: "1"}).status_code == 400
    assert ticket_row(ticket).status == "open" and not outgoing()


def test_of_two_who_take_a_ticket_the_second_is_told_who_has_it(app: Flask, agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    ben = sign_in(app.test_client(), add_agent("ben@help.example", "Ben Carter"))
    both = [
        re.search(r'name="held" value="(\d+)"', one.get(f"/tickets/{ticket}").text) for one in (agent, ben)
    ]
    assert [found and found.group(1) for found in both] == ["0", "0"]
    assert agent.post(f"/tickets/{ticket}/assign", data={"assignee": "me", "held": "0"}).status_code == 303
    told = ben.post(f"/tickets/{ticket}/assign", data={"assignee": "me", "held": "0"})
    assert told.status_code == 409 and "Nora Lind has taken this ticket meanwhile." in told.text
    assert agent.post(f"/tickets/{ticket}/assign", data={"assignee": "me", "held": "0"}).status_code == 303
    seen = re.search(r'name="held" value="(\d+)"', ben.get(f"/tickets/{ticket}").text)
    assert seen and seen.group(1) == str(agent.agent.id)  # type: ignore[attr-defined]
    done = ben.post(f"/tickets/{ticket}/assign", data={"assignee": "me", "held": seen.group(1)})
    assert done.status_code == 303, "who knows it may take it over"


def test_status_assignment_and_tags_are_set_and_told(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    agent.post(f"/tickets/{ticket}/status", data={"status": "closed"})
    agent.post(f"/tickets/{ticket}/assign", data={"assignee": "me"})
    agent.post(f"/tickets/{ticket}/tags", data={"tags": "VIP, #Refund , vip"})
    text = agent.get(f"/tickets/{ticket}").text
    assert (
        "Nora closed the ticket" in text
        and "Nora took the ticket" in text
        and "set the tags: vip, refund" in text
    )
    row = ticket_row(ticket)
    assert (row.status, row.assignee_id) == ("closed", agent.agent.id)
    assert agent.post(f"/tickets/{ticket}/status", data={"status": "lost"}).status_code == 422
    assert agent.post(f"/tickets/{ticket}/assign", data={"assignee": "999"}).status_code == 422


@pytest.mark.both_databases
def test_only_the_head_answers_when_only_the_head_was_asked(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    headers = {"HX-Request": "true", "HX-Target": "ticket-head"}
    answer = agent.post(
        f"/tickets/{ticket}/status", data={"status": "waiting"}, headers=headers, follow_redirects=True
    )
    assert "Waiting for the customer" in answer.text and 'id="thread"' not in answer.text


@pytest.mark.both_databases
def test_hostile_words_stay_words(agent: FlaskClient, desk) -> None:
    bad = '"><script>alert(1)</script>'
    ticket = desk.letter(
        bad,
        subject=bad,
        sender_name=bad,
        folded=bad,
        signature=bad,
        evidence=({"rule": bad, "detail": bad},),
        defects=(bad,),
        automatic=bad,
    )
    agent.post(f"/tickets/{ticket}/tags", data={"tags": bad})
    agent.post(f"/tickets/{ticket}/draft", data={"kind": "note", "html": bad, "version": "0"})
    text = agent.get(f"/tickets/{ticket}").text
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;alert(1)") >= 5


def test_a_stranger_is_shown_as_held_and_never_addressed(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    desk.letter(
        "I found this link",
        ticket_id=ticket,
        held=True,
        sender_email="stranger@else.example",
        sender_name="Stranger",
    )
    text = agent.get(f"/tickets/{ticket}").text
    assert "Held" in text and "does not take part" in text
    to = re.search(r'name="to" value="([^"]*)"', text)
    assert to is not None and "olga@buyer.example" in to.group(1) and "stranger" not in to.group(1)


@pytest.mark.both_databases
def test_a_held_letter_is_accepted_or_given_its_own_ticket(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    for _ in range(2):
        desk.letter("I found this link", ticket_id=ticket, held=True, sender_email="stranger@else.example")
    assert agent.post("/messages/2/accept").status_code == 303
    moved = agent.post("/messages/3/move", follow_redirects=True)
    assert "moved a letter here from #1" in moved.text and "Put it back" in moved.text
    with db.reading() as session:
        found = {row.id: (row.ticket_id, row.held) for row in session.scalars(sa.select(Message))}
    assert found == {1: (1, False), 2: (1, False), 3: (2, False)}


def test_not_this_ticket_is_one_click_and_undone_by_another(agent: FlaskClient, desk) -> None:
    ticket = desk.letter("First")
    desk.letter("A wholly different matter", ticket_id=ticket)
    assert "Not this ticket" in agent.get(f"/tickets/{ticket}").text
    assert agent.post("/messages/2/move").headers["Location"].startswith("/tickets/2")
    back = agent.post("/messages/2/move-back", follow_redirects=True)
    assert "A wholly different matter" in back.text and ticket_row(2).merged_into_id == ticket


def test_others_of_the_letter_are_added_only_when_asked(agent: FlaskClient, desk) -> None:
    ticket = desk.letter(
        cc=(("Ann", "ann@buyer.example"), ("", desk.address)), reply_to=(("", "other@else.example"),)
    )
    text = agent.get(f"/tickets/{ticket}").text
    assert re.search(r'name="cc" value=""', text)
    assert 'data-all="Ann &lt;ann@buyer.example&gt;"' in text
    assert "other@else.example" in text and "other@else.example" not in re.search(
        r'name="to" value="([^"]*)"', text
    ).group(1)  # type: ignore[union-attr]


@pytest.mark.both_databases
def test_every_kind_of_event_has_its_words(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    kinds = {
        "reopened": "opened the ticket again",
        "delivery_failed": "Not delivered to a@b.example",
        "also-sent-to": "also sent to c@d.example",
        "something_new": "something new",
    }
    with db.transaction() as session:
        row = session.get_one(Ticket, ticket)
        for kind in kinds:
            service.record(
                session,
                kind,
                ticket=row,
                now=db.now(),
                recipient="a@b.example",
                answer="",
                mailbox="c@d.example",
            )
    text = agent.get(f"/tickets/{ticket}").text
    assert all(words in text for words in kinds.values())
    assert one(sa.select(sa.func.count()).select_from(Event)) == len(kinds)


def test_the_page_costs_the_same_however_long_the_ticket(agent: FlaskClient, desk, count_queries) -> None:
    ticket = desk.letter()
    desk.letter("A second one, so that the timeline has both", ticket_id=ticket)
    with count_queries() as few:
        agent.get(f"/tickets/{ticket}")
    for number in range(12):
        desk.letter(f"And another {number}", ticket_id=ticket)
    with count_queries() as many:
        page = agent.get(f"/tickets/{ticket}")
    assert len(many) == len(few) <= 32
    assert len(gzip.compress(page.data)) < 60_000
