"""The tickets behind figures: as many as the figure says, no others, whatever the filter and whoever asks."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from app import db
from app.accounts.rights import Rights, rights_of
from app.reports.behind import tickets_behind
from app.reports.catalogue import REPORTS, Asked
from app.reports.filters import Filters, Scope, scope_of
from tests.app.reports.conftest import NOW, ZONE, Desk, catch_up
from tests.app.reports.recounted import ALL, AUTUMN, YEAR, figures, opened, report
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
            # How strong the competition is was chosen, not counted.
            assert [one.key for one in told.figures if not one.behind] in ([], ["competition"]), name
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
