"""The mark at which a list goes on, as it stands in the address of the next page. Pure.

Anybody may send any text as a mark: what is not one of ours is None, and the list begins at its first page.
"""

from __future__ import annotations

from datetime import UTC, datetime

# Every number of so many digits fits into 64 bits.
MOST_DIGITS = 18


def write_cursor(at: datetime, *numbers: int) -> str:
    """2026-11-22T10:00:00+00:00_2_17"""
    return "_".join([at.isoformat(), *map(str, numbers)])


def read_cursor(text: str, numbers: int) -> tuple[datetime, list[int]] | None:
    """The moment, in UTC, and so many numbers; None for anything else."""
    moment, *rest = text.split("_")
    found = [row_number(part) for part in rest]
    if len(found) != numbers or None in found:
        return None
    try:
        at = datetime.fromisoformat(moment)
        return (at.astimezone(UTC), [number or 0 for number in found]) if at.tzinfo else None
    except (ValueError, OverflowError):  # the first hour of year 1, east of Greenwich, is no time in UTC
        return None


def row_number(text: str) -> int | None:
    """What can be the number of a row: digits, and few enough for every database."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None
