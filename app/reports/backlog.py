"""What is not done: how much of it, how old, and whether it grows."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.reports.filters import Condition, Filters, Scope, seen
from app.reports.models import TicketFacts, TicketStep
from app.reports.parts import span
from app.reports.reading import by_day
from app.reports.shape import Chart, Column, Figure, Label, Report, Row, Table, Unit, buckets
from app.reports.stats import median, quantile
from app.tickets.models import Ticket

# Of the groups in which open tickets are counted: from so many days on.
AGES = (0, 1, 3, 7, 30)


def backlog(session: Session, filters: Filters, scope: Scope, *, now: datetime, zone: str) -> Report:
    today = now.astimezone(ZoneInfo(zone)).date().toordinal()
    opened = by_day(
        session, TicketFacts.day, [TicketFacts.open.is_(True), *seen(TicketFacts, filters, scope)]
    )
    ages = sorted(age for day, number in opened.items() for age in [max(0, today - day)] * number)
    ends, before = _ends(session, filters, scope, len(ages))
    waiting = _waiting(session, seen(TicketFacts, filters, scope))
    figures = (
        Figure("open_now", len(ages), before=before, behind="open", better=-1),
        Figure("waiting_now", waiting, n=len(ages), behind="waiting", better=-1),
        Figure("age_median", median(ages), Unit.DAYS, n=len(ages), behind="open"),
        Figure("age_p90", quantile(ages, 0.9), Unit.DAYS, n=len(ages), behind="open"),
    )
    return Report("backlog", figures, (ends, _by_age(ages)))


def of_age(place: int, today: int) -> list[Condition]:
    """Of tickets: opened as many days ago as this group says."""
    place = min(place, len(AGES) - 1)
    found: list[Condition] = []
    if place:
        found.append(TicketFacts.day <= today - AGES[place])
    if place + 1 < len(AGES):
        found.append(TicketFacts.day > today - AGES[place + 1])
    return found


def open_after(day: int) -> list[Condition]:
    """Of tickets: open when that day was over. As now, but for what has become of each since."""
    since = sa.select(sa.func.coalesce(sa.func.sum(TicketStep.step), 0)).where(
        TicketStep.ticket_id == TicketFacts.ticket_id, TicketStep.day > day
    )
    now = sa.case((TicketFacts.open, 1), else_=0)
    return [TicketFacts.day <= day, now - since.scalar_subquery() > 0]


def _ends(session: Session, filters: Filters, scope: Scope, there: int) -> tuple[Table, int]:
    """How many were open at the end of each group of days, counted back from now; and before the period."""
    first, _last = filters.span
    steps = by_day(
        session, TicketStep.day, [TicketStep.day >= first, *seen(TicketStep, filters, scope)], TicketStep.step
    )
    groups = buckets(filters.first, filters.last)
    rows = []
    for place, start in enumerate(groups.starts):
        end = groups.end(place)
        number = there - sum(step for day, step in steps.items() if day > end)
        rows.append(Row(start, (number,), span(groups, place)))
    column = Column("open_then", behind="open-then")
    table = Table("backlog_trend", groups.label, (column,), tuple(rows), Chart.LINE)
    return table, there - sum(step for day, step in steps.items() if first <= day)


def _waiting(session: Session, conditions: list[Condition]) -> int:
    """Where the customer waits for us."""
    query = (
        sa.select(sa.func.count())
        .select_from(TicketFacts)
        .join(Ticket, Ticket.id == TicketFacts.ticket_id)
        .where(TicketFacts.open, Ticket.waiting_since.is_not(None), *conditions)
    )
    return session.scalar(query) or 0


def _by_age(ages: list[int]) -> Table:
    counts = [0] * len(AGES)
    for age in ages:
        counts[max(place for place, begin in enumerate(AGES) if age >= begin)] += 1
    rows = tuple(Row(f"age-{place}", (number,), behind=f"age-{place}") for place, number in enumerate(counts))
    return Table("backlog_age", Label.WORD, (Column("tickets"),), rows, Chart.BAR)
