"""Drafts survive; two windows never write over each other; files hang on drafts and stay private until sent."""

from __future__ import annotations

import io
import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import db
from app.tickets.models import Attachment, Draft, Message, Ticket
from app.tickets.uploads import tidy_filename
from tests.app.web.conftest import Desk, one
from tests.app.web.replies import outgoing, reply
from tests.support.web import add_agent, sign_in

JSON = {"Accept": "application/json"}


def save(agent: FlaskClient, ticket: int, html: str, version: int = 0, **more: str):
    data = {
        "kind": "outgoing",
        "html": html,
        "version": str(version),
        "to": "olga@buyer.example",
        "cc": "",
        **more,
    }
    return agent.post(f"/tickets/{ticket}/draft", data=data, headers=JSON)


def attach(agent: FlaskClient, ticket: int, content: bytes = b"hello", name: str = "a.txt"):
    data = {"kind": "outgoing", "file": (io.BytesIO(content), name)}
    return agent.post(f"/tickets/{ticket}/draft/files", data=data, headers=JSON)


def test_what_was_typed_is_there_after_a_reload(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    first = save(agent, ticket, "<div>Half a sent</div>", cc="ann@buyer.example")
    assert first.json["version"] == 1
    assert save(agent, ticket, "<div>Half a sentence</div>", 1, cc="ann@buyer.example").json["version"] == 2
    text = agent.get(f"/tickets/{ticket}").text
    assert "Half a sentence" in text and "ann@buyer.example" in text and "is-open" in text


def test_another_window_is_never_written_over(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    save(agent, ticket, "first window")
    save(agent, ticket, "first window, more", 1)
    for version in (0, 1, 7):
        refused = save(agent, ticket, "second window", version)
        assert refused.status_code == 409 and refused.json["draft"]["html"] == "first window, more"
    assert one(sa.select(Draft.html)) == "first window, more"


def test_a_late_save_does_not_bring_a_sent_draft_back(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    draft = save(agent, ticket, "Words").json
    reply(agent, ticket, "Words", draft_id=str(draft["id"]))
    late = save(agent, ticket, "Words", draft["version"])
    assert late.status_code == 409 and late.json["draft"] is None
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Draft)) == 0


def test_drafts_are_cleaned_and_bounded(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    save(agent, ticket, '<div onclick="x()">Hi<script>alert(1)</script><mark>there</mark></div>')
    assert one(sa.select(Draft.html)) == "<div>Hithere</div>"
    assert save(agent, ticket, "x" * 1_000_001, 1).status_code == 422
    assert save(agent, ticket, "x", 1, kind="incoming").status_code == 422
    assert save(agent, ticket, "x", 1, agent_id="1").status_code == 400


def test_a_colleague_sees_that_one_is_writing_but_not_what(agent: FlaskClient, app: Flask, desk) -> None:
    ticket = desk.letter()
    save(agent, ticket, "my private beginnings")
    colleague = sign_in(app.test_client(), add_agent("max@help.example", "Max Brodt"))
    text = colleague.get(f"/tickets/{ticket}").text
    assert "Nora is writing a reply" in text and "my private beginnings" not in text


def test_reply_and_note_are_two_drafts(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    save(agent, ticket, "to the customer")
    save(agent, ticket, "to ourselves", kind="note")
    text = agent.get(f"/tickets/{ticket}").text
    assert "to the customer" in text and "to ourselves" in text


def test_discard_throws_words_and_files_away(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    attach(agent, ticket)
    agent.post(f"/tickets/{ticket}/draft/discard", data={"kind": "outgoing"})
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Draft)) == 0
        assert session.scalar(sa.select(sa.func.count()).select_from(Attachment)) == 0


def test_files_travel_with_the_reply(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    file = attach(agent, ticket, b"the receipt", "Счёт 12.pdf").json
    assert file["filename"] == "Счёт 12.pdf" and "Счёт 12.pdf" in agent.get(f"/tickets/{ticket}").text
    reply(agent, ticket, "See attached", draft_id=str(file["draft_id"]))
    attachment = one(sa.select(Attachment))
    assert attachment.message_id == outgoing()[0].id and attachment.draft_id is None
    assert agent.get(f"/attachments/{attachment.id}").data == b"the receipt"


def test_a_file_of_a_draft_is_its_authors_alone(agent: FlaskClient, app: Flask, desk) -> None:
    ticket = desk.letter()
    file = attach(agent, ticket).json
    colleague = sign_in(app.test_client(), add_agent("max@help.example", "Max Brodt"))
    assert agent.get(file["url"]).status_code == 200
    assert colleague.get(file["url"]).status_code == 404
    assert (
        colleague.post(
            f"/tickets/{ticket}/draft/files/{file['id']}/remove", data={"kind": "outgoing"}
        ).status_code
        == 404
    )
    assert (
        agent.post(
            f"/tickets/{ticket}/draft/files/{file['id']}/remove", data={"kind": "outgoing"}, headers=JSON
        ).status_code
        == 200
    )
    assert agent.get(file["url"]).status_code == 404


def test_too_much_is_refused_with_words(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    limit = agent.application.config["SETTINGS"].upload_bytes
    assert attach(agent, ticket, b"x" * (limit - 10)).status_code == 200
    too_much = attach(agent, ticket, b"y" * 11)
    assert too_much.status_code == 422 and "too much for one letter" in too_much.json["error"]
    assert attach(agent, ticket, b"x" * (limit + 2_000_000)).status_code == 413
    assert (
        agent.post(f"/tickets/{ticket}/draft/files", data={"kind": "outgoing"}, headers=JSON).status_code
        == 422
    )


def test_without_scripts_a_file_is_added_by_the_plain_form(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    data = {"kind": "outgoing", "file": (io.BytesIO(b"x"), "plain.txt")}
    page = agent.post(f"/tickets/{ticket}/draft/files", data=data, follow_redirects=True)
    assert re.search(r'data-file="\d+".*plain\.txt', page.text, re.DOTALL)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.doc", "a.doc"),
        (".htaccess", "htaccess"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\u200bb.txt", "ab.txt"),
        ("", "file"),
        ("...", "file"),
        ("a\r\nb.txt", "ab.txt"),
        ("Cafe\u0301.txt", "Café.txt"),
        ('qu"ote<>|?.txt', "quote.txt"),
        ("x" * 300 + ".png", "x" * 176 + ".png"),
    ],
)
def test_names_of_files_are_tidied(given: str, kept: str) -> None:
    assert tidy_filename(given) == kept


def test_a_letter_from_us_can_leave_later_and_be_taken_back(agent: FlaskClient, desk: Desk) -> None:
    form = {
        "mailbox_id": str(desk.mailbox_id), "to": "Ada Reed <ada@far.example>", "subject": "Your parcel", "kind": "new",
        "html": "<div>It is here.</div>", "then_status": "waiting", "nonce": "n" * 22, "version": "0",
    }  # fmt: skip
    assert "Send later" in agent.get("/letters/new").text
    late = agent.post("/letters/new", data={**form, "later": "exact", "send_at": "2001-01-01T10:00"})
    assert late.status_code == 422
    assert "Your parcel" in late.text
    answer = agent.post("/letters/new", data={**form, "later": "tomorrow"})
    assert answer.status_code == 303
    page = agent.get(answer.location).text
    assert "Leaves " in page
    assert "It is here." in page
    assert one(sa.select(sa.func.count()).select_from(Message)) == 0
    draft, ticket = one(sa.select(Draft)), one(sa.select(Ticket))
    assert (ticket.status, draft.ticket_id, draft.send_at is not None) == ("waiting", ticket.id, True)
    back = agent.post(f"/tickets/{ticket.id}/later/{draft.id}/withdraw")
    assert back.status_code == 303, back.text
    # Nothing was ever said in that ticket: it is gone, and the letter is one that is being written, whole.
    again = one(sa.select(Draft))
    assert (again.send_at, again.ticket_id, again.kind, again.subject) == (None, None, "new", "Your parcel")
    assert one(sa.select(sa.func.count()).select_from(Ticket)) == 0
    assert agent.get(f"/tickets/{ticket.id}").status_code == 404
    page = agent.get(back.location).text
    assert "It is here." in page
    assert "ada@far.example" in page


def test_a_first_letter_taken_back_leaves_the_ticket_where_a_colleague_has_noted_something(
    agent: FlaskClient, desk: Desk
) -> None:
    form = {
        "mailbox_id": str(desk.mailbox_id), "to": "Ada Reed <ada@far.example>", "subject": "Your parcel", "kind": "new",
        "html": "<div>It is here.</div>", "then_status": "waiting", "nonce": "n" * 22, "version": "0", "later": "tomorrow",
    }  # fmt: skip
    agent.post("/letters/new", data=form)
    draft, ticket = one(sa.select(Draft)), one(sa.select(Ticket))
    noted = agent.post(f"/tickets/{ticket.id}/note", data={"body": "She has called.", "nonce": "m" * 22})
    assert noted.status_code in (200, 303), noted.text
    agent.post(f"/tickets/{ticket.id}/later/{draft.id}/withdraw")
    page = agent.get(f"/tickets/{ticket.id}").text
    assert "She has called." in page
    assert "ada@far.example" in page
