"""Parts of an answer that only some customers read. Pure: facts are given, and nothing in a text is ever run.

    {{#if customer.tag=vip}}
    Your own manager is on the line: …
    {{#else}}
    We answer within a day.
    {{/if}}

One fact, "=" or "!=", and one or more values with commas between them, any of which will do; case does not matter.
Parts do not stand inside each other. What is not known of somebody is not so: they read the part after {{#else}}.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

FACTS = ("customer.tag", "customer.organisation", "customer.language", "ticket.tag", "mailbox.address")
# Followed by the key of a field that an admin defined.
FIELDS = ("customer.field.", "ticket.field.")
_MARK = re.compile(r"\{\{\s*([#/][^{}\n]{0,300})\}\}")
_IF = re.compile(r"#if\s+([a-z]+(?:\.[\w-]+)+)\s*(!?=)\s*(\S.*)")
# A mark on a line of its own goes with its line.
_OWN_LINE = re.compile(r"^[ \t]*(\{\{\s*[#/][^{}\n]{0,300}\}\})[ \t]*\n?", re.MULTILINE)
Facts = Mapping[str, Collection[str]]
NOTHING: Facts = {}


@dataclass(frozen=True)
class Condition:
    fact: str
    negated: bool
    values: frozenset[str]

    def holds(self, facts: Facts) -> bool:
        known = {value.strip().casefold() for value in facts.get(self.fact, ())}
        return bool(known & self.values) is not self.negated


@dataclass(frozen=True)
class Problem:
    """`line` counts from 1; `kind`: unknown (no condition we can read), nested, unopened or unclosed."""

    line: int
    kind: str
    text: str


def asks(text: str) -> bool:
    """Whether anybody needs to know who reads it."""
    return _MARK.search(text) is not None


def facts_asked(text: str) -> set[str]:
    read = (_read(match.group(1)) for match in _MARK.finditer(text))
    return {one.fact for one in read if one is not None}


def resolve(text: str, facts: Facts) -> str:
    """The text as somebody of whom these facts are known reads it, without marks."""
    if not asks(text):
        return text
    kept: list[str] = []
    shown = True
    for is_mark, piece in _pieces(text):
        if not is_mark:
            kept += [piece] if shown else []
        elif piece.startswith("#if"):
            condition = _read(piece)
            shown = condition is not None and condition.holds(facts)
        elif piece == "#else":
            shown = not shown
        else:
            shown = True
    return re.sub(r"\n{3,}", "\n\n", "".join(kept)).strip()


def every_part(text: str) -> str:
    """All that anybody could read: for the search."""
    return "".join(piece for is_mark, piece in _pieces(text) if not is_mark) if asks(text) else text


def readings(text: str) -> list[str]:
    """How it may have been sent, near enough: with all parts, with the first ones, with the other ones."""
    if not asks(text):
        return [text]
    return [every_part(text), resolve(text, NOTHING), resolve(_MARK.sub(_swapped, text), NOTHING)]


def problems(text: str) -> list[Problem]:
    """What is wrong with the marks, in order."""
    found: list[Problem] = []
    opened: Problem | None = None
    turned = False
    for match in _MARK.finditer(text):
        mark, line = match.group(1).strip(), text.count("\n", 0, match.start()) + 1
        kind = _trouble(mark, opened is not None, turned)
        if kind:
            found.append(Problem(line, kind, mark))
        if mark.startswith("#if"):
            opened, turned = Problem(line, "unclosed", mark), False
        elif mark == "#else":
            turned = True
        elif mark == "/if":
            opened, turned = None, False
    return [*found, opened] if opened else found


def _trouble(mark: str, inside: bool, turned: bool) -> str:
    if mark.startswith("#if"):
        return "nested" if inside else "" if _read(mark) else "unknown"
    if mark == "#else":
        return "" if inside and not turned else "unopened"
    if mark == "/if":
        return "" if inside else "unopened"
    return "unknown"


def _read(mark: str) -> Condition | None:
    match = _IF.fullmatch(mark.strip())
    if match is None:
        return None
    fact, sign, typed = match.groups()
    values = frozenset(value.strip().casefold() for value in typed.split(",") if value.strip())
    known = fact in FACTS or any(fact.startswith(field) and fact != field for field in FIELDS)
    return Condition(fact, sign == "!=", values) if known and values else None


def _swapped(match: re.Match[str]) -> str:
    """{{#if a=b}} as {{#if a!=b}}: what nothing is known of then reads the first part."""
    mark = match.group(1)
    return "{{" + re.sub(r"!?=", lambda sign: "=" if sign.group(0) == "!=" else "!=", mark, count=1) + "}}"


def _pieces(text: str) -> list[tuple[bool, str]]:
    """(is it a mark, what it says) in order."""
    tidy = _OWN_LINE.sub(lambda match: match.group(1), text)
    pieces: list[tuple[bool, str]] = []
    position = 0
    for match in _MARK.finditer(tidy):
        pieces += [(False, tidy[position : match.start()]), (True, match.group(1).strip())]
        position = match.end()
    return [*pieces, (False, tidy[position:])]
