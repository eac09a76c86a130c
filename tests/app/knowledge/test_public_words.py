"""Addresses, misspellings, excerpts and the search of the help centre, as values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.knowledge.public_excerpts import LENGTH, excerpt
from app.knowledge.public_search import PageWords, PublicIndex
from app.knowledge.public_slugs import LONGEST, RESERVED, free_slug, is_slug_of, slug_of
from app.knowledge.public_spelling import Spelling, distance
from app.knowledge.public_text import description, public_text
from kb_search.stems import stems


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("How to return goods", "how-to-return-goods"),
        ("Как вернуть товар?", "kak-vernut-tovar"),
        ("  Щётка & Ёж: объём №5  ", "shchetka-ezh-obem-no5"),
        ("Где мій пакунок і ґанок", "gde-miy-pakunok-i-ganok"),
        ("Čapek’s Straße, d’été", "capeks-strasse-dete"),
        ("中文", "article"),
        ("../../etc/passwd?x=1#y", "etc-passwd-x-1-y"),
        ("x" * 300, "x" * LONGEST),
        ("word " * 60, ("word-" * 16)[:-1]),
    ],
)
def test_a_title_becomes_an_address(title: str, slug: str) -> None:
    assert slug_of(title) == slug


@given(st.text(max_size=300))
def test_every_title_has_an_address(title: str) -> None:
    slug = slug_of(title)
    assert 0 < len(slug) <= LONGEST and all(
        char.isascii() and (char.isalnum() or char == "-") for char in slug
    )
    assert slug == slug.lower() and not slug.startswith("-") and not slug.endswith("-")
    free = free_slug(title, {slug, f"{slug}-2"})
    assert free not in {slug, f"{slug}-2"} | RESERVED and is_slug_of(free, title)


def test_slips_are_forgiven_by_length() -> None:
    spelling = Spelling(["return", "delivery", "refund", "доставк", "возврат", "оплат"])
    near = {
        "retrun": ["return"],
        "delivrey": ["delivery"],
        "refnud": ["refund"],
        "дастафк": ["доставк"],
        "обмен": [],
    }
    assert {word: spelling.near(word) for word in near} == near
    assert spelling.near("refu") == [] and spelling.near("xyz") == [] and spelling.near("") == []
    assert distance("abcd", "abdc", 2) == 1 and distance("abcd", "zzzz", 1) == 2


def test_an_excerpt_is_where_the_words_are() -> None:
    text = f"{'Nothing here. ' * 60}The courier collects goods and the courier calls. {'Nothing more. ' * 60}"
    parts = excerpt(text, {"courier", "collect"})
    assert [piece for piece, found in parts if found] == ["courier", "collects", "courier"]
    assert len("".join(piece for piece, _found in parts)) < LENGTH + 10 and parts[0] == ("… ", False)
    assert excerpt("Short", set()) == (("Short", False),)
    assert "".join(piece for piece, _found in excerpt("A <b> & c", {"c"}, whole=True)) == "A <b> & c"


def index(**pages: str) -> PublicIndex:
    return PublicIndex(
        PageWords((number, "en"), tuple(stems(title.replace("_", " "))), tuple(stems(body)))
        for number, (title, body) in enumerate(pages.items(), 1)
    )


def test_the_title_weighs_and_rare_words_tell() -> None:
    found = index(
        Delivery_times="Parcels come within days.",
        Parcels="Delivery is free for parcels, and parcels are wrapped.",
        Warranty="Two years for every kettle.",
    )
    assert [one.key[0] for one in found.search("delivery", "en", 5)] == [1, 2]
    assert found.search("is my kettle under warranty please", "en", 5)[0].key[0] == 3
    assert (
        found.search("kettle", "ru", 5) == []
        and found.search("zebra", "en", 5) == []
        and found.search("", "en", 5) == []
    )
    assert [one.key[0] for one in found.search("deli", "en", 5, growing=True)] == [1, 2]
    assert found.search("deli", "en", 5) == []
    assert [one.key[0] for one in found.like((1, "en"), 5)] == [2] and found.like((9, "en"), 5) == []
    assert PublicIndex([]).search("anything at all", "en", 5) == []


@given(st.text(max_size=500))
def test_any_question_is_answered_somehow(typed: str) -> None:
    found = index(Delivery="Parcels come within days.").search(typed, "en", 5, growing=True)
    assert len(found) <= 1


def test_what_is_public_of_an_answer() -> None:
    shown = public_text(
        "# Head\n\nHello {{customer.name|you}} <script>x</script>\n\n{{#if customer.tag=vip}}Gold{{#else}}Usual{{/if}}"
    )
    assert shown.html.startswith("<h2>Head</h2>") and "<script" not in shown.html and shown.missing == ()
    assert "Hello you" in shown.plain and "Usual" in shown.plain and "Gold" not in shown.html + shown.plain
    assert public_text("Hi {{agent.name}}").missing == ("agent.name",)
    assert public_text("{{#if customer.tag=vip}} Gold").missing == ("#if customer.tag=vip",)
    assert description("word " * 100) == "word " * 31 + "word…"


def test_what_search_engines_are_told_of_a_page_begins_with_the_answer_and_not_with_a_greeting() -> None:
    plain = "Hello there,\n\nYou can send the kettle back within fourteen days. Pack it well and hand it to the courier."
    assert description(plain).startswith("You can send the kettle back within fourteen days. Pack it")
    assert description("Здравствуйте, уважаемый клиент!\n\nПосылка ждёт.") == "Посылка ждёт."
    assert description("Hello!") == "Hello!"
