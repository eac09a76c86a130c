"""Before a promise is broken people are told; once it is, its lead is told and the ticket goes where the level says.

What is told is a line of the ticket's history, and whoever it names finds it behind their bell: told once, also when
the clock process was killed in the middle. What was late already when the promise was made is told to nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent, Role
from app.accounts.rights import can_take
from app.accounts.teams import Team, TeamMember
from app.errors import InvalidInput, Merged
from app.levels.models import LevelClock, ServiceLevel
from app.tickets.assignment import set_team
from app.tickets.models import Priority, Ticket
from app.tickets.priorities import set_priority
from app.tickets.service import changed, lock, record

AT_ONCE = 100


def has_due(session: Session, *, now: datetime) -> bool:
    return any(_due(session, level, now, limit=1) for level in _levels(session))


def step(session: Session, *, now: datetime) -> int:
    """Tell of some of what is due. Returns how many; nothing is left when it is 0."""
    done = 0
    for level in _levels(session):
        for row in _due(session, level, now, limit=AT_ONCE - done):
            _tell(session, level, row, now)
            done += 1
        if done >= AT_ONCE:
            break
    session.flush()
    return done


def _levels(session: Session) -> Sequence[ServiceLevel]:
    query = sa.select(ServiceLevel).where(ServiceLevel.active.is_(True))
    return session.scalars(query.order_by(ServiceLevel.position, ServiceLevel.id)).all()


def _due(session: Session, level: ServiceLevel, now: datetime, *, limit: int) -> Sequence[LevelClock]:
    soon = sa.and_(
        LevelClock.warned_at.is_(None), LevelClock.due_at <= now + timedelta(minutes=level.warn_minutes)
    )
    late = sa.and_(LevelClock.escalated_at.is_(None), LevelClock.due_at <= now)
    query = sa.select(LevelClock).where(
        LevelClock.stopped_at.is_(None),
        LevelClock.due_at.is_not(None),
        LevelClock.level_id == level.id,
        sa.or_(soon, late),
    )
    return session.scalars(query.order_by(LevelClock.due_at).limit(limit).with_for_update()).all()


def _tell(session: Session, level: ServiceLevel, row: LevelClock, now: datetime) -> None:
    due_at = row.due_at or now
    row.warned_at = row.warned_at or now
    late = due_at <= now
    if late:
        row.escalated_at, row.broken = now, True
    if due_at <= level.armed_from:
        return
    ticket = session.get_one(Ticket, row.ticket_id)
    if not late:
        # A level without a warning tells of nothing before it is late.
        if level.warn_minutes:
            _record(session, "due_soon", ticket, level, row, _responsible(session, ticket), now)
        return
    try:
        lock(session, ticket)
    except Merged:
        return
    if level.escalate_urgent:
        set_priority(session, ticket, Priority.URGENT, by=None, now=now)
    if level.escalate_team_id is not None:
        _hand_on(session, ticket, level.escalate_team_id, now)
    whom = [*_responsible(session, ticket), *leads_for(session, ticket)]
    _record(session, "late", ticket, level, row, list(dict.fromkeys(whom)), now)


def _record(
    session: Session,
    kind: str,
    ticket: Ticket,
    level: ServiceLevel,
    row: LevelClock,
    whom: Sequence[int],
    now: datetime,
) -> None:
    due_at = (row.due_at or now).isoformat()
    record(
        session, kind, ticket=ticket, now=now, level=level.name, promise=row.kind, due_at=due_at, whom=list(whom)
    )  # fmt: skip
    changed(session, ticket.id, "event", now)


def _hand_on(session: Session, ticket: Ticket, team_id: int, now: datetime) -> None:
    try:
        set_team(session, ticket, team_id, by=None, now=now)
    except InvalidInput:
        # The team is gone; the lead is told all the same.
        return


def _responsible(session: Session, ticket: Ticket) -> list[int]:
    """Whoever has the ticket; else the team that has it; else its lead."""
    if ticket.assignee_id is not None and can_take(session, ticket.assignee_id, ticket.mailbox_id):
        return [ticket.assignee_id]
    return _members(session, ticket) or leads_for(session, ticket)


def leads_for(session: Session, ticket: Ticket) -> list[int]:
    """Leads of the ticket's team; without such, every lead; without any, the admins: of those who see the mailbox."""
    active = sa.select(Agent.id).where(Agent.active.is_(True)).order_by(Agent.id)
    members = _members(session, ticket)
    for query in (
        active.where(Agent.role == Role.LEAD, Agent.id.in_(members)),
        active.where(Agent.role == Role.LEAD),
        active.where(Agent.role == Role.ADMIN),
    ):
        found = [one for one in session.scalars(query) if can_take(session, one, ticket.mailbox_id)]
        if found:
            return found
    return []


def _members(session: Session, ticket: Ticket) -> list[int]:
    if ticket.team_id is None:
        return []
    query = (
        sa.select(TeamMember.agent_id)
        .join(Team, Team.id == TeamMember.team_id)
        .where(Team.id == ticket.team_id, Team.active.is_(True))
        .order_by(TeamMember.agent_id)
    )
    return [one for one in session.scalars(query) if can_take(session, one, ticket.mailbox_id)]
