"""Pure: does what happened meet the conditions of a rule, and why? Every answer says what was found.

Texts are compared without case, with "ё" as "е". Nothing here is a pattern language: each comparison takes time linear
in the text, whatever an admin typed and whatever a stranger wrote.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Value = str | tuple[str, ...] | bool | float | None
Facts = Mapping[str, Value]

# field → kind; the fields that an admin defined come with a prefix and are texts.
FIELDS: dict[str, str] = {
    "sender": "text",
    "sender_domain": "text",
    "sender_name": "text",
    "recipients": "text",
    "subject": "text",
    "text": "text",
    "language": "choice",
    "header": "header",
    "attachment": "flag",
    "file_name": "text",
    "automatic": "flag",
    "first_letter": "flag",
    "authentication": "choice",
    "mailbox": "choice",
    "status": "choice",
    "status_before": "choice",
    "priority": "choice",
    "assignee": "choice",
    "team": "choice",
    "tags": "tags",
    "age_hours": "number",
    "waiting_hours": "number",
    "idle_hours": "number",
    "messages": "number",
    "customer_tags": "tags",
    "customer_language": "choice",
    "organisation": "text",
    "business_hours": "flag",
}
TICKET_FIELD, CARD_FIELD = "ticket_field:", "card_field:"
OPS: dict[str, tuple[str, ...]] = {
    "text": (
        "contains", "not_contains", "word", "not_word", "is", "is_not", "starts", "ends", "empty", "filled",
    ),
    "choice": ("is", "is_not"),
    "tags": ("has", "has_not", "empty", "filled"),
    "flag": ("yes", "no"),
    "number": ("more", "less"),
    "header": ("has", "has_not"),
}  # fmt: skip
# These need no value.
ALONE = frozenset({"empty", "filled", "yes", "no"})
# More of a letter than this is not looked at.
LONGEST_TEXT = 100_000
LONGEST_FOUND = 200
MOST_VALUES = 50
MOST_CONDITIONS = 30
LONGEST_VALUE = 300
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True)
class Condition:
    """One thing to be true. Several values: any of them will do; for "not", none of them may."""

    field: str
    op: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """All of these, or any. Without a condition it says nothing against anybody."""

    every: bool = True
    items: tuple[Condition | Group, ...] = ()


@dataclass(frozen=True)
class Reason:
    """A condition and what it found: `met` is the answer, `found` the value it was compared with."""

    field: str
    op: str
    values: tuple[str, ...]
    found: str
    met: bool


@dataclass(frozen=True)
class Verdict:
    met: bool
    reasons: tuple[Reason, ...]


def kind_of(field: str) -> str:
    """The kind of a field, '' for one that does not exist."""
    if field.startswith((TICKET_FIELD, CARD_FIELD)):
        return "text"
    return FIELDS.get(field, "")


def judge(group: Group, facts: Facts) -> Verdict:
    """Every condition is looked at, so that the answer can be explained whole."""
    reasons: list[Reason] = []
    return Verdict(_judge(group, facts, reasons), tuple(reasons))


def _judge(group: Group, facts: Facts, reasons: list[Reason]) -> bool:
    if not group.items:
        return True
    answers = []
    for item in group.items:
        if isinstance(item, Group):
            answers.append(_judge(item, facts, reasons))
        else:
            reason = _look(item, facts.get(item.field))
            reasons.append(reason)
            answers.append(reason.met)
    return all(answers) if group.every else any(answers)


def _look(condition: Condition, value: Value) -> Reason:
    kind = kind_of(condition.field)
    compare = _COMPARE.get(kind)
    met = bool(compare and compare(condition.op, condition.values, value))
    return Reason(condition.field, condition.op, condition.values, shown(value), met)


def shown(value: Value) -> str:
    """A value as the log keeps it: short."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.1f}"
    text = ", ".join(value) if isinstance(value, tuple) else value
    return text if len(text) <= LONGEST_FOUND else text[: LONGEST_FOUND - 1] + "…"


def fold(text: str) -> str:
    """As two texts are compared: one space between words, no case, no dots on "ё"."""
    return " ".join(text[:LONGEST_TEXT].casefold().replace("ё", "е").split())


