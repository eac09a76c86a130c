"""Names of figures of a part of the period: what stands behind one day, week or month of a trend.

A trend has a figure for each column, and a span of days for each row: "within-739190-739196-answered".
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.reports.filters import Filters
from app.reports.shape import Buckets

_WITHIN = "within-"


def span(groups: Buckets, place: int) -> str:
    """The days of a group, as a row of a trend is called."""
    return f"{_WITHIN}{groups.starts[place].toordinal()}-{groups.end(place)}"


def part(name: str, filters: Filters) -> tuple[str, Filters]:
    """The figure that is meant, and the days it is asked for; a name of no part, and one of days that are not in the
    period, stays as it is."""
    words = name.removeprefix(_WITHIN).split("-", 2)
    if not name.startswith(_WITHIN) or len(words) < 3:
        return name, filters
    if not all(one.isascii() and one.isdecimal() and len(one) < 8 for one in words[:2]):
        return name, filters
    first, last = int(words[0]), int(words[1])
    begin, end = filters.span
    if not begin <= first <= last <= end:
        return name, filters
    return words[2], replace(filters, first=date.fromordinal(first), last=date.fromordinal(last))
