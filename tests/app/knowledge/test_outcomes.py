"""What becomes of a suggestion, and what is learnt: the rules, one by one."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.errors import NotFound
from app.knowledge import outcomes, queries, service
from app.knowledge.models import Article, KnowledgeLog, LogKind, Suggestion
from app.knowledge.offered import suggestions_for
from app.knowledge.outcomes import LeftReply
from app.knowledge.who_sees import NOBODY_ASKS
from tests.app.knowledge.conftest import NOW, Desk

FREE = "Our workshop in Tver opens at nine, please ring the bell twice and ask for Mr Falk at the counter."
LATER = NOW + timedelta(minutes=1)


def shown(desk: Desk, letter: int, *articles: Article, first: str = "open") -> None:
    """The index offered these, best first."""
    for rank, article in enumerate(articles, 1):
        desk.session.add(
            Suggestion(message_id=letter, article_id=article.id, rank=rank, confidence=0.9, why={"words": ["kettle"]},
                       shown=first if rank == 1 else "folded", created_at=NOW)
        )  # fmt: skip
    desk.session.flush()


def settled(desk: Desk, text: str, *letters: int, question: str = "May I send it back?") -> int:
    reply = desk.reply()
    outcomes.attach(desk.session, letters, reply)
    left = LeftReply(reply, desk.nora.id, text, [(letter, question) for letter in letters])
    outcomes.settle(desk.session, left, LATER)
    return reply


def outcome(desk: Desk, letter: int, article: Article) -> str:
    query = sa.select(Suggestion.outcome).where(
        Suggestion.message_id == letter, Suggestion.article_id == article.id
    )
    return desk.session.scalar(query) or ""


def lessons(desk: Desk) -> list[tuple[str, int, int | None, float]]:
    query = sa.select(KnowledgeLog).where(KnowledgeLog.kind.in_((LogKind.LEARN, LogKind.FREELY)))
    rows = desk.session.scalars(query.order_by(KnowledgeLog.id))
    return [(row.kind, row.article_id, row.wrong_article_id, row.weight) for row in rows]


def test_inserted_and_sent_as_it_was_is_accepted_and_learnt(desk: Desk) -> None:
    letter = desk.letter()
    shown(desk, letter, desk.returns, desk.delivery)
    outcomes.inserted(desk.session, letter, desk.returns.id, by=desk.nora, now=NOW)
    settled(desk, desk.returns.answer, letter)
    assert outcome(desk, letter, desk.returns) == "accepted"
    assert outcome(desk, letter, desk.delivery) == "ignored"
    assert lessons(desk) == [("learn", desk.returns.id, None, 1.0)]


def test_the_question_is_what_is_learnt(desk: Desk) -> None:
    letter = desk.letter()
    outcomes.inserted(desk.session, letter, desk.returns.id, by=desk.nora, now=NOW)
    settled(desk, desk.returns.answer, letter, question="Can I bring the kettle back?")
    question = desk.session.scalar(sa.select(KnowledgeLog.question).where(KnowledgeLog.kind == LogKind.LEARN))
    assert question == "Can I bring the kettle back?"


def test_edited_a_little_teaches_in_full_and_edited_a_lot_a_little(desk: Desk) -> None:
    little, lot = desk.letter(), desk.letter()
    for letter in (little, lot):
        outcomes.inserted(desk.session, letter, desk.returns.id, by=desk.nora, now=NOW)
    settled(desk, desk.returns.answer + " " + FREE[:70], little)
    settled(
        desk, "A courier collects the kettle free of charge. " + FREE + " The key hangs behind the door.", lot
    )
    assert outcome(desk, little, desk.returns) == outcome(desk, lot, desk.returns) == "edited"
    assert [weight for *_, weight in lessons(desk)] == [1.0, 0.3]


def test_another_article_than_the_open_one_teaches_which_was_wrong(desk: Desk) -> None:
    letter = desk.letter()
    shown(desk, letter, desk.delivery, desk.returns)
    outcomes.inserted(desk.session, letter, desk.returns.id, by=desk.nora, now=NOW)
    settled(desk, desk.returns.answer, letter)
    assert lessons(desk) == [("learn", desk.returns.id, desk.delivery.id, 1.0)]


def test_a_folded_title_that_was_passed_over_is_not_called_wrong(desk: Desk) -> None:
    letter = desk.letter()
    shown(desk, letter, desk.delivery, desk.returns, first="folded")
    outcomes.inserted(desk.session, letter, desk.returns.id, by=desk.nora, now=NOW)
    settled(desk, desk.returns.answer, letter)
    assert lessons(desk) == [("learn", desk.returns.id, None, 1.0)]


def test_ignored_and_answered_freely_is_a_negative_for_the_calibrator_only(desk: Desk) -> None:
    letter = desk.letter()
    shown(desk, letter, desk.returns, desk.delivery)
    settled(desk, FREE, letter)
    assert outcome(desk, letter, desk.returns) == outcome(desk, letter, desk.delivery) == "ignored"
    assert lessons(desk) == [("freely", 0, None, 1.0)]


def test_no_suggestion_and_a_free_answer_teaches_nothing(desk: Desk) -> None:
    settled(desk, FREE, desk.letter())
    assert lessons(desk) == []


def test_a_free_answer_that_says_what_an_article_says_counts_as_taken(desk: Desk) -> None:
    letter = desk.letter()
    shown(desk, letter, desk.delivery)
    settled(desk, "Dear Olga! " + desk.returns.answer, letter)
    assert outcome(desk, letter, desk.returns) == "accepted"
    assert outcome(desk, letter, desk.delivery) == "ignored"
    assert lessons(desk) == [("learn", desk.returns.id, desk.delivery.id, 1.0)]


def test_that_is_learnt_even_when_the_index_was_silent(desk: Desk) -> None:
    letter = desk.letter()
    settled(desk, desk.returns.answer, letter)
    assert lessons(desk) == [("learn", desk.returns.id, None, 1.0)]


def test_inserted_and_deleted_again_is_not_an_acceptance(desk: Desk) -> None:
    letter = desk.letter()
    shown(desk, letter, desk.returns)
    outcomes.inserted(desk.session, letter, desk.returns.id, by=desk.nora, now=NOW)
    settled(desk, FREE, letter)
    assert outcome(desk, letter, desk.returns) == "ignored"
    assert lessons(desk) == [("freely", 0, None, 1.0)]


def test_two_inserted_articles_are_both_learnt(desk: Desk) -> None:
    letter = desk.letter()
    for article in (desk.returns, desk.delivery):
        outcomes.inserted(desk.session, letter, article.id, by=desk.nora, now=NOW)
    settled(desk, desk.returns.answer + "\n\n" + desk.delivery.answer, letter)
    assert outcome(desk, letter, desk.returns) == outcome(desk, letter, desk.delivery) == "accepted"
    assert sorted(article for _, article, *_ in lessons(desk)) == sorted([desk.returns.id, desk.delivery.id])


def test_a_dismissal_stays_a_dismissal(desk: Desk) -> None:
    letter = desk.letter()
    shown(desk, letter, desk.returns)
    outcomes.dismissed(desk.session, letter, desk.returns.id, by=desk.nora, now=NOW)
    settled(desk, FREE, letter)
    assert outcome(desk, letter, desk.returns) == "dismissed"
    assert lessons(desk) == [("learn", desk.returns.id, None, -0.5), ("freely", 0, None, 1.0)]
    assert queries.learnt_count(desk.session, desk.returns.id) == 0


def test_a_dismissal_is_taken_back_until_the_letter_is_answered(desk: Desk) -> None:
    letter = desk.letter()
    shown(desk, letter, desk.returns)
    outcomes.dismissed(desk.session, letter, desk.returns.id, by=desk.nora, now=NOW)
    outcomes.taken_back(desk.session, letter, desk.returns.id, by=desk.nora, now=NOW)
    assert outcome(desk, letter, desk.returns) == "shown"
    settled(desk, FREE, letter)
    outcomes.taken_back(desk.session, letter, desk.returns.id, by=desk.nora, now=NOW)
    assert outcome(desk, letter, desk.returns) == "ignored"
    assert lessons(desk) == [("freely", 0, None, 1.0)]


def test_a_letter_without_a_question_teaches_nothing_but_its_suggestions_are_closed(desk: Desk) -> None:
    letter = desk.letter()
    shown(desk, letter, desk.returns)
    settled(desk, desk.returns.answer, letter, question="")
    assert outcome(desk, letter, desk.returns) == "accepted"
    assert lessons(desk) == []


def test_settling_twice_teaches_once(desk: Desk) -> None:
    for text in (desk.returns.answer, FREE, "Dear Olga! " + desk.delivery.answer):
        letter, reply = desk.letter(), desk.reply()
        shown(desk, letter, desk.returns)
        outcomes.attach(desk.session, [letter], reply)
        before = len(lessons(desk))
        for _ in range(3):
            outcomes.settle(desk.session, LeftReply(reply, desk.nora.id, text, [(letter, "May I?")]), LATER)
        assert len(lessons(desk)) == before + 1


def test_an_undone_send_teaches_nothing_and_frees_the_suggestions(desk: Desk) -> None:
    letter, reply = desk.letter(), desk.reply()
    shown(desk, letter, desk.returns)
    outcomes.inserted(desk.session, letter, desk.returns.id, by=desk.nora, now=NOW)
    outcomes.attach(desk.session, [letter], reply)
    outcomes.detach(desk.session, reply)
    assert lessons(desk) == []
    settled(desk, desk.returns.answer, letter)
    assert outcome(desk, letter, desk.returns) == "accepted"


def test_a_second_reply_to_an_answered_letter_does_not_learn_again(desk: Desk) -> None:
    letter = desk.letter()
    shown(desk, letter, desk.returns)
    settled(desk, FREE, letter)
    settled(desk, FREE + " We are open on Sunday too.", letter)
    assert lessons(desk) == [("freely", 0, None, 1.0)]


def test_another_reply_in_flight_keeps_its_suggestions(desk: Desk) -> None:
    letter, first = desk.letter(), desk.reply()
    shown(desk, letter, desk.returns)
    outcomes.attach(desk.session, [letter], first)
    settled(desk, FREE, letter)
    assert outcome(desk, letter, desk.returns) == "shown"


def test_an_article_picked_by_hand_is_recorded(desk: Desk) -> None:
    letter = desk.letter()
    outcomes.inserted(desk.session, letter, desk.delivery.id, by=desk.nora, now=NOW)
    assert outcome(desk, letter, desk.delivery) == "inserted"
    assert suggestions_for(desk.session, [letter], NOBODY_ASKS) == []
    with pytest.raises(NotFound):
        outcomes.inserted(desk.session, letter, 404, by=desk.nora, now=NOW)


def test_suggestions_come_by_letter_and_rank_without_archived_ones(desk: Desk) -> None:
    first, second = desk.letter(), desk.letter()
    shown(desk, second, desk.delivery)
    shown(desk, first, desk.returns, desk.delivery)
    offered = suggestions_for(desk.session, [first, second], NOBODY_ASKS)
    assert [(one.message_id, one.rank, one.title, one.percent) for one in offered] == [
        (first, 1, "Returns", 90), (first, 2, "Delivery", 90), (second, 1, "Delivery", 90),
    ]  # fmt: skip
    assert offered[0].words == ("kettle",)
    service.archive(desk.session, desk.delivery.id, by=desk.nora, now=NOW)
    assert [one.title for one in suggestions_for(desk.session, [first, second], NOBODY_ASKS)] == ["Returns"]


def test_usage_counts_what_happened(desk: Desk) -> None:
    for text in (desk.returns.answer, FREE):
        letter = desk.letter()
        shown(desk, letter, desk.returns)
        outcomes.inserted(desk.session, letter, desk.returns.id, by=desk.nora, now=NOW)
        settled(desk, text, letter)
    used = queries.usage(desk.session, [desk.returns.id, desk.delivery.id])
    assert used[desk.returns.id] == queries.Usage(shown=2, accepted=1, ignored=1)
    assert used[desk.delivery.id] == queries.Usage()
    assert queries.learnt_count(desk.session, desk.returns.id) == 1
