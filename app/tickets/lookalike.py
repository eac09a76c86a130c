"""What makes a sender look like somebody else: letters of two alphabets in one word of an address, an address in other
letters than the network's, a name that holds another address, or the name of one of us. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

# Alphabets whose letters look alike; what else a word mixes fools nobody.
_ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
LONGEST_LABEL = 63


class Doubt(StrEnum):
    MIXED = "mixed"
    FOREIGN_LETTERS = "foreign letters"
    OTHER_ADDRESS = "other address"
    COLLEAGUE = "colleague"


@dataclass(frozen=True)
class Finding:
    """`detail`: how the network writes the domain, or the address in the name."""

    doubt: Doubt
    detail: str = ""


def doubts(name: str, email: str, ours: Collection[str]) -> list[Finding]:
    """ours: names and addresses of the people here, in any case. An address of a plain sender gives nothing."""
    found = []
    local, _, domain = email.rpartition("@")
    shown, wire = _both_forms(domain)
    if any(_is_mixed(label) for label in [*shown.split("."), local]):
        found.append(Finding(Doubt.MIXED, wire))
    elif shown != wire:
        found.append(Finding(Doubt.FOREIGN_LETTERS, wire))
    other = _ADDRESS.search(name[:300])
    if other is not None and other[0].lower() != email.lower():
        found.append(Finding(Doubt.OTHER_ADDRESS, other[0]))
    plain = _plain(name)
    if (
        plain
        and plain in {_plain(one) for one in ours}
        and email.lower() not in {one.lower() for one in ours}
    ):
        found.append(Finding(Doubt.COLLEAGUE))
    return found


def _both_forms(domain: str) -> tuple[str, str]:
    """As people read it, and as it travels; the same where nothing can be made of it."""
    try:
        if domain.isascii():
            return (domain.encode("ascii").decode("idna") if "xn--" in domain.lower() else domain), domain
        return domain, domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain, domain


def _is_mixed(label: str) -> bool:
    return len({script for char in label[:LONGEST_LABEL] if (script := _script(char)) in _ALIKE}) > 1


def _script(char: str) -> str:
    return unicodedata.name(char, "").partition(" ")[0] if char.isalpha() else ""


def _plain(name: str) -> str:
    """Without what is not seen, so that a space of another kind or a mark of direction makes no new name."""
    visible = "".join(char if char.isalnum() else " " for char in unicodedata.normalize("NFKC", name))
    return " ".join(visible.casefold().split())
