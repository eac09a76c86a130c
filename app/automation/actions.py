"""Pure: what a macro or a rule can do, as it is stored and as a form sends it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

# do → which of the two may do it.
MACRO, RULE = "macro", "rule"
KINDS: dict[str, frozenset[str]] = {
    "article": frozenset({MACRO}),
    "text": frozenset({MACRO}),
    "send": frozenset({MACRO}),
    "answer": frozenset({RULE}),
    "status": frozenset({MACRO, RULE}),
    "priority": frozenset({MACRO, RULE}),
    "assign": frozenset({MACRO, RULE}),
    "add_tags": frozenset({MACRO, RULE}),
    "remove_tags": frozenset({MACRO, RULE}),
    "snooze": frozenset({MACRO, RULE}),
    "field": frozenset({MACRO, RULE}),
    "note": frozenset({MACRO, RULE}),
    "notify": frozenset({RULE}),
    "stop": frozenset({RULE}),
}
STATUSES = ("open", "waiting", "closed", "spam")
PRIORITIES = ("low", "normal", "high", "urgent")
SENT_AS = ("", "open", "waiting", "closed")
SPANS = ("hours", "days", "weeks")
LONGEST_SPAN = timedelta(days=366)
MOST_ACTIONS = 20
LONGEST_TEXT = 20_000
# "agent:5", "team:2"; "own" is the client's own agent, "turn" the way of the mailbox or team.
_WHOM = re.compile(r"(?:me|nobody|own|turn|(?:agent|team):\d{1,18})\Z")
_TOLD = re.compile(r"(?:assignee|(?:agent|team):\d{1,18})\Z")
_SPAN = re.compile(r"(\d{1,4}):(hours|days|weeks)\Z")
_ID = re.compile(r"\d{1,18}\Z")
_ONLY_MACRO = frozenset({"me"})


@dataclass(frozen=True)
class Action:
    """What to do, and with what. A `field` has two values, its key and what it will say; tags have some; others one."""

    do: str
    values: tuple[str, ...] = ()

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""


def read_actions(data: Any) -> tuple[Action, ...]:
    """What `as_data` has written; whatever is not of its shape is left out."""
    return tuple(
        Action(str(one.get("do", "")), tuple(str(value) for value in one.get("values", ())))
        for one in (data if isinstance(data, list) else [])[:MOST_ACTIONS]
        if isinstance(one, dict)
    )


def as_data(actions: Iterable[Action]) -> list[dict[str, Any]]:
    return [{"do": one.do, "values": list(one.values)} for one in actions]


def span_of(text: str) -> timedelta | None:
    """ "3:hours" is three hours; None for what is no span, or none that anybody means."""
    match = _SPAN.match(text)
    if match is None:
        return None
    span = timedelta(**{match[2]: int(match[1])})
    return span if timedelta() < span <= LONGEST_SPAN else None


def id_in(text: str) -> int | None:
    """The number in "agent:5" or "5"."""
    number = text.rpartition(":")[2]
    return int(number) if _ID.match(number) else None


def problem(action: Action, of: str) -> str:
    """What is wrong with it for a macro or a rule, '' when nothing is."""
    if of not in KINDS.get(action.do, frozenset()):
        return "There is no such action."
    if any(len(value) > LONGEST_TEXT for value in action.values):
        return "This text is too long."
    return str(_PROBLEMS[action.do](action, of))


def _one_of(*allowed: str) -> Any:
    return lambda action, _of: "" if action.value in allowed else "Please choose one of the list."


def _whom(action: Action, of: str) -> str:
    fits = _WHOM.match(action.value) and (of == MACRO or action.value not in _ONLY_MACRO)
    return "" if fits else "Please choose one of the list."


def _told(action: Action, _of: str) -> str:
    return "" if _TOLD.match(action.value) else "Please choose one of the list."


def _row(action: Action, _of: str) -> str:
    return "" if _ID.match(action.value) else "Please choose one of the list."


def _filled(action: Action, _of: str) -> str:
    return "" if action.value.strip() else "Please fill this in."


def _span(action: Action, _of: str) -> str:
    return "" if span_of(action.value) else "Say for how long."


def _field(action: Action, _of: str) -> str:
    return "" if len(action.values) == 2 and action.value else "Please choose one of the list."


def _answer(action: Action, of: str) -> str:
    """ "article" and its number, or "text" and what it says."""
    if len(action.values) != 2 or action.value not in ("article", "text"):
        return "Please choose one of the list."
    rest = Action(action.do, action.values[1:])
    return _row(rest, of) if action.value == "article" else _filled(rest, of)


_PROBLEMS: dict[str, Any] = {
    "article": _row,
    "text": _filled,
    "send": _one_of(*SENT_AS),
    "answer": _answer,
    "status": _one_of(*STATUSES),
    "priority": _one_of(*PRIORITIES),
    "assign": _whom,
    "add_tags": _filled,
    "remove_tags": _filled,
    "snooze": _span,
    "field": _field,
    "note": _filled,
    "notify": _told,
    "stop": lambda _action, _of: "",
}
