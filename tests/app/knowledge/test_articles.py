"""Articles: written, changed, taken back. Nothing an agent wrote is lost, and the index hears of everything."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.accounts import service as accounts
from app.errors import InvalidInput, NotFound
from app.knowledge import index_log, queries, service
from app.knowledge.models import Article, KnowledgeLog
from app.knowledge.service import ArticleText, ChangedMeanwhile, UnknownVariable
from app.knowledge.who_sees import NOBODY_ASKS
from kb_search.events import ArticleRemoved
from kb_search.events import ArticleText as IndexText

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
TEXT = ArticleText("Returns", "Within {{ticket.number}} days.", "en", ("returns", "Delivery"))


def made(session: Session, title: str = "Returns", **more: str) -> Article:
    text = ArticleText(title, more.get("answer", "An answer."), more.get("language", "en"))
    return service.create(session, text, by=None, now=NOW)


def log(session: Session) -> list[tuple[str, int]]:
    query = sa.select(KnowledgeLog.kind, KnowledgeLog.article_id).order_by(KnowledgeLog.id)
    return [(kind, article_id) for kind, article_id in session.execute(query)]


def test_a_new_article_is_version_one_and_known_to_the_index(session: Session) -> None:
    article = service.create(session, TEXT, by=None, now=NOW)
    assert article.version == 1
    assert [tag.name for tag in article.tags] == ["returns", "delivery"]
    assert [version.answer for version, _ in queries.versions(session, article.id)] == [TEXT.answer]
    assert log(session) == [("article", article.id)]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (ArticleText(" ", "x", "en"), "title"),
        (ArticleText("t" * 201, "x", "en"), "title"),
        (ArticleText("t", " \r\n ", "en"), "answer"),
        (ArticleText("t", "x" * 20_001, "en"), "answer"),
        (ArticleText("t", "x", "de"), "language"),
        (ArticleText("t", "{{custumer.name}}", "en"), "answer"),
        (ArticleText("t", "x", "en", ("y" * 61,)), "tags"),
    ],
)
def test_what_cannot_be_saved_says_where(session: Session, text: ArticleText, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        service.create(session, text, by=None, now=NOW)
    assert refused.value.field == field
    assert session.scalar(sa.select(sa.func.count(Article.id))) == 0


def test_an_unknown_variable_is_named(session: Session) -> None:
    with pytest.raises(UnknownVariable) as refused:
        service.create(session, ArticleText("t", "{{7*7}} {{agent.name}}", "en"), by=None, now=NOW)
    assert refused.value.names == ["7*7"]


def test_the_second_editor_overwrites_nothing(session: Session) -> None:
    article = made(session)
    service.edit(session, article.id, ArticleText("First", "One.", "en"), version=1, by=None, now=NOW)
    with pytest.raises(ChangedMeanwhile):
        service.edit(session, article.id, ArticleText("Second", "Two.", "en"), version=1, by=None, now=NOW)
    assert (article.title, article.answer, article.version) == ("First", "One.", 2)
    service.edit(session, article.id, ArticleText("Second", "Two.", "en"), version=2, by=None, now=NOW)
    assert [version.answer for version, _ in queries.versions(session, article.id)] == [
        "Two.",
        "One.",
        "An answer.",
    ]


def test_of_editors_who_save_at_once_one_wins(database: str) -> None:
    with db.transaction() as session:
        article_id = made(session).id
    outcomes: list[str] = []

    def save(name: str) -> None:
        try:
            with db.transaction() as session:
                service.edit(session, article_id, ArticleText(name, name, "en"), version=1, by=None, now=NOW)
            outcomes.append(name)
        except ChangedMeanwhile:
            outcomes.append("told")

    threads = [threading.Thread(target=save, args=(f"editor {n}",)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes)[1:] == ["told"] * 4
    with db.reading() as session:
        assert queries.article(session, article_id).title == sorted(outcomes)[0]
        assert len(queries.versions(session, article_id)) == 2


def test_saving_without_a_change_makes_no_version(session: Session) -> None:
    article = made(session)
    service.edit(
        session,
        article.id,
        ArticleText("Returns", "An answer.\r\n", "en", ("new",)),
        version=1,
        by=None,
        now=NOW,
    )
    assert article.version == 1
    assert [tag.name for tag in article.tags] == ["new"]


def test_restoring_brings_back_the_text_and_keeps_what_came_between(session: Session) -> None:
    nora = accounts.make_agent(session, "nora@help.example", "Nora", now=NOW)
    article = made(session)
    service.edit(session, article.id, ArticleText("Other", "Other.", "en"), version=1, by=nora, now=NOW)
    service.restore_version(session, article.id, 1, by=nora, now=NOW)
    assert (article.title, article.answer, article.version) == ("Returns", "An answer.", 3)
    assert [(version.version, name) for version, name in queries.versions(session, article.id)] == [
        (3, "Nora"), (2, "Nora"), (1, ""),
    ]  # fmt: skip
    with pytest.raises(NotFound):
        service.restore_version(session, article.id, 9, by=nora, now=NOW)


def test_archiving_takes_it_out_of_the_index_and_back(session: Session) -> None:
    article = made(session)
    service.archive(session, article.id, by=None, now=NOW)
    service.archive(session, article.id, by=None, now=NOW)
    assert queries.page(session, NOBODY_ASKS, queries.Filters()).articles == []
    assert queries.page(session, NOBODY_ASKS, queries.Filters(archived=True)).articles == [article]
    service.unarchive(session, article.id, by=None, now=NOW)
    assert log(session) == [("article", article.id), ("gone", article.id), ("article", article.id)]


def test_editing_an_archived_article_does_not_bring_it_back(session: Session) -> None:
    article = made(session)
    service.archive(session, article.id, by=None, now=NOW)
    service.edit(session, article.id, ArticleText("New", "New.", "en"), version=1, by=None, now=NOW)
    assert log(session)[-1] == ("gone", article.id)


def test_another_language_replaces_the_old_text_in_the_index(session: Session) -> None:
    article = made(session)
    service.edit(session, article.id, ArticleText("Возврат", "Да.", "ru"), version=1, by=None, now=NOW)
    events = [event for entry in index_log.entries_after(session, 0) for event in entry.events]
    assert events[-2:] == [ArticleRemoved(article.id), IndexText(article.id, "Возврат", "Да.", "ru")]


def test_an_unknown_article_is_not_found(session: Session) -> None:
    for act in (service.archive, service.unarchive):
        with pytest.raises(NotFound):
            act(session, 404, by=None, now=NOW)
    with pytest.raises(NotFound):
        queries.article(session, 404)


def test_every_article_is_on_exactly_one_page(session: Session) -> None:
    ids = set()
    for number in range(23):
        # Many at the same moment: only the id tells them apart.
        text = ArticleText(f"Article {number}", "Text.", "en")
        ids.add(service.create(session, text, by=None, now=NOW + timedelta(hours=number // 9)).id)
    seen: list[int] = []
    after = ""
    while True:
        page = queries.page(session, NOBODY_ASKS, queries.Filters(), after=after, limit=5)
        seen += [article.id for article in page.articles]
        after = page.next
        if not after:
            break
    assert sorted(seen) == sorted(ids)
    assert len(seen) == 23


@pytest.mark.parametrize(
    "cursor", ["x", "_", "2026-11-22_5", "2026-11-22T10:00:00+00:00_x", "' OR 1=1", "9" * 99]
)
def test_a_broken_cursor_shows_the_first_page(session: Session, cursor: str) -> None:
    article = made(session)
    assert queries.page(session, NOBODY_ASKS, queries.Filters(), after=cursor).articles == [article]


@pytest.mark.parametrize("typed", ["возврат", "Возврат", "ТОВАРА", "returns", "RETURN", "100%"])
def test_the_plain_search_finds_words_in_any_case(session: Session, typed: str) -> None:
    article = made(session, "Возврат Товара", answer="How returns work: 100% refund. ТОВАРА нет")
    made(session, "Other")
    assert queries.page(session, NOBODY_ASKS, queries.Filters(text=typed)).articles == [article]


def test_filters(session: Session) -> None:
    russian = service.create(session, ArticleText("Возврат", "Да.", "ru", ("a",)), by=None, now=NOW)
    english = service.create(session, ArticleText("Return", "Yes.", "en", ("a", "b")), by=None, now=NOW)
    assert queries.page(session, NOBODY_ASKS, queries.Filters(language="ru")).articles == [russian]
    assert queries.page(session, NOBODY_ASKS, queries.Filters(tag="b")).articles == [english]
    assert queries.all_tags(session, NOBODY_ASKS) == ["a", "b"]
    assert queries.found(
        session, NOBODY_ASKS, [russian.id, 404, english.id], queries.Filters(tag="a")
    ).articles == [
        russian,
        english,
    ]
