"""The pages about keeping the knowledge base good."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import db
from app.accounts.models import Agent, MailboxGrant
from app.knowledge.models import Article
from app.upkeep.models import Gap
from tests.app.upkeep.made_desk import MadeDesk
from workers import upkeep


def _a_week(client: FlaskClient) -> dict[str, int]:
    """Six letters answered with the article on returns, each time with the same new sentence; two of them in a mailbox
    that not everybody sees."""
    with db.transaction() as session:
        made = MadeDesk(session)
        returns = made.articles[0]
        for n in range(6):
            at = db.now() - timedelta(days=n + 1)
            ticket = made.ticket(box=int(n > 3), at=at, subject=f"Kettle {n}")
            letter = made.letter(ticket, "May I send the kettle back?", at=at)
            text = (
                "Hello Olga,\n\nYou can return the kettle within thirty days. A courier collects it free of charge."
                "\n\nBest regards,\nNora"
            )
            reply = made.reply(ticket, text, at=at + timedelta(hours=1), composing_seconds=60)
            made.sent_with(letter, returns, reply, edited=True)
            made.rated(reply, "good" if n else "bad")
            other = made.ticket(box=0, at=at)
            made.reply(other, "Something else entirely.", at=at, composing_seconds=180)
        returns.title = "=Returns"
        return {"article": returns.id, "shop": made.boxes[0].id}


def test_figures_of_articles_and_what_is_behind_them(agent: FlaskClient) -> None:
    ids = _a_week(agent)
    page = agent.get("/knowledge/figures").text
    assert "Edited the same way" in page
    own = agent.get(f"/knowledge/{ids['article']}/figures?what=edited").text
    assert "within thirty days" in own and "within fourteen days" in own
    assert "in 6 replies" in own
    assert "5 of 6" not in own
    assert own.count("Kettle ") == 6
    assert ">12</strong>" in own.replace("\n", ""), "minutes: six replies of one minute instead of three"
    rows = list(csv.reader(io.StringIO(agent.get("/knowledge/figures.csv").text.lstrip("\ufeff"))))
    assert rows[1][1] == "'=Returns", "no spreadsheet works it out"
    assert rows[1][6] == "6"
    assert agent.get("/knowledge/999999/figures").status_code == 404
    for odd in ("?days=7&sort=x&after=1_2_3", "?after=9_-1", "?days=1e9"):
        assert agent.get(f"/knowledge/figures{odd}").status_code == 200


def test_figures_count_only_tickets_that_the_agent_may_see(agent: FlaskClient) -> None:
    ids = _a_week(agent)
    with db.transaction() as session:
        nora = session.get_one(Agent, agent.agent.id)
        nora.every_mailbox = False
        session.add(MailboxGrant(agent_id=nora.id, mailbox_id=ids["shop"]))
    own = agent.get(f"/knowledge/{ids['article']}/figures?what=edited").text
    assert own.count("Kettle ") == 4
    assert "in 4 replies" in own
    with db.transaction() as session:
        session.execute(sa.update(Article).where(Article.id == ids["article"]).values(restricted=True))
    assert agent.get(f"/knowledge/{ids['article']}/figures").status_code == 404
    assert "Returns" not in agent.get("/knowledge/figures").text
    assert "Returns" not in agent.get("/knowledge/figures.csv").text


def _a_gap(number: int = 4) -> int:
    """Letters that ask the same, found as a gap; in the shop's mailbox."""
    with db.transaction() as session:
        made = MadeDesk(session)
        for n in range(number):
            ticket = made.ticket(at=db.now(), subject=f"Question {n}")
            made.letter(ticket, "How long is the gift card valid?", at=db.now())
            made.reply(ticket, f"Hello Olga,\n\nTwo years, card 4815162{n}.\n\nRegards,\nNora", at=db.now())
        secret = made.boxes[0].id
    upkeep.find_gaps()
    return secret


def test_a_lead_makes_an_article_of_a_gap_and_agents_look(
    app: Flask, agent: FlaskClient, admin: FlaskClient
) -> None:
    secret = _a_gap()
    assert "valid" in agent.get("/knowledge/gaps").text
    with db.reading() as session:
        gap_id = session.scalar(sa.select(Gap.id))
    page = agent.get(f"/knowledge/gaps/{gap_id}").text
    assert page.count("Question ") == 4
    assert "Make an article" not in page
    assert agent.get(f"/knowledge/gaps/{gap_id}/draft").status_code == 403
    assert agent.post(f"/knowledge/gaps/{gap_id}/hide").status_code == 403
    draft = admin.get(f"/knowledge/gaps/{gap_id}/draft").text
    assert "⟦48151620⟧" in draft or "⟦4815162" in draft
    form = {"title": "Gift cards", "answer": "Two years, ⟦48151620⟧.", "language": "en", "tags": ""}
    refused = admin.post(f"/knowledge/gaps/{gap_id}/draft", data=form)
    assert refused.status_code == 422
    assert "Look at what is marked" in refused.text
    saved = admin.post(f"/knowledge/gaps/{gap_id}/draft", data={**form, "answer": "Two years."})
    assert saved.status_code == 302
    assert "Two years." in admin.get(saved.location).text
    assert "valid" not in agent.get("/knowledge/gaps").text
    assert "valid" in agent.get("/knowledge/gaps?state=closed").text
    with db.transaction() as session:
        nora = session.get_one(Agent, agent.agent.id)
        nora.every_mailbox = False
        session.add(MailboxGrant(agent_id=nora.id, mailbox_id=secret + 1))
    assert "valid" not in agent.get("/knowledge/gaps?state=closed").text
    assert "valid" not in agent.get("/knowledge/gaps/gaps.csv").text
    assert agent.get(f"/knowledge/gaps/{gap_id}").status_code == 404


def test_not_a_gap_is_hidden_until_it_is_shown_again(admin: FlaskClient) -> None:
    _a_gap()
    with db.reading() as session:
        gap_id = session.scalar(sa.select(Gap.id))
    for _ in range(2):
        assert admin.post(f"/knowledge/gaps/{gap_id}/hide").status_code == 302
    assert "valid" not in admin.get("/knowledge/gaps").text.split("<main")[1].split("Not gaps")[1]
    assert "valid" in admin.get("/knowledge/gaps?state=hidden").text
    admin.post(f"/knowledge/gaps/{gap_id}/show-again")
    assert "valid" in admin.get("/knowledge/gaps").text
