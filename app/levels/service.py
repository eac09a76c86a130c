"""Service levels as admins keep them, and which one a ticket has. Never commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.teams import Team
from app.automation import conditions
from app.automation.conditions import Group, conditions_of, judge, read_group
from app.automation.facts import TicketFacts
from app.errors import InvalidInput, NotFound
from app.levels.clocks import KINDS, Promise
from app.levels.models import ServiceLevel
from app.mailboxes.models import Mailbox
from app.settings import Settings
from app.tasks.clock import Hours
from app.tickets.models import Priority, Ticket

LONGEST_NAME = 80
# A quarter of a year of whole days.
MOST_MINUTES = 92 * 24 * 60
MOST_WARNING = 7 * 24 * 60
MOST_LEVELS = 50


@dataclass(frozen=True)
class LevelForm:
    """What an admin says of a level. `targets`: minutes by priority and kind, only what is promised."""

    name: str
    targets: Mapping[str, Mapping[str, int]]
    group: Group = field(default_factory=Group)
    mailbox_ids: Sequence[int] = ()
    business: bool = True
    warn_minutes: int = 30
    escalate_team_id: int | None = None
    escalate_urgent: bool = False


def all_levels(session: Session) -> list[ServiceLevel]:
    """In the order in which they are asked."""
    return list(session.scalars(sa.select(ServiceLevel).order_by(ServiceLevel.position, ServiceLevel.id)))


def level_by_id(session: Session, level_id: int) -> ServiceLevel:
    """Raises NotFound."""
    level = session.get(ServiceLevel, level_id)
    if level is None:
        raise NotFound("There is no such service level.")
    return level


def make(session: Session, form: LevelForm, *, now: datetime) -> ServiceLevel:
    """The newest one is asked last. Raises InvalidInput."""
    last = session.execute(
        sa.select(sa.func.max(ServiceLevel.position), sa.func.count(ServiceLevel.id))
    ).one()
    if last[1] >= MOST_LEVELS:
        raise InvalidInput("That is more service levels than anybody can keep in mind.", "name")
    level = ServiceLevel(created_at=now, armed_from=now, position=(last[0] or 0) + 1)
    _write(session, level, form)
    return level


def edit(session: Session, level: ServiceLevel, form: LevelForm, *, now: datetime) -> None:
    """Nobody is told of what is late only because the promise was made stricter. Raises InvalidInput."""
    _write(session, level, form)
    level.armed_from = now


def set_active(session: Session, level: ServiceLevel, active: bool, *, now: datetime) -> None:
    if active and not level.active:
        level.armed_from = now
    level.active = active
    session.flush()


def move(session: Session, level: ServiceLevel, step: int) -> None:
    """Ask it one place earlier (-1) or later (+1)."""
    order = all_levels(session)
    at = order.index(level)
    to = min(max(at + step, 0), len(order) - 1)
    order.insert(to, order.pop(at))
    for position, one in enumerate(order):
        one.position = position
    session.flush()


def remove(session: Session, level: ServiceLevel) -> None:
    """Its promises that still run end unkept by nobody; those that have stopped stay in the reports."""
    session.delete(level)
    session.flush()


def promise(level: ServiceLevel, priority: str, hours: Hours | None) -> Promise:
    """`hours`: when the mailbox is open, None for always."""
    normal = level.targets.get(Priority.NORMAL, {})
    own = level.targets.get(priority, {})
    minutes = {kind: int(own.get(kind) or normal.get(kind) or 0) for kind in KINDS}
    return Promise(
        {kind: value for kind, value in minutes.items() if value}, hours if level.business else None
    )


def level_for(
    levels: Sequence[ServiceLevel], session: Session, ticket: Ticket, *, now: datetime, settings: Settings
) -> ServiceLevel | None:
    """The first active one that fits. One whose conditions name what is gone fits nobody."""
    facts: TicketFacts | None = None
    for level in levels:
        if not level.active or (level.mailbox_ids and ticket.mailbox_id not in level.mailbox_ids):
            continue
        group = read_group(level.conditions)
        if not group.items:
            return level
        facts = facts or TicketFacts(session, ticket, now=now, settings=settings)
        if _met(group, facts):
            return level
    return None


def _met(group: Group, facts: TicketFacts) -> bool:
    try:
        return judge(group, facts).met
    except (InvalidInput, NotFound, ValueError, TypeError, KeyError):
        return False


def _write(session: Session, level: ServiceLevel, form: LevelForm) -> None:
    name = " ".join(form.name.split())
    if not name:
        raise InvalidInput("Please fill in a name.", "name")
    if len(name) > LONGEST_NAME:
        raise InvalidInput("This name is too long.", "name")
    taken = session.scalar(sa.select(ServiceLevel.id).where(sa.func.lower(ServiceLevel.name) == name.lower()))
    if taken is not None and taken != level.id:
        raise InvalidInput("There is already a service level with this name.", "name")
    targets = _targets(form.targets)
    if not 0 <= form.warn_minutes <= MOST_WARNING:
        raise InvalidInput("A warning comes at most a week before.", "warn")
    _check_conditions(form.group)
    level.name, level.targets, level.business = name, targets, form.business
    level.conditions = conditions.as_data(form.group)
    level.mailbox_ids = _mailboxes(session, form.mailbox_ids)
    level.warn_minutes, level.escalate_urgent = form.warn_minutes, form.escalate_urgent
    level.escalate_team_id = _team(session, form.escalate_team_id)
    session.add(level)
    session.flush()


def _check_conditions(group: Group) -> None:
    for number, condition in enumerate(conditions_of(group)):
        if wrong := conditions.problem(condition):
            raise InvalidInput(wrong, f"c{number}")


def _targets(wanted: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    kept: dict[str, dict[str, int]] = {}
    for priority in Priority:
        for kind in KINDS:
            minutes = wanted.get(priority, {}).get(kind, 0)
            if not 0 <= minutes <= MOST_MINUTES:
                raise InvalidInput("This is no time that can be kept.", f"{priority}.{kind}")
            if minutes:
                kept.setdefault(priority.value, {})[kind] = minutes
    if not kept:
        raise InvalidInput("Promise at least one thing.", "normal.first")
    return kept


def _mailboxes(session: Session, ids: Sequence[int]) -> list[int]:
    return sorted(session.scalars(sa.select(Mailbox.id).where(Mailbox.id.in_(list(ids)))))


def _team(session: Session, team_id: int | None) -> int | None:
    if team_id is None:
        return None
    team = session.get(Team, team_id)
    if team is None or not team.active:
        raise InvalidInput("That team cannot take tickets.", "team")
    return team_id
