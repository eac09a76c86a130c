"""The page of parked mail: why, the source as harmless text, and every way out, without scripts."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.accounts.models import Agent
from app.blobs import BlobStore
from app.customers.models import Customer
from app.mailboxes import parked
from app.mailboxes.models import Folder, Mailbox, RawMail, RawState
from app.tickets.models import Event, Ticket
from tests.app.web.test_ledger_pages import XSS

RAW = (
    b"From: olga@buyer.example\r\nSubject: one\r\n\ttwo\r\nX-Odd: "
    + XSS.encode()
    + b"\r\n\r\nText\x00 \xe2\x80\xaeevil "
    + XSS.encode()
)


@pytest.fixture
def rows(database: str, blobs: BlobStore) -> list[int]:
    """Three parked letters and one in a ticket."""
    now = db.now()
    with db.transaction() as session:
        mailbox = Mailbox(address="support@help.example", created_at=now)
        folder = Folder(mailbox=mailbox, name="INBOX", uidvalidity=1)
        session.add_all([mailbox, folder])
        session.flush()
        mails = [
            RawMail(
                mailbox_id=mailbox.id, folder_id=folder.id, uidvalidity=1, uid=uid, size=len(RAW), stored_at=now,
                state=state, reason=parked.READ_TOO_LONG.format(seconds=30), subject=f"letter {uid}", sha256=blobs.put(RAW),
            )
            for uid, state in enumerate([RawState.PARKED] * 3 + [RawState.FILED], 1)
        ]  # fmt: skip
        session.add_all(mails)
        session.flush()
        return [mail.id for mail in mails]


def row(raw_id: int) -> RawMail:
    with db.reading() as session:
        return session.get_one(RawMail, raw_id)


def act(agent: FlaskClient, *ids: int, **form: str) -> str:
    """The page after the form was sent."""
    answer = agent.post("/parked/act", data={"ids": list(ids), **form}, follow_redirects=True)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def make_ticket(mailbox_id: int) -> int:
    now = db.now()
    with db.transaction() as session:
        card = Customer(name="Olga", notes="", created_at=now)
        ticket = Ticket(mailbox_id=mailbox_id, customer=card, opened_at=now, last_message_at=now)
        session.add(ticket)
        session.flush()
        return ticket.id


@pytest.mark.both_databases
def test_the_reason_is_in_the_readers_language(agent: FlaskClient, rows: list[int]) -> None:
    assert "Reading it took more than 30 seconds." in agent.get("/parked").get_data(as_text=True)
    with db.transaction() as session:
        session.execute(sa.update(Agent).values(language="ru"))
    assert "Чтение заняло больше 30 с" in agent.get("/parked").get_data(as_text=True)


def test_the_source_shows_what_hides_and_runs_nothing(agent: FlaskClient, rows: list[int]) -> None:
    page = agent.get(f"/parked/{rows[0]}").get_data(as_text=True)
    assert XSS not in page
    assert "&lt;script&gt;" in page
    assert '<span class="parked-name">From:</span> olga@buyer.example' in page
    assert "Text␀ ⟨202E⟩evil" in page
    assert "goes on for another" not in page


@pytest.mark.both_databases
def test_a_long_letter_is_cut_and_says_so(agent: FlaskClient, rows: list[int], blobs: BlobStore) -> None:
    with db.transaction() as session:
        session.get_one(RawMail, rows[0]).sha256 = blobs.put(b"A: b\n\n" + b"x" * 400_000)
    page = agent.get(f"/parked/{rows[0]}").get_data(as_text=True)
    assert "goes on for another 195 KB" in page
    assert len(page) < 260_000


@pytest.mark.parametrize("gone", [True, False])
def test_damaged_bytes_are_shown_as_far_as_they_are_there(
    agent: FlaskClient, rows: list[int], blobs: BlobStore, gone: bool
) -> None:
    path = blobs._path(row(rows[0]).sha256)
    if gone:
        path.unlink()
    else:
        path.write_bytes(b"Subject: half")
    page = agent.get(f"/parked/{rows[0]}").get_data(as_text=True)
    assert ("Its stored bytes are missing" in page) is gone
    assert ("half" in page) is not gone
    assert agent.get(f"/parked/{rows[0]}/source").status_code == (404 if gone else 200)


@pytest.mark.both_databases
def test_ticked_letters_are_filed_in_a_ticket(agent: FlaskClient, rows: list[int]) -> None:
    ticket_id = make_ticket(row(rows[0]).mailbox_id)
    page = act(agent, rows[0], rows[1], act="file", ticket=f"#{ticket_id}")
    assert "2 letters will be in their ticket" in page
    assert row(rows[0]).state == "stored"
    instruction = row(rows[0]).instruction or {}
    assert (instruction["ticket_id"], instruction["was"]) == (
        ticket_id,
        "reading this letter took more than 30 seconds",
    )
    assert row(rows[2]).state == "parked"


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"act": "file", "ticket": "987654"}, "no such ticket"),
        ({"act": "file", "ticket": "abc"}, "no ticket number"),
        ({"act": "file"}, "Name a ticket or an address"),
        ({"act": "file", "address": "not an address"}, "no mail address"),
        ({"act": "leave_out"}, "Say why"),
        ({"act": ""}, "Choose what to do"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_changes(
    agent: FlaskClient, rows: list[int], form: dict[str, str], says: str
) -> None:
    assert says in act(agent, rows[0], **form)
    assert row(rows[0]).state == "parked"


def test_nothing_ticked_is_said(agent: FlaskClient, rows: list[int]) -> None:
    assert "Tick the letters first" in act(agent, act="replay")


@pytest.mark.parametrize(
    ("typed", "state"), [({"address": "olga@buyer.example"}, "stored"), ({"why": "an advert"}, "ignored")]
)
def test_enter_in_a_field_means_that_field(
    agent: FlaskClient, rows: list[int], typed: dict[str, str], state: str
) -> None:
    act(agent, rows[0], act="", **typed)
    assert row(rows[0]).state == state


@pytest.mark.both_databases
def test_leaving_out_can_be_taken_back_and_both_are_noted(agent: FlaskClient, rows: list[int]) -> None:
    assert "1 letter left out" in act(agent, rows[0], act="leave_out", why="an advert")
    listed = agent.get("/parked?show=left-out").get_data(as_text=True)
    assert "Left out by hand: an advert" in listed
    assert "letter 1" not in agent.get("/parked").get_data(as_text=True)
    assert "1 letter is back" in act(agent, rows[0], act="take_back")
    assert (row(rows[0]).state, row(rows[0]).reason) == (
        "parked",
        "reading this letter took more than 30 seconds",
    )
    with db.reading() as session:
        events = session.scalars(sa.select(Event).order_by(Event.id)).all()
    assert [(event.kind, event.detail["raw_mail_id"]) for event in events] == [
        ("mail-left-out", rows[0]),
        ("mail-taken-back", rows[0]),
    ]
    assert all(event.agent_id for event in events)


@pytest.mark.both_databases
def test_the_second_of_two_agents_is_told(agent: FlaskClient, rows: list[int]) -> None:
    act(agent, rows[0], act="leave_out", why="an advert")
    page = act(agent, rows[0], rows[1], act="leave_out", why="an advert")
    assert "1 letter left out" in page
    assert "1 letter was not there any more: a colleague has dealt with it" in page
    assert "a colleague was faster" in act(agent, rows[0], act="replay")
    assert "not parked any more" in agent.get(f"/parked/{rows[3]}").get_data(as_text=True)


def test_one_letter_has_the_same_ways_out_on_its_own_page(agent: FlaskClient, rows: list[int]) -> None:
    page = agent.get(f"/parked/{rows[0]}").get_data(as_text=True)
    assert set(re.findall(r'name="act" value="(\w+)"', page)) == {"replay", "file", "leave_out"}
    agent.post("/parked/act", data={"one": rows[0], "act": "replay"})
    assert (row(rows[0]).state, row(rows[1]).state) == ("stored", "parked")
    answer = agent.post("/parked/act", data={"one": rows[1], "act": "leave_out"})
    assert answer.headers["Location"] == f"/parked/{rows[1]}", "back to the letter with what is missing"


@pytest.mark.both_databases
def test_pages_go_by_key(agent: FlaskClient, rows: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parked, "PAGE", 2)
    first = agent.get("/parked").get_data(as_text=True)
    older = re.search(r'href="(/parked\?before=\d+)"', first)
    assert older
    assert "letter 3" in first and "letter 1" not in first
    assert "letter 1" in agent.get(older[1]).get_data(as_text=True)


def test_strange_forms_are_refused(agent: FlaskClient, rows: list[int]) -> None:
    assert agent.post("/parked/act", data={"ids": rows[0], "act": "drop"}).status_code == 400
    assert agent.post("/parked/act", data={"ids": rows[0], "state": "filed"}).status_code == 400
    assert "Tick the letters first" in act(agent, act="replay", one="99999999999999999999")
