"""Who writes: how lately, how often, and what a card field says they are worth, each in fifths of all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.reports.choices import Choices
from app.reports.segments import Segment
from app.reports.shape import Chart, Column, Label, Row, Table, Unit
from app.reports.stats import QUINTILES, quintiles
from app.tickets.order_models import CardValue

EVERYBODY = "everybody"
FIFTHS = range(1, QUINTILES + 1)


class Wrote(NamedTuple):
    """A customer's letters of the two periods: the day of the last, and how many in each."""

    last: int
    now: int
    before: int


def rfm(
    session: Session,
    wrote: Mapping[int, Wrote],
    segments: Sequence[Segment],
    chosen: Choices,
) -> list[Table]:
    """Two tables: lateness against frequency, and the mean fifths of each segment."""
    active = {customer_id: one for customer_id, one in wrote.items() if one.now}
    late, often = (
        quintiles(one.last for one in active.values()),
        quintiles(one.now for one in active.values()),
    )
    worth = _worth(session, chosen.value_field_id)
    values = {customer_id: worth[customer_id] for customer_id in active if customer_id in worth}
    rich = quintiles(values.values())
    marks = {
        customer_id: (
            late[one.last],
            often[one.now],
            rich[values[customer_id]] if customer_id in values else None,
        )
        for customer_id, one in active.items()
    }
    grid: dict[tuple[int, int], int] = defaultdict(int)
    for r, f, _v in marks.values():
        grid[r, f] += 1
    columns = tuple(Column(f"often-{f}") for f in FIFTHS)
    rows = tuple(Row(f"late-{r}", tuple(grid[r, f] for f in FIFTHS)) for r in reversed(FIFTHS))
    return [Table("rfm", Label.WORD, columns, rows, Chart.HEAT), _mean_fifths(marks, segments)]


def _mean_fifths(marks: Mapping[int, tuple[int, int, int | None]], segments: Sequence[Segment]) -> Table:
    rows = []
    everybody = Segment(EVERYBODY, EVERYBODY, "written", members=set(marks))
    for segment in (everybody, *segments):
        mine = [marks[one] for one in segment.members if one in marks]
        means = []
        for place in range(3):
            found = [mark[place] for mark in mine if mark[place] is not None]
            means.append(sum(one for one in found if one) / len(found) if found else None)
        best = sum(r >= 4 and f >= 4 for r, f, _v in mine)
        rows.append(Row(segment.name, (len(mine), *means, best), segment.behind, segment.row_id))
    columns = (
        Column("active"),
        Column("mean_r", Unit.NUMBER),
        Column("mean_f", Unit.NUMBER),
        Column("mean_v", Unit.NUMBER),
        Column("best"),
    )
    return Table("rfm_segments", Label.NAME, columns, tuple(rows))


def _worth(session: Session, field_id: int | None) -> dict[int, float]:
    if field_id is None:
        return {}
    query = sa.select(CardValue.customer_id, CardValue.number).where(
        CardValue.field_id == field_id, CardValue.number.is_not(None)
    )
    return {row.customer_id: float(row.number or 0) for row in session.execute(query)}
