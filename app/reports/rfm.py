"""Who writes: how lately, how often, and what a card field says they are worth, each in fifths of all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.reports.choices import Choices
from app.reports.reading import in_columns
from app.reports.segments import EVERYBODY, Segment
from app.reports.shape import Chart, Column, Label, Row, Table, Unit
from app.reports.stats import QUINTILES, quintiles, share
from app.tickets.order_models import CardValue

FIFTHS = range(1, QUINTILES + 1)
# The fifths of a customer: how lately, how often, worth; 0 where nothing is known of that.
Mark = tuple[int, int, int]


@dataclass(frozen=True)
class Wrote:
    """Who wrote in the two periods; at the same place in the other lists: the day of the last letter, and how many
    letters in this period and in the one before."""

    customers: list[int]
    last: list[int]
    now: list[int]
    before: list[int]

    @property
    def active(self) -> dict[int, tuple[int, int]]:
        """customer → (the day of the last letter, letters of this period)."""
        pairs = zip(self.customers, zip(self.last, self.now, strict=True), strict=True)
        return {customer_id: pair for customer_id, pair in pairs if pair[1]}


def rfm(session: Session, wrote: Wrote, segments: Sequence[Segment], chosen: Choices) -> list[Table]:
    """Two tables: lateness against frequency, and the mean fifths of each segment."""
    marks = marks_of(session, wrote, chosen)
    grid = Counter((r, f) for r, f, _v in marks.values())
    columns = tuple(Column(f"often-{f}") for f in FIFTHS)
    rows = tuple(Row(f"late-{r}", tuple(grid[r, f] for f in FIFTHS), f"fifth-{r}") for r in reversed(FIFTHS))
    return [Table("rfm", Label.WORD, columns, rows, Chart.HEAT), _mean_fifths(marks, segments)]


def marks_of(session: Session, wrote: Wrote, chosen: Choices) -> dict[int, Mark]:
    """Of each who wrote in the period."""
    active = wrote.active
    late = quintiles(last for last, _number in active.values())
    often = quintiles(number for _last, number in active.values())
    worth = _worth(session, chosen.value_field_id)
    values = {one: worth[one] for one in active.keys() & worth.keys()}
    rich = quintiles(values.values())
    known = {one: rich[value] for one, value in values.items()}
    return {one: (late[last], often[number], known.get(one, 0)) for one, (last, number) in active.items()}


def _mean_fifths(marks: Mapping[int, Mark], segments: Sequence[Segment]) -> Table:
    rows = []
    everybody = Segment(EVERYBODY, EVERYBODY, "written", members=list(marks))
    for segment in (everybody, *segments):
        # Few different marks, however many customers.
        mine = Counter(map(marks.get, segment.members))
        del mine[None]
        counts = {mark: number for mark, number in mine.items() if mark is not None}
        means = [_mean(counts, place) for place in range(3)]
        best = sum(number for (r, f, _v), number in counts.items() if r >= 4 and f >= 4)
        cells = (sum(counts.values()), *means, best)
        rows.append(Row(segment.name, cells, segment.behind, segment.row_id))
    columns = (
        Column("active"),
        Column("mean_r", Unit.NUMBER),
        Column("mean_f", Unit.NUMBER),
        Column("mean_v", Unit.NUMBER),
        Column("best"),
    )
    return Table("rfm_segments", Label.NAME, columns, tuple(rows))


def _mean(counts: Mapping[Mark, int], place: int) -> float | None:
    known = sum(number for mark, number in counts.items() if mark[place])
    return share(sum(mark[place] * number for mark, number in counts.items()), known)


def _worth(session: Session, field_id: int | None) -> dict[int, float]:
    if field_id is None:
        return {}
    query = sa.select(CardValue.customer_id, CardValue.number).where(
        CardValue.field_id == field_id, CardValue.number.is_not(None)
    )
    return dict(zip(*in_columns(session, query), strict=True))
