"""Parts of an answer that only some customers read, and what changed between two texts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.knowledge.render import render
from app.knowledge.segments import Problem, asks, every_part, facts_asked, problems, readings, resolve
from app.knowledge.texts import ArticleText, WrongPart, check
from app.knowledge.worddiff import Piece, as_html, compare

VIP = {"customer.tag": ["VIP", "berlin"]}
TEXT = "Hello.\n\n{{#if customer.tag=vip, gold}}\nYour manager calls.\n{{#else}}\nWe answer soon.\n{{/if}}\n\nBye."


def test_everybody_reads_their_part() -> None:
    assert resolve(TEXT, VIP) == "Hello.\n\nYour manager calls.\n\nBye."
    assert resolve(TEXT, {"customer.tag": ["silver"]}) == "Hello.\n\nWe answer soon.\n\nBye."
    assert resolve(TEXT, {}) == "Hello.\n\nWe answer soon.\n\nBye."
    negated = "Price{{#if customer.organisation != Acme Ltd}} with tax{{/if}}."
    assert resolve(negated, {"customer.organisation": ["acme ltd"]}) == "Price."
    assert resolve(negated, {}) == "Price with tax."
    assert resolve("{{#if ticket.field.plan=pro}}Pro{{/if}}", {"ticket.field.plan": ["Pro"]}) == "Pro"
    assert resolve("No parts. {{customer.name}}", {}) == "No parts. {{customer.name}}"


def test_what_is_asked_and_all_that_is_said() -> None:
    assert asks(TEXT) and not asks("{{customer.name}} {#if}")
    assert facts_asked(TEXT) == {"customer.tag"}
    assert every_part(TEXT) == "Hello.\n\nYour manager calls.\nWe answer soon.\n\nBye."
    assert readings(TEXT)[1:] == [resolve(TEXT, {}), resolve(TEXT, VIP)]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("a\n{{#if customer.tag=vip}}b", Problem(2, "unclosed", "#if customer.tag=vip")),
        ("{{#if customer.salary=1}}b{{/if}}", Problem(1, "unknown", "#if customer.salary=1")),
        ("{{#if customer.tag}}b{{/if}}", Problem(1, "unknown", "#if customer.tag")),
        ("{{#unless x}}", Problem(1, "unknown", "#unless x")),
        ("\n\n{{/if}}", Problem(3, "unopened", "/if")),
        ("{{#else}}", Problem(1, "unopened", "#else")),
        (
            "{{#if customer.tag=a}}{{#if customer.tag=b}}{{/if}}",
            Problem(1, "nested", "#if customer.tag=b"),
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, wrong: Problem) -> None:
    assert problems(text)[0] == wrong
    with pytest.raises(WrongPart) as refused:
        check(ArticleText("t", f"x{text}", "en"))
    assert (refused.value.field, refused.value.problem.kind) == ("answer", wrong.kind)
    assert problems(TEXT) == []


def test_nothing_of_a_customer_is_read_as_a_condition() -> None:
    name = "{{#if customer.tag=vip}}x{{/if}}"
    assert render("Hi {{customer.name}}", {"customer.name": name}, VIP).text == f"Hi {name}"
    assert "manager" in render(TEXT, {}, VIP).html and "manager" not in render(TEXT, {}).html


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="a{}#/if =\nelsecutomr.tgvp!", max_size=80))
def test_no_text_breaks_it(text: str) -> None:
    problems(text), every_part(text), readings(text)
    assert "#if customer.tag=" not in resolve(f"{{{{#if customer.tag=x}}}}{text}{{{{/if}}}}", {})


def test_words_that_changed_are_marked_and_nothing_else() -> None:
    old = "Dear customer,\nwithin 14 days.\nBye <b>now</b>\n"
    new = "Dear customer,\nwithin 30 days, free.\nBye <b>now</b>\n"
    assert compare(old, new) == [
        Piece("same", "Dear customer,\nwithin "),
        Piece("out", "14"),
        Piece("in", "30"),
        Piece("same", " days"),
        Piece("in", ", free"),
        Piece("same", ".\nBye <b>now</b>\n"),
    ]
    assert "<ins>30</ins>" in as_html(compare(old, new)) and "&lt;b&gt;now" in as_html(compare(old, new))
    assert compare("", "") == [] and compare("a", "a") == [Piece("same", "a")]
    assert [one.kind for one in compare("apples and pears", "quite another line")] == ["out", "in"]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_both_texts_are_in_the_comparison(old: str, new: str) -> None:
    pieces = compare(old, new)
    assert "".join(one.text for one in pieces if one.kind != "in") == old
    assert "".join(one.text for one in pieces if one.kind != "out") == new
