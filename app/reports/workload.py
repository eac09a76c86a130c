"""Who does how much: replies and closings, waiting and writing, agent by agent."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.reports.filters import Filters, Scope, seen, within, written_by_each
from app.reports.models import ReplyFacts, TicketFacts
from app.reports.reading import numbers
from app.reports.shape import Chart, Column, Figure, Label, Report, Row, Table, Unit, Value
from app.reports.stats import median, share

COLUMNS = (
    Column("replies"),
    Column("replies_before", drawn=False),
    Column("closed"),
    Column("open_now", drawn=False),
    Column("waited_median", Unit.SECONDS, drawn=False),
    Column("composing_sum", Unit.SECONDS, drawn=False),
)


def workload(session: Session, filters: Filters, scope: Scope) -> Report:
    replies = _replies(session, filters, scope)
    before = {row.agent_id: row.replies for row in _counts(session, filters.before, scope)}
    open_now = _held(session, filters, scope, TicketFacts.open)
    closed = _held(session, filters, scope, within(TicketFacts.closed_day, filters))
    agents = {*replies, *before, *open_now, *closed} - {None}
    names = {
        row[0]: row[1] for row in session.execute(sa.select(Agent.id, Agent.name).where(Agent.id.in_(agents)))
    }
    rows = []
    for agent_id in agents & set(names):
        number, waited, composing = replies.get(agent_id, (0, None, None))
        cells: tuple[Value, ...] = (
            number, before.get(agent_id, 0), closed.get(agent_id, 0), open_now.get(agent_id, 0), waited, composing,
        )  # fmt: skip
        rows.append(Row(names[agent_id], cells, behind=f"agent-{agent_id}", row_id=agent_id))
    rows.sort(key=lambda row: (-(row.cells[0] or 0), str(row.label)))
    total = sum(one[0] for one in replies.values())
    busiest = max((one[0] for one in replies.values()), default=0)
    figures = (
        Figure("replies", total, before=sum(before.values()), behind="answered"),
        Figure("agents_writing", len(replies), before=len(before), behind="answered"),
        Figure("busiest_share", share(busiest, total), Unit.SHARE, n=total, behind="answered"),
        Figure("unassigned", open_now.get(None, 0), behind="unassigned", better=-1),
    )
    return Report("workload", figures, (Table("workload", Label.NAME, COLUMNS, tuple(rows), Chart.BAR),))


def _counts(session: Session, filters: Filters, scope: Scope) -> list[Any]:
    return list(
        session.execute(
            sa.select(ReplyFacts.agent_id, sa.func.count().label("replies"))
            .where(*written_by_each(session, filters), *seen(ReplyFacts, filters, scope))
            .group_by(ReplyFacts.agent_id)
        )
    )


def _replies(session: Session, filters: Filters, scope: Scope) -> dict[int, tuple[int, Value, Value]]:
    """agent → replies, the median of what their customers waited, seconds of writing."""
    waited = ReplyFacts.waited_business if filters.business else ReplyFacts.waited_seconds
    query = (
        sa.select(
            ReplyFacts.agent_id,
            sa.func.count(),
            sa.func.aggregate_strings(sa.cast(waited, sa.String), ","),
            sa.func.sum(ReplyFacts.composing),
        )
        .where(*written_by_each(session, filters), *seen(ReplyFacts, filters, scope))
        .group_by(ReplyFacts.agent_id)
    )
    found: dict[int, tuple[int, Value, Value]] = {}
    for agent_id, number, listed, composing in session.execute(query):
        middle = median(sorted(numbers(listed)))
        found[agent_id] = (number, middle, None if composing is None else int(composing))
    return found


def _held(session: Session, filters: Filters, scope: Scope, which: Any) -> dict[int | None, int]:
    """assignee → tickets."""
    query = (
        sa.select(TicketFacts.assignee_id, sa.func.count())
        .where(which, *seen(TicketFacts, filters, scope))
        .group_by(TicketFacts.assignee_id)
    )
    found: dict[int | None, int] = defaultdict(int)
    for agent_id, number in session.execute(query):
        found[agent_id] += number
    return found
