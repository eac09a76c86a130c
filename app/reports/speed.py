"""How long customers wait: for the first reply, for the whole answer, for the end, and for each reply."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.reports.filters import Filters, Scope, seen, within
from app.reports.models import ReplyFacts, TicketFacts
from app.reports.parts import span
from app.reports.reading import joined, values_by_day
from app.reports.shape import Buckets, Chart, Column, Figure, Label, Report, Row, Table, Unit, buckets
from app.reports.stats import median, quantile

# Upper ends in seconds of the groups in which first replies are counted; the last group has none.
STEPS = (900, 3600, 4 * 3600, 8 * 3600, 24 * 3600, 72 * 3600)
Days = Mapping[int, list[int]]


def speed(session: Session, filters: Filters, scope: Scope) -> Report:
    groups = buckets(filters.first, filters.last)
    figures: list[Figure] = []
    lines: dict[str, list[list[int]]] = {}
    now: dict[str, list[int]] = {}
    for key, days in _values(session, filters, scope).items():
        lines[key] = _in_groups(days, groups, filters)
        # Runs that are in order already are put together much faster than the days they came from.
        now[key] = joined(lines[key])
        before = joined(values for day, values in days.items() if not filters.has(day))
        for name, share in (("median", 0.5), ("p90", 0.9)):
            figures.append(
                Figure(
                    f"{key}_{name}", quantile(now[key], share), Unit.SECONDS, n=len(now[key]),
                    before=quantile(before, share), behind=_BEHIND[key], better=-1,
                )
            )  # fmt: skip
    return Report("speed", tuple(figures), (_trend(lines, groups), _spread(now["first"])))


# Slowest first, each.
_BEHIND = {"first": "slow-first", "full": "slow-full", "solved": "slow-solved", "waited": "slow-waited"}
_DRAWN = ("first", "waited", "solved")


def _values(session: Session, filters: Filters, scope: Scope) -> dict[str, Days]:
    """A first and a whole answer belong to the day on which the ticket was opened, an end to the day on which it was
    closed, each reply to its own day."""
    ending = "business" if filters.business else "seconds"
    both = filters.both

    def of(table: Any, day: Any, *names: str) -> dict[str, Days]:
        columns = [getattr(table, f"{name}_{ending}") for name in names]
        conditions = [within(day, both), *seen(table, filters, scope)]
        found = values_by_day(session, day, columns, conditions)
        return {name: {one: lists[place] for one, lists in found.items()} for place, name in enumerate(names)}

    return {
        **of(TicketFacts, TicketFacts.day, "first", "full"),
        **of(TicketFacts, TicketFacts.closed_day, "solved"),
        **of(ReplyFacts, ReplyFacts.day, "waited"),
    }


def _in_groups(days: Days, groups: Buckets, filters: Filters) -> list[list[int]]:
    """The values of each group of days, sorted."""
    found: list[list[int]] = [[] for _start in groups.starts]
    for day, values in days.items():
        if filters.has(day):
            found[groups.of(day)] += values
    for values in found:
        values.sort()
    return found


def _trend(lines: Mapping[str, list[list[int]]], groups: Buckets) -> Table:
    shown = [lines[key] for key in _DRAWN]
    return Table(
        "speed_trend",
        groups.label,
        tuple(Column(f"{key}_median", Unit.SECONDS, behind=_BEHIND[key]) for key in _DRAWN),
        tuple(
            Row(start, tuple(median(line[place]) for line in shown), span(groups, place))
            for place, start in enumerate(groups.starts)
        ),
        Chart.LINE,
    )


def _spread(first: list[int]) -> Table:
    """How many first replies came within a quarter of an hour, an hour, and so on. `first` sorted."""
    ends = [bisect_right(first, step) for step in STEPS]
    counts = [end - begin for begin, end in zip([0, *ends], [*ends, len(first)], strict=True)]
    total = len(first) or 1
    rows = tuple(
        Row(f"within-{place}", (number, number / total), behind=f"first-{place}")
        for place, number in enumerate(counts)
    )
    columns = (Column("tickets"), Column("share", Unit.SHARE, drawn=False))
    return Table("speed_spread", Label.WORD, columns, rows, Chart.BAR)
