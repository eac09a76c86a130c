"""A reply in the browser: held, stopped by news, undone, sent again; and notes."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.outgoing.models import Outbox
from app.tickets.models import Delivery, Draft, Message
from tests.app.web.conftest import one
from tests.app.web.replies import newest, nonces, outgoing, reply, ticket_row
from tests.support.web import add_agent, sign_in


def test_a_reply_is_held_with_its_recipients(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    answer = reply(agent, ticket, cc="boss@buyer.example; Ann <ann@buyer.example>", then_status="closed")
    assert answer.status_code == 303
    with db.reading() as session:
        held = {row.recipient: row.state for row in session.scalars(sa.select(Outbox))}
    assert held == dict.fromkeys(
        ("olga@buyer.example", "boss@buyer.example", "ann@buyer.example"), Delivery.HELD
    )
    assert ticket_row(ticket).status == "closed"
    page = agent.get(f"/tickets/{ticket}").text
    assert "It left today." in page and "data-undo=" in page


def test_the_same_form_twice_is_one_reply(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    for _ in range(2):
        assert reply(agent, ticket, nonce="the-very-same-form-1").status_code == 303
    assert len(outgoing()) == 1


def test_without_scripts_plain_text_is_sent(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    reply(agent, ticket, html="", body="Hello <Olga>,\r\n\r\nit left.")
    assert outgoing()[0].visible == "Hello <Olga>,\n\nit left."


def test_something_new_stops_the_send_once_and_shows_it(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    seen = str(newest(ticket))
    desk.letter("Never mind, it just arrived!", ticket_id=ticket)
    stopped = reply(agent, ticket, "<div>My careful answer</div>", seen_message_id=seen)
    assert stopped.status_code == 409 and not outgoing()
    notice = re.search(r"data-problem>.*?</form>", stopped.text, re.DOTALL)
    assert notice is not None and "Never mind, it just arrived!" in notice.group(0)
    assert "My careful answer" in stopped.text and 'name="confirmed" value="yes"' in stopped.text
    assert (
        reply(
            agent, ticket, "<div>My careful answer</div>", seen_message_id=seen, confirmed="yes"
        ).status_code
        == 303
    )
    assert len(outgoing()) == 1


def test_ones_own_note_stops_nothing_and_a_colleagues_does(agent: FlaskClient, app, desk) -> None:
    ticket = desk.letter()
    seen = str(newest(ticket))
    agent.post(f"/tickets/{ticket}/note", data={"html": "my note", "nonce": next(nonces)})
    assert reply(agent, ticket, seen_message_id=seen).status_code == 303
    seen = str(newest(ticket))
    colleague = sign_in(app.test_client(), add_agent("max@help.example", "Max Brodt"))
    colleague.post(f"/tickets/{ticket}/note", data={"html": "wait, I called her", "nonce": next(nonces)})
    stopped = reply(agent, ticket, seen_message_id=seen)
    assert stopped.status_code == 409 and "wait, I called her" in stopped.text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"html": "<div><br></div>"}, "The reply is empty."),
        ({"to": ""}, "at least one address"),
        ({"to": "not an address"}, "not a mail address"),
        ({"html": "Dear {{customer.first_name}}"}, "{{customer.first_name}}"),
        ({"then_status": "spam"}, "Unknown status."),
    ],
)
def test_what_cannot_be_sent_is_told_and_kept(
    agent: FlaskClient, desk, values: dict[str, str], said: str
) -> None:
    ticket = desk.letter()
    stopped = reply(agent, ticket, **{"html": "<div>Kept words</div>", **values})
    assert stopped.status_code == 422 and not outgoing()
    assert said in stopped.text
    if "html" not in values:
        assert "Kept words" in stopped.text


def test_undo_brings_the_whole_draft_back(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    agent.post(
        f"/tickets/{ticket}/draft",
        data={
            "kind": "outgoing",
            "html": "<div>Words</div>",
            "version": "0",
            "to": "olga@buyer.example",
            "cc": "ann@buyer.example",
        },
    )
    draft = one(sa.select(Draft))
    reply(
        agent,
        ticket,
        "<div>Words</div>",
        cc="ann@buyer.example",
        then_status="closed",
        draft_id=str(draft.id),
    )
    answer = agent.post(f"/messages/{outgoing()[0].id}/undo", follow_redirects=True)
    assert "Words" in answer.text and "ann@buyer.example" in answer.text and "is-open" in answer.text
    assert not outgoing() and ticket_row(ticket).status == "open"


def test_only_the_author_is_offered_undo(agent: FlaskClient, app, desk) -> None:
    ticket = desk.letter()
    reply(agent, ticket)
    colleague = sign_in(app.test_client(), add_agent("max@help.example", "Max Brodt"))
    assert "data-undo=" not in colleague.get(f"/tickets/{ticket}").text
    assert colleague.post(f"/messages/{outgoing()[0].id}/undo").status_code == 403


def test_a_reply_that_did_not_arrive_can_be_sent_again(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    reply(agent, ticket)
    message = outgoing()[0]
    with db.transaction() as session:
        session.execute(
            sa.update(Outbox).values(state=Delivery.FAILED, answer="550 no such user", due_at=None)
        )
        session.execute(sa.update(Message).where(Message.id == message.id).values(delivery=Delivery.FAILED))
    text = agent.get(f"/tickets/{ticket}").text
    assert "550 no such user" in text and f"/messages/{message.id}/retry" in text
    assert agent.post(f"/messages/{message.id}/retry").status_code == 303
    assert one(sa.select(Outbox.state)) == Delivery.QUEUED


def test_notes_are_for_agents_only(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    agent.post(f"/tickets/{ticket}/note", data={"html": "she is <b>angry</b>", "nonce": next(nonces)})
    text = agent.get(f"/tickets/{ticket}").text
    assert "message-note" in text and "she is" in text
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Outbox)) == 0
    empty = agent.post(f"/tickets/{ticket}/note", data={"html": " ", "nonce": next(nonces)})
    assert empty.status_code == 422 and "The note is empty." in empty.text
