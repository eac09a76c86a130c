"""How agents find earlier letters (P3): searches for each ticket answered, and the time to the first useful click.

searched     searches begun at a ticket of the desk, by the number of tickets answered in the period.
found        of the searches of the period, those with a useful click; its time runs from when the search was asked for.
from card    earlier letters that were opened from the client card, without any search.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.reports.filters import Condition, Filters, Scope, moments, seen, written_by_each
from app.reports.models import ReplyFacts, TicketFacts
from app.reports.reading import numbers
from app.reports.search_models import EarlierSearch
from app.reports.searching import CARD, SEARCH
from app.reports.shape import Column, Figure, Label, Row, Table, Unit, Value
from app.reports.stats import quantile, share

_COLUMNS = (
    Column("searches"),
    Column("searches_per_ticket", Unit.NUMBER),
    Column("found_share", Unit.SHARE),
    Column("found_median", Unit.SECONDS),
    Column("from_card"),
)


@dataclass
class _Sought:
    """By one agent or by all: `times` of useful clicks in milliseconds."""

    searches: int = 0
    at_tickets: int = 0
    from_card: int = 0
    times: list[int] = field(default_factory=list)

    def add(self, other: _Sought) -> None:
        self.searches += other.searches
        self.at_tickets += other.at_tickets
        self.from_card += other.from_card
        self.times = sorted(self.times + other.times)

    def seconds(self, part: float) -> Value:
        found = quantile(self.times, part)
        return None if found is None else found / 1000


def finding(
    session: Session, filters: Filters, scope: Scope, zone: str
) -> tuple[tuple[Figure, ...], tuple[Table, ...]]:
    """Figures, and a table by agent where anybody searched."""
    by_agent = _sought(session, filters, scope, zone)
    now, before = _all(by_agent), _all(_sought(session, filters.before, scope, zone))
    tickets = _answered(session, filters, scope)
    answered, answered_before = _together(tickets), _together(_answered(session, filters.before, scope))
    figures = (
        Figure(
            "searches_per_ticket", share(now.at_tickets, answered), Unit.NUMBER, n=answered,
            before=share(before.at_tickets, answered_before), behind="searched", better=-1,
        ),
        Figure(
            "found_median", now.seconds(0.5), Unit.SECONDS, n=len(now.times), before=before.seconds(0.5),
            behind="found", better=-1,
        ),
        Figure(
            "found_p90", now.seconds(0.9), Unit.SECONDS, n=len(now.times), before=before.seconds(0.9),
            behind="found", better=-1,
        ),
        Figure(
            "found_share", share(len(now.times), now.searches), Unit.SHARE, n=now.searches,
            before=share(len(before.times), before.searches), behind="found", better=1,
        ),
        Figure("from_card", now.from_card, before=before.from_card, behind="opened-from-card", better=1),
    )  # fmt: skip
    return figures, _by_agent(session, by_agent, tickets)


def sought(filters: Filters, scope: Scope, zone: str) -> list[Condition]:
    """Conditions on searches. What is asked of tickets is asked of the one at which a search was begun, so that a
    search begun elsewhere is in no mailbox, team, tag or segment."""
    begin, end = moments(filters, zone)
    found: list[Condition] = [EarlierSearch.at >= begin, EarlierSearch.at < end]
    if scope.agents is not None:
        found.append(EarlierSearch.agent_id.in_(sorted(scope.agents)))
    if filters.agent_id is not None:
        found.append(EarlierSearch.agent_id == filters.agent_id)
    narrowed = filters.narrowed_to_tickets
    if narrowed is None and scope.rights.mailboxes is None:
        return found
    tickets = sa.select(TicketFacts.ticket_id).where(
        *seen(TicketFacts, narrowed or filters.plain, Scope(scope.rights))
    )
    here: Condition = EarlierSearch.ticket_id.in_(tickets)
    found.append(here if narrowed is not None else sa.or_(EarlierSearch.ticket_id.is_(None), here))
    return found


def _sought(session: Session, filters: Filters, scope: Scope, zone: str) -> dict[int, _Sought]:
    kind, begun = EarlierSearch.kind == SEARCH, EarlierSearch.ticket_id.is_not(None)
    times = sa.case((kind, sa.cast(EarlierSearch.found_ms, sa.String)))
    query = (
        sa.select(
            EarlierSearch.agent_id,
            _number(kind),
            _number(sa.and_(kind, begun)),
            _number(EarlierSearch.kind == CARD),
            sa.func.aggregate_strings(times, ","),
        )
        .where(*sought(filters, scope, zone))
        .group_by(EarlierSearch.agent_id)
    )
    return {
        row[0]: _Sought(int(row[1]), int(row[2]), int(row[3]), sorted(numbers(row[4])))
        for row in session.execute(query)
    }


def _number(condition: Condition) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _all(by_agent: dict[int, _Sought]) -> _Sought:
    found = _Sought()
    for one in by_agent.values():
        found.add(one)
    return found


def _answered(session: Session, filters: Filters, scope: Scope) -> dict[int, set[int]]:
    """agent → tickets that they replied to in the period. To tell apart so many is quicker here than in a database."""
    query = (
        sa.select(
            ReplyFacts.agent_id, sa.func.aggregate_strings(sa.cast(ReplyFacts.ticket_id, sa.String), ",")
        )
        .where(*written_by_each(session, filters), *seen(ReplyFacts, filters, scope))
        .group_by(ReplyFacts.agent_id)
    )
    return {agent_id: set(numbers(tickets)) for agent_id, tickets in session.execute(query)}


def _together(tickets: dict[int, set[int]]) -> int:
    return len(set().union(*tickets.values()))


def _by_agent(
    session: Session, by_agent: dict[int, _Sought], answered: dict[int, set[int]]
) -> tuple[Table, ...]:
    if not by_agent:
        return ()
    names = sa.select(Agent.id, Agent.name).where(Agent.id.in_(sorted(by_agent)))
    rows = [
        Row(
            name,
            _cells(by_agent[agent_id], len(answered.get(agent_id, ()))),
            f"searched-{agent_id}",
            agent_id,
        )
        for agent_id, name in session.execute(names.order_by(Agent.name, Agent.id))
    ]
    return (Table("finding", Label.NAME, _COLUMNS, tuple(rows)),)


def _cells(one: _Sought, answered: int) -> tuple[Value, ...]:
    return (
        one.searches,
        share(one.at_tickets, answered),
        share(len(one.times), one.searches),
        one.seconds(0.5),
        one.from_card,
    )
