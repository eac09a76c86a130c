"""Part of parsing: Message-IDs, always kept without their angle brackets and without white space."""

import re

MAX_IDS = 1000
# A column and an index must hold it; RFC 5322 allows 998 in a line. Longer ones are told apart by their beginning.
MAX_ID = 900

_BRACKETED = re.compile(r"<([^<>]{1,32768})>")
_SPACES = re.compile(r"\s+")


def read_ids(value: str) -> tuple[str, ...]:
    """Every id of a Message-ID, In-Reply-To or References value, in order, without repetitions.

    "<a@b>" gives "a@b". Long ids are folded by some senders in the middle, so white space inside
    the brackets is dropped. Without any bracket the words that hold an "@" count, or the single word.
    """
    found = [_SPACES.sub("", item) for item in _BRACKETED.findall(value)]
    if not found:
        words = [word.strip("<>,;\"'()") for word in value.split()]
        found = [word for word in words if "@" in word] or (words if len(words) == 1 else [])
    return tuple(dict.fromkeys(item[:MAX_ID] for item in found if item))[:MAX_IDS]


def first_id(value: str) -> str:
    """The first id of the value, '' when it has none."""
    return next(iter(read_ids(value)), "")
