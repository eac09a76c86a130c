"""Every figure of every report against an independent slow reckoning from raw rows, on both databases.

The desk has a year in it with both changes of the clock, two mailboxes of which one keeps business hours, two teams,
tags, segments and ratings; the periods are chosen so that one of them holds each change.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.accounts.models import Agent
from app.accounts.rights import Rights, rights_of
from app.knowledge.models import Article
from app.reports import choices
from app.reports.behind import tickets_behind
from app.reports.catalogue import REPORTS, Asked
from app.reports.filters import Filters, Scope, scope_of
from app.reports.shape import Report, Table, buckets
from app.tags.models import Tag
from tests.app.reports import slowly
from tests.app.reports.conftest import NOW, ZONE, Desk, catch_up
from tests.app.reports.slowly import Raw, Slow, quantile

ALL = Scope(Rights(1, "admin", None))
# Spring's change of the clock, autumn's, and all of it.
SPRING = Filters(date(2026, 3, 10), date(2026, 4, 20))
AUTUMN = Filters(date(2026, 10, 1), date(2026, 11, 5))
YEAR = Filters(date(2025, 12, 1), date(2026, 11, 5))


def report(session: Session, name: str, filters: Filters, scope: Scope = ALL) -> Report:
    return REPORTS[name](session, Asked(filters, scope, NOW, ZONE))


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


def test_every_figure_from_raw_rows(desk: Desk) -> None:
    catch_up()
    with db.transaction() as session:
        choices.choose(session, "40 %", desk.tags[1], None)
    with db.reading() as session:
        slow = Slow(session, ZONE, NOW)
        assert len(slow.tickets) > 150
        for filters in (SPRING, AUTUMN, YEAR):
            volume(session, slow, filters)
            funnel(session, slow, filters)
            knowledge(session, slow, filters)
            saved(session, slow, filters)
            loyalty(session, slow, filters, desk)
            reasons(session, slow, filters)
            workload(session, slow, filters)
            backlog(session, slow, filters)
        # Minute by minute is slow: one period for business hours.
        speed(session, slow, SPRING, business=True)
        for filters in (SPRING, AUTUMN, YEAR):
            speed(session, slow, filters, business=False)


def volume(session: Session, slow: Slow, filters: Filters) -> None:
    told = report(session, "volume", filters)
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
    told = report(session, "speed", replace(filters, business=business))

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
    told = report(session, "backlog", filters)
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
    told = report(session, "workload", filters)
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
    told = report(session, "reasons", filters)
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
    told = report(session, "funnel", filters)
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
    told = report(session, "knowledge", filters)
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


def saved(session: Session, slow: Slow, filters: Filters) -> None:
    told = report(session, "time-saved", filters)
    samples: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for _raw, (_at, who, _since, writing, article) in replies(slow, filters):
        if writing is not None:
            samples[who][0 if article else 1].append(writing)
    made = [value for one in samples.values() for value in one[0]]
    typed = [value for one in samples.values() for value in one[1]]
    shown = figures(told)
    for key, values in (
        ("composing_mean", made + typed),
        ("composing_with", made),
        ("composing_without", typed),
    ):
        assert shown[key] == pytest.approx(sum(values) / len(values) if values else None), key
    expected, figure = slowly.welch(list(samples.values())), told.figures[0]
    if expected is None:
        assert figure.value is None
    else:
        assert (figure.value, figure.low, figure.high) == pytest.approx(expected, rel=2e-3)
        assert figure.n == sum(len(a) for a, b in samples.values() if len(a) >= 5 and len(b) >= 5)


def loyalty(session: Session, slow: Slow, filters: Filters, desk: Desk) -> None:
    told = report(session, "customers", filters)
    given = [one for one in slow.ratings if slow.in_period(one.counted_at, filters.first, filters.last)]
    good, n = sum(one.face == "good" for one in given), len(given)
    low, high = slowly.wilson(good, n)
    by_key = {one.key: one for one in told.figures}
    content = by_key["satisfaction"]
    assert (content.value, content.low, content.high, content.n) == pytest.approx((good / n, low, high, n))
    index = by_key["loyalty"]
    assert (index.value, index.low, index.high) == pytest.approx(
        tuple(1 - 0.4 * (1 - one) for one in (good / n, low, high))
    )
    now = {raw.ticket.customer_id for raw, _at in letters(slow, filters)}
    before = {raw.ticket.customer_id for raw, _at in letters(slow, filters.before)}
    gone = before - now
    assert by_key["active"].value == len(now)
    assert by_key["churn"].value == pytest.approx(len(gone) / len(before) if before else None)
    lives = []
    for one in gone:
        days = [slow.day(at) for raw in slow.tickets if raw.ticket.customer_id == one for at in raw.letters]
        days = [day for day in days if day <= filters.last]
        lives.append((max(days) - min(days)).days)
    assert by_key["lifetime"].value == pytest.approx(sum(lives) / len(lives) if lives else None)
    unhappy = {one.ticket_id for one in slow.ratings if one.face == "bad"}
    refund = session.get_one(Tag, desk.tags[1]).name
    complaints = [raw for raw in opened(slow, filters) if raw.ticket.id in unhappy or refund in raw.tags]
    assert by_key["complaints"].value == pytest.approx(len(complaints) * 365 / filters.days)
    wrote: dict[int, list[date]] = defaultdict(list)
    for raw, at in letters(slow, filters):
        wrote[raw.ticket.customer_id].append(slow.day(at))
    people = sorted(wrote)
    late = slowly.fifths([max(wrote[one]).toordinal() for one in people])
    often = slowly.fifths([len(wrote[one]) for one in people])
    grid = slowly.spread(list(zip(late, often, strict=True)), lambda pair: pair)
    shown = rows(told, "rfm")
    assert {
        (r, f): shown[f"late-{r}"][f - 1]
        for r in range(1, 6)
        for f in range(1, 6)
        if shown[f"late-{r}"][f - 1]
    } == grid
    vips = {raw.ticket.customer_id for raw in slow.tickets if "vip" in raw.card_tags}
    theirs = [one for one in given if one.customer_id in vips]
    cells = rows(told, "segments")["vip"]
    assert (cells[0], cells[5], cells[7]) == (
        len(now & vips), len(theirs), sum(raw.ticket.customer_id in vips for raw in complaints)
    )  # fmt: skip
    if theirs:
        assert cells[2] == pytest.approx(sum(one.face == "good" for one in theirs) / len(theirs))


def test_filters_and_rights_leave_out_the_rest(desk: Desk) -> None:
    """The volume of every filter and every role against the same tickets picked by hand; and the lists behind it."""
    catch_up()
    with db.reading() as session:
        slow = Slow(session, ZONE, NOW)
        team = {desk.agents[1], desk.agents[2]}

        def of(raw: Raw) -> tuple[int, int | None, int | None]:
            return raw.ticket.mailbox_id, raw.ticket.team_id, raw.ticket.assignee_id

        everybody = {
            "mailbox_id": (desk.mailboxes[0], lambda raw: of(raw)[0] == desk.mailboxes[0]),
            "team_id": (desk.teams[1], lambda raw: of(raw)[1] == desk.teams[1]),
            "agent_id": (desk.agents[2], lambda raw: of(raw)[2] == desk.agents[2]),
            "tag_id": (desk.tags[0], lambda raw: "delivery" in raw.tags),
            "segment": (f"tag-{desk.tags[2]}", lambda raw: "vip" in raw.card_tags),
        }
        for name, (value, keeps) in everybody.items():
            expected = [raw for raw in opened(slow, YEAR) if keeps(raw)]
            filters = replace(YEAR, **{name: value})
            assert figures(report(session, "volume", filters))["opened"] == len(expected), name
            assert 0 < len(expected) < len(opened(slow, YEAR)), name
            behind(session, filters, ALL, expected)
        scopes = {
            desk.agents[0]: lambda _raw: True,
            desk.agents[1]: lambda raw: of(raw)[1] == desk.teams[0] or of(raw)[2] in team,
            desk.agents[2]: lambda raw: of(raw)[2] == desk.agents[2],
        }
        for agent_id, keeps in scopes.items():
            scope = scope_of(session, rights_of(session, agent_id))
            expected = [raw for raw in opened(slow, YEAR) if keeps(raw)]
            assert figures(report(session, "volume", YEAR, scope))["opened"] == len(expected), agent_id
            behind(session, YEAR, scope, expected)
        box = Scope(Rights(9, "admin", frozenset({desk.mailboxes[1]})))
        expected = [raw for raw in opened(slow, YEAR) if of(raw)[0] == desk.mailboxes[1]]
        behind(session, YEAR, box, expected)
        for name in REPORTS:
            assert (
                report(session, name, YEAR, Scope(Rights(9, "agent", frozenset()), frozenset({9}))).name
                == name
            )


def behind(session: Session, filters: Filters, scope: Scope, expected: list[Raw]) -> None:
    """Page by page, every ticket once."""
    seen, mark = [], ""
    while True:
        page = tickets_behind(session, "opened", Asked(filters, scope, NOW, ZONE), mark)
        seen += [line.ticket_id for line in page.rows]
        mark = page.next
        if not mark:
            break
    assert seen == sorted((raw.ticket.id for raw in expected), reverse=True)


def test_each_figure_has_as_many_tickets_behind_it(desk: Desk) -> None:
    """Of figures that count tickets: the list is as long as the number, sorted as it says."""
    catch_up()
    with db.reading() as session:
        for name in REPORTS:
            told = report(session, name, AUTUMN)
            names = [one.behind for one in told.figures]
            for table in told.tables:
                names += [row.behind for row in table.rows if table.key != "rfm"]
            for one in filter(None, names):
                tickets_behind(session, one, Asked(AUTUMN, ALL, NOW, ZONE))
            for key, cell in (
                ("funnel", 0),
                ("backlog_age", 0),
                ("reasons", 0),
                ("speed_spread", 0),
            ):
                for table in (one for one in told.tables if one.key == key):
                    for row in table.rows:
                        lines = tickets_behind(session, row.behind, Asked(AUTUMN, ALL, NOW, ZONE)).rows
                        assert len(lines) == min(50, row.cells[cell]), (key, row.label)
        customers_of_each_fifth(session)
        slowest = tickets_behind(session, "slow-first", Asked(YEAR, ALL, NOW, ZONE)).rows
        values = [line.value for line in slowest]
        assert values == sorted(values, reverse=True) and values[0] == max(
            one for one in (raw_first(session, YEAR)) if one is not None
        )


def customers_of_each_fifth(session: Session) -> None:
    """Behind a cell of the heat map stand as many customers as it says, and nobody stands behind two of them."""
    told, met = report(session, "customers", AUTUMN), set()
    for row in next(one for one in told.tables if one.key == "rfm").rows:
        for place, number in enumerate(row.cells):
            lines = tickets_behind(session, f"{row.behind}-{place}", Asked(AUTUMN, ALL, NOW, ZONE))
            people = {line.customer for line in lines.rows}
            assert len(people) == number and not people & met and not lines.next, (row.label, place)
            met |= people
    assert len(met) == figures(told)["active"]


def raw_first(session: Session, filters: Filters) -> list[int | None]:
    slow = Slow(session, ZONE, NOW)
    return [slow.first(raw, business=False) for raw in opened(slow, filters)]
