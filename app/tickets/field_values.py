"""What a person types into a field of our own → what is stored, and back to what is shown. Pure.

    text      one line of at most 500 characters
    number    "1 234,50" → "1234.5", and the number itself to compare with
    choice    one of the field's choices, letter for letter
    date      "2026-11-24" or "24.11.2026" → "2026-11-24", which sorts as it is
    checkbox  "yes" or "no"

An empty value is no value: nothing is stored.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from app.errors import InvalidInput

LONGEST = 500
MOST_DIGITS = 15
LONGEST_KEY = 40
_CHECKED = frozenset({"yes", "on", "1", "true", "да"})
_DOTTED = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})\Z")


@dataclass(frozen=True)
class Stored:
    """A value as it is kept; `number` for comparisons, None where there is nothing to compare."""

    value: str
    number: float | None = None


def read_value(kind: str, choices: Sequence[str], typed: str, field: str = "") -> Stored | None:
    """None for no value. Raises InvalidInput (for `field`) for what this kind of field cannot hold."""
    written = unicodedata.normalize("NFC", typed)
    text = " ".join("".join(char if char.isprintable() else " " for char in written).split())
    if kind == "checkbox":
        return Stored("yes" if text.casefold() in _CHECKED else "no")
    if not text:
        return None
    if kind == "number":
        return _number(text, field)
    if kind == "date":
        return Stored(_date(text, field))
    if kind == "choice" and text not in choices:
        raise InvalidInput("Choose one of the values of this field.", field)
    if len(text) > LONGEST:
        raise InvalidInput("At most 500 characters.", field)
    return Stored(text)


def is_filled(kind: str, value: str) -> bool:
    """Whether a required field may count as filled in; a checkbox has to be checked."""
    return value == "yes" if kind == "checkbox" else value != ""


def key_of(name: str, taken: Sequence[str] = ()) -> str:
    """The word for a field in a search: its name in small letters, with hyphens for whatever else, and a number where
    another field has that word."""
    word = "".join(char if char.isalnum() else "-" for char in unicodedata.normalize("NFC", name).casefold())
    word = re.sub(r"-+", "-", word).strip("-")[:LONGEST_KEY] or "field"
    number, key = 2, word
    while key in taken:
        key = f"{word[: LONGEST_KEY - len(str(number)) - 1]}-{number}"
        number += 1
    return key


def read_choices(typed: str) -> list[str]:
    """One choice a line, each once. Raises InvalidInput for none, or for one that is too long."""
    lines = (" ".join(unicodedata.normalize("NFC", line).split()) for line in typed.splitlines())
    found = list(dict.fromkeys(line for line in lines if line))
    if not found or len(found) > 200 or any(len(line) > 100 for line in found):
        raise InvalidInput(
            "One to 200 choices, each on a line of its own and at most 100 characters.", "choices"
        )
    return found


def _number(text: str, field: str) -> Stored:
    plain = text.replace(" ", "").replace("\u2212", "-")
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        raise InvalidInput("This is not a number.", field) from None
    if not plain.isascii() or not number.is_finite() or abs(number) >= Decimal(10) ** MOST_DIGITS:
        raise InvalidInput("This is not a number.", field)
    written = format(round(number, 6).normalize(), "f")
    return Stored("0" if number == 0 else written, float(number))


def _date(text: str, field: str) -> str:
    dotted = _DOTTED.match(text)
    if dotted:
        text = f"{dotted[3]}-{int(dotted[2]):02}-{int(dotted[1]):02}"
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise InvalidInput("This is not a date.", field) from None
    if not text.isascii() or found.isoformat() != text:
        raise InvalidInput("This is not a date.", field)
    return text
