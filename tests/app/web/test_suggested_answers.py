"""Answers of the knowledge base beside a letter: inserted, dismissed, still looked for."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.knowledge.models import Article, Suggestion
from app.reports.heartbeats import Beating, Heartbeat
from app.tickets.models import Draft, Message
from tests.app.web.conftest import one
from tests.app.web.replies import reply


@pytest.fixture
def suggested(desk) -> tuple[int, int]:
    """A ticket with one suggested answer: (ticket, article)."""
    ticket = desk.letter()
    with db.transaction() as session:
        article = Article(
            title="Delivery times",
            answer="Hello {{customer.first_name}}, **three days**. {{mailbox.name}}",
            language="en",
            created_at=db.now(),
            updated_at=db.now(),
        )
        session.add(article)
        session.flush()
        session.add(
            Suggestion(
                message_id=1,
                article_id=article.id,
                rank=1,
                confidence=0.87,
                created_at=db.now(),
                why={"words": ["order"], "example": "Where is it?"},
            )
        )
        session.execute(sa.update(Message).values(suggest_state="done"))
        return ticket, article.id


def test_suggestions_say_what_why_and_how_sure(agent: FlaskClient, suggested: tuple[int, int]) -> None:
    text = agent.get(f"/tickets/{suggested[0]}").text
    assert "Delivery times" in text and "87 %" in text and "<mark>order</mark>" in text
    assert "Hello Olga, <strong>three days</strong>. Support" in text


@pytest.mark.both_databases
def test_an_inserted_answer_is_filled_and_recorded(agent: FlaskClient, suggested: tuple[int, int]) -> None:
    ticket, article = suggested
    answer = agent.post(
        f"/tickets/{ticket}/suggestions/{article}/insert",
        data={"message_id": "1"},
        headers={"Accept": "application/json"},
    )
    assert answer.json == {
        "html": "<p>Hello Olga, <strong>three days</strong>. Support</p>",
        "missing": [],
        "article_id": article,
    }
    assert one(sa.select(Suggestion.outcome)) == "inserted"
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Draft)) == 0


@pytest.mark.both_databases
def test_without_scripts_the_answer_goes_into_the_draft(
    agent: FlaskClient, suggested: tuple[int, int]
) -> None:
    ticket, article = suggested
    page = agent.post(
        f"/tickets/{ticket}/suggestions/{article}/insert", data={"message_id": "1"}, follow_redirects=True
    )
    assert "Hello Olga, three days. Support" in re.search(
        r'<textarea[^>]*id="text-reply".*?</textarea>', page.text, re.DOTALL
    ).group(0)  # type: ignore[union-attr]
    assert one(sa.select(Draft)).article_ids == [article]


@pytest.mark.both_databases
def test_a_dismissed_answer_goes_away(agent: FlaskClient, suggested: tuple[int, int]) -> None:
    ticket, article = suggested
    panel = agent.post(
        f"/tickets/{ticket}/suggestions/{article}/dismiss",
        data={"message_id": "1"},
        headers={"HX-Request": "true"},
    )
    assert "No article fits" in panel.text and one(sa.select(Suggestion.outcome)) == "dismissed"


def test_a_letter_of_another_ticket_takes_no_answer(
    agent: FlaskClient, desk, suggested: tuple[int, int]
) -> None:
    other = desk.letter("Another")
    for act in ("insert", "dismiss"):
        assert (
            agent.post(
                f"/tickets/{other}/suggestions/{suggested[1]}/{act}", data={"message_id": "1"}
            ).status_code
            == 404
        )


def test_while_nothing_is_found_yet_the_page_asks_again(agent: FlaskClient, desk) -> None:
    ticket = desk.letter()
    assert "Looking for an answer" in agent.get(f"/tickets/{ticket}").text
    with db.transaction() as session:
        session.execute(sa.update(Message).values(suggest_state="done"))
    assert "No article fits" in agent.get(f"/tickets/{ticket}/suggestions").text


def test_a_letter_that_nobody_looks_at_says_so_and_can_be_answered(agent: FlaskClient, desk) -> None:
    """The owner of the index is away: none are offered, the page says why, and everything else goes on."""
    ticket = desk.letter(at=db.now() - timedelta(minutes=10))
    url = f"/tickets/{ticket}"
    for path in (url, f"{url}/suggestions"):
        text = agent.get(path).text
        assert "No suggestions right now" in text and "Looking for an answer" not in text
    assert reply(agent, ticket).status_code == 303
    assert agent.get("/knowledge").status_code == 200
    # Back again: it looks.
    other = desk.letter("And mine?", at=db.now() - timedelta(minutes=10))
    with db.transaction() as session:
        Beating("knowledge", now=db.now()).beat(session, db.now())
    text = agent.get(f"/tickets/{other}/suggestions").text
    assert "Looking for an answer" in text and "No suggestions right now" not in text
    with db.transaction() as session:
        session.execute(sa.update(Heartbeat).values(at=db.now() - timedelta(minutes=5)))
    assert "No suggestions right now" in agent.get(f"/tickets/{other}").text
