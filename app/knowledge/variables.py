"""{{variables}} of an answer: a fixed list of names, replaced as plain text. No template engine. Pure.

`{{customer.first_name}}` is the value; `{{customer.first_name|there}}` is "there" when there is no value.
Replacing happens once, so that a value that looks like a variable stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.knowledge.segments import every_part

ALLOWED = (
    "customer.name",
    "customer.first_name",
    "customer.email",
    "agent.name",
    "agent.first_name",
    "agent.email",
    "ticket.number",
    "ticket.subject",
    "mailbox.name",
    "mailbox.address",
)
_BRACES = re.compile(r"\{\{([^{}\n]{0,200})\}\}")


@dataclass(frozen=True)
class Filled:
    """`text` with every known value; `missing` names the variables with neither value nor fallback."""

    text: str
    missing: tuple[str, ...]


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """Replace the variables. One without value and fallback stays as written, for the agent to see."""
    missing: list[str] = []

    def value_of(name: str, fallback: str, written: str) -> str:
        value = values.get(name, "").strip() or fallback
        if not value:
            missing.append(name)
        return value or written

    return Filled(replace(text, value_of), tuple(dict.fromkeys(missing)))


def replace(text: str, value_of: Callable[[str, str, str], str]) -> str:
    """Every allowed variable becomes value_of(name, fallback, as written); anything else in braces stays."""

    def one(match: re.Match[str]) -> str:
        name, fallback = _split(match.group(1))
        return value_of(name, fallback, match.group(0)) if name in ALLOWED else match.group(0)

    return _BRACES.sub(one, text)


def unknown(text: str) -> list[str]:
    """What stands in double braces and is no variable, in order, without doubles."""
    inside = (match.group(1) for match in _BRACES.finditer(every_part(text)))
    return list(dict.fromkeys(raw.strip() for raw in inside if _split(raw)[0] not in ALLOWED))


def without(text: str) -> str:
    """The text with every variable left out, and all its parts: what an answer says whoever it is for."""
    return replace(every_part(text), lambda _name, _fallback, _written: " ")


def count(text: str) -> int:
    """How many variables the text has, doubles counted."""
    return sum(_split(match.group(1))[0] in ALLOWED for match in _BRACES.finditer(text))


def first_name(name: str) -> str:
    """The word to greet somebody with, or '' when the name is empty or an address."""
    words = name.split()
    return "" if not words or "@" in name else words[0].strip(",;")


def _split(raw: str) -> tuple[str, str]:
    name, _, fallback = raw.partition("|")
    return name.strip(), fallback.strip()