def _text(op: str, wanted: tuple[str, ...], value: Value) -> bool:
    texts = [fold(one) for one in _strings(value)]
    if op in ("empty", "filled"):
        return any(texts) == (op == "filled")
    negative = op.startswith("not_") or op.endswith("_not")
    test = _TEXT_TESTS.get(op.removeprefix("not_").removesuffix("_not"))
    if test is None:
        return False
    found = any(test(text, word) for text in texts for word in map(fold, wanted) if word)
    return found != negative


def _has_word(text: str, wanted: str) -> bool:
    """Whole words next to each other; "return*" is every word that begins so."""
    words = f" {' '.join(_WORDS.findall(text))} "
    begun = wanted.endswith("*")
    phrase = " ".join(_WORDS.findall(wanted))
    return bool(phrase) and f" {phrase}{'' if begun else ' '}" in words


_TEXT_TESTS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, word: word in text,
    "word": _has_word,
    "is": lambda text, word: text == word,
    "starts": lambda text, word: text.startswith(word),
    "ends": lambda text, word: text.endswith(word),
}


def _choice(op: str, wanted: tuple[str, ...], value: Value) -> bool:
    found = shown(value) if not isinstance(value, tuple) else ""
    return (found in wanted) == (op == "is")


def _tags(op: str, wanted: tuple[str, ...], value: Value) -> bool:
    there = {fold(one) for one in _strings(value)} - {""}
    if op in ("empty", "filled"):
        return bool(there) == (op == "filled")
    return bool(there & {fold(one) for one in wanted}) == (op == "has")


def _flag(op: str, _wanted: tuple[str, ...], value: Value) -> bool:
    return bool(value) == (op == "yes")


def _number(op: str, wanted: tuple[str, ...], value: Value) -> bool:
    limit = read_number(wanted[0]) if wanted else None
    if limit is None or not isinstance(value, float | int):
        return False
    return value > limit if op == "more" else value < limit


def _header(op: str, wanted: tuple[str, ...], value: Value) -> bool:
    """Wanted: "X-Priority", or "X-Priority: 1" for one that contains this."""
    lines = [line.partition(":") for line in _strings(value)]
    found = False
    for one in wanted:
        name, _, part = one.partition(":")
        found = found or any(
            fold(name) == fold(there) and fold(part) in fold(content) for there, _, content in lines
        )
    return found == (op == "has")


_COMPARE: dict[str, Callable[[str, tuple[str, ...], Value], bool]] = {
    "text": _text,
    "choice": _choice,
    "tags": _tags,
    "flag": _flag,
    "number": _number,
    "header": _header,
}


def _strings(value: Value) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    return () if value is None or value == "" else (shown(value) if not isinstance(value, str) else value,)


def read_number(text: str) -> float | None:
    """ "1.5" and "1,5"; None for anything else."""
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return number if abs(number) < 1e9 else None


def conditions_of(group: Group) -> Iterator[Condition]:
    """Every condition, those of inner groups too."""
    for item in group.items:
        if isinstance(item, Group):
            yield from conditions_of(item)
        else:
            yield item


def problem(condition: Condition) -> str:
    """What is wrong with it, '' when nothing is."""
    kind = kind_of(condition.field)
    if not kind or condition.op not in OPS[kind]:
        return "There is no such condition."
    if condition.op in ALONE:
        return ""
    if not any(value.strip() for value in condition.values):
        return "Say what to look for."
    if kind == "number" and read_number(condition.values[0]) is None:
        return "This must be a number."
    if len(condition.values) > MOST_VALUES or any(len(one) > LONGEST_VALUE for one in condition.values):
        return "That is too much for one condition."
    return ""


def read_group(data: Any, *, inside: bool = False) -> Group:
    """What `as_data` has written. Whatever is not of its shape is left out; groups stand in each other once."""
    items: list[Condition | Group] = []
    found = data.get("items", []) if isinstance(data, dict) else []
    for one in found[:MOST_CONDITIONS]:
        if isinstance(one, dict) and "items" in one:
            if not inside:
                items.append(read_group(one, inside=True))
        elif isinstance(one, dict):
            values = tuple(str(value) for value in one.get("values", ()))
            items.append(Condition(str(one.get("field", "")), str(one.get("op", "")), values))
    return Group(not isinstance(data, dict) or data.get("match") != "any", tuple(items))


def as_data(group: Group) -> dict[str, Any]:
    """The group as it is stored."""
    return {
        "match": "all" if group.every else "any",
        "items": [
            as_data(item)
            if isinstance(item, Group)
            else {"field": item.field, "op": item.op, "values": list(item.values)}
            for item in group.items
        ],
    }
