"""What a report is asked for, and how that becomes conditions of a query: the period, what tickets, and whose.

Whose: an agent sees their own tickets and replies, a lead those of their teams, admins and auditors all
(app.accounts.leading); each of them only in mailboxes they may see.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.leading import led_by
from app.accounts.models import Agent
from app.accounts.rights import Rights
from app.customers.models import customer_tags
from app.ratings.models import Rating
from app.reports.models import LetterFacts, ReplyFacts, TicketFacts, TicketStep
from app.tickets.models import ticket_tags
from app.tickets.order_models import CardValue

Facts = type[TicketFacts] | type[LetterFacts] | type[ReplyFacts] | type[TicketStep]
Condition = sa.ColumnElement[bool]
LONGEST_DAYS = 3 * 366
MONTHS = 100
# How a segment is written in an address: cards with this tag, or with this value of a field of ours.
TAGGED, WITH_VALUE = "tag-", "field-"


@dataclass(frozen=True)
class Filters:
    """`first` and `last` are local days, both included. `business`: times by business hours."""

    first: date
    last: date
    mailbox_id: int | None = None
    team_id: int | None = None
    agent_id: int | None = None
    tag_id: int | None = None
    segment: str = ""
    business: bool = False

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> Filters:
        """The period of the same length that ends where this one begins."""
        return replace(
            self, first=self.first - timedelta(days=self.days), last=self.first - timedelta(days=1)
        )

    @property
    def both(self) -> Filters:
        """This period and the one before, as one."""
        return replace(self, first=self.before.first)

    @property
    def span(self) -> tuple[int, int]:
        return self.first.toordinal(), self.last.toordinal()

    @property
    def plain(self) -> Filters:
        """The period alone."""
        return Filters(self.first, self.last, business=self.business)

    @property
    def narrowed_to_tickets(self) -> Filters | None:
        """Without the agent; None where nothing is asked of tickets."""
        tickets = replace(self, agent_id=None)
        return None if tickets == self.plain else tickets

    def has(self, day: int) -> bool:
        """Whether a day, as an ordinal, is in this period and not in the one before."""
        return day >= self.first.toordinal()


@dataclass(frozen=True)
class Scope:
    """Whose figures somebody sees. `agents`: None is everybody."""

    rights: Rights
    agents: frozenset[int] | None = None
    teams: frozenset[int] = frozenset()


def scope_of(session: Session, rights: Rights) -> Scope:
    led = led_by(session, rights)
    return Scope(rights) if led is None else Scope(rights, led.agents, led.teams)


def within(column: Any, filters: Filters) -> Condition:
    """The column, a day, lies in the period."""
    condition: Condition = column.between(*filters.span)
    return condition


def within_each(column: Any, filters: Filters) -> Condition:
    """The same for what is counted by customer or by article: over a long period the rows are read in that order, and
    need no sorting. A sum is no column, so the databases leave the order by day aside."""
    return within(column, filters) if filters.days <= MONTHS else within(column + 0, filters)


def written_by_each(session: Session, filters: Filters) -> list[Condition]:
    """Replies of the period that are counted by agent: looked for agent by agent in an index that begins so. Nothing is
    sorted, and nothing of other periods is read."""
    agents = session.scalars(sa.select(Agent.id).order_by(Agent.id)).all()
    return [within(ReplyFacts.day, filters), ReplyFacts.agent_id.in_(agents)]


def seen(table: Facts, filters: Filters, scope: Scope) -> list[Condition]:
    """Every condition on rows of this table but the period."""
    found = [scope.rights.within(table.mailbox_id), *_whose(table, scope)]
    if filters.mailbox_id is not None:
        found.append(table.mailbox_id == filters.mailbox_id)
    if filters.team_id is not None:
        found.append(table.team_id == filters.team_id)
    if filters.agent_id is not None:
        found.append(_doer(table) == filters.agent_id)
    if filters.tag_id is not None:
        found.append(table.ticket_id.in_(tagged(filters.tag_id)))
    if filters.segment:
        found.append(table.customer_id.in_(in_segment(filters.segment)))
    return found


def rated(filters: Filters, scope: Scope) -> list[Condition]:
    """The same of ratings. An anonymous one has no ticket, so it is in no team, tag or segment."""
    found = [scope.rights.within(Rating.mailbox_id)]
    if scope.agents is not None:
        found.append(Rating.agent_id.in_(sorted(scope.agents)))
    if filters.mailbox_id is not None:
        found.append(Rating.mailbox_id == filters.mailbox_id)
    if filters.agent_id is not None:
        found.append(Rating.agent_id == filters.agent_id)
    if filters.team_id is not None:
        found.append(
            Rating.ticket_id.in_(
                sa.select(TicketFacts.ticket_id).where(TicketFacts.team_id == filters.team_id)
            )
        )
    if filters.tag_id is not None:
        found.append(Rating.ticket_id.in_(tagged(filters.tag_id)))
    if filters.segment:
        found.append(Rating.customer_id.in_(in_segment(filters.segment)))
    return found


def moments(filters: Filters, zone: str) -> tuple[datetime, datetime]:
    """When the period begins and when it is over, as moments: a day is what the wall of the company shows."""
    here = ZoneInfo(zone)
    begin = datetime.combine(filters.first, time(), here)
    end = datetime.combine(filters.last + timedelta(days=1), time(), here)
    return begin.astimezone(UTC), end.astimezone(UTC)


def tagged(tag_id: int) -> sa.Select[Any]:
    return sa.select(ticket_tags.c.ticket_id).where(ticket_tags.c.tag_id == tag_id)


def in_segment(segment: str) -> sa.Select[Any]:
    """Ids of customers; nobody for what is no segment."""
    if segment.startswith(TAGGED) and segment[len(TAGGED) :].isdecimal():
        return sa.select(customer_tags.c.customer_id).where(
            customer_tags.c.tag_id == int(segment[len(TAGGED) :])
        )
    number, _dash, value = segment.removeprefix(WITH_VALUE).partition("-")
    field_id = int(number) if segment.startswith(WITH_VALUE) and number.isdecimal() else 0
    return sa.select(CardValue.customer_id).where(CardValue.field_id == field_id, CardValue.value == value)


def _whose(table: Facts, scope: Scope) -> list[Condition]:
    if scope.agents is None:
        return []
    theirs = _doer(table).in_(sorted(scope.agents))
    return [sa.or_(theirs, table.team_id.in_(sorted(scope.teams)))] if scope.teams else [theirs]


def _doer(table: Facts) -> Any:
    """Whose a row is: who wrote a reply, who has the ticket of anything else."""
    return table.agent_id if table is ReplyFacts else table.assignee_id
