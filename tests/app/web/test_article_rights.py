"""An article that an agent may not see leaks nowhere: not offered, not found, not counted, not named, not explained."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app import db
from app.accounts.models import Agent, MailboxGrant, Role
from app.accounts.rights import rights_of
from app.accounts.teams import TeamForm, make_team
from app.automation import written
from app.automation.actions import Action
from app.errors import InvalidInput
from app.knowledge import arrangement, exchange, queries, service
from app.knowledge.arrangement import Arrangement
from app.knowledge.models import Article, Suggestion
from app.knowledge.offered import suggestions_for
from app.knowledge.texts import ArticleText
from app.knowledge.who_sees import Circle, suggestable
from app.mailboxes.models import Mailbox
from app.settings import Settings
from app.tickets.models import Message, Ticket
from kb_search.suggest import Suggester
from tests.app.web.conftest import Desk
from tests.support.web import add_agent, sign_in

SECRET = "zarathustra"


@pytest.fixture
def hidden(desk: Desk, installation: Settings) -> tuple[int, int, int]:
    """(ticket, article, its file): an article for a team only, in the index, suggested beside the letter."""
    ticket = desk.letter("Where is my parcel?")
    lead = add_agent("lead@help.example", "Lena Lead", role=Role.LEAD)
    with db.transaction() as session:
        team = make_team(session, TeamForm("Secret team", agent_ids=(lead.id,)), now=db.now())
        text = ArticleText(f"Parcel {SECRET}", f"Our parcel words about {SECRET}.", "en", (f"tag-{SECRET}",))
        article = service.create(session, text, by=None, now=db.now())
        service.say_in(
            session,
            article.id,
            ArticleText(f"Посылка {SECRET}", "Слова.", "ru"),
            version=1,
            by=None,
            now=db.now(),
        )
        circle = Circle(frozenset(), frozenset({team.id}))
        wanted = Arrangement("agents", circle, None, (db.now() - timedelta(days=2)).date())
        arrangement.arrange(session, article.id, wanted, by=None, now=db.now())
        message = session.scalars(sa.select(Message)).one()
        message.suggest_state = "done"
        session.add(
            Suggestion(message_id=message.id, article_id=article.id, rank=1, confidence=0.9, shown="open",
                       why={"words": [SECRET], "example": f"like {SECRET}"}, created_at=db.now())
        )  # fmt: skip
        article_id = article.id
    suggester = Suggester(installation.search_dir)
    suggester.add_article(article_id, f"Parcel {SECRET}", f"Our parcel words about {SECRET}.", "en")
    suggester.commit(1)
    suggester.close()
    return ticket, article_id, message.id


def pages(client: FlaskClient, ticket: int, article: int) -> dict[str, str]:
    """Everything that shows articles, and what it says."""
    gets = (
        "/knowledge", f"/knowledge?q={SECRET}", "/knowledge?q=parcel", "/knowledge?due=yes", f"/knowledge?tag=tag-{SECRET}",
        "/knowledge?lacks=ru", f"/knowledge/{article}", f"/knowledge/{article}/edit", f"/knowledge/{article}/compare",
        "/knowledge/exchange/articles.zip", f"/tickets/{ticket}", f"/tickets/{ticket}/suggestions",
        f"/tickets/{ticket}/articles?q=parcel", f"/tickets/{ticket}/articles", "/letters/articles?q=parcel",
    )  # fmt: skip
    return {url: client.get(url).get_data().decode("utf-8", "replace") for url in gets}


def changes(client: FlaskClient, ticket: int, article: int, letter: int) -> dict[str, int]:
    words = {"title": "x", "answer": "y", "language": "en", "version": "2", "action": "save"}
    posts: dict[str, dict[str, object]] = {
        f"/tickets/{ticket}/suggestions/{article}/insert": {"message_id": letter},
        f"/tickets/{ticket}/suggestions/{article}/dismiss": {"message_id": letter},
        f"/tickets/{ticket}/suggestions/{article}/take-back": {"message_id": letter},
        f"/tickets/{ticket}/articles/{article}": {},
        f"/tickets/{ticket}/draft/articles/{article}/files": {"kind": "outgoing"},
        f"/letters/articles/{article}": {},
        f"/knowledge/{article}/edit": words,
        f"/knowledge/{article}/archive": {},
        f"/knowledge/{article}/restore": {"version": "1"},
        f"/knowledge/{article}/arrange": {"visibility": "public", "who": "all"},
        f"/knowledge/{article}/reviewed": {"months": "6"},
        f"/knowledge/{article}/forget-language": {"language": "ru"},
        f"/knowledge/{article}/files": {"file": (io.BytesIO(b"x"), "a.txt")},
    }
    return {url: client.post(url, data=form).status_code for url, form in posts.items()}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_it_leaks_nowhere(app: Flask, desk: Desk, hidden: tuple[int, int, int]) -> None:
    ticket, article, letter = hidden
    outside = sign_in(app.test_client(), add_agent("out@help.example", "Olaf Out"))
    for url, said in pages(outside, ticket, article).items():
        assert SECRET not in re.sub(r'value="[^"]*"', "", said), url
    refused = changes(outside, ticket, article, letter)
    assert {url for url, status in refused.items() if status != 404} == set()
    with db.reading() as session:
        assert session.scalars(sa.select(Article.version)).all() == [2]
        assert session.scalars(sa.select(Suggestion.outcome)).all() == ["shown"]
    inside = sign_in(app.test_client(), desk_lead())
    seen = [url for url, said in pages(inside, ticket, article).items() if SECRET in said]
    assert len(seen) >= 11, seen


def desk_lead() -> Agent:
    with db.reading() as session:
        return session.scalars(sa.select(Agent).where(Agent.email == "lead@help.example")).one()


def test_questions_to_the_database_know_the_rights(desk: Desk, hidden: tuple[int, int, int]) -> None:
    """On both databases: every question of the knowledge base, asked by those inside and outside."""
    _ticket, article, letter = hidden
    out, lead = add_agent("out@help.example", "Olaf Out"), desk_lead()
    admin = add_agent("root@help.example", "Ada", role=Role.ADMIN)
    with db.transaction() as session:
        for agent, sees in ((out, False), (lead, True), (admin, True)):
            rights = rights_of(session, agent.id)
            assert bool(suggestions_for(session, [letter], rights)) is sees
            assert bool(queries.page(session, rights, queries.Filters()).articles) is sees
            assert bool(queries.found(session, rights, [article], queries.Filters()).articles) is sees
            assert bool(queries.all_tags(session, rights)) is sees
            assert queries.has_articles(session, rights) is sees
            assert bool(queries.due_count(session, rights, db.now().date())) is sees
            assert bool(exchange.export(session, rights)) is sees
            ticket = session.scalars(sa.select(Ticket)).one()
            action = Action("article", (str(article),))
            if sees:
                assert SECRET in written.words_of(session, ticket, [action], agent).html
            else:
                with pytest.raises(InvalidInput):
                    written.words_of(session, ticket, [action], agent)
        assert suggestions_for(session, [letter], rights_of(session, admin.id))[0].example
        assert (
            suggestions_for(session, [letter], rights_of(session, lead.id), "ru")[0].title
            == f"Посылка {SECRET}"
        )
        assert queries.public_articles(session) == []


def test_an_article_of_a_mailbox_is_for_its_letters_and_for_those_who_see_it(desk: Desk) -> None:
    out = add_agent("out@help.example", "Olaf Out")
    with db.transaction() as session:
        mine = session.scalars(sa.select(Mailbox)).first()
        other = Mailbox(address="other@help.example", created_at=db.now())
        session.add(other)
        session.flush()
        article = service.create(session, ArticleText("Only there", "Words.", "en"), by=None, now=db.now())
        everywhere = service.create(session, ArticleText("Everywhere", "Words.", "en"), by=None, now=db.now())
        assert suggestable(session, mine.id) is None
        wanted = Arrangement("agents", Circle(frozenset({other.id})))
        arrangement.arrange(session, article.id, wanted, by=None, now=db.now())
        assert suggestable(session, mine.id) == {everywhere.id}
        assert suggestable(session, other.id) == {everywhere.id, article.id}
        session.execute(sa.update(Agent).where(Agent.id == out.id).values(every_mailbox=False))
        session.add(MailboxGrant(agent_id=out.id, mailbox_id=mine.id))
        session.flush()
        session.info.clear()
        rights = rights_of(session, out.id)
        assert [one.title for one in queries.page(session, rights, queries.Filters()).articles] == [
            "Everywhere"
        ]
        session.execute(sa.delete(Mailbox).where(Mailbox.id == other.id))
        session.expire_all()
        # A list that became empty means nobody, never everybody.
        assert suggestable(session, mine.id) == {everywhere.id}


def test_public_means_everybody_and_parts_for_some_are_not_in_it(desk: Desk) -> None:
    with db.transaction() as session:
        text = ArticleText("Open", "All.\n\n{{#if customer.tag=vip}}\nSecret.\n{{/if}}", "en")
        article = service.create(session, text, by=None, now=db.now())
        service.say_in(
            session, article.id, ArticleText("Открыто", "Все.", "ru"), version=1, by=None, now=db.now()
        )
        with pytest.raises(InvalidInput):
            arrangement.arrange(session, article.id, Arrangement("public", Circle()), by=None, now=db.now())
        arrangement.arrange(session, article.id, Arrangement("public"), by=None, now=db.now())
        found = queries.public_articles(session)
        assert [(one.title, one.answer, one.languages) for one in found] == [
            ("Open", "All.", ("en", "ru")),
            ("Открыто", "Все.", ("en", "ru")),
        ]
        assert [one.title for one in queries.public_articles(session, "ru")] == ["Открыто"]
        service.archive(session, article.id, by=None, now=db.now())
        assert queries.public_articles(session) == []
