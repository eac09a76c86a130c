"""Why customers write: tags, how often, against the period before, and how often such tickets came back."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.reports.filters import Filters, Scope, seen, within
from app.reports.models import TicketFacts
from app.reports.reading import by_day, halves
from app.reports.shape import Chart, Column, Figure, Label, Report, Row, Table, Unit
from app.reports.stats import share
from app.tags.models import Tag
from app.tickets.models import ticket_tags

COLUMNS = (
    Column("opened"),
    Column("opened_before"),
    Column("share", Unit.SHARE, drawn=False),
    Column("reopened_share", Unit.SHARE, drawn=False),
)
MOST = 50


def reasons(session: Session, filters: Filters, scope: Scope) -> Report:
    both = [within(TicketFacts.day, filters.both), *seen(TicketFacts, filters, scope)]
    opened, opened_before = halves(by_day(session, TicketFacts.day, both), filters)
    came_back, came_back_before = halves(
        by_day(session, TicketFacts.day, [*both, TicketFacts.reopened > 0]), filters
    )
    bare, bare_before = halves(by_day(session, TicketFacts.day, [*both, untagged()]), filters)
    figures = (
        Figure("opened", opened, before=opened_before, behind="opened"),
        Figure("untagged", bare, n=opened, before=bare_before, behind="untagged", better=-1),
        Figure(
            "reopened_share", share(came_back, opened), Unit.SHARE, n=opened,
            before=share(came_back_before, opened_before), behind="reopened", better=-1,
        ),
    )  # fmt: skip
    table = Table("reasons", Label.NAME, COLUMNS, _rows(session, filters, scope, opened), Chart.BAR)
    return Report("reasons", figures, (table,))


def _rows(session: Session, filters: Filters, scope: Scope, opened: int) -> tuple[Row, ...]:
    """The most frequent tags; a ticket with two tags counts for both."""
    first, _last = filters.span
    now = TicketFacts.day >= first
    number = sa.func.sum(sa.case((now, 1), else_=0))
    query = (
        sa.select(
            ticket_tags.c.tag_id,
            number,
            sa.func.sum(sa.case((now, 0), else_=1)),
            sa.func.sum(sa.case((sa.and_(now, TicketFacts.reopened > 0), 1), else_=0)),
        )
        .join(TicketFacts, TicketFacts.ticket_id == ticket_tags.c.ticket_id)
        .where(within(TicketFacts.day, filters.both), *seen(TicketFacts, filters, scope))
        .group_by(ticket_tags.c.tag_id)
        .order_by(number.desc(), ticket_tags.c.tag_id)
        .limit(MOST)
    )
    found = session.execute(query).all()
    names = {
        row[0]: row[1]
        for row in session.execute(sa.select(Tag.id, Tag.name).where(Tag.id.in_([row[0] for row in found])))
    }
    return tuple(
        Row(
            names[tag_id],
            (int(count), int(before), share(count, opened), share(came_back, count)),
            behind=f"tag-{tag_id}",
            row_id=tag_id,
        )
        for tag_id, count, before, came_back in found
    )


def untagged() -> sa.ColumnElement[bool]:
    return TicketFacts.ticket_id.not_in(sa.select(ticket_tags.c.ticket_id))
