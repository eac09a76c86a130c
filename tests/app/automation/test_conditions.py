"""Conditions of rules: what they compare, how they are combined, what they answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.automation.conditions import (
    FIELDS,
    OPS,
    Condition,
    Group,
    Value,
    as_data,
    conditions_of,
    judge,
    problem,
    read_group,
)


def met(field: str, op: str, value: Value, *wanted: str) -> bool:
    return judge(Group(True, (Condition(field, op, wanted),)), {field: value}).met


@pytest.mark.parametrize(
    ("op", "value", "wanted", "answer"),
    [
        ("contains", "Where is my ORDER?", ["order"], True),
        ("contains", "Где мой ЗАКАЗ?", ["заказ"], True),
        ("contains", "Где мой заказ?", ["возврат", "заказ"], True),
        ("not_contains", "Где мой заказ?", ["возврат"], True),
        ("not_contains", "Где мой заказ?", ["возврат", "заказ"], False),
        ("word", "Reordering again", ["order"], False),
        ("word", "An order, please", ["order"], True),
        ("word", "Хочу оформить ВОЗВРАТ!", ["возврат"], True),
        ("word", "Вопрос о возвратах", ["возврат"], False),
        ("word", "Вопрос о возвратах", ["возврат*"], True),
        ("word", "Ещё раз", ["еще"], True),
        ("word", "please refund my money", ["refund my"], True),
        ("word", "refund and my", ["refund my"], False),
        ("not_word", "An order", ["orders"], True),
        ("is", " Hello  World ", ["hello world"], True),
        ("is_not", "Hello", ["bye"], True),
        ("starts", "Re: invoice", ["re:"], True),
        ("ends", "report.PDF", [".pdf"], True),
        ("empty", "", [], True),
        ("empty", "x", [], False),
        ("filled", ("", "x"), [], True),
        ("is", ("a@b.example", "c@d.example"), ["c@d.example"], True),
        ("contains", None, ["x"], False),
        ("not_contains", None, ["x"], True),
    ],
)
def test_texts(op: str, value: Value, wanted: list[str], answer: bool) -> None:
    assert met("subject", op, value, *wanted) is answer


@pytest.mark.parametrize(
    ("field", "op", "value", "wanted", "answer"),
    [
        ("status", "is", "open", ["open", "waiting"], True),
        ("status", "is_not", "open", ["open"], False),
        ("assignee", "is", "", [""], True),  # nobody
        ("tags", "has", ("vip", "new"), ["VIP"], True),
        ("tags", "has_not", ("vip",), ["old"], True),
        ("tags", "empty", (), [], True),
        ("attachment", "yes", True, [], True),
        ("attachment", "no", True, [], False),
        ("automatic", "no", None, [], True),
        ("waiting_hours", "more", 25.0, ["24"], True),
        ("waiting_hours", "less", 25.0, ["24,5"], False),
        ("waiting_hours", "more", None, ["0"], False),
        ("header", "has", ("X-Priority: 1 (Highest)", "List-Id: <a>"), ["x-priority"], True),
        ("header", "has", ("X-Priority: 1 (Highest)",), ["X-Priority: 1"], True),
        ("header", "has", ("X-Priority: 3",), ["X-Priority: 1"], False),
        ("header", "has_not", ("X-Priority: 3",), ["List-Id"], True),
        ("ticket_field:size", "is", "XL", ["xl"], True),
        ("no such field", "is", "x", ["x"], False),
    ],
)
def test_other_kinds(field: str, op: str, value: Value, wanted: list[str], answer: bool) -> None:
    assert met(field, op, value, *wanted) is answer


def test_groups_stand_in_each_other_once() -> None:
    vip = Condition("tags", "has", ("vip",))
    words = Group(False, (Condition("subject", "word", ("refund",)), Condition("text", "word", ("refund",))))
    group = Group(True, (vip, words))
    assert judge(group, {"tags": ("vip",), "subject": "Hello", "text": "A refund, please"}).met
    assert not judge(group, {"tags": (), "subject": "Refund", "text": ""}).met
    assert not judge(group, {"tags": ("vip",), "subject": "Hello", "text": "Hi"}).met
    deeper = as_data(Group(True, (Group(False, (Group(True, (vip,)), vip)),)))
    assert [one.field for one in conditions_of(read_group(deeper))] == ["tags"]


def test_the_answer_says_what_each_condition_found() -> None:
    group = Group(
        False, (Condition("sender_domain", "is", ("a.example",)), Condition("subject", "word", ("hi",)))
    )
    verdict = judge(group, {"sender_domain": "b.example", "subject": "Hi there"})
    assert verdict.met
    assert [(one.field, one.found, one.met) for one in verdict.reasons] == [
        ("sender_domain", "b.example", False),
        ("subject", "Hi there", True),
    ]
    assert (
        len(judge(Group(True, (Condition("text", "empty"),)), {"text": "x" * 9000}).reasons[0].found) == 200
    )


def test_no_condition_says_nothing_against_anybody() -> None:
    assert judge(Group(), {}).met
    assert judge(Group(False), {}).met


@pytest.mark.parametrize(
    ("condition", "wrong"),
    [
        (Condition("subject", "contains", ("x",)), False),
        (Condition("subject", "contains", (" ",)), True),
        (Condition("subject", "matches", ("x",)), True),
        (Condition("nothing", "is", ("x",)), True),
        (Condition("age_hours", "more", ("soon",)), True),
        (Condition("attachment", "yes"), False),
        (Condition("subject", "contains", ("x" * 301,)), True),
    ],
)
def test_what_cannot_be_meant(condition: Condition, wrong: bool) -> None:
    assert bool(problem(condition)) is wrong


conditions = st.builds(
    Condition, st.sampled_from(sorted(FIELDS)), st.sampled_from(sorted({op for ops in OPS.values() for op in ops})),
    st.lists(st.text(max_size=20), max_size=3).map(tuple),
)  # fmt: skip
groups = st.builds(
    Group, st.booleans(),
    st.lists(st.one_of(conditions, st.builds(Group, st.booleans(), st.lists(conditions, max_size=3).map(tuple))), max_size=4).map(tuple),
)  # fmt: skip
values = st.one_of(
    st.none(), st.booleans(), st.text(), st.lists(st.text(), max_size=3).map(tuple), st.floats(-1e6, 1e6)
)


@given(groups, st.dictionaries(st.sampled_from(sorted(FIELDS)), values))
def test_any_condition_can_be_asked_of_anything(group: Group, facts: dict[str, Value]) -> None:
    verdict = judge(group, facts)
    assert len(verdict.reasons) == len(list(conditions_of(group)))
    assert read_group(as_data(group)) == group


@given(st.text(), st.text(min_size=1))
def test_not_is_the_opposite(text: str, word: str) -> None:
    for op in ("contains", "word", "is"):
        opposite = f"not_{op}" if op != "is" else "is_not"
        assert met("text", op, text, word) is not met("text", opposite, text, word)


@pytest.mark.parametrize(
    "data", [None, 3, [], {"items": "x"}, {"items": [3, None, {"field": 1}]}, {"match": "any"}]
)
def test_a_row_of_any_shape_is_read(data: object) -> None:
    judge(read_group(data), {})
