"""Macros in the browser: made, shared, chosen for a ticket or a selection, looked at, used and taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.accounts.audit import AuditEntry
from app.accounts.models import Agent
from app.automation.models import Macro, MacroRun
from app.mailboxes.models import Mailbox
from app.outgoing.models import Outbox
from app.tickets.models import Draft, Message, Ticket, ticket_tags
from app.tickets.order_models import SpamSender
from tests.app.web.conftest import Desk, one

FORM = {
    "name": "Refund", "scope": "private", "a": ["0", "1", "2"], "a0.do": "text", "a0.text": "Hello {{customer.first_name|there}}",
    "a1.do": "add_tags", "a1.value": "refund, money", "a2.do": "assign", "a2.value": "me", "do": "save",
}  # fmt: skip
JSON = {"Accept": "application/json"}


def make(client: FlaskClient, **more: object) -> int:
    answer = client.post("/macros/new", data={**FORM, **more})
    assert answer.status_code == 303, answer.text
    return one(sa.select(sa.func.max(Macro.id)))  # type: ignore[return-value]


def ticket_row(ticket_id: int) -> Ticket:
    with db.reading() as session:
        ticket = session.get_one(Ticket, ticket_id)
        _ = [tag.name for tag in ticket.tags]
        return ticket


def test_a_macro_of_one_s_own_is_nobody_else_s(agent: FlaskClient, admin: FlaskClient) -> None:
    macro = make(agent)
    assert "Refund" in agent.get("/macros").text
    assert "Refund" not in admin.get("/macros").text
    assert admin.get(f"/macros/{macro}").status_code == 404
    assert admin.post(f"/macros/{macro}/remove").status_code == 404


def test_only_leads_share(agent: FlaskClient, admin: FlaskClient) -> None:
    assert agent.post("/macros/new", data={**FORM, "scope": "shared"}).status_code == 403
    macro = make(admin, scope="shared")
    assert "Refund" in agent.get("/macros").text
    assert agent.post(f"/macros/{macro}", data=FORM).status_code == 403
    assert agent.post(f"/macros/{macro}/remove").status_code == 403


def test_one_of_a_mailbox_is_offered_there_only(admin: FlaskClient, desk: Desk) -> None:
    with db.transaction() as session:
        other = Mailbox(address="sales@help.example", created_at=db.now())
        session.add(other)
        session.flush()
        other_id = other.id
    make(admin, scope="mailbox", mailbox=str(other_id), name="Sales only")
    make(admin, scope="shared", name="For all")
    page = admin.get(f"/macros/choose?ticket={desk.letter()}").text
    assert "For all" in page
    assert "<bdi>Sales only</bdi>" not in page


@pytest.mark.both_databases
def test_it_is_used_without_scripts(agent: FlaskClient, desk: Desk) -> None:
    macro, ticket = make(agent), desk.letter()
    answer = agent.post(f"/macros/{macro}/apply", data={"ticket": str(ticket)})
    assert answer.status_code == 303
    row = ticket_row(ticket)
    assert [tag.name for tag in row.tags] == ["money", "refund"]
    assert row.assignee_id == agent.agent.id  # type: ignore[attr-defined]
    assert "Hello Olga" in one(sa.select(Draft.html))
    assert "Undo" in agent.get(answer.location).text
    assert "Macro “Refund”" in agent.get(f"/tickets/{ticket}").text


def test_it_is_taken_back_as_one(agent: FlaskClient, desk: Desk) -> None:
    macro, ticket = (
        make(agent, **{"a": ["0", "1", "2", "3"], "a3.do": "status", "a3.value": "closed"}),
        desk.letter(),
    )
    waited = ticket_row(ticket).waiting_since
    agent.post(f"/macros/{macro}/apply", data={"ticket": str(ticket)})
    assert ticket_row(ticket).status == "closed"
    run = one(sa.select(MacroRun.id))
    assert agent.post(f"/macros/runs/{run}/undo").status_code == 303
    row = ticket_row(ticket)
    assert (row.status, row.tags, row.assignee_id, row.waiting_since) == ("open", [], None, waited)
    assert one(sa.select(sa.func.count()).select_from(Draft)) == 0
    assert agent.post(f"/macros/runs/{run}/undo").status_code == 409


def test_what_somebody_changed_since_stays(agent: FlaskClient, admin: FlaskClient, desk: Desk) -> None:
    macro, ticket = make(agent), desk.letter()
    agent.post(f"/macros/{macro}/apply", data={"ticket": str(ticket)})
    admin.post(f"/tickets/{ticket}/assign", data={"assignee": "me"})
    admin.post(f"/tickets/{ticket}/tags", data={"tags": "refund, money, vip"})
    run = one(sa.select(MacroRun.id))
    answer = agent.post(f"/macros/runs/{run}/undo", headers=JSON)
    assert "changed since" in answer.get_json()["said"]
    row = ticket_row(ticket)
    assert row.assignee_id == admin.agent.id  # type: ignore[attr-defined]
    assert [tag.name for tag in row.tags] == ["vip"]
    assert admin.post(f"/macros/runs/{run}/undo").status_code == 404


def test_an_open_editor_takes_the_words(agent: FlaskClient, desk: Desk) -> None:
    macro, ticket = make(agent), desk.letter()
    answer = agent.post(f"/macros/{macro}/apply", data={"ticket": str(ticket)}, headers=JSON).get_json()
    assert answer["html"].strip() == "<p>Hello Olga</p>"
    assert answer["send"] is None
    assert one(sa.select(sa.func.count()).select_from(Draft)) == 0
    assert [tag.name for tag in ticket_row(ticket).tags] == ["money", "refund"]


@pytest.mark.both_databases
def test_a_selection_is_answered_and_the_letters_can_be_taken_back(agent: FlaskClient, desk: Desk) -> None:
    macro = make(agent, **{"a": ["0", "1", "2", "3"], "a3.do": "send", "a3.value": "closed"})
    tickets = [desk.letter(sender_email=f"olga{n}@buyer.example") for n in range(3)]
    answer = agent.post(f"/macros/{macro}/apply", data={"ticket": [str(one) for one in [*tickets, 999]]})
    assert answer.status_code == 303
    with db.reading() as session:
        assert session.scalars(sa.select(Outbox.recipient).order_by(Outbox.id)).all() == [
            "olga0@buyer.example", "olga1@buyer.example", "olga2@buyer.example",
        ]  # fmt: skip
    assert {ticket_row(ticket).status for ticket in tickets} == {"closed"}
    agent.post(f"/macros/runs/{one(sa.select(MacroRun.id))}/undo")
    assert one(sa.select(sa.func.count()).select_from(Outbox)) == 0
    assert {ticket_row(ticket).status for ticket in tickets} == {"open"}


def test_a_variable_without_a_value_keeps_the_letter_here(agent: FlaskClient, desk: Desk) -> None:
    text = {"a0.text": "Hello {{customer.first_name}}", "a": ["0", "3"], "a3.do": "send", "a3.value": ""}
    macro, ticket = make(agent, **text), desk.letter(sender_name="")
    answer = agent.post(f"/macros/{macro}/apply", data={"ticket": str(ticket)})
    assert "A draft waits for you" in agent.get(answer.location).text
    assert one(sa.select(sa.func.count()).select_from(Outbox)) == 0
    assert "{{customer.first_name}}" in one(sa.select(Draft.html))


@pytest.mark.both_databases
def test_the_preview_says_what_it_would_do_and_does_nothing(agent: FlaskClient, desk: Desk) -> None:
    macro, ticket = make(agent), desk.letter()
    page = agent.get(f"/macros/{macro}/preview?ticket={ticket}").text
    assert "Tags: refund, money" in page
    assert "Assigned to Nora Lind" in page
    assert "Hello Olga" in page
    assert ticket_row(ticket).tags == []
    assert one(sa.select(sa.func.count()).select_from(Message)) == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"name": " "}, "Please fill in a name."),
        ({"a": []}, "A macro needs something to do."),
        ({"a": ["0"], "a0.do": "send"}, "There is nothing to send: add a text or an article."),
        ({"a2.do": "assign", "a2.value": "agent:x"}, "Please choose one of the list."),
        ({"a2.do": "answer", "a2.value": "", "a2.text": "x"}, "There is no such action."),
    ],
)
def test_what_cannot_be_meant_is_said(agent: FlaskClient, more: dict[str, object], words: str) -> None:
    answer = agent.post("/macros/new", data={**FORM, **more})
    assert answer.status_code == 422
    assert words in answer.text


def test_a_selection_costs_the_same_few_queries_however_large(
    agent: FlaskClient, desk: Desk, count_queries: Callable[[], object]
) -> None:
    make(agent)
    few, many = desk.letters(2), desk.letters(12)
    counts = []
    for tickets in (few, many):
        with count_queries() as queries:  # type: ignore[attr-defined]
            agent.get("/macros/choose", query_string=[("ticket", str(one)) for one in tickets])
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15


@pytest.mark.both_databases
def test_tickets_of_a_mailbox_that_was_not_granted_are_left_alone(agent: FlaskClient, desk: Desk) -> None:
    macro, ticket = make(agent), desk.letter()
    with db.transaction() as session:
        session.execute(sa.update(Agent).where(Agent.id == agent.agent.id).values(every_mailbox=False))  # type: ignore[attr-defined]
    assert agent.post(f"/macros/{macro}/apply", data={"ticket": str(ticket)}).status_code == 422
    assert agent.get(f"/macros/{macro}/preview?ticket={ticket}").status_code == 404
    assert ticket_row(ticket).tags == []


@pytest.mark.both_databases
def test_a_macro_for_the_whole_view_does_it_to_every_ticket_of_the_view(
    agent: FlaskClient, desk: Desk
) -> None:
    """Also to those that are on no page that was ticked; and to nothing that is elsewhere."""
    macro, tickets = make(agent), desk.letters(52)
    agent.post("/bulk", data={"ticket": str(tickets[0]), "do": "status:closed", "view": "open"})
    picker = agent.get("/macros/choose?all=view&view=open").text
    assert "51 tickets" in picker
    assert 'name="all" value="view"' in picker
    assert 'name="ticket"' not in picker
    answer = agent.post(f"/macros/{macro}/apply", data={"all": "view", "view": "open"})
    assert answer.status_code == 303
    with db.reading() as session:
        tagged = sa.select(ticket_tags.c.ticket_id).distinct()
        assert sorted(session.scalars(tagged)) == tickets[1:]


@pytest.mark.both_databases
def test_what_a_macro_calls_spam_teaches_us_its_sender_until_it_is_taken_back(
    agent: FlaskClient, desk: Desk
) -> None:
    does = {"a": ["0", "1"], "a0.do": "status", "a0.value": "spam", "a1.do": "priority", "a1.value": "low"}
    macro, ticket = make(agent, **does), desk.letter(sender_email="win@prizes.example")
    agent.post(f"/macros/{macro}/apply", data={"ticket": str(ticket)})
    row = ticket_row(ticket)
    assert (row.status, row.priority) == ("spam", "low")
    assert one(sa.select(SpamSender.pattern)) == "win@prizes.example"
    agent.post(f"/macros/runs/{one(sa.select(MacroRun.id))}/undo")
    row = ticket_row(ticket)
    assert (row.status, row.priority) == ("open", "normal")
    assert one(sa.select(sa.func.count()).select_from(SpamSender)) == 0


@pytest.mark.both_databases
def test_what_becomes_of_macros_is_in_the_log_of_changes(admin: FlaskClient) -> None:
    macro = make(admin, scope="shared")
    admin.post(f"/macros/{macro}", data={**FORM, "scope": "shared", "name": "Refund now"})
    admin.post(f"/macros/{macro}/remove")
    with db.reading() as session:
        lines = session.execute(
            sa.select(AuditEntry.subject, AuditEntry.detail).order_by(AuditEntry.id)
        ).all()
    told = [(line.subject, line.detail.get("changed", "")) for line in lines]
    assert told == [("Refund", "added"), ("Refund now", ""), ("Refund now", "removed")]
    assert "Changed a macro" in admin.get("/settings/log").text
