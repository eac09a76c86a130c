"""Who gets a new ticket: its mailbox's team, and in it the client's own agent, the next in turn, or the least busy.

Called while letters are filed. The pool's row is locked first, so that two processes that give out tickets of one pool
at the same moment wait for each other and see what the other gave. Only somebody who works today and may answer in
that mailbox is given anything; where nobody is, the ticket stays with its team, unassigned. Mail that no person has
written finds its team, but nobody is bothered with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.accounts.models import Agent, MailboxGrant
from app.accounts.rights import ANSWERING, UNBOUND
from app.accounts.teams import Team, TeamMember, Way
from app.errors import InvalidInput
from app.tickets.models import Change, Event, Status, Ticket
from app.tickets.queue_models import AssignmentPool, AssignmentTurn, MailboxAssignment
from app.tickets.service import changed, record
from app.tickets.view_conditions import has_status


@dataclass(frozen=True)
class Rule:
    """What one mailbox does with new tickets. `pool` names who takes turns; '' gives to nobody by itself."""

    team_id: int | None
    way: str
    own_agent: bool
    team: str = ""

    def pool(self, mailbox_id: int) -> str:
        if self.way == Way.HAND:
            return ""
        return f"team-{self.team_id}" if self.team_id else f"mailbox-{mailbox_id}"


@dataclass
class Worker:
    """Somebody of a pool who works today: their last turn, and how many open tickets they have."""

    agent_id: int
    turn: int
    load: int


@dataclass(frozen=True)
class Given:
    """A new ticket found its team or its agent; `why` is 'own', 'turn' or 'load', '' where only the team is."""

    ticket_id: int
    team_id: int | None
    agent_id: int | None
    why: str = ""
    team: str = ""


@dataclass
class _Pool:
    workers: list[Worker]
    turn: int
    moved: set[int] = field(default_factory=set)


class Assignment:
    """Gives out the new tickets of one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._pools: dict[str, _Pool] = {}

    def give(self, tickets: Sequence[Ticket]) -> list[Given]:
        """Sets team and assignee of new open tickets, which may not be written yet. No history: see `tell`."""
        fresh = [ticket for ticket in tickets if ticket.status == Status.OPEN and ticket.assignee_id is None]
        if not fresh:
            return []
        with self._session.no_autoflush:
            rules = self.rules({ticket.mailbox_id for ticket in fresh})
            if not rules:
                return []
            # Every process locks pools in one order, so that two of them cannot wait for each other.
            for name, mailbox_id in sorted(_wanted(fresh, rules)):
                self._open(name, rules[mailbox_id], mailbox_id)
            own = self._own_agents([one for one in fresh if one.mailbox_id in rules])
            given = [self._one(one, rules[one.mailbox_id], own) for one in fresh if one.mailbox_id in rules]
            self._close()
        return [one for one in given if one.team_id is not None or one.agent_id is not None]

    def rules(self, mailbox_ids: set[int]) -> dict[int, Rule]:
        query = (
            sa.select(MailboxAssignment, Team)
            .outerjoin(Team, sa.and_(Team.id == MailboxAssignment.team_id, Team.active.is_(True)))
            .where(MailboxAssignment.mailbox_id.in_(mailbox_ids))
        )
        return {row.mailbox_id: _rule(row, team) for row, team in self._session.execute(query)}

    def _own_agents(self, tickets: Sequence[Ticket]) -> dict[tuple[int, int], bool]:
        """(agent, mailbox) for those own agents of these tickets' clients who can be given them."""
        wanted = {
            (ticket.customer.own_agent_id, ticket.mailbox_id)
            for ticket in tickets
            if ticket.customer.own_agent_id is not None
        }
        found: dict[tuple[int, int], bool] = {}
        for mailbox_id in {mailbox for _agent, mailbox in wanted}:
            ids = [agent for agent, mailbox in wanted if mailbox == mailbox_id]
            query = _available(mailbox_id).where(Agent.id.in_(ids))
            found |= {(one, mailbox_id): True for one in self._session.scalars(query)}
        return found

    def _open(self, name: str, rule: Rule, mailbox_id: int) -> None:
        """Lock the pool and look who is in it."""
        turn = self._lock(name)
        query = _available(mailbox_id)
        if rule.team_id is not None:
            query = query.join(TeamMember, TeamMember.agent_id == Agent.id).where(
                TeamMember.team_id == rule.team_id
            )
        ids = list(self._session.scalars(query.order_by(Agent.id)))
        loads, turns = self._loads(ids) if rule.way == Way.LOAD else {}, self._turns(name)
        # Two mailboxes of one team have one pool, and each the agents who may see it.
        pool = self._pools.setdefault(name, _Pool([], turn))
        there = {worker.agent_id for worker in pool.workers}
        pool.workers += [Worker(one, turns.get(one, 0), loads.get(one, 0)) for one in ids if one not in there]

    def _lock(self, name: str) -> int:
        query = sa.select(AssignmentPool.turn).where(AssignmentPool.name == name).with_for_update()
        turn = self._session.scalar(query)
        if turn is not None:
            return turn
        self._session.execute(_first(self._session, name))
        return self._session.scalar(query) or 0

    def _turns(self, name: str) -> dict[int, int]:
        query = sa.select(AssignmentTurn.agent_id, AssignmentTurn.turn).where(AssignmentTurn.pool == name)
        return {row[0]: row[1] for row in self._session.execute(query)}

    def _loads(self, agent_ids: Sequence[int]) -> dict[int, int]:
        query = (
            sa.select(Ticket.assignee_id, sa.func.count())
            .where(has_status(Status.OPEN), Ticket.assignee_id.in_(agent_ids))
            .group_by(Ticket.assignee_id)
        )
        return {agent_id: load for agent_id, load in self._session.execute(query) if agent_id is not None}

    def _one(self, ticket: Ticket, rule: Rule, own: dict[tuple[int, int], bool]) -> Given:
        ticket.team_id = rule.team_id
        if ticket.waiting_since is None:
            return Given(ticket.id, rule.team_id, None, team=rule.team)
        own_id = ticket.customer.own_agent_id
        pool = self._pools.get(rule.pool(ticket.mailbox_id))
        if rule.own_agent and own_id is not None and (own_id, ticket.mailbox_id) in own:
            why, agent_id = "own", int(own_id)
        else:
            why, agent_id = rule.way, (next_agent(pool.workers, rule.way) if pool else 0)
        if not agent_id:
            return Given(ticket.id, rule.team_id, None, team=rule.team)
        if pool is not None:
            _count(pool, agent_id, turn=why != "own")
        ticket.assignee_id = agent_id
        return Given(ticket.id, rule.team_id, agent_id, why, rule.team)

    def _close(self) -> None:
        """Write down whose turn it was."""
        for name, pool in self._pools.items():
            if not pool.moved:
                continue
            self._session.execute(
                sa.update(AssignmentPool).where(AssignmentPool.name == name).values(turn=pool.turn)
            )
            turns = {worker.agent_id: worker.turn for worker in pool.workers}
            for agent_id in sorted(pool.moved):
                self._session.merge(AssignmentTurn(pool=name, agent_id=agent_id, turn=turns[agent_id]))


