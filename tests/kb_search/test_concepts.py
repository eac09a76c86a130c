"""Letters in other words, spellings and keys than the articles."""

import pytest

from kb_search.concepts import concept_of, topic
from kb_search.events import ArticleText
from kb_search.memory import Memory
from kb_search.stems import words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("чеков", "чек"),  # an ending that no line names
        ("пороль", "пароль"),  # as it sounds
        ("щенок", "животными"),
        ("puppy", "pets"),
        ("задолженность", "debt"),
        ("платёжка".replace("ё", "е"), "invoice"),
    ],
)
def test_different_words_are_one_thing(one, other):
    assert concept_of(one) == concept_of(other) is not None


def test_a_small_word_that_begins_like_a_telling_one_says_nothing():
    assert topic("более") == topic("нет") == ""
    assert topic("болеет") == topic("больничный")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Rfr jgkfnbnm pfrfp b ult jy?", "как оплатить заказ и где он"),
        ("gde moya posylka? zhdu uzhe nedelyu", "где моя посылка жду уже неделю"),
    ],
)
def test_russian_in_latin_letters_is_read_as_it_was_meant(typed, meant):
    assert words(typed) == meant.split()


@pytest.mark.parametrize(
    "text",
    [
        "Where is my order? I have not got it yet",
        "не могу войти в google drive",
        "do you ship to oslo",
        "na to",
    ],
)
def test_other_letters_stay_as_they_are(text):
    assert words(text) == text.lower().replace("?", "").split()


def test_a_letter_that_shares_no_word_with_its_answer_finds_it():
    memory = Memory()
    for id, title, body in (
        ("pets", "Посещение с животными", "Вход с ними разрешён в переноске."),
        ("debt", "Задолженность", "Погасить её можно в кабинете."),
        ("parcel", "Где посылка", "Статус отправления виден на странице."),
    ):
        memory.apply(ArticleText(id, title, body, "ru"))
    asked = {
        "pets": "пустят ли нас со щенком",
        "debt": "как отдать долги",
        "parcel": "gde moy yaschik? ya ego zhdu",
    }
    assert {id: memory.rank(memory.ask(letter), None, 1)[0].article_id for id, letter in asked.items()} == {
        id: id for id in asked
    }
