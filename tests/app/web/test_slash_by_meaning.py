"""What is typed after a slash is found by what was learnt from replies: the owner of the index is asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import db, queue
from app.accounts.teams import TeamForm, make_team
from app.knowledge import arrangement, lessons, meant, service
from app.knowledge.arrangement import Arrangement
from app.knowledge.models import LogKind
from app.knowledge.texts import ArticleText
from app.knowledge.who_sees import Circle
from app.settings import Settings
from kb_search.embed import no_embedder
from kb_search.query import ArticleSearch
from tests.app.web.conftest import Desk
from tests.support.redis import RedisServer
from tests.support.waiting import wait_until
from tests.support.web import add_agent, sign_in
from workers.knowledge import KnowledgeOwner

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

ASKED = (
    "the screen of my zither stays dark",
    "my zither shows a dark screen since today",
    "dark screen, what now",
)


def work(running: KnowledgeOwner) -> None:
    while running.step():
        pass


@pytest.fixture
def articles(desk: Desk) -> list[int]:
    texts = (
        ("Restart", "Hold the button for ten seconds."),
        ("Parcels", "A parcel takes two days."),
        ("Invoices", "It comes by mail."),
        ("Spare parts", "We keep a button for every model."),
    )
    with db.transaction() as session:
        return [service.create(session, ArticleText(*one, "en"), by=None, now=db.now()).id for one in texts]


@pytest.fixture
def owner(
    redis_server: RedisServer, installation: Settings, desk: Desk, articles: list[int]
) -> Iterator[KnowledgeOwner]:
    """The process that owns the index, in a thread; it has learnt from letters that the index does not have yet."""
    stop = threading.Event()
    running = KnowledgeOwner(installation, no_embedder)
    work(running)
    with db.transaction() as session:
        for question in ASKED:
            lesson = lessons.Lesson(question, desk.mailbox_id)
            lessons.note(session, LogKind.LEARN, articles[0], lesson, db.now())
    work(running)
    assert ArticleSearch(installation.search_dir).search("dark zither") == []
    thread = threading.Thread(target=running.run, args=(stop,), daemon=True)
    thread.start()
    yield running
    stop.set()
    thread.join(60)


def searching(client: FlaskClient, url: str) -> Callable[[str], list[int]]:
    def found(words: str) -> list[int]:
        return [one["id"] for one in client.get(url, query_string={"q": words}).get_json()]

    return found


def test_by_meaning_as_far_as_one_may_see(
    app: Flask, desk: Desk, articles: list[int], owner: KnowledgeOwner, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A busy machine may take longer than a person would wait.
    monkeypatch.setattr(meant, "SECONDS", 20.0)
    client = sign_in(app.test_client(), add_agent("nora@help.example", "Nora Klein"))
    found = searching(client, f"/tickets/{desk.letter()}/articles")
    assert found("dark zither")[:1] == articles[:1], "no word of the article"
    assert searching(client, "/letters/articles")("screen stays dark")[:1] == articles[:1]
    assert found("dark zithr screeen")[:1] == articles[:1], "misspelt"
    assert set(found("butt")) >= {articles[0], articles[3]}, "the beginning of a word of theirs"
    assert found("quite unheard of") == []

    with db.transaction() as session:
        team = make_team(session, TeamForm("Those who restart", agent_ids=()), now=db.now())
        circle = Circle(frozenset(), frozenset({team.id}))
        arrangement.arrange(
            session, articles[0], Arrangement("agents", circle, None, None), by=None, now=db.now()
        )
    assert articles[0] not in found("dark zither")


def test_while_the_owner_is_away_words_are_enough(
    app: Flask, desk: Desk, articles: list[int], installation: Settings, redis_server: RedisServer
) -> None:
    """One wait for the first thing typed, none for the next ones; and the bell may be gone altogether."""
    work(KnowledgeOwner(installation, no_embedder))
    client = sign_in(app.test_client(), add_agent("nora@help.example", "Nora Klein"))
    found = searching(client, "/letters/articles")
    assert found("parcel") == [articles[1]]
    assert queue.ask(meant.CHANNEL, "parcel", 20.0) is None, "not asked again so soon"
    assert found("invoices") == [articles[2]]
    queue.configure("unix:///nowhere/at-all.sock")
    assert found("parcel") == [articles[1]]


def test_a_question_nobody_took_in_time_is_gone(installation: Settings, redis_server: RedisServer) -> None:
    assert queue.ask("articles", "too late", 0.01) is None
    wait_until(lambda: redis_server.client.keys("sincerely:asked:*") == [])
    assert queue.take("articles", 0.01) is None


def test_searches_take_turns_with_lessons(desk: Desk, owner: KnowledgeOwner, articles: list[int]) -> None:
    """Many letters are learnt while somebody types: every search is answered, and from what is whole."""
    with db.transaction() as session:
        for number in range(120):
            lesson = lessons.Lesson(f"flute {number} is out of tune {number % 7}", desk.mailbox_id)
            lessons.note(session, LogKind.LEARN, articles[1 + number % 3], lesson, db.now())
    queue.wake("knowledge")
    ends = time.monotonic() + 60
    while owner._suggester.position < 4 + len(ASKED) + 120:
        assert owner.search("dark zither")[:1] == articles[:1]
        assert time.monotonic() < ends
    assert set(owner.search("flute out of tune")) >= set(articles[1:])
