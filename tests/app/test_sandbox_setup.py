"""What a sandbox has from its first moment, and that later starts leave alone what people did."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app import db, sandbox_setup
from app.accounts import queries
from app.accounts import service as accounts
from app.accounts.models import Agent, Role
from app.knowledge import public_settings, seed
from app.knowledge.models import Article, ArticleVariant, KnowledgeLog, Script
from app.knowledge.public_models import HelpPage
from app.knowledge.who_sees import fits_mailbox
from app.mailboxes.models import Mailbox
from app.security import unseal
from app.settings import Settings
from app.tasks import recovery_settings


@pytest.fixture
def sandbox(installation: Settings) -> Settings:
    return installation.model_copy(update={"sandbox": "yes"})


def rows(model: type, order: str = "id") -> list:
    with db.reading() as session:
        return list(session.scalars(sa.select(model).order_by(getattr(model, order))))


def test_the_first_start_makes_a_mailbox_two_agents_articles_and_a_help_centre(sandbox: Settings) -> None:
    sandbox_setup.ensure(sandbox, 11430, 11250, "a password")
    [mailbox] = rows(Mailbox)
    assert (mailbox.address, mailbox.sandbox) == ("support@sandbox.example", True)
    assert (mailbox.imap_port, mailbox.smtp_port) == (11430, 11250)
    assert unseal(sandbox.secret_key, mailbox.imap_password) == "a password"
    assert [(agent.name, agent.role, agent.language) for agent in rows(Agent)] == [
        ("Ben Carter", "admin", "en"),
        ("Olga Sokolova", "agent", "ru"),
    ]
    assert all(agent.password_hash is None for agent in rows(Agent))
    articles = rows(Article)
    said = rows(ArticleVariant, "article_id")
    assert [article.language for article in articles] == ["en"] * 11
    assert [one.language for one in said] == ["ru"] * 11
    assert {one.article_id for one in said} == {article.id for article in articles}
    logged = rows(KnowledgeLog)
    assert {row.article_id for row in logged if row.kind == "article"} == {article.id for article in articles}
    assert {row.article_id for row in logged if row.kind == "learn"} == {
        article.id for article in articles if article.visibility == "public"
    }
    # A newcomer's help centre has every article that is meant for customers, and the apology is at hand for agents.
    assert sorted(page.language for page in rows(HelpPage, "article_id")) == ["en"] * 10 + ["ru"] * 10
    with db.reading() as session:
        centre = public_settings.centre(session)
        assert centre.takes_letters and centre.mailbox_id == mailbox.id and len(centre.topics) == 4
        assert all(set(topic.names) == {"en", "ru"} for topic in centre.topics)
        apologies = {
            recovery_settings.article_for(session, code, fits_mailbox(mailbox.id)) for code in ("en", "ru")
        }
        apology = session.get_one(Article, apologies.pop())
        assert not apologies
        titles = [apology.said_in(code).title for code in ("en", "ru")]
    assert titles == [
        "An apology, and what we do now",
        "Извинение и что мы сделаем",
    ]


def test_a_later_start_only_changes_where_the_servers_are(sandbox: Settings) -> None:
    first = sandbox_setup.ensure(sandbox, 11430, 11250, "a password")
    with db.transaction() as session:
        session.scalars(sa.select(Agent)).first().name = "Benjamin Carter"
        session.scalars(sa.select(Article)).first().archived = True
        session.get(Mailbox, first).name = "Our shop"
    logged = len(rows(KnowledgeLog))

    assert sandbox_setup.ensure(sandbox, 2143, 2125, "another password") == first

    [mailbox] = rows(Mailbox)
    assert (mailbox.imap_port, mailbox.smtp_port, mailbox.name) == (2143, 2125, "Our shop")
    assert unseal(sandbox.secret_key, mailbox.smtp_password) == "another password"
    assert [agent.name for agent in rows(Agent)] == ["Benjamin Carter", "Olga Sokolova"]
    assert [article.archived for article in rows(Article)].count(True) == 1
    assert len(rows(KnowledgeLog)) == logged


def test_the_real_thing_gets_none_of_it(installation: Settings) -> None:
    with pytest.raises(RuntimeError):
        sandbox_setup.ensure(installation, 1, 2, "x")
    assert rows(Mailbox) == rows(Agent) == []


def test_agents_without_an_admin_are_joined_by_one_who_can_come_in(sandbox: Settings) -> None:
    """As on a desk that `flask seed-demo` filled before the first start."""
    with db.transaction() as session:
        made = accounts.make_agent(
            session, "nora@orbit-demo.example", "Nora Whitfield", role=Role.AGENT,
            language="en", timezone="UTC", now=db.now())  # fmt: skip
        nora = made.id
    for _start in range(2):
        sandbox_setup.ensure(sandbox, 11430, 11250, "a password")
        assert [(agent.name, agent.role) for agent in rows(Agent)] == [
            ("Nora Whitfield", "agent"), ("Ben Carter", "admin"), ("Olga Sokolova", "agent"),
        ]  # fmt: skip
    with db.reading() as session:
        assert queries.first_admin(session).id != nora
        assert len(rows(Script)) == len(seed.seed_scripts()) > 0
