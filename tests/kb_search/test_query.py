"""Search as people type: word forms, beginnings, rights; any text is safe; new commits are seen."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb_search.events import ArticleText
from kb_search.query import ArticleSearch
from kb_search.suggest import Suggester

ARTICLES = [
    ArticleText(1, "Сроки доставки", "Курьер привезёт заказ за три дня. Ёлку — за пять.", "ru"),
    ArticleText(2, "Возврат денег", "Деньги за iPhone вернём на карту <b>быстро</b> & точно.", "ru"),
    ArticleText(3, "Password reset", "Use the forgotten password link on the sign-in page.", "en"),
    ArticleText(4, "Delivery times", "A courier brings your order within three days.", "en"),
]


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    path = tmp_path_factory.mktemp("kb")
    suggester = Suggester(path)
    suggester.add_articles(ARTICLES)
    suggester.close()
    return path


def found(directory, text, **options):
    return [hit.article_id for hit in ArticleSearch(directory).search(text, **options)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("доставкой", 1),
        ("курьеры", 1),
        ("ёлка", 1),
        ("елками", 1),
        ("вернуть деньгами", 2),
        ("IPHONE", 2),
        ("passwords", 3),
        ("deliveries", 4),
        ("deliv", 4),
        ("дост", 1),
        ("где же моя доставка, couriers?", 1),
    ],
)
def test_word_forms_and_beginnings(directory, text, first):
    assert found(directory, text)[:1] == [first]


def test_any_of_the_words_is_enough(directory):
    assert set(found(directory, "password курьер")) == {1, 3}


def test_a_word_nobody_wrote_finds_nothing(directory):
    search = ArticleSearch(directory)
    assert search.search("паровоз") == []
    assert search.problem is None


def test_language_and_rights(directory):
    assert found(directory, "password курьер", language="en") == [3]
    assert found(directory, "password курьер", allowed=[1, 2]) == [1]
    assert found(directory, "password курьер", allowed=[]) == []
    assert len(found(directory, "курьер деньги courier password", limit=2)) == 2


def test_highlights_are_safe_html_with_the_words_marked(directory):
    [hit, *_] = ArticleSearch(directory).search("деньги быстро")
    assert "<mark>Деньги</mark>" in hit.highlight
    assert "<b>" not in hit.highlight
    assert "&lt;b&gt;" in hit.highlight


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.one_of(st.text(), st.text(alphabet='"*:()^~[]{}+-ANDORNOT титleбody ')))
def test_any_text_is_safe(directory, text):
    search = ArticleSearch(directory)
    search.search(text)
    assert search.problem is None


def test_no_index_is_empty_and_said(tmp_path):
    search = ArticleSearch(tmp_path / "nowhere")
    assert search.search("anything") == []
    assert search.problem


def test_commits_are_seen_and_deleted_articles_stay_away(tmp_path):
    suggester = Suggester(tmp_path)
    search = ArticleSearch(tmp_path)
    suggester.add_article(1, "Lamps", "How to change a bulb.", "en")
    suggester.add_article(2, "Chairs", "How to mend a bulb-shaped leg.", "en")
    suggester.commit(1)
    assert {hit.article_id for hit in search.search("bulb")} == {1, 2}
    suggester.remove_article(1)
    suggester.commit(2)
    assert [hit.article_id for hit in search.search("bulb")] == [2]
    suggester.add_article(2, "Chairs", "How to mend a leg.", "en")
    suggester.commit(3)
    assert search.search("bulb") == []
    suggester.close()


def test_an_article_is_found_by_the_letters_it_answered(tmp_path):
    suggester = Suggester(tmp_path)
    suggester.add_article(1, "Lamps", "How to change a bulb.", "en")
    suggester.learn("the chandelier went dark", 1)
    suggester.close()
    assert [hit.article_id for hit in ArticleSearch(tmp_path).search("chandeliers")] == [1]
