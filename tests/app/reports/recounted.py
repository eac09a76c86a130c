"""Reports against their slow recount, one function for each. What is asked of the product and of the raw rows; what a
report says of customers and of time saved stands in recounted_people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import Rights
from app.knowledge.models import Article
from app.reports.catalogue import REPORTS, Asked
from app.reports.filters import Filters, Scope
from app.reports.shape import Report, Table, buckets
from tests.app.reports import slowly
from tests.app.reports.conftest import NOW, ZONE
from tests.app.reports.slowly import Raw, Slow, quantile

ALL = Scope(Rights(1, "admin", None))
# Spring's change of the clock, autumn's, and all of it.
SPRING = Filters(date(2026, 3, 10), date(2026, 4, 20))
AUTUMN = Filters(date(2026, 10, 1), date(2026, 11, 5))
YEAR = Filters(date(2025, 12, 1), date(2026, 11, 5))


def report(session: Session, name: str, filters: Filters, scope: Scope = ALL, zone: str = ZONE) -> Report:
    return REPORTS[name](session, Asked(filters, scope, NOW, zone))


def figures(told: Report) -> dict[str, object]:
    return {one.key: one.value for one in told.figures}


def befores(told: Report) -> dict[str, object]:
    return {one.key: one.before for one in told.figures}


def rows(told: Report, key: str) -> dict[object, tuple[object, ...]]:
    table: Table = next(one for one in told.tables if one.key == key)
    return {row.label: row.cells for row in table.rows}


def opened(slow: Slow, filters: Filters) -> list[Raw]:
    return [raw for raw in slow.tickets if slow.in_period(raw.ticket.opened_at, filters.first, filters.last)]


def closed(slow: Slow, filters: Filters) -> list[Raw]:
    return [raw for raw in slow.tickets if slow.in_period(slow.closed_at(raw), filters.first, filters.last)]


def replies(slow: Slow, filters: Filters) -> list[tuple[Raw, tuple]]:
    return [
        (raw, reply)
        for raw in slow.tickets
        for reply in raw.replies
        if slow.in_period(reply[0], filters.first, filters.last)
    ]


def letters(slow: Slow, filters: Filters) -> list[tuple[Raw, object]]:
    return [
        (raw, at)
        for raw in slow.tickets
        for at in raw.letters
        if slow.in_period(at, filters.first, filters.last)
    ]


def volume(session: Session, slow: Slow, filters: Filters) -> None:
    told = report(session, "volume", filters, zone=slow.zone.key)
    now, before = (
        {
            "letters": len(letters(slow, one)), "opened": len(opened(slow, one)), "replies": len(replies(slow, one)),
            "closed": len(closed(slow, one)),
        }
        for one in (filters, filters.before)
    )  # fmt: skip
    assert figures(told) == now and befores(told) == before
    local = [at.astimezone(slow.zone) for _raw, at in letters(slow, filters)]
    heat = slowly.spread(local, lambda at: (at.weekday(), at.hour))
    shown = rows(told, "volume_hours")
    assert {
        (day, hour): shown[day][hour] for day in range(7) for hour in range(24) if shown[day][hour]
    } == heat
    groups = buckets(filters.first, filters.last)
    trend = rows(told, "volume_trend")
    assert tuple(sum(column) for column in zip(*trend.values(), strict=True)) == tuple(now.values())
    for place, start in enumerate(groups.starts):
        end = groups.starts[place + 1] - timedelta(days=1) if place + 1 < len(groups.starts) else filters.last
        part = replace(filters, first=start, last=end)
        assert trend[start] == (
            len(letters(slow, part)), len(opened(slow, part)), len(replies(slow, part)), len(closed(slow, part))
        )  # fmt: skip


def speed(session: Session, slow: Slow, filters: Filters, *, business: bool) -> None:
    told = report(session, "speed", replace(filters, business=business), zone=slow.zone.key)

    def times(one: Filters) -> dict[str, list[int]]:
        found = {
            "first": [slow.first(raw, business=business) for raw in opened(slow, one)],
            "full": [slow.full(raw, business=business) for raw in opened(slow, one)],
            "solved": [slow.solved(raw, business=business) for raw in closed(slow, one)],
            "waited": [
                None if since is None else slow.seconds(raw, since, at, business=business)
                for raw, (at, _who, since, _writing, _article) in replies(slow, one)
            ],
        }
        return {key: [value for value in values if value is not None] for key, values in found.items()}

    now, before = times(filters), times(filters.before)
    for one in told.figures:
        key, _line, which = one.key.partition("_")
        share = 0.5 if which == "median" else 0.9
        assert (one.value, one.n) == (quantile(now[key], share), len(now[key])), (one.key, business)
        assert one.before == quantile(before[key], share), one.key
    counts = [cells[0] for cells in rows(told, "speed_spread").values()]
    limits = [0, 900, 3600, 4 * 3600, 8 * 3600, 86400, 3 * 86400, 10**12]
    assert counts == [
        sum(low < value <= high or (low == 0 == value) for value in now["first"])
        for low, high in zip(limits, limits[1:], strict=False)
    ]


def backlog(session: Session, slow: Slow, filters: Filters) -> None:
    told = report(session, "backlog", filters, zone=slow.zone.key)
    standing = [raw for raw in slow.tickets if slow.closed_at(raw) is None]
    today = slow.day(NOW)
    ages = [(today - slow.day(raw.ticket.opened_at)).days for raw in standing]
    assert figures(told) == {
        "open_now": len(standing),
        "waiting_now": sum(raw.ticket.waiting_since is not None for raw in standing),
        "age_median": quantile(ages, 0.5),
        "age_p90": quantile(ages, 0.9),
    }

    def open_after(day: date) -> int:
        """At the end of that day by the wall clock."""
        return sum(
            any(slow.day(begin) <= day and (end is None or slow.day(end) > day) for begin, end in raw.spans)
            for raw in slow.tickets
        )

    groups = buckets(filters.first, filters.last)
    ends = [*(start - timedelta(days=1) for start in groups.starts[1:]), filters.last]
    assert [cells[0] for cells in rows(told, "backlog_trend").values()] == [open_after(day) for day in ends]
    assert befores(told)["open_now"] == open_after(filters.first - timedelta(days=1))
    limits = [0, 1, 3, 7, 30, 10**6]
    assert [cells[0] for cells in rows(told, "backlog_age").values()] == [
        sum(low <= age < high for age in ages) for low, high in zip(limits, limits[1:], strict=False)
    ]


def workload(session: Session, slow: Slow, filters: Filters) -> None:
    told = report(session, "workload", filters, zone=slow.zone.key)
    names = {row[0]: row[1] for row in session.execute(sa.select(Agent.id, Agent.name))}
    wrote = replies(slow, filters)
    earlier = slowly.spread(replies(slow, filters.before), lambda one: names[one[1][1]])
    for label, cells in rows(told, "workload").items():
        mine = [(raw, reply) for raw, reply in wrote if names[reply[1]] == label]
        waited = [int((reply[0] - reply[2]).total_seconds()) for _raw, reply in mine if reply[2]]
        own = [raw for raw in slow.tickets if names.get(raw.ticket.assignee_id or 0) == label]
        writing = [reply[3] for _raw, reply in mine if reply[3] is not None]
        assert cells == (
            len(mine),
            earlier.get(label, 0),
            sum(slow.in_period(slow.closed_at(raw), filters.first, filters.last) for raw in own),
            sum(slow.closed_at(raw) is None for raw in own),
            quantile(waited, 0.5),
            sum(writing) if writing else None,
        ), label
    by_agent = slowly.spread(wrote, lambda one: one[1][1])
    standing = [raw for raw in slow.tickets if slow.closed_at(raw) is None]
    assert figures(told) == {
        "replies": len(wrote),
        "agents_writing": len(by_agent),
        "busiest_share": max(by_agent.values()) / len(wrote),
        "unassigned": sum(raw.ticket.assignee_id is None for raw in standing),
    }


def reasons(session: Session, slow: Slow, filters: Filters) -> None:
    told = report(session, "reasons", filters, zone=slow.zone.key)
    now, before = opened(slow, filters), opened(slow, filters.before)

    def back(found: list[Raw]) -> float | None:
        return sum(len(raw.spans) > 1 for raw in found) / len(found) if found else None

    assert figures(told) == {
        "opened": len(now), "untagged": sum(not raw.tags for raw in now), "reopened_share": back(now),
    }  # fmt: skip
    assert befores(told)["reopened_share"] == back(before)
    for tag, cells in rows(told, "reasons").items():
        with_tag = [raw for raw in now if tag in raw.tags]
        assert cells == (
            len(with_tag),
            sum(tag in raw.tags for raw in before),
            len(with_tag) / len(now),
            back(with_tag),
        )


def funnel(session: Session, slow: Slow, filters: Filters) -> None:
    told = report(session, "funnel", filters, zone=slow.zone.key)
    rated, happy = (
        {one.ticket_id for one in slow.ratings},
        {one.ticket_id for one in slow.ratings if one.face == "good"},
    )

    def stages(found: list[Raw]) -> list[int]:
        answered = [raw for raw in found if raw.replies]
        ended = [raw for raw in answered if slow.closed_at(raw)]
        return [
            len(found),
            len(answered),
            len(ended),
            sum(len(raw.spans) == 1 for raw in ended),
            sum(raw.ticket.id in rated for raw in answered),
            sum(raw.ticket.id in happy for raw in answered),
        ]

    shown = list(rows(told, "funnel").values())
    assert [cells[0] for cells in shown] == stages(opened(slow, filters))
    assert [cells[2] for cells in shown] == stages(opened(slow, filters.before))


def knowledge(session: Session, slow: Slow, filters: Filters) -> None:
    told = report(session, "knowledge", filters, zone=slow.zone.key)
    titles = {row[0]: row[1] for row in session.execute(sa.select(Article.id, Article.title))}
    now, before = replies(slow, filters), replies(slow, filters.before)
    made = [reply[4] for _raw, reply in now if reply[4]]
    assert figures(told) == {
        "with_article_share": len(made) / len(now),
        "with_article": len(made),
        "articles_used": len(set(made)),
        "freely": len(now) - len(made),
    }
    for title, cells in rows(told, "articles").items():
        assert cells == (
            sum(titles[one] == title for one in made),
            sum(titles.get(reply[4]) == title for _raw, reply in before),
        )
