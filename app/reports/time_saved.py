"""How long writing takes, what articles save of it, and how long earlier letters are looked for (app.reports.finding).

Composing time is measured in the editor while it has the focus. Each agent is compared with themselves: their replies
with an article against their replies without one in the same period (app.reports.stats.gain).
"""

from __future__ import annotations

from functools import reduce

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.reports.filters import Filters, Scope, seen, written_by_each
from app.reports.finding import finding
from app.reports.models import ReplyFacts
from app.reports.shape import Chart, Column, Figure, Label, Report, Row, Table, Unit
from app.reports.stats import Gain, Sample, gain, share

Pair = tuple[Sample, Sample]
COLUMNS = (
    Column("mean_with", Unit.SECONDS),
    Column("mean_without", Unit.SECONDS),
    Column("n_with", drawn=False),
    Column("n_without", drawn=False),
    Column("saved", Unit.SECONDS, drawn=False),
    Column("saved_low", Unit.SECONDS, drawn=False),
    Column("saved_high", Unit.SECONDS, drawn=False),
)


def time_saved(session: Session, filters: Filters, scope: Scope, *, zone: str) -> Report:
    now, before = samples(session, filters, scope), samples(session, filters.before, scope)
    made, typed = _together(now.values())
    made_before, typed_before = _together(before.values())
    saved, saved_before = gain(now.values()), gain(before.values())
    every, every_before = made + typed, made_before + typed_before
    figures = (
        Figure(
            "saved", saved.seconds if saved else None, Unit.SECONDS, n=saved.replies if saved else 0,
            before=saved_before.seconds if saved_before else None, low=saved.low if saved else None,
            high=saved.high if saved else None, behind="with-article", better=1,
        ),
        Figure(
            "composing_mean", every.mean if every.n else None, Unit.SECONDS, n=every.n,
            before=every_before.mean if every_before.n else None, behind="composed", better=-1,
        ),
        Figure(
            "composing_with", made.mean if made.n else None, Unit.SECONDS, n=made.n,
            before=made_before.mean if made_before.n else None, behind="with-article", better=-1,
        ),
        Figure(
            "composing_without", typed.mean if typed.n else None, Unit.SECONDS, n=typed.n,
            before=typed_before.mean if typed_before.n else None, behind="without-article", better=-1,
        ),
        Figure("with_article_share", share(made.n, every.n), Unit.SHARE, n=every.n, behind="with-article", better=1),
    )  # fmt: skip
    table = Table("time_saved", Label.NAME, COLUMNS, _rows(session, now), Chart.BAR)
    found, tables = finding(session, filters, scope, zone)
    return Report("time-saved", figures + found, (table, *tables))


def samples(session: Session, filters: Filters, scope: Scope) -> dict[int, Pair]:
    """agent → composing times (with, without an article)."""
    composing, made = ReplyFacts.composing, ReplyFacts.article_id.is_not(None)
    # At most two hours each: no square of it is too large for a number.
    values = (composing, composing * composing)
    sums = [
        sa.func.count(ReplyFacts.article_id),
        *(sa.func.sum(sa.case((made, value), else_=0)) for value in values),
        sa.func.count(),
        *(sa.func.sum(value) for value in values),
    ]
    query = (
        sa.select(ReplyFacts.agent_id, *sums)
        .where(composing.is_not(None), *written_by_each(session, filters), *seen(ReplyFacts, filters, scope))
        .group_by(ReplyFacts.agent_id)
    )
    found = {}
    for agent_id, *row in session.execute(query):
        every = [int(number) for number in row]
        rest = [whole - part for part, whole in zip(every[:3], every[3:], strict=True)]
        found[agent_id] = (Sample(*every[:3]), Sample(*rest))
    return found


def _together(pairs: object) -> Pair:
    both = list(pairs)  # type: ignore[call-overload]
    return (
        reduce(Sample.__add__, (made for made, _typed in both), Sample()),
        reduce(Sample.__add__, (typed for _made, typed in both), Sample()),
    )


def _rows(session: Session, found: dict[int, Pair]) -> tuple[Row, ...]:
    names = session.execute(
        sa.select(Agent.id, Agent.name).where(Agent.id.in_(found)).order_by(Agent.name, Agent.id)
    )
    return tuple(
        Row(
            name,
            _cells(*found[agent_id], gain([found[agent_id]])),
            behind=f"composed-{agent_id}",
            row_id=agent_id,
        )
        for agent_id, name in names
    )


def _cells(made: Sample, typed: Sample, own: Gain | None) -> tuple[float | int | None, ...]:
    return (
        made.mean if made.n else None,
        typed.mean if typed.n else None,
        made.n,
        typed.n,
        own.seconds if own else None,
        own.low if own else None,
        own.high if own else None,
    )
