"""Customers: whether they are content, whether they stay, whether they complain; and who writes how often (RFM).

satisfaction  share of positive ratings of the period, with its Wilson interval; a neutral one counts in n.
loyalty       L = 1 - r (1 - S).
churn         of the customers who wrote in the previous period, those who did not write in this one.
lifetime      of these: days from their first letter ever to their last, on average.
complaints    tickets of the period with an unhappy rating or with the tag that means a complaint, reckoned for a year.
RFM           of the customers who wrote in the period: how lately, how often, and what a card field says they are
              worth, each in fifths of all of them; equal values share a fifth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.customers.models import customer_tags
from app.ratings.models import Face, Rating
from app.ratings.score import Score
from app.reports.choices import Choices, choices
from app.reports.filters import (
    TAGGED,
    WITH_VALUE,
    Condition,
    Filters,
    Scope,
    moments,
    rated,
    seen,
    within,
    within_each,
)
from app.reports.models import LetterFacts, TicketFacts
from app.reports.rfm import EVERYBODY, Wrote, rfm
from app.reports.segments import Segment, chosen_from, with_members
from app.reports.shape import Chart, Column, Figure, Label, Report, Row, Table, Unit, Value
from app.reports.stats import loyalty, share
from app.tickets.models import ticket_tags
from app.tickets.order_models import CardValue, Field

YEAR = 365
# Numbers in one statement.
AT_ONCE = 2000
NOT_KEPT = {"compiled_cache": None}


def customers(session: Session, filters: Filters, scope: Scope, *, zone: str) -> Report:
    chosen = choices(session)
    wrote = _wrote(session, filters, scope)
    scores = _scores(session, filters, scope, zone)
    before = _scores(session, filters.before, scope, zone, segments=False)[EVERYBODY]
    complaints = _complaints(session, filters, scope, chosen)
    complained_before = _complaints(session, filters.before, scope, chosen, segments=False)[EVERYBODY]
    segments = with_members(session)
    figures = _figures(wrote, _lives(session, wrote, filters, scope), scores[EVERYBODY], before, chosen)
    yearly = YEAR / filters.days
    figures.append(
        Figure(
            "complaints", complaints[EVERYBODY] * yearly, Unit.NUMBER, n=complaints[EVERYBODY],
            before=complained_before * yearly, behind="complaints", better=-1,
        )
    )  # fmt: skip
    tables = [
        _by_segment(segments, wrote, scores, complaints, chosen),
        *rfm(session, wrote, segments, chosen),
    ]
    return Report("customers", tuple(figures), tuple(tables))


def _figures(
    wrote: Mapping[int, Wrote], lives: Sequence[int], score: Score, before: Score, chosen: Choices
) -> list[Figure]:
    """`lives`: days from the first letter ever to the last, of those who went silent."""
    known = sum(one.before > 0 for one in wrote.values())
    r, has = chosen.competition, score.n > 0
    return [
        Figure(
            "satisfaction", score.share if has else None, Unit.SHARE, n=score.n,
            before=before.share if before.n else None,
            low=score.low if has else None, high=score.high if has else None, behind="rated-good", better=1,
        ),
        Figure("competition", r, Unit.SHARE),
        Figure(
            "loyalty", loyalty(score.share, r) if has else None, Unit.SHARE, n=score.n,
            before=loyalty(before.share, r) if before.n else None, low=loyalty(score.low, r) if has else None,
            high=loyalty(score.high, r) if has else None, behind="rated-any", better=1,
        ),
        Figure("active", sum(one.now > 0 for one in wrote.values()), before=known, behind="written"),
        Figure("churn", share(len(lives), known), Unit.SHARE, n=known, behind="churned", better=-1),
        Figure(
            "lifetime", sum(lives) / len(lives) if lives else None, Unit.DAYS, n=len(lives),
            behind="churned", better=1,
        ),
    ]  # fmt: skip


def _wrote(session: Session, filters: Filters, scope: Scope) -> dict[int, Wrote]:
    day, first = LetterFacts.day, filters.span[0]
    now = sa.func.sum(sa.case((day >= first, 1), else_=0))
    query = (
        sa.select(LetterFacts.customer_id, sa.func.max(day), now, sa.func.count())
        .where(within_each(day, filters.both), *seen(LetterFacts, filters, scope))
        .group_by(LetterFacts.customer_id)
    )
    return {
        customer_id: Wrote(last, now, number - now)
        for customer_id, last, now, number in session.execute(query).all()
    }


def _lives(session: Session, wrote: Mapping[int, Wrote], filters: Filters, scope: Scope) -> list[int]:
    gone = [customer_id for customer_id, one in wrote.items() if not one.now]
    found: list[int] = []
    for place in range(0, len(gone), AT_ONCE):
        # Numbers of ours, written out: as thousands of parameters they would cost more than the query.
        some: sa.ColumnElement[int] = sa.literal_column(
            f"({','.join(map(str, gone[place : place + AT_ONCE]))})"
        )
        query = (
            sa.select(LetterFacts.customer_id, sa.func.min(LetterFacts.day))
            .where(
                LetterFacts.customer_id.op("IN", is_comparison=True)(some), *seen(LetterFacts, filters, scope)
            )
            .group_by(LetterFacts.customer_id)
        )
        found += [
            wrote[customer_id].last - began
            for customer_id, began in session.execute(query, execution_options=NOT_KEPT)
        ]
    return found


def _scores(
    session: Session, filters: Filters, scope: Scope, zone: str, *, segments: bool = True
) -> dict[str, Score]:
    """Of everybody, and of each segment by its key."""
    begin, end = moments(filters, zone)
    conditions = [Rating.counted_at >= begin, Rating.counted_at < end, *rated(filters, scope)]
    faces = [
        sa.func.sum(sa.case((Rating.face == face, 1), else_=0)) for face in (Face.GOOD, Face.OKAY, Face.BAD)
    ]
    row = session.execute(sa.select(*faces).where(*conditions)).one()
    found = {EVERYBODY: Score(*(int(number or 0) for number in row))}
    if segments:
        for key, query in _by_keys(
            sa.select(*faces).select_from(Rating).where(*conditions), Rating.customer_id
        ):
            found |= {key(row): Score(*map(int, row[:3])) for row in session.execute(query)}
    return found


def _by_keys(query: sa.Select[Any], customer_id: Any) -> list[tuple[Callable[[Any], str], sa.Select[Any]]]:
    """The query once for tags and once for values of fields, and how the key of a segment is read from its rows."""
    tags, values = customer_tags.c, CardValue
    chosen = sa.select(Field.id).where(*chosen_from())
    by_tag = query.add_columns(tags.tag_id).join(customer_tags, tags.customer_id == customer_id)
    by_value = query.add_columns(values.field_id, values.value).join(
        values, values.customer_id == customer_id
    )
    return [
        (lambda row: f"{TAGGED}{row[-1]}", by_tag.group_by(tags.tag_id)),
        (
            lambda row: f"{WITH_VALUE}{row[-2]}-{row[-1]}",
            by_value.where(values.field_id.in_(chosen)).group_by(values.field_id, values.value),
        ),
    ]


def complaining(chosen: Choices) -> Condition:
    """A condition on tickets."""
    unhappy = sa.select(Rating.ticket_id).where(Rating.face == Face.BAD, Rating.ticket_id.is_not(None))
    condition: Condition = TicketFacts.ticket_id.in_(unhappy)
    if chosen.complaint_tag_id is not None:
        named = sa.select(ticket_tags.c.ticket_id).where(ticket_tags.c.tag_id == chosen.complaint_tag_id)
        condition = sa.or_(condition, TicketFacts.ticket_id.in_(named))
    return condition


def _complaints(
    session: Session, filters: Filters, scope: Scope, chosen: Choices, *, segments: bool = True
) -> dict[str, int]:
    conditions = [within(TicketFacts.day, filters), *seen(TicketFacts, filters, scope), complaining(chosen)]
    found = defaultdict(int, {EVERYBODY: session.scalar(sa.select(sa.func.count()).where(*conditions)) or 0})
    if segments:
        counted = sa.select(sa.func.count()).select_from(TicketFacts).where(*conditions)
        for key, query in _by_keys(counted, TicketFacts.customer_id):
            found |= {key(row): row[0] for row in session.execute(query)}
    return found


def _by_segment(
    segments: Sequence[Segment],
    wrote: Mapping[int, Wrote],
    scores: Mapping[str, Score],
    complaints: Mapping[str, int],
    chosen: Choices,
) -> Table:
    everybody = Segment(EVERYBODY, EVERYBODY, "written", members=set(wrote))
    rows = [_segment(one, wrote, scores, complaints, chosen) for one in (everybody, *segments)]
    columns = (
        Column("active", drawn=False),
        Column("loyalty", Unit.SHARE),
        Column("satisfaction", Unit.SHARE),
        Column("satisfaction_low", Unit.SHARE, drawn=False),
        Column("satisfaction_high", Unit.SHARE, drawn=False),
        Column("ratings", drawn=False),
        Column("churn", Unit.SHARE, drawn=False),
        Column("complaints_counted", drawn=False),
    )
    return Table("segments", Label.NAME, columns, tuple(rows), Chart.BAR)


def _segment(
    segment: Segment,
    wrote: Mapping[int, Wrote],
    scores: Mapping[str, Score],
    complaints: Mapping[str, int],
    chosen: Choices,
) -> Row:
    mine = [wrote[one] for one in segment.members if one in wrote]
    known = [one for one in mine if one.before]
    score = scores.get(segment.key, Score(0, 0, 0))
    said: tuple[Value, ...] = (None, None, None, None)
    if score.n:
        said = (loyalty(score.share, chosen.competition), score.share, score.low, score.high)
    cells = (
        sum(one.now > 0 for one in mine),
        *said,
        score.n,
        share(sum(not one.now for one in known), len(known)),
        complaints.get(segment.key, 0),
    )
    return Row(segment.name, cells, segment.behind, segment.row_id)
