"""The tickets behind figures: as many as the figure says, no others, whatever the filter and whoever asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app import db
from app.accounts.rights import Rights, rights_of
from app.errors import NotFound
from app.reports.behind import Line, tickets_behind
from app.reports.catalogue import REPORTS, Asked
from app.reports.filters import Filters, Scope, scope_of
from app.reports.stats import median
from tests.app.reports.conftest import NOW, ZONE, Desk, catch_up
from tests.app.reports.recounted import (
    ALL,
    AUTUMN,
    YEAR,
    closed,
    figures,
    letters,
    opened,
    replies,
    report,
)  # fmt: skip
from tests.app.reports.slowly import Raw, Slow


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
    """Every ticket once."""
    seen = [line.ticket_id for line in every(session, "opened", Asked(filters, scope, NOW, ZONE))]
    assert seen == sorted((raw.ticket.id for raw in expected), reverse=True)


def every(session: Session, name: str, asked: Asked) -> list[Line]:
    """Page by page."""
    page = tickets_behind(session, name, asked)
    found = page.rows
    while page.next:
        page = tickets_behind(session, name, asked, page.next)
        found += page.rows
    return found


def test_each_figure_has_as_many_tickets_behind_it(desk: Desk) -> None:
    """Of figures that count tickets: the list is as long as the number, sorted as it says."""
    catch_up()
    with db.reading() as session:
        for name in REPORTS:
            told = report(session, name, AUTUMN)
            names = [one.behind for one in told.figures]
            # How strong the competition is was chosen, not counted.
            assert [one.key for one in told.figures if not one.behind] in ([], ["competition"]), name
            for table in told.tables:
                cells = table.key == "rfm" or any(column.behind for column in table.columns)
                names += [row.behind for row in table.rows if not cells]
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
        tickets_of_each_week(session, AUTUMN)
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


def tickets_of_each_week(session: Session, filters: Filters) -> None:
    """Behind each cell of a trend stand the tickets of its days, picked by hand; and of no other days."""
    slow, seen = Slow(session, ZONE, NOW), 0
    asked = Asked(filters, ALL, NOW, ZONE)
    for name in ("volume", "speed", "backlog", "knowledge"):
        trend = next(one for one in report(session, name, filters).tables if one.key == f"{name}_trend")
        starts = [row.label for row in trend.rows]
        ends = [*(start - timedelta(days=1) for start in starts[1:]), filters.last]
        for row, start, end in zip(trend.rows, starts, ends, strict=True):
            by_hand = of_days(slow, replace(filters, first=start, last=end))
            for column, cell in zip(trend.columns, row.cells, strict=True):
                lines = every(session, f"{row.behind}-{column.behind}", asked)
                found = {line.ticket_id for line in lines}
                assert found == by_hand[column.key] and len(found) == len(lines), (column.key, start)
                assert bool(found) == bool(cell), (column.key, start)
                seen += len(found)
                if column.key in ("first_median", "solved_median"):
                    values = sorted(line.value for line in lines)
                    assert cell == median(values), (column.key, start)
                if column.key in ("opened", "closed", "open_then"):
                    assert cell == len(found), (column.key, start)
    assert seen > 100
    for made_up in (
        "within-1-2-opened",
        "within-9999999-9999999-opened",
        "within-x-2-opened",
        "within-739555-739554",
    ):
        with pytest.raises(NotFound):
            tickets_behind(session, made_up, asked)


def of_days(slow: Slow, days: Filters) -> dict[str, set[int]]:
    """column → its tickets."""
    answers, ended = replies(slow, days), closed(slow, days)
    made = {raw.ticket.id for raw, reply in answers if reply[4]}
    return {
        "letters": {raw.ticket.id for raw, _at in letters(slow, days)},
        "opened": {raw.ticket.id for raw in opened(slow, days)},
        "replies": {raw.ticket.id for raw, _reply in answers},
        "closed": {raw.ticket.id for raw in ended},
        "first_median": {
            raw.ticket.id for raw in opened(slow, days) if slow.first(raw, business=False) is not None
        },
        "waited_median": {raw.ticket.id for raw, reply in answers if reply[2]},
        "solved_median": {raw.ticket.id for raw in ended},
        "open_then": {
            raw.ticket.id
            for raw in slow.tickets
            for begin, end in raw.spans
            if slow.day(begin) <= days.last and (end is None or slow.day(end) > days.last)
        },
        "with_article": made,
        "with_article_share": made,
    }


def raw_first(session: Session, filters: Filters) -> list[int | None]:
    slow = Slow(session, ZONE, NOW)
    return [slow.first(raw, business=False) for raw in opened(slow, filters)]
