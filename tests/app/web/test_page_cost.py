"""How much the pages ask of the database, on a desk with tickets of every kind. Numbers of queries, never times."""

from __future__ import annotations

import gzip
import secrets
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import db
from app.accounts import sign_ins
from app.accounts.models import Agent
from app.demo.write import write
from app.tickets.models import Ticket

MOST_QUERIES = 12
MOST_BYTES = 60 * 1024
PANE = {"HX-Request": "true", "HX-Target": "ticket"}
# Of a reply to one customer, which may be the first: the ticket gets its agent.
MOST_OF_A_REPLY = 27
LISTS = ("/inbox/open", "/inbox/mine", "/inbox/closed", "/search?q=order", "/search?q=status:open+refund")


@pytest.fixture
def year(app: Flask, agent: FlaskClient) -> FlaskClient:
    """A year of letters, and an agent who reads them."""
    write(120, db.now(), lambda _number: None)
    return agent


@pytest.fixture
def asked(year: FlaskClient) -> Iterator[list[str]]:
    """Every statement from now on."""
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith("BEGIN"):
            found.append(statement)

    engine = db.engine()
    sa.event.listen(engine, "before_cursor_execute", note)
    yield found
    sa.event.remove(engine, "before_cursor_execute", note)


def opened(client: FlaskClient, path: str, asked: list[str], **headers: str) -> list[str]:
    """The statements of one page that is not opened for the first time in this process."""
    client.get(path, headers=headers)
    asked.clear()
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    assert len(gzip.compress(answer.data)) <= MOST_BYTES
    return list(asked)


@pytest.mark.parametrize("path", LISTS)
def test_a_list_asks_little(year: FlaskClient, asked: list[str], path: str) -> None:
    statements = opened(year, path, asked)
    assert len(statements) <= MOST_QUERIES, "\n\n".join(statements)


def tickets_of_every_kind() -> list[int]:
    """The longest, the shortest, one that waits for an answer, one with a rating."""
    with db.reading() as session:
        by_length = session.scalars(sa.select(Ticket.id).order_by(Ticket.message_count, Ticket.id)).all()
        waiting = session.scalars(
            sa.select(Ticket.id).where(Ticket.status == "open").order_by(Ticket.message_count.desc())
        ).first()
        rated = session.scalar(sa.text("SELECT min(ticket_id) FROM ratings"))
    assert waiting is not None and rated is not None
    return [by_length[0], by_length[-1], waiting, rated]


def test_a_ticket_asks_little_in_the_pane_and_as_a_page(year: FlaskClient, asked: list[str]) -> None:
    for ticket_id in tickets_of_every_kind():
        for headers in (PANE, {}):
            statements = opened(year, f"/tickets/{ticket_id}?view=open", asked, **headers)
            most = MOST_QUERIES if headers else MOST_QUERIES + 2
            assert len(statements) <= most, "\n\n".join(statements)


def sent(client: FlaskClient, ticket_id: int, asked: list[str], **more: str) -> list[str]:
    """The statements of one reply, BEGIN and COMMIT not counted."""
    with db.reading() as session:
        email = session.get_one(Ticket, ticket_id).customer.email
    form = {
        "to": email,
        "html": "<div>Your parcel leaves today.</div>",
        "nonce": secrets.token_urlsafe(16),
        **more,
    }
    asked.clear()
    assert client.post(f"/tickets/{ticket_id}/reply", data=form).status_code == 303
    return list(asked)


def test_a_reply_asks_and_writes_a_fixed_number_of_times(year: FlaskClient, asked: list[str]) -> None:
    """However long the ticket is, and whatever it was sent with."""
    with db.reading() as session:
        waiting = session.scalars(
            sa.select(Ticket.id).where(Ticket.status == "open").order_by(Ticket.message_count, Ticket.id)
        ).all()
    first = sent(year, waiting[0], asked)
    again = sent(year, waiting[0], asked)
    longest = sent(year, waiting[-1], asked)
    seen = sent(year, waiting[-1], asked, seen_message_id=str(10**9), then_status="waiting")
    for statements in (first, again, longest, seen):
        assert len(statements) <= MOST_OF_A_REPLY, "\n\n".join(statements)
    assert len(again) <= 22, "\n\n".join(again)


def test_what_a_list_asks_does_not_grow_with_its_rows(
    app: Flask, agent: FlaskClient, year: FlaskClient, asked: list[str]
) -> None:
    fifty = len(opened(year, "/inbox/open", asked))
    none = len(opened(year, "/inbox/trash", asked))
    assert fifty <= none + 1


def test_a_quiet_poll_asks_twice(year: FlaskClient, asked: list[str]) -> None:
    mark = year.get("/live?mark=").json["mark"]  # type: ignore[index]
    asked.clear()
    assert year.get(f"/live?mark={mark}").status_code == 204
    assert len(asked) <= 3, "\n\n".join(asked)


def test_everybody_signed_in_is_found_in_one_statement(year: FlaskClient, asked: list[str]) -> None:
    year.get("/inbox/open")
    asked.clear()
    year.get("/inbox/open")
    assert sum("FROM sign_ins" in one for one in asked) == 1


def test_a_session_of_an_agent_who_is_no_more_finds_nobody(app: Flask) -> None:
    """The statement that is built once asks for what is true now."""
    with db.transaction() as session:
        agent = Agent(email="short@stay.example", name="Short Stay", created_at=db.now())
        session.add(agent)
        session.flush()
        token = sign_ins.start(session, agent.id, now=db.now())
        assert sign_ins.find(session, token, now=db.now()) is not None
        agent.active = False
        assert sign_ins.find(session, token, now=db.now()) is None
