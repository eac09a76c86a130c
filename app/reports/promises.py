"""Promises of service levels: how many were kept. A clock counts in the period in which it ended, or in which it ran
out while it still runs; what runs in time is not decided yet and counts nowhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.levels import report
from app.levels.models import ClockKind, LevelClock, ServiceLevel
from app.reports.filters import Condition, Filters, Scope, moments, seen
from app.reports.models import TicketFacts
from app.reports.shape import Column, Figure, Label, Report, Row, Table, Unit
from app.reports.stats import share


@dataclass(frozen=True)
class _Group:
    """Decided clocks of one kind, level and agent."""

    kind: str
    level_id: int
    agent_id: int | None
    kept: int
    broken: int


def promises(session: Session, filters: Filters, scope: Scope, *, now: datetime, zone: str) -> Report:
    groups = _groups(session, filters, scope, now, zone)
    before = _groups(session, filters.before, scope, now, zone)
    figures = [_figure("promises_kept", groups, before)]
    for kind in ClockKind:
        mine, earlier = (
            [one for one in groups if one.kind == kind],
            [one for one in before if one.kind == kind],
        )
        figures.append(_figure(f"promises_{kind}", mine, earlier))
    late = sa.select(sa.func.count()).select_from(LevelClock)
    late = late.join(TicketFacts, TicketFacts.ticket_id == LevelClock.ticket_id)
    number = session.scalar(late.where(report.runs_late(now), *seen(TicketFacts, filters, scope))) or 0
    figures.append(Figure("promises_late", number, behind="late-promises", better=-1))
    return Report("promises", tuple(figures), (_by_level(session, groups), _by_agent(session, groups)))


def is_offered(session: Session) -> bool:
    """Where nothing was ever promised there is nothing to report."""
    return session.scalar(sa.select(LevelClock.ticket_id).limit(1)) is not None


def decided(filters: Filters, now: datetime, zone: str) -> Condition:
    """Clocks that ended in the period, or ran out in it."""
    begin, end = moments(filters, zone)
    return report.decided(begin, end, now)


def _groups(session: Session, filters: Filters, scope: Scope, now: datetime, zone: str) -> list[_Group]:
    lost = sa.func.sum(sa.case((report.broken(), 1), else_=0))
    key = (LevelClock.kind, LevelClock.level_id, TicketFacts.assignee_id)
    query = (
        sa.select(*key, sa.func.count(), lost)
        .join(TicketFacts, TicketFacts.ticket_id == LevelClock.ticket_id)
        .where(decided(filters, now, zone), *seen(TicketFacts, filters, scope))
        .group_by(*key)
    )
    return [
        _Group(kind, level_id, agent_id, number - int(lost), int(lost))
        for kind, level_id, agent_id, number, lost in session.execute(query)
    ]


def _sum(groups: Iterable[_Group]) -> tuple[int, int]:
    """(kept, decided)"""
    found = list(groups)
    kept = sum(one.kept for one in found)
    return kept, kept + sum(one.broken for one in found)


def _figure(key: str, groups: list[_Group], before: list[_Group]) -> Figure:
    kept, number = _sum(groups)
    return Figure(
        key, share(kept, number), Unit.SHARE, n=number, before=share(*_sum(before)), behind="broken-promises", better=1,
    )  # fmt: skip


_COLUMNS = (Column("kept"), Column("broken"), Column("kept_share", Unit.SHARE, drawn=False))


def _row(label: str, groups: list[_Group], behind: str) -> Row:
    kept, number = _sum(groups)
    return Row(label, (kept, number - kept, share(kept, number)), behind=behind)


def _by_level(session: Session, groups: list[_Group]) -> Table:
    by_level: dict[int, list[_Group]] = defaultdict(list)
    for one in groups:
        by_level[one.level_id].append(one)
    levels = session.execute(
        sa.select(ServiceLevel.id, ServiceLevel.name).order_by(ServiceLevel.position, ServiceLevel.id)
    )
    rows = [_row(name, by_level.pop(level_id, []), f"level-{level_id}") for level_id, name in levels]
    # Levels that are gone keep what was promised in their name.
    rows += [_row(f"#{level_id}", own, f"level-{level_id}") for level_id, own in sorted(by_level.items())]
    return Table("promises_levels", Label.NAME, _COLUMNS, tuple(rows))


def _by_agent(session: Session, groups: list[_Group]) -> Table:
    by_agent: dict[int | None, list[_Group]] = defaultdict(list)
    for one in groups:
        by_agent[one.agent_id].append(one)
    ids = sorted(one for one in by_agent if one is not None)
    agents = sa.select(Agent.id, Agent.name).where(Agent.id.in_(ids))
    names = {row.id: row.name for row in session.execute(agents)}
    rows = [
        _row(names.get(agent_id or 0, NOBODY), own, f"owner-{agent_id or 0}")
        for agent_id, own in by_agent.items()
    ]
    return Table("promises_agents", Label.NAME, _COLUMNS, tuple(sorted(rows, key=lambda row: str(row.label))))


# What a row of tickets that nobody has is called.
NOBODY = "–"
