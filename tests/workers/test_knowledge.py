"""The owner of the knowledge index: follows the log, scores letters, and makes the index anew when it must."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app import db
from app.customers import service as customers
from app.knowledge import index_log, service
from app.knowledge.models import Article, KnowledgeLog, LogKind, Suggestion
from app.knowledge.service import ArticleText
from app.mailboxes.models import Mailbox
from app.settings import Settings
from app.tickets.filing import IncomingLetter, file_letter, open_ticket
from app.tickets.models import Message
from app.tickets.vectors import MessageVector
from kb_search.embed import no_embedder
from tests.support.synonyms import SIZE, Synonyms
from workers.knowledge import KnowledgeOwner, ownership

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LETTER = "Hello, how long does the delivery of a parcel take? It was sent a week ago."


def add_article(title: str, answer: str) -> int:
    with db.transaction() as session:
        return service.create(session, ArticleText(title, answer, "en"), by=None, now=NOW).id


def write_letter(text: str = LETTER) -> int:
    with db.transaction() as session:
        mailbox = session.scalar(sa.select(Mailbox)) or Mailbox(
            address="support@help.example", created_at=NOW
        )
        session.add(mailbox)
        session.flush()
        card = customers.find_or_create(session, "olga@buyer.example", "Olga", now=NOW)
        letter = IncomingLetter(
            raw_mail_id=None, mailbox_id=mailbox.id, sender_name="Olga", sender_email="olga@buyer.example", subject="Q",
            visible=text, folded="", signature="", html=None, language="en", arrived_at=NOW,
        )  # fmt: skip
        ticket = open_ticket(session, letter, card, now=NOW)
        return file_letter(session, ticket, letter, card, wakes=True, now=NOW).id


def suggested(message_id: int) -> list[int]:
    with db.reading() as session:
        return list(session.scalars(sa.select(Suggestion.article_id).where(Suggestion.message_id == message_id)
                                    .order_by(Suggestion.rank)))  # fmt: skip


def work(owner: KnowledgeOwner) -> None:
    while owner.step():
        pass


@pytest.fixture
def owner(installation: Settings) -> Callable[[], KnowledgeOwner]:
    return lambda: KnowledgeOwner(installation)


@pytest.fixture
def articles(database: str) -> tuple[int, int]:
    return (add_article("Delivery times", "The delivery of a parcel takes two days after it was sent."),
            add_article("Invoices", "We send the invoice with the closing documents by mail."))  # fmt: skip


def test_a_letter_finds_its_article(articles: tuple[int, int], owner: Callable[[], KnowledgeOwner]) -> None:
    message = write_letter()
    work(owner())
    assert suggested(message)[0] == articles[0]
    with db.reading() as session:
        assert session.get_one(Message, message).suggest_state == "done"
        assert "delivery" in session.scalars(sa.select(Suggestion)).first().why["words"]  # type: ignore[union-attr]


def test_an_accepted_answer_counts_for_the_very_next_letter(
    articles: tuple[int, int], owner: Callable[[], KnowledgeOwner]
) -> None:
    odd = "the quokka jumped over my fence yesterday evening"
    running = owner()
    work(running)
    with db.transaction() as session:
        lesson = KnowledgeLog(kind=LogKind.LEARN, article_id=articles[1], question=odd, created_at=NOW)
        index_log.append(session, lesson)
    message = write_letter(odd)
    work(running)
    assert suggested(message)[0] == articles[1]


def test_an_archived_article_is_suggested_no_more(
    articles: tuple[int, int], owner: Callable[[], KnowledgeOwner]
) -> None:
    running = owner()
    work(running)
    with db.transaction() as session:
        service.archive(session, articles[0], by=None, now=NOW)
    message = write_letter()
    work(running)
    assert articles[0] not in suggested(message)


def test_a_deleted_index_is_made_anew_with_the_same_answers(
    articles: tuple[int, int], owner: Callable[[], KnowledgeOwner], installation: Settings
) -> None:
    work(owner())
    before = write_letter()
    work(owner())
    shutil.rmtree(installation.search_dir)
    after = write_letter()
    work(owner())
    assert suggested(after) == suggested(before) != []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_file_cut_short_costs_no_letter_and_no_answer(
    articles: tuple[int, int], owner: Callable[[], KnowledgeOwner], installation: Settings
) -> None:
    """Half of what the directory holds is gone, under an owner that runs and before one that starts."""
    running = owner()
    work(running)
    before = write_letter()
    work(running)
    expected = suggested(before)
    assert expected
    for run in (lambda: running, owner):
        for path in installation.search_dir.rglob("*"):
            if path.is_file() and path.stat().st_size > 1:
                os.truncate(path, path.stat().st_size // 2)
        after = write_letter()
        work(run())
        assert suggested(after) == expected
    rebuilt = owner()
    rebuilt.rebuild()
    last = write_letter()
    work(rebuilt)
    assert suggested(last) == expected


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_cannot_be_written_is_said_and_letters_go_on(
    articles: tuple[int, int], owner: Callable[[], KnowledgeOwner], installation: Settings
) -> None:
    """No room for a file: suggestions come from memory, the health page says so, the database has it all."""
    running = owner()
    work(running)
    shutil.rmtree(installation.search_dir)
    installation.search_dir.write_text("no directory any more")
    new = add_article("Opening hours", "We are open from nine to five.")
    message = write_letter("When are you open? From nine to five?")
    work(running)
    assert suggested(message)[:1] == [new]
    assert running._note() not in ("words", "meaning", "behind", "broken")
    installation.search_dir.unlink()
    healed = owner()
    again = write_letter("When are you open? From nine to five?")
    work(healed)
    assert suggested(again) == suggested(message)


def test_a_restored_older_database_wins_over_the_index(
    articles: tuple[int, int], owner: Callable[[], KnowledgeOwner]
) -> None:
    work(owner())
    with db.transaction() as session:
        session.execute(sa.delete(KnowledgeLog).where(KnowledgeLog.article_id == articles[1]))
        session.execute(sa.update(Article).where(Article.id == articles[1]).values(archived=True))
    message = write_letter("invoice with the closing documents please")
    work(owner())
    assert articles[1] not in suggested(message)


def rows() -> list[tuple[str, int]]:
    with db.reading() as session:
        return [
            (row.vector_model, len(row.vector or b""))
            for row in session.scalars(sa.select(KnowledgeLog).order_by(KnowledgeLog.id))
        ]


def test_vectors_are_computed_on_arrival_and_stored_with_the_letter_and_the_log(
    articles: tuple[int, int], installation: Settings
) -> None:
    pytest.importorskip("numpy")
    model = Synonyms()
    running = KnowledgeOwner(installation, lambda: model)
    message = write_letter("my kangaroo refuses its supper")
    work(running)
    with db.reading() as session:
        stored = session.get_one(MessageVector, message)
        assert (stored.model, stored.vector) == (model.name, model.embed("Q my kangaroo refuses its supper"))
    assert rows() == [(model.name, 4 * SIZE)] * 2
    asked = len(model.asked)
    with db.transaction() as session:
        session.execute(sa.update(Message).values(suggest_state="pending"))
    running.rebuild()
    work(running)
    assert len(model.asked) == asked, "what is stored is not computed again"


def test_a_model_installed_later_is_filled_in_beside_the_work(
    articles: tuple[int, int], installation: Settings
) -> None:
    pytest.importorskip("numpy")
    with db.transaction() as session:
        for number in range(30):
            question = f"my kangaroo refuses supper number {number}"
            lesson = KnowledgeLog(
                kind=LogKind.LEARN, article_id=articles[1], question=question, created_at=NOW
            )
            index_log.append(session, lesson)
    before = KnowledgeOwner(installation, no_embedder)
    work(before)
    before.rebuild()
    before._suggester.close()
    running = KnowledgeOwner(installation, Synonyms)
    assert running._note() == "behind"
    message = write_letter("what does a quokka want")
    running.step()
    with db.reading() as session:
        assert session.get_one(Message, message).suggest_state == "done", "letters do not wait for it"
    work(running)
    assert (running._note(), {model for model, _ in rows()}) == ("meaning", {"synonyms 1"})
    assert suggested(write_and_work(running, "what does a quokka want"))[0] == articles[1]


def write_and_work(running: KnowledgeOwner, text: str) -> int:
    message = write_letter(text)
    work(running)
    return message


def test_the_log_says_what_an_article_said_then(articles: tuple[int, int], installation: Settings) -> None:
    lived = KnowledgeOwner(installation, no_embedder)
    work(lived)
    with db.transaction() as session:
        text = ArticleText("Parcels", "A parcel needs three days, on an island four.", "en")
        service.edit(session, articles[0], text, version=1, by=None, now=NOW)
    work(lived)
    questions = ("how long does a parcel take", "the closing documents")
    before = [lived._suggester.suggest(question) for question in questions]
    lived.rebuild()
    assert [lived._suggester.suggest(question) for question in questions] == before


def test_only_one_process_owns_the_index(installation: Settings) -> None:
    with ownership(installation.search_dir) as first, ownership(installation.search_dir) as second:
        assert (first, second) == (True, False)
