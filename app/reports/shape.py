"""Pure: what a report is made of. Figures, and tables of which some are drawn as charts; no words and no markup.

The web words every `key` and writes every value by its unit; the same tables are drawn, read aloud and saved as CSV.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Unit(StrEnum):
    """SECONDS may be negative, SHARE is 0 to 1 and beyond, AGO is a number of days."""

    COUNT = "count"
    SECONDS = "seconds"
    SHARE = "share"
    NUMBER = "number"
    DAYS = "days"


class Label(StrEnum):
    """What the first cell of a row is: a date that begins a day, week or month, a number, a key of ours, or a name."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    HOUR = "hour"
    WEEKDAY = "weekday"
    WORD = "word"
    NAME = "name"


class Chart(StrEnum):
    NONE = ""
    LINE = "line"
    BAR = "bar"
    HEAT = "heat"


Value = float | int | None


@dataclass(frozen=True)
class Figure:
    """`n`: of how many it was counted; `before`: the same of the previous period; `low`, `high`: its 95 % interval;
    `behind`: the name under which its tickets are listed; `better`: 1 more is better, -1 less is, 0 neither."""

    key: str
    value: Value
    unit: Unit = Unit.COUNT
    n: int | None = None
    before: Value = None
    low: Value = None
    high: Value = None
    behind: str = ""
    better: int = 0


@dataclass(frozen=True)
class Column:
    """`behind`: the name under which the tickets of its cells are listed, after that of the row (app.reports.parts)."""

    key: str
    unit: Unit = Unit.COUNT
    # Only in the table: beside the others it would draw the chart flat.
    drawn: bool = True
    behind: str = ""


@dataclass(frozen=True)
class Row:
    """`behind`: as of a figure. `url_id`: the id of what the label names, where it has a page."""

    label: str | int | date
    cells: tuple[Value, ...]
    behind: str = ""
    row_id: int | None = None


@dataclass(frozen=True)
class Table:
    key: str
    label: Label
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    chart: Chart = Chart.NONE


@dataclass(frozen=True)
class Report:
    name: str
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Buckets:
    """The days of a period in groups that a chart has room for: days, weeks from Monday, or months."""

    label: Label
    starts: tuple[date, ...]
    last: date

    def of(self, day: int) -> int:
        """The place of a day, given as an ordinal, in `starts`."""
        low, high = 0, len(self.starts) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self.starts[middle].toordinal() <= day:
                low = middle
            else:
                high = middle - 1
        return low

    def end(self, place: int) -> int:
        """The last day of a group as an ordinal."""
        following = (
            self.starts[place + 1].toordinal() - 1 if place + 1 < len(self.starts) else self.last.toordinal()
        )
        return min(following, self.last.toordinal())


def buckets(first: date, last: date) -> Buckets:
    """The first group begins where the period begins."""
    days = (last - first).days + 1
    if days <= 35:
        return Buckets(Label.DAY, tuple(first + timedelta(days=one) for one in range(days)), last)
    if days <= 190:
        begins = [first, *_mondays(first, last)]
        return Buckets(Label.WEEK, tuple(begins), last)
    begins = [first, *_months(first, last)]
    return Buckets(Label.MONTH, tuple(begins), last)


def _mondays(first: date, last: date) -> list[date]:
    begin = first + timedelta(days=7 - first.weekday())
    return (
        [begin + timedelta(days=7 * one) for one in range(((last - begin).days // 7) + 1)]
        if begin <= last
        else []
    )


def _months(first: date, last: date) -> list[date]:
    found, begin = [], _next_month(first)
    while begin <= last:
        found.append(begin)
        begin = _next_month(begin)
    return found


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
