"""How far a sent reply is an article: unchanged, edited, something else."""

from __future__ import annotations

import pytest

from app.knowledge.similarity import GONE, SAME_ANSWER, SIMILAR, UNCHANGED, says_the_same, similarity, weight

ARTICLE = (
    "Hello {{customer.first_name|there}},\n\nyou can return the kettle within fourteen days. A courier collects it "
    "free of charge. Keep the packaging and the receipt, and tell us a convenient day."
)
SENT = ARTICLE.replace("{{customer.first_name|there}}", "Olga Petrova")
OTHER = "The warranty of repaired parts lasts six months. Bring the repair slip to any workshop in your town."


def test_sent_as_it_was() -> None:
    assert similarity(ARTICLE, SENT) >= UNCHANGED
    assert similarity(ARTICLE, "Dear Olga,\n" + SENT + "\n\nNora") >= UNCHANGED


def test_two_sentences_more_is_an_edit_that_teaches_in_full() -> None:
    edited = (
        SENT + " Your order 5512 left our warehouse in Tver yesterday. The second parcel follows on Monday."
    )
    assert SIMILAR <= similarity(ARTICLE, edited) < UNCHANGED


def test_half_of_it_rewritten_teaches_little() -> None:
    edited = (
        "Olga, a courier collects it. "
        + OTHER
        + " The manager in Tver answers further questions by telephone."
    )
    assert similarity(ARTICLE, edited) < SIMILAR


def test_another_answer_is_not_this_article() -> None:
    assert similarity(ARTICLE, OTHER) < GONE


def test_russian_endings_do_not_matter() -> None:
    article = "Возврат товара возможен в течение четырнадцати дней. Курьер заберёт посылку бесплатно в удобный день."
    sent = (
        "Товар можно возвратить в течение четырнадцати дней. Посылку бесплатно забирает курьер в удобные дни."
    )
    assert similarity(article, sent) >= SIMILAR


def test_two_articles_in_one_reply_do_not_count_against_each_other() -> None:
    both = SENT + "\n\n" + OTHER
    assert similarity(ARTICLE, both) < UNCHANGED
    assert similarity(ARTICLE, both, [OTHER]) >= UNCHANGED
    assert similarity(OTHER, both, [ARTICLE]) >= UNCHANGED


def test_a_free_answer_is_recognised_and_a_short_one_is_not() -> None:
    assert says_the_same(ARTICLE, SENT)
    assert not says_the_same("Thank you!", "Thank you!")
    assert not says_the_same(ARTICLE, OTHER)


@pytest.mark.parametrize("sent", ["", "   ", "12345 67890", "…"])
def test_nothing_is_similar_to_nothing(sent: str) -> None:
    assert similarity(ARTICLE, sent) == 0.0
    assert similarity("", sent) == 0.0


def test_weights() -> None:
    assert weight(1.0) == weight(SIMILAR) == weight(SAME_ANSWER) == 1.0
    assert weight(SIMILAR - 0.01) == pytest.approx(0.3)
