"""Suggestions with a sentence model: what it adds, that a restart and a rebuild change nothing, and that it may go."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb_search import embed
from kb_search.embed import no_embedder
from kb_search.events import AnsweredFreely, ArticleText, Event, Learnt
from kb_search.suggest import Suggester
from tests.support.synonyms import Synonyms

ARTICLES = [
    ArticleText(1, "Feeding the wallaby", "It eats grass and sleeps at noon.", "en"),
    ArticleText(2, "Tuning a dulcimer", "Turn the pegs until the strings sound alike.", "en"),
    ArticleText(3, "Cooking cassava", "Peel the root and boil it for half an hour.", "en"),
    ArticleText(4, "Opening hours", "The house is open from nine to five.", "en"),
]
LETTERS = [
    Learnt("my kangaroo refuses its supper", 1), Learnt("strings of my lute buzz", 2), Learnt("is manioc good raw", 3),
    Learnt("when do you open on sundays", 4), Learnt("the lute fell and is out of tune", 2, wrong=1),
    AnsweredFreely("do you sell boats"), Learnt("how long must manioc stay in the pot", 3, -0.5),
]  # fmt: skip
ASKED = ["What about the quokka?", "the zither again", "tapioca, please", "are you open today", "boats"]
State = list[list[tuple[object, float, str]]]


def state(suggester: Suggester) -> State:
    return [
        [(one.article_id, one.confidence, str(one.why)) for one in suggester.suggest(text)] for text in ASKED
    ]


def live(suggester: Suggester, events: list[Event]) -> None:
    for event in events:
        suggester.apply(event)


def test_another_word_for_the_same_thing_finds_the_article_only_with_the_model(tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    with_model = Suggester(tmp_path / "with", find_embedder=Synonyms)
    without = Suggester(tmp_path / "without", find_embedder=no_embedder)
    for suggester in (with_model, without):
        live(suggester, [*ARTICLES])
    assert [with_model.suggest(text)[0].article_id for text in ASKED[:3]] == [1, 2, 3]
    assert [one.article_id for text in ASKED[:3] for one in without.suggest(text)[:1]] != [1, 2, 3]
    assert (with_model.model, without.model) == ("synonyms 1", "")


def test_a_restart_and_a_rebuild_give_the_same_answers_to_the_last_digit(tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    lived = Suggester(tmp_path / "lived", find_embedder=Synonyms)
    events = [lived.apply(event) for event in (*ARTICLES, *LETTERS)]
    before = state(lived)
    assert all(getattr(event, "vector", b"") for event in events)
    lived.commit(7)
    lived.close()
    again = Suggester(tmp_path / "lived", find_embedder=Synonyms)
    assert state(again) == before
    again.rebuild([*ARTICLES, *LETTERS], 7)
    assert state(again) == before
    model = Synonyms()
    rebuilt = Suggester(tmp_path / "rebuilt", find_embedder=lambda: model)
    rebuilt.rebuild(events, 7)
    assert model.asked == []  # the vectors of the log are used, nothing is computed again
    assert state(rebuilt) == before
    rebuilt.close()
    thawed = Suggester(tmp_path / "rebuilt", find_embedder=Synonyms)
    assert state(thawed) == before
    for suggester in (thawed, lived_on(tmp_path, events)):
        live(suggester, [Learnt("manioc or kangaroo", 3)])
    assert state(thawed) == state(lived_on(tmp_path, [*events, Learnt("manioc or kangaroo", 3)]))


def lived_on(tmp_path: Path, events: list[Event]) -> Suggester:
    suggester = Suggester(tmp_path / f"on-{len(list(tmp_path.iterdir()))}", find_embedder=Synonyms)
    live(suggester, events)
    return suggester


def test_the_model_may_go_and_come_back(tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    plain = Suggester(tmp_path / "plain", find_embedder=no_embedder)
    live(plain, [*ARTICLES, *LETTERS])
    there = Suggester(tmp_path / "kb", find_embedder=Synonyms)
    live(there, [*ARTICLES, *LETTERS])
    there.rebuild([*ARTICLES, *LETTERS], 1)
    with_model = state(there)
    there.close()
    gone = Suggester(tmp_path / "kb", find_embedder=no_embedder)
    assert (gone.model, gone.problem, gone.lacks_meaning) == ("", None, False)
    found = [[one[0] for one in answers] for answers in state(gone)]
    assert found == [[one[0] for one in answers] for answers in state(plain)]
    gone.rebuild([*ARTICLES, *LETTERS], 1)
    assert state(gone) == state(plain)
    gone.close()
    back = Suggester(tmp_path / "kb", find_embedder=Synonyms)
    assert back.lacks_meaning and state(back) == state(plain)
    back.rebuild([*ARTICLES, *LETTERS], 1)
    assert not back.lacks_meaning and state(back) == with_model


def test_a_newer_model_does_not_mix_with_vectors_of_the_one_before(tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    old = Suggester(tmp_path, find_embedder=Synonyms)
    events = [old.apply(event) for event in (*ARTICLES, *LETTERS)]
    old.rebuild(events, 1)
    old.close()
    newer = Synonyms("synonyms 2")
    now = Suggester(tmp_path, find_embedder=lambda: newer)
    assert now.lacks_meaning and now.model == ""
    now.rebuild(events, 1)
    assert now.model == "synonyms 2" and len(newer.asked) >= len(events)


def test_a_model_that_fails_on_a_text_costs_that_text_alone(tmp_path: Path) -> None:
    pytest.importorskip("numpy")

    class Moody(Synonyms):
        def embed(self, text: str) -> bytes:
            if "lute" in text or "zither" in text:
                raise ValueError(text)
            return super().embed(text)

    suggester = Suggester(tmp_path, find_embedder=Moody)
    live(suggester, [*ARTICLES, *LETTERS])
    assert suggester.suggest("strings of my lute buzz")[0].article_id == 2
    assert suggester.suggest("What about the quokka?")[0].article_id == 1


@pytest.mark.parametrize("damage", [b"\x00", b"", b"\x00\x7c" * 32, b"\x00\x3c" * 5])
def test_a_damaged_vector_counts_for_nothing(tmp_path: Path, damage: bytes) -> None:
    pytest.importorskip("numpy")
    suggester = Suggester(tmp_path, find_embedder=Synonyms)
    live(
        suggester, [*ARTICLES, Learnt("my kangaroo refuses its supper", 1, vector=damage, model="synonyms 1")]
    )
    assert suggester.suggest("kangaroo supper", vector=damage)[0].article_id == 1


def test_a_package_that_does_not_load_is_said_and_costs_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embed, "PACKAGE", "Whoosh")  # installed, but no sentence model
    monkeypatch.setattr(embed, "_MODULE", "no_such_module")
    for cached in (embed.installed_embedder, embed.standing, embed._load):
        cached.cache_clear()
    try:
        found = embed.standing()
        suggester = Suggester(tmp_path)
        live(suggester, [*ARTICLES])
        assert found.installed and "does not load" in found.trouble and suggester.model == ""
        assert suggester.suggest("tuning my dulcimer")[0].article_id == 2
        monkeypatch.setattr(embed, "PACKAGE", "no-such-package")
        for cached in (embed.installed_embedder, embed.standing, embed._load):
            cached.cache_clear()
        assert embed.standing() == embed.Standing(installed=False)
    finally:
        for cached in (embed.installed_embedder, embed.standing, embed._load):
            cached.cache_clear()


def test_why_quotes_letters_from_the_same_place_only(tmp_path: Path) -> None:
    suggester = Suggester(tmp_path, find_embedder=no_embedder)
    live(suggester, [*ARTICLES, Learnt("my dulcimer squeaks terribly", 2, place="7")])
    quoted = [
        suggester.suggest("a dulcimer squeaks", place=place)[0].why.example for place in ("7", "8", None)
    ]
    assert quoted == ["my dulcimer squeaks terribly", "", "my dulcimer squeaks terribly"]
    assert suggester.suggest("a dulcimer squeaks", place="8")[0].article_id == 2


def test_an_article_one_may_not_see_is_not_named_nor_its_letters_quoted(tmp_path: Path) -> None:
    suggester = Suggester(tmp_path, find_embedder=no_embedder)
    live(suggester, [*ARTICLES, Learnt("my dulcimer squeaks terribly", 2), Learnt("my dulcimer is open", 4)])
    for allowed in (lambda number: number != 2, {1, 3, 4, 99}):
        found = suggester.suggest("my dulcimer squeaks terribly", allowed=allowed)
        assert 2 not in [one.article_id for one in found]
        assert all("squeaks" not in one.why.example for one in found)
    assert suggester.suggest("my dulcimer squeaks terribly", allowed=lambda _: False) == []
