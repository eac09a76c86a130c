"""The pages about keeping the knowledge base good."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import db
from app.accounts.models import Agent, MailboxGrant
from app.knowledge import service
from app.knowledge.models import Article
from app.knowledge.public_models import HelpRead, HelpVote
from app.knowledge.texts import ArticleText
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


def test_what_readers_of_the_help_centre_said_stands_among_the_figures(agent: FlaskClient) -> None:
    article_id = _a_week(agent)["article"]
    ago = [timedelta(days=1), timedelta(days=2), timedelta(days=3), timedelta(days=60)]
    with db.transaction() as session:
        for n, since in enumerate(ago):
            session.add(
                HelpVote(article_id=article_id, language="en", version=1, helped=n != 1, visitor=str(n), at=db.now() - since)
            )  # fmt: skip
            session.add(
                HelpRead(article_id=article_id, language="en", day=(db.now() - since).date(), times=10)
            )
    page = agent.get("/knowledge/figures?days=30").text
    assert f'/knowledge/{article_id}/readers">67 %</a> <span class="quiet small">n = 3<' in page
    own = agent.get(f"/knowledge/{article_id}/figures?days=30").text
    assert "<strong>30</strong><span>Read in the help centre<" in own
    assert "<strong>67 %</strong><span>Helped readers<" in own and "2 of 3" in own
    assert "3 of 4" in agent.get(f"/knowledge/{article_id}/figures?days=90").text
    rows = list(csv.DictReader(io.StringIO(agent.get("/knowledge/figures.csv").text.lstrip("\ufeff"))))
    mine = next(row for row in rows if row["Number"] == str(article_id))
    assert [mine[name] for name in ("Read in the help centre", "It helped", "It did not help")] == [
        "40",
        "3",
        "1",
    ]


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


def test_doubles_and_typed_answers_have_pages_and_all_stands_on_one(
    agent: FlaskClient, admin: FlaskClient
) -> None:
    text = "Hello Olga,\n\nyour refund was sent to your bank today, allow three working days please.\n\nNora"
    again = "You can return the kettle within fourteen days. A courier collects it free of charge, from home."
    with db.transaction() as session:
        made = MadeDesk(session)
        for _ in range(5):
            ticket = made.ticket(at=db.now(), subject="Refund")
            made.letter(ticket, "How long is the gift card valid?", at=db.now())
            reply = made.reply(ticket, text, at=db.now())
            reply.author_id = agent.agent.id
        other = service.create(session, ArticleText("Sending back", again, "en"), by=None, now=db.now())
        ids = {"kept": made.articles[0].id, "gone": other.id}
        made.articles[1].review_on = db.now().date()
    for work in upkeep.PARTS.values():
        work()
    todo = agent.get("/knowledge/to-do").text
    for said in ("Sending back", "gift", "your refund was sent", "Review is due"):
        assert said in todo, said
    assert "You have typed this answer 5 times" in agent.get("/notices").text
    page = agent.get("/knowledge/doubles").text
    assert "Sending back" in page and "Keep this one" not in page
    assert agent.post("/knowledge/doubles/merge", data=ids).status_code == 403
    assert admin.post("/knowledge/doubles/merge", data=ids).status_code == 302
    page = admin.get("/knowledge/doubles").text
    assert "Take back" in page
    assert "Returns" in admin.get(f"/knowledge/{ids['gone']}").text, "the archived one points to the other"
    undo = re.findall(r"merges/(\d+)/undo", page)[0]
    assert admin.post(f"/knowledge/doubles/merges/{undo}/undo").status_code == 302
    pair = {"one": ids["kept"], "other": ids["gone"]}
    assert admin.post("/knowledge/doubles/different", data=pair).status_code == 302
    assert "Keep this one" not in admin.get("/knowledge/doubles").text
    assert "Sending back" in admin.get("/knowledge/doubles?state=different").text
    typed = agent.get("/knowledge/typed").text
    assert "You have typed this answer 5 times" in typed
    number = re.findall(r"typed/(\d+)/draft", typed)[0]
    assert "your refund was sent" in agent.get(f"/knowledge/typed/{number}/draft").text.lower()
    form = {"title": "Refunds", "answer": "Sent to your ⟦bank⟧.", "language": "en", "tags": ""}
    assert agent.post(f"/knowledge/typed/{number}/draft", data=form).status_code == 422
    agent.post(f"/knowledge/typed/{number}/dismiss")
    assert "You have typed" not in agent.get("/knowledge/typed").text
    saved = agent.post(f"/knowledge/typed/{number}/draft", data={**form, "answer": "Sent to your bank."})
    assert "Sent to your bank." in agent.get(saved.location).text
