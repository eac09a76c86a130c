"""Searches of before, the field of a client card, and what the command palette offers."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app import db
from app.accounts.models import MailboxGrant
from app.mailboxes.models import Mailbox
from app.tickets.recent_searches import MOST_KEPT

FRAGMENT = {"HX-Request": "true"}


def recent(client: FlaskClient) -> str:
    return client.get("/search/recent", headers=FRAGMENT).text


def test_searches_are_kept_newest_first_and_each_once(agent: FlaskClient, desk) -> None:
    for text in ("kettle", "lamp  from:olga@", "kettle", "  "):
        assert agent.post("/search/recent", data={"q": text}).status_code == 204
    text = recent(agent)
    assert text.index(">kettle<") < text.index(">lamp from:olga@<") and text.count("<li>") == 2


def test_only_the_newest_are_kept(agent: FlaskClient, desk) -> None:
    for number in range(MOST_KEPT + 3):
        agent.post("/search/recent", data={"q": f"word {number}"})
    text = recent(agent)
    assert text.count("<li>") == MOST_KEPT and ">word 14<" in text and ">word 2<" not in text


def test_searches_are_forgotten_one_by_one_and_altogether(agent: FlaskClient, desk) -> None:
    for text in ("one", "two", "three"):
        agent.post("/search/recent", data={"q": text})
    assert agent.post("/search/recent/forget", data={"one": "2"}).status_code == 303
    assert ">two<" not in recent(agent) and ">one<" in recent(agent)
    agent.post("/search/recent/forget", data={"one": "all"})
    assert "<li>" not in recent(agent)
    assert agent.post("/search/recent/forget", data={"one": "x"}).status_code == 404


def test_nobody_sees_or_forgets_the_searches_of_a_colleague(
    agent: FlaskClient, admin: FlaskClient, desk
) -> None:
    agent.post("/search/recent", data={"q": "private"})
    assert "private" not in recent(admin)
    admin.post("/search/recent/forget", data={"one": "1"})
    admin.post("/search/recent/forget", data={"one": "all"})
    assert "private" in recent(agent)


def test_looking_for_something_is_noted_by_the_page_that_shows_it(agent: FlaskClient, desk) -> None:
    desk.letter("a kettle")
    page = agent.get("/search?q=kettle").text
    assert 'hx-post="/search/recent"' in page and "<li>" not in recent(agent)


def test_a_card_is_searched_alone(agent: FlaskClient, desk) -> None:
    desk.letter("a kettle", sender_email="anna@buyer.example", sender_name="Anna", subject="Of Anna")
    desk.letter("a kettle", subject="Of Olga")
    assert 'action="/customers/1/search"' in agent.get("/customers/1").text
    page = agent.get("/customers/1/search?q=kettle", follow_redirects=True).text
    assert "Of Anna" in page and "Of Olga" not in page


@pytest.fixture
def offered(agent: FlaskClient):
    def ask(query: str = "") -> list[dict[str, str]]:
        return agent.get(f"/palette{query}").get_json()["offered"]

    return ask


def test_the_palette_offers_views_pages_and_recent_tickets(offered, desk) -> None:
    ticket = desk.letter("hello", subject="The kettle")
    found = {one["text"]: one["url"] for one in offered(f"?seen=99,{ticket},x")}
    assert found["Unassigned"] == "/inbox/unassigned" and found["Knowledge"] == "/knowledge"
    assert found[f"#{ticket} The kettle · Olga Petrova"] == f"/tickets/{ticket}"
    assert not any("#99" in text for text in found)


def test_the_palette_names_no_ticket_of_a_foreign_mailbox(agent: FlaskClient, offered, desk) -> None:
    ticket = desk.letter("hello", subject="Secret")
    with db.transaction() as session:
        other = Mailbox(address="other@help.example", name="Other", created_at=db.now())
        session.add(other)
        session.flush()
        session.get_one(type(agent.agent), agent.agent.id).every_mailbox = False
        session.add(MailboxGrant(agent_id=agent.agent.id, mailbox_id=other.id))
    assert not any("Secret" in one["text"] for one in offered(f"?seen={ticket}"))
