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

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.ratings.models import Face, Rating
from app.ratings.score import Score
from app.reports.choices import Choices, choices
from app.reports.filters import Condition, Filters, Scope, moments, rated, seen, within, within_each
from app.reports.models import LetterFacts, TicketFacts
from app.reports.reading import in_columns
from app.reports.rfm import Wrote, marks_of, rfm
from app.reports.segments import EVERYBODY, Segment, sums, with_members
from app.reports.shape import Chart, Column, Figure, Label, Report, Row, Table, Unit, Value
from app.reports.stats import loyalty, share
from app.tickets.models import ticket_tags

YEAR = 365
# Numbers in one statement.
AT_ONCE = 2000
NOT_KEPT = {"compiled_cache": None}


def customers(session: Session, filters: Filters, scope: Scope, *, zone: str) -> Report:
    chosen = choices(session)
    wrote = written(session, filters, scope)
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
    wrote: Wrote, lives: Sequence[int], score: Score, before: Score, chosen: Choices
) -> list[Figure]:
    """`lives`: days from the first letter ever to the last, of those who went silent."""
    known, active = (sum(map(bool, letters)) for letters in (wrote.before, wrote.now))
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
        Figure("active", active, before=known, behind="written"),
        Figure("churn", share(len(lives), known), Unit.SHARE, n=known, behind="churned", better=-1),
        Figure(
            "lifetime", sum(lives) / len(lives) if lives else None, Unit.DAYS, n=len(lives),
            behind="churned", better=1,
        ),
    ]  # fmt: skip


def written(session: Session, filters: Filters, scope: Scope) -> Wrote:
    """In this period and in the one before."""
    day, first = LetterFacts.day, filters.span[0]
    now = sa.func.sum(sa.case((day >= first, 1), else_=0))
    query = (
        sa.select(LetterFacts.customer_id, sa.func.max(day), now, sa.func.count() - now)
        .where(within_each(day, filters.both), *seen(LetterFacts, filters, scope))
        .group_by(LetterFacts.customer_id)
    )
    return Wrote(*in_columns(session, query))


def of_fifths(session: Session, filters: Filters, scope: Scope, fifths: Sequence[int]) -> list[int]:
    """Customers who wrote in the period and stand in these fifths of lateness and of frequency."""
    marks = marks_of(session, written(session, filters, scope), Choices())
    return [customer_id for customer_id, (r, f, _v) in marks.items() if (r, f) == tuple(fifths)]


def among(customer_id: Any, ids: Sequence[int]) -> Condition:
    """Numbers of ours, written out: as thousands of parameters they would cost more than the query."""
    listed: sa.ColumnElement[int] = sa.literal_column(f"({','.join(map(str, ids or [0]))})")
    condition: Condition = customer_id.op("IN", is_comparison=True)(listed)
    return condition


def _lives(session: Session, wrote: Wrote, filters: Filters, scope: Scope) -> list[int]:
    last = {one: day for one, day, now in zip(wrote.customers, wrote.last, wrote.now, strict=True) if not now}
    gone = list(last)
    found: list[int] = []
    for place in range(0, len(gone), AT_ONCE):
        some = among(LetterFacts.customer_id, gone[place : place + AT_ONCE])
        query = (
            sa.select(LetterFacts.customer_id, sa.func.min(LetterFacts.day))
            .where(some, *seen(LetterFacts, filters, scope))
            .group_by(LetterFacts.customer_id)
        )
        found += [
            last[customer_id] - began
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
    if segments:
        query = sa.select(Rating.customer_id, *faces).where(*conditions).group_by(Rating.customer_id)
        return {key: Score(*found) for key, found in sums(session, query).items()}
    row = session.execute(sa.select(*faces).where(*conditions)).one()
    return {EVERYBODY: Score(*(int(number or 0) for number in row))}


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
    found: dict[str, int] = defaultdict(int)
    if segments:
        query = sa.select(TicketFacts.customer_id, sa.func.count()).where(*conditions)
        found |= {key: own for key, (own,) in sums(session, query.group_by(TicketFacts.customer_id)).items()}
    else:
        found[EVERYBODY] = session.scalar(sa.select(sa.func.count()).where(*conditions)) or 0
    return found


def _by_segment(
    segments: Sequence[Segment],
    wrote: Wrote,
    scores: Mapping[str, Score],
    complaints: Mapping[str, int],
    chosen: Choices,
) -> Table:
    everybody = Segment(EVERYBODY, EVERYBODY, "written", members=wrote.customers)
    whether = zip(map(bool, wrote.now), map(bool, wrote.before), strict=True)
    when = dict(zip(wrote.customers, whether, strict=True))
    rows = [_segment(one, when, scores, complaints, chosen) for one in (everybody, *segments)]
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
    when: Mapping[int, tuple[bool, bool]],
    scores: Mapping[str, Score],
    complaints: Mapping[str, int],
    chosen: Choices,
) -> Row:
    """`when`: whether a customer wrote in this period, and in the one before."""
    mine = Counter(map(when.get, segment.members))
    gone, stayed = mine[False, True], mine[True, True]
    score = scores.get(segment.key, Score(0, 0, 0))
    said: tuple[Value, ...] = (None, None, None, None)
    if score.n:
        said = (loyalty(score.share, chosen.competition), score.share, score.low, score.high)
    cells = (
        stayed + mine[True, False],
        *said,
        score.n,
        share(gone, gone + stayed),
        complaints.get(segment.key, 0),
    )
    return Row(segment.name, cells, segment.behind, segment.row_id)
