"""How much there is to do and when: letters by hour and weekday, and what came and went by day."""

from __future__ import annotations

from collections import Counter

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.reports.filters import Filters, Scope, seen, within
from app.reports.models import LetterFacts, ReplyFacts, TicketFacts
from app.reports.parts import span
from app.reports.reading import by_day, halves, in_buckets
from app.reports.shape import Chart, Column, Figure, Label, Report, Row, Table, buckets

HOURS = range(24)


def volume(session: Session, filters: Filters, scope: Scope) -> Report:
    hours = _letters(session, filters, scope)
    letters: Counter[int] = Counter()
    for (day, _hour), number in hours.items():
        letters[day] += number
    both = filters.both
    opened = by_day(
        session, TicketFacts.day, [within(TicketFacts.day, both), *seen(TicketFacts, filters, scope)]
    )
    closed_day = TicketFacts.closed_day
    closed = by_day(session, closed_day, [within(closed_day, both), *seen(TicketFacts, filters, scope)])
    replies = by_day(
        session, ReplyFacts.day, [within(ReplyFacts.day, both), *seen(ReplyFacts, filters, scope)]
    )
    counted = {"letters": dict(letters), "opened": opened, "replies": replies, "closed": closed}
    behind = {"letters": "written", "opened": "opened", "replies": "answered", "closed": "closed"}
    groups = buckets(filters.first, filters.last)
    lines = [in_buckets(days, groups, filters) for days in counted.values()]
    figures = []
    for key, days in counted.items():
        now, before = halves(days, filters)
        figures.append(Figure(key, now, before=before, behind=behind[key]))
    trend = Table(
        "volume_trend",
        groups.label,
        tuple(Column(key, behind=behind[key]) for key in counted),
        tuple(
            Row(start, tuple(line[place] for line in lines), span(groups, place))
            for place, start in enumerate(groups.starts)
        ),
        Chart.LINE,
    )
    return Report("volume", tuple(figures), (_heat(hours, filters), trend))


def _letters(session: Session, filters: Filters, scope: Scope) -> dict[tuple[int, int], int]:
    """(day, hour) → letters of customers, the previous period included."""
    query = (
        sa.select(LetterFacts.day, LetterFacts.hour, sa.func.count())
        .where(within(LetterFacts.day, filters.both), *seen(LetterFacts, filters, scope))
        .group_by(LetterFacts.day, LetterFacts.hour)
    )
    return {(day, hour): number for day, hour, number in session.execute(query)}


def _heat(hours: dict[tuple[int, int], int], filters: Filters) -> Table:
    """Seven days from Monday, 24 hours of the wall of the company."""
    found: Counter[tuple[int, int]] = Counter()
    for (day, hour), number in hours.items():
        if filters.has(day):
            found[(day - 1) % 7, hour] += number
    return Table(
        "volume_hours",
        Label.WEEKDAY,
        tuple(Column(str(hour)) for hour in HOURS),
        tuple(
            Row(weekday, tuple(found[weekday, hour] for hour in HOURS), behind=f"weekday-{weekday}")
            for weekday in range(7)
        ),
        Chart.HEAT,
    )
