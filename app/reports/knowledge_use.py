"""How far the knowledge base answers: replies made of articles, which articles, and what was written without one."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.knowledge.models import Article
from app.knowledge.who_sees import visible
from app.reports.filters import Filters, Scope, seen, within, within_each
from app.reports.models import ReplyFacts
from app.reports.parts import span
from app.reports.reading import halves, in_buckets, ratio
from app.reports.shape import Chart, Column, Figure, Label, Report, Row, Table, Unit, buckets
from app.reports.stats import share

MOST = 50


def knowledge_use(session: Session, filters: Filters, scope: Scope) -> Report:
    conditions = [within(ReplyFacts.day, filters.both), *seen(ReplyFacts, filters, scope)]
    counts = sa.select(ReplyFacts.day, sa.func.count(), sa.func.count(ReplyFacts.article_id))
    days = session.execute(counts.where(*conditions).group_by(ReplyFacts.day)).all()
    replies, made = {row[0]: row[1] for row in days}, {row[0]: row[2] for row in days}
    total, total_before = halves(replies, filters)
    with_one, with_one_before = halves(made, filters)
    groups = buckets(filters.first, filters.last)
    lines = list(zip(in_buckets(made, groups, filters), in_buckets(replies, groups, filters), strict=True))
    trend = Table(
        "knowledge_trend",
        groups.label,
        (
            Column("with_article_share", Unit.SHARE, behind="used-article"),
            Column("with_article", drawn=False, behind="used-article"),
            Column("replies", drawn=False, behind="answered"),
        ),
        tuple(
            Row(start, (ratio(lines[place][0], lines[place][1]), *lines[place]), span(groups, place))
            for place, start in enumerate(groups.starts)
        ),
        Chart.LINE,
    )
    used = _used(session, filters, scope)
    figures = (
        Figure(
            "with_article_share", share(with_one, total), Unit.SHARE, n=total,
            before=share(with_one_before, total_before), behind="used-article", better=1,
        ),
        Figure("with_article", with_one, before=with_one_before, behind="used-article", better=1),
        Figure("articles_used", sum(number > 0 for _id, number, _before in used), behind="used-article"),
        Figure(
            "freely", total - with_one, n=total, before=total_before - with_one_before, behind="no-article", better=-1
        ),
    )  # fmt: skip
    table = Table(
        "articles",
        Label.NAME,
        (Column("used"), Column("used_before")),
        _rows(session, used[:MOST]),
        Chart.BAR,
    )
    return Report("knowledge", figures, (trend, table))


def _used(session: Session, filters: Filters, scope: Scope) -> list[tuple[int, int, int]]:
    """(article, replies of this period, of the one before), the most used first. Of a reply made of several articles
    the first counts. Articles that the asker may not see are not among them."""
    now = ReplyFacts.day >= filters.span[0]
    query = (
        sa.select(ReplyFacts.article_id, sa.func.sum(sa.case((now, 1), else_=0)), sa.func.count())
        .where(
            within_each(ReplyFacts.day, filters.both),
            ReplyFacts.article_id.is_not(None),
            *seen(ReplyFacts, filters, scope),
        )
        .group_by(ReplyFacts.article_id)
    )
    found = [(row[0], int(row[1]), row[2] - int(row[1])) for row in session.execute(query)]
    hidden = set(session.scalars(sa.select(Article.id).where(sa.not_(visible(scope.rights)))))
    found = [one for one in found if one[0] not in hidden]
    return sorted(found, key=lambda one: (-one[1], one[0]))


def _rows(session: Session, used: list[tuple[int, int, int]]) -> tuple[Row, ...]:
    titles = sa.select(Article.id, Article.title).where(Article.id.in_([one[0] for one in used]))
    names = {row[0]: row[1] for row in session.execute(titles)}
    return tuple(
        Row(names.get(article_id, f"#{article_id}"), (number, before), f"article-{article_id}", article_id)
        for article_id, number, before in used
    )
