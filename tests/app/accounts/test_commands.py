"""flask add-agent and flask rebuild-search."""

from __future__ import annotations

import fcntl
import re

import pytest
from click.testing import Result
from flask import Flask

from app import cli, db
from app.accounts import links, queries
from app.knowledge import index_log
from app.knowledge import service as articles
from app.knowledge.service import ArticleText
from app.settings import Settings
from kb_search.query import ArticleSearch


@pytest.fixture
def run(app: Flask):  # type: ignore[no-untyped-def]
    if "add-agent" not in app.cli.commands:
        cli.register(app)

    def run(*args: str) -> Result:
        return app.test_cli_runner().invoke(args=list(args))

    return run


def token_in(text: str) -> str:
    found = re.search(r"http://127\.0\.0\.1:8025/welcome/([\w-]{27,})\n", text)
    assert found, text
    return found.group(1)


def test_the_first_agent_is_an_admin_with_a_link_that_works(run) -> None:  # type: ignore[no-untyped-def]
    done = run("add-agent", "Nora@help.example", "--name", "Nora Lind", "--language", "ru")
    assert done.exit_code == 0, done.output
    with db.reading() as session:
        agent = links.find(session, token_in(done.output), now=db.now())
        assert (agent.email, agent.name, agent.role, agent.language) == (
            "nora@help.example",
            "Nora Lind",
            "admin",
            "ru",
        )
    second = run("add-agent", "timur@help.example")
    with db.reading() as session:
        agent = links.find(session, token_in(second.output), now=db.now())
        assert (agent.name, agent.role) == ("timur", "agent")


@pytest.mark.parametrize("email", ["nobody", "", "a@b", "x@y.example\nz"])
def test_a_wrong_address_is_one_clear_sentence(run, email: str) -> None:  # type: ignore[no-untyped-def]
    done = run("add-agent", email)
    assert done.exit_code == 1
    assert done.output == "Error: This is not an email address.\n"


def test_an_agent_who_exists_gets_a_link_only_when_asked(run) -> None:  # type: ignore[no-untyped-def]
    first = run("add-agent", "nora@help.example")
    again = run("add-agent", "nora@help.example")
    assert again.exit_code == 1
    assert "already an agent" in again.output
    fresh = run("add-agent", "nora@help.example", "--new-link")
    with db.reading() as session:
        assert links.find(session, token_in(fresh.output), now=db.now()).email == "nora@help.example"
        assert queries.by_email(session, "nora@help.example") is not None
        with pytest.raises(Exception, match="no longer valid"):
            links.find(session, token_in(first.output), now=db.now())
    assert run("add-agent", "other@help.example", "--new-link").exit_code == 1


def test_rebuilding_makes_articles_findable(run, installation: Settings) -> None:  # type: ignore[no-untyped-def]
    with db.transaction() as session:
        kept = articles.create(
            session, ArticleText("Delivery times", "Two days.", "en"), by=None, now=db.now()
        ).id
        gone = articles.create(
            session, ArticleText("Delivery abroad", "Two weeks.", "en"), by=None, now=db.now()
        ).id
        articles.archive(session, gone, by=None, now=db.now())
    assert ArticleSearch(installation.search_dir).search("delivery") == []
    done = run("rebuild-search")
    assert done.exit_code == 0, done.output
    assert [hit.article_id for hit in ArticleSearch(installation.search_dir).search("delivery")] == [kept]


def test_a_running_owner_of_the_index_is_asked_to_do_it(run, installation: Settings) -> None:  # type: ignore[no-untyped-def]
    with (installation.search_dir / index_log.OWNER_LOCK).open("w") as owner:
        fcntl.flock(owner, fcntl.LOCK_EX)
        done = run("rebuild-search")
    assert done.exit_code == 0, done.output
    assert (installation.search_dir / index_log.REBUILD_REQUEST).exists()
    assert not (installation.search_dir / "index").exists()
