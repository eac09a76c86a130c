"""How far the knowledge base answers: replies made of articles, which articles, and what was written without one."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.knowledge.models import Article
from app.reports.filters import Filters, Scope, seen, within, within_each
from app.reports.models import ReplyFacts
from app.reports.reading import by_day, halves, in_buckets, ratio
from app.reports.shape import Chart, Column, Figure, Label, Report, Row, Table, Unit, buckets
from app.reports.stats import share

MOST = 50


def knowledge_use(session: Session, filters: Filters, scope: Scope) -> Report:
    conditions = [within(ReplyFacts.day, filters.both), *seen(ReplyFacts, filters, scope)]
    replies = by_day(session, ReplyFacts.day, conditions)
    made = by_day(session, ReplyFacts.day, [*conditions, ReplyFacts.article_id.is_not(None)])
    total, total_before = halves(replies, filters)
    with_one, with_one_before = halves(made, filters)
    groups = buckets(filters.first, filters.last)
    lines = list(zip(in_buckets(made, groups, filters), in_buckets(replies, groups, filters), strict=True))
    trend = Table(
        "knowledge_trend",
        groups.label,
        (
            Column("with_article_share", Unit.SHARE),
            Column("with_article", drawn=False),
            Column("replies", drawn=False),
        ),
        tuple(
            Row(start, (ratio(lines[place][0], lines[place][1]), *lines[place]))
            for place, start in enumerate(groups.starts)
        ),
        Chart.LINE,
    )
    rows = _articles(session, filters, scope)
    figures = (
        Figure(
            "with_article_share", share(with_one, total), Unit.SHARE, n=total,
            before=share(with_one_before, total_before), behind="used-article", better=1,
        ),
        Figure("with_article", with_one, before=with_one_before, behind="used-article", better=1),
        Figure("articles_used", _different(session, filters, scope)),
        Figure(
            "freely", total - with_one, n=total, before=total_before - with_one_before, behind="no-article", better=-1
        ),
    )  # fmt: skip
    table = Table("articles", Label.NAME, (Column("used"), Column("used_before")), rows, Chart.BAR)
    return Report("knowledge", figures, (trend, table))


def _articles(session: Session, filters: Filters, scope: Scope) -> tuple[Row, ...]:
    """The most used; of a reply made of several articles the first counts."""
    now = ReplyFacts.day >= filters.span[0]
    used = sa.func.sum(sa.case((now, 1), else_=0))
    query = (
        sa.select(ReplyFacts.article_id, used, sa.func.sum(sa.case((now, 0), else_=1)))
        .where(
            within_each(ReplyFacts.day, filters.both),
            ReplyFacts.article_id.is_not(None),
            *seen(ReplyFacts, filters, scope),
        )
        .group_by(ReplyFacts.article_id)
        .order_by(used.desc(), ReplyFacts.article_id)
        .limit(MOST)
    )
    found = session.execute(query).all()
    names = {
        row[0]: row[1]
        for row in session.execute(
            sa.select(Article.id, Article.title).where(Article.id.in_([row[0] for row in found]))
        )
    }
    return tuple(
        Row(names.get(article_id, f"#{article_id}"), (int(count), int(before)), behind=f"article-{article_id}",
            row_id=article_id)
        for article_id, count, before in found
    )  # fmt: skip


def _different(session: Session, filters: Filters, scope: Scope) -> int:
    query = sa.select(sa.func.count(ReplyFacts.article_id.distinct())).where(
        within(ReplyFacts.day, filters), *seen(ReplyFacts, filters, scope)
    )
    return session.scalar(query) or 0
