"""What becomes of tickets: of those opened in the period, how many were answered, closed, stayed closed, were rated."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.ratings.models import Face, Rating
from app.reports.filters import Filters, Scope, seen, within
from app.reports.models import TicketFacts
from app.reports.shape import Chart, Column, Figure, Label, Report, Row, Table, Unit
from app.reports.stats import share

STAGES = ("opened", "replied", "ended", "stayed", "rated", "happy")


def funnel(session: Session, filters: Filters, scope: Scope) -> Report:
    now, before = _stages(session, filters, scope), _stages(session, filters.before, scope)
    rows = tuple(
        Row(
            stage,
            (
                now[stage],
                share(now[stage], now["opened"]),
                before[stage],
                share(before[stage], before["opened"]),
            ),
            behind=stage,
        )
        for stage in STAGES
    )
    columns = (
        Column("tickets"),
        Column("share", Unit.SHARE, drawn=False),
        Column("tickets_before"),
        Column("share_before", Unit.SHARE, drawn=False),
    )
    figures = tuple(
        Figure(
            f"funnel_{stage}", share(now[stage], now["opened"]), Unit.SHARE, n=now["opened"],
            before=share(before[stage], before["opened"]), behind=stage, better=1,
        )
        for stage in ("replied", "ended", "stayed", "rated")
    )  # fmt: skip
    return Report("funnel", figures, (Table("funnel", Label.WORD, columns, rows, Chart.BAR),))


def stage_of(stage: str) -> list[sa.ColumnElement[bool]]:
    """What a ticket has come through at this stage; each stage has those of the ones before. Ratings may be of tickets
    at any stage: the last two ask only for a reply."""
    replied, ended = TicketFacts.replies > 0, TicketFacts.closed_day.is_not(None)
    rated = TicketFacts.ticket_id.in_(sa.select(Rating.ticket_id).where(Rating.ticket_id.is_not(None)))
    happy = TicketFacts.ticket_id.in_(
        sa.select(Rating.ticket_id).where(Rating.ticket_id.is_not(None), Rating.face == Face.GOOD)
    )
    return {
        "opened": [],
        "replied": [replied],
        "ended": [replied, ended],
        "stayed": [replied, ended, TicketFacts.reopened == 0],
        "rated": [replied, rated],
        "happy": [replied, happy],
    }[stage]


def _stages(session: Session, filters: Filters, scope: Scope) -> dict[str, int]:
    conditions = [within(TicketFacts.day, filters), *seen(TicketFacts, filters, scope)]
    replied, ended = TicketFacts.replies > 0, TicketFacts.closed_day.is_not(None)
    kinds = {
        "opened": sa.true(),
        "replied": replied,
        "ended": sa.and_(replied, ended),
        "stayed": sa.and_(replied, ended, TicketFacts.reopened == 0),
    }
    sums = [sa.func.sum(sa.case((which, 1), else_=0)) for which in kinds.values()]
    row = session.execute(sa.select(*sums).where(*conditions)).one()
    found = {key: int(number or 0) for key, number in zip(kinds, row, strict=True)}
    good = sa.func.max(sa.case((Rating.face == Face.GOOD, 1), else_=0)).label("good")
    rated = (
        sa.select(TicketFacts.ticket_id, good)
        .join(Rating, Rating.ticket_id == TicketFacts.ticket_id)
        .where(replied, *conditions)
        .group_by(TicketFacts.ticket_id)
        .subquery()
    )
    number, happy = session.execute(
        sa.select(sa.func.count(), sa.func.sum(rated.c.good)).select_from(rated)
    ).one()
    return found | {"rated": int(number), "happy": int(happy or 0)}
