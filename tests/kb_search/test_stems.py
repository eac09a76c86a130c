"""Words of two languages in one text."""

import pickle

import pytest

from kb_search.stems import analyzer, stems, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("пароля", "паролем"),
        ("доставка", "доставкой"),
        ("ёлка", "елки"),
        ("deliveries", "delivery"),
        ("REFUND", "refunded"),
        ("don't work", "dont working"),
        ("Cкидка", "скидки"),  # a Latin C in a Russian word
    ],
)
def test_forms_of_a_word_share_a_stem(one, other):
    assert stems(one) == stems(other)


def test_each_word_is_stemmed_by_its_own_script():
    assert stems("Не работает iPhone с вашими наушниками wireless") == [
        "работа",
        "iphon",
        "наушник",
        "wireless",
    ]


def test_order_numbers_say_nothing_but_short_numbers_do():
    assert words("заказ 1234567, товар x100 за 500") == ["заказ", "товар", "x100", "за", "500"]


def test_a_question_of_stop_words_keeps_them():
    assert stems("а где вы?")


def test_the_analyzer_can_be_pickled_into_the_index():
    again = pickle.loads(pickle.dumps(analyzer()))
    assert [token.text for token in again("Курьеры и deliveries")] == ["курьер", "deliveri"]