def next_agent(workers: Sequence[Worker], way: str) -> int:
    """In turn: who was given one longest ago. By load: who has fewest, and of those whose turn it is. 0: nobody."""
    by_load = way == Way.LOAD
    chosen = min(workers, key=lambda one: (one.load if by_load else 0, one.turn, one.agent_id), default=None)
    return chosen.agent_id if chosen else 0


def tell(session: Session, given: Sequence[Given], *, now: datetime) -> None:
    """The history of tickets that are written by now, in a few statements for all of them."""
    events = [
        {"ticket_id": one.ticket_id, "kind": kind, "detail": detail, "at": now}
        for one in given
        for kind, detail in _told(one)
    ]
    if events:
        session.execute(sa.insert(Event), events)
        session.execute(
            sa.insert(Change), [{"ticket_id": one.ticket_id, "kind": "assigned", "at": now} for one in given]
        )


def _told(one: Given) -> list[tuple[str, dict[str, object]]]:
    found: list[tuple[str, dict[str, object]]] = []
    if one.team_id is not None:
        found.append(("team", {"before": None, "after": one.team_id, "name": one.team}))
    if one.agent_id is not None:
        found.append(("assigned", {"before": None, "after": one.agent_id, "why": one.why}))
    return found


def rule_of(session: Session, mailbox_id: int) -> Rule:
    """What this mailbox does with new tickets; nothing by itself where nobody has said."""
    return Assignment(session).rules({mailbox_id}).get(mailbox_id, Rule(None, Way.HAND, own_agent=False))


def set_team(
    session: Session, ticket: Ticket, team_id: int | None, *, by: Agent | None, now: datetime
) -> bool:
    """Give the ticket to an active team, or to none; False when it was so already. Raises InvalidInput."""
    if ticket.team_id == team_id:
        return False
    team = session.get(Team, team_id) if team_id is not None else None
    if team_id is not None and (team is None or not team.active):
        raise InvalidInput("That team cannot take tickets.", "team")
    name = team.name if team else ""
    record(session, "team", ticket=ticket, by=by, now=now, before=ticket.team_id, after=team_id, name=name)
    ticket.team_id = team_id
    changed(session, ticket.id, "team", now)
    return True


def _rule(row: MailboxAssignment, team: Team | None) -> Rule:
    if team is None:
        return Rule(None, Way.HAND if row.team_id else row.way, row.own_agent)
    return Rule(team.id, team.way, row.own_agent or team.own_agent, team.name)


def _wanted(tickets: Sequence[Ticket], rules: dict[int, Rule]) -> set[tuple[str, int]]:
    """(pool, mailbox) that these tickets need."""
    found = {
        (rules[ticket.mailbox_id].pool(ticket.mailbox_id), ticket.mailbox_id)
        for ticket in tickets
        if ticket.mailbox_id in rules and ticket.waiting_since is not None
    }
    return {one for one in found if one[0]}


def _available(mailbox_id: int) -> sa.Select[int]:
    """Ids of agents who are active, not away, and may answer in this mailbox."""
    granted = sa.exists().where(MailboxGrant.agent_id == Agent.id, MailboxGrant.mailbox_id == mailbox_id)
    return sa.select(Agent.id).where(
        Agent.active.is_(True),
        Agent.away.is_(False),
        Agent.role.in_(ANSWERING),
        sa.or_(Agent.every_mailbox.is_(True), Agent.role.in_(UNBOUND), granted),
    )


def _count(pool: _Pool, agent_id: int, *, turn: bool) -> None:
    """A ticket of one's own client is work too, but costs nobody a turn."""
    for worker in pool.workers:
        if worker.agent_id == agent_id:
            worker.load += 1
            if turn:
                pool.turn += 1
                worker.turn = pool.turn
                pool.moved.add(agent_id)


def _first(session: Session, name: str) -> sa.Insert:
    """Two processes may meet a new pool at once: the second finds the row of the first."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(AssignmentPool).values(name=name, turn=0).on_conflict_do_nothing()
