"""Small queries that several reports share: counts by day, and all values of a column by day in one row each.

A quantile needs every value. They come as one text for each day, which both databases make in one pass and Python
splits faster than it would fetch as many rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.reports.filters import Condition, Filters
from app.reports.shape import Buckets, Value

Days = dict[int, int]


def by_day(session: Session, day: Any, conditions: Sequence[Condition], what: Any = None) -> Days:
    """day → how many rows, or the sum of `what`."""
    counted = sa.func.count() if what is None else sa.func.sum(what)
    query = sa.select(day, counted).where(*conditions).group_by(day)
    return {row[0]: int(row[1] or 0) for row in session.execute(query)}


def values_by_day(
    session: Session, day: Any, columns: Sequence[Any], conditions: Sequence[Condition]
) -> dict[int, list[list[int]]]:
    """day → for each column its values that are not NULL."""
    listed = [sa.func.aggregate_strings(sa.cast(column, sa.String), ",") for column in columns]
    query = sa.select(day, *listed).where(*conditions).group_by(day)
    return {row[0]: [numbers(text) for text in row[1:]] for row in session.execute(query)}


def numbers(text: str | None) -> list[int]:
    """Of what a database put together with commas."""
    # A list of numbers is JSON as well, and nothing else reads so many of them as fast.
    found: list[int] = json.loads(f"[{text or ''}]")
    return found


def in_columns(session: Session, query: sa.Select[*tuple[Any, ...]]) -> list[list[Any]]:
    """The columns of a query, all numbers and none of them NULL, each as a list: many rows as one text, for the same
    reason."""
    rows = query.subquery()
    said: sa.ColumnElement[str] = sa.literal("")
    for column in rows.c:
        said = said + "," + sa.cast(column, sa.String)
    text: str = session.scalar(sa.select(sa.func.aggregate_strings(said, ""))) or ""
    values = numbers(text[1:])
    width = len(rows.c)
    return [values[place::width] for place in range(width)]


def halves(days: Days, filters: Filters) -> tuple[int, int]:
    """The sum of this period and that of the one before."""
    now = sum(number for day, number in days.items() if filters.has(day))
    return now, sum(days.values()) - now


def in_buckets(days: Days, groups: Buckets, filters: Filters) -> list[int]:
    found = [0] * len(groups.starts)
    for day, number in days.items():
        if filters.has(day):
            found[groups.of(day)] += number
    return found


def joined(lists: Iterable[list[int]]) -> list[int]:
    """All of them, sorted."""
    found: list[int] = []
    for one in lists:
        found += one
    found.sort()
    return found


def ratio(part: Value, whole: Value) -> float | None:
    return part / whole if whole and part is not None else None
