"""Which part of a long exchange opens: its newest end, and everything that nobody has read yet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

# The newest ones that always show; and how few are not worth a line that folds them away.
NEWEST_SHOWN = 10
FEWEST_FOLDED = 4
MOST_UNREAD_OPENED = 8


class Said(Protocol):
    """What is asked of a message."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def arrived_at(self) -> datetime: ...


class Told(Protocol):
    """What is asked of an entry."""

    @property
    def message(self) -> Said | None: ...


class Looked(Protocol):
    """What is asked of a ticket. `seen_message_id`: the newest message when somebody last looked, None for never."""

    @property
    def unread(self) -> bool: ...


Piece = TypeVar("Piece", bound=Told)


def unread_of(unread: bool, seen_message_id: int | None, messages: Sequence[Said]) -> list[int]:
    """The letters that came since somebody last looked, oldest first; of a ticket nobody has seen none is "new"."""
    if not unread or seen_message_id is None:
        return []
    return [one.id for one in messages if one.kind == "incoming" and one.id > seen_message_id]


def fold_at(entries: Sequence[Told], open_ids: Collection[int]) -> int:
    """From which entry on the exchange is shown: the newest few, and nothing that is open is folded away."""
    said = [at for at, entry in enumerate(entries) if entry.message is not None]
    if len(said) < NEWEST_SHOWN + FEWEST_FOLDED:
        return 0
    kept = len(said) - NEWEST_SHOWN
    opened = [number for number, at in enumerate(said) if (one := entries[at].message) and one.id in open_ids]
    first = min([kept, *opened])
    return said[first] if first >= FEWEST_FOLDED else 0
