"""Doing what a macro or a rule says, one action after another, through the services of tickets. Never commits.

Each action tells what it has changed, for the log and for the agent; one that changes nothing is silent. What cannot
be done (an agent who has left, a field that is retired) raises InvalidInput: the caller takes everything back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import can_take
from app.accounts.teams import Team, TeamMember, Way
from app.automation.actions import Action, id_in, span_of
from app.errors import InvalidInput
from app.knowledge.render import render
from app.outgoing.signatures import values_for
from app.settings import Settings
from app.tickets import assignment, fields, priorities, service, snoozing, spam, statuses
from app.tickets.models import Kind, Message, Status, Ticket
from app.tickets.order_models import Field

Done = dict[str, Any]


@dataclass
class Hand:
    """Whose hand it is: an agent's with a macro (`by`), or a rule's. `told`: (agent, ticket) to be told of it."""

    session: Session
    now: datetime
    settings: Settings
    by: Agent | None = None
    name: str = ""
    told: list[tuple[int, int]] = field(default_factory=list)


def do(hand: Hand, ticket: Ticket, action: Action) -> Done | None:
    """What it has changed: {"do", "before", "after"}; None for nothing."""
    act = _DO.get(action.do)
    if act is None:
        return None
    done = act(hand, ticket, action)
    hand.session.flush()
    return {"do": action.do, **done} if done is not None else None


def _status(hand: Hand, ticket: Ticket, action: Action) -> Done | None:
    """What an agent's macro calls spam teaches us its sender, as the agent would; a rule teaches nothing by itself."""
    before = ticket.status
    if before == action.value:
        return None
    concerned = spam.senders(hand.session, ticket) if Status.SPAM in (before, action.value) else []
    known = spam.learnt_among(hand.session, concerned)
    if action.value == Status.SPAM:
        learn = spam.AUTO if hand.by else spam.NOTHING
        spam.mark(hand.session, ticket, by=hand.by, now=hand.now, learn=learn)
    else:
        statuses.change(hand.session, ticket, action.value, by=hand.by, now=hand.now)
    patterns = spam.learnt_among(hand.session, concerned)
    lessons = {"learnt": sorted(patterns - known), "forgotten": sorted(known - patterns)}
    return {"before": before, "after": action.value, **{name: they for name, they in lessons.items() if they}}


def _priority(hand: Hand, ticket: Ticket, action: Action) -> Done | None:
    before = ticket.priority
    changed = priorities.set_priority(hand.session, ticket, action.value, by=hand.by, now=hand.now)
    return {"before": before, "after": action.value} if changed else None


def _assign(hand: Hand, ticket: Ticket, action: Action) -> Done | None:
    if action.value.startswith("team:"):
        return _team(hand, ticket, id_in(action.value))
    if action.value.startswith("turn"):
        return _turn(hand, ticket, id_in(action.value))
    agent_id = _agent_of(hand, ticket, action.value)
    if action.value == "own" and agent_id is None:
        return None
    before = ticket.assignee_id
    changed = service.assign(hand.session, ticket, agent_id, by=hand.by, now=hand.now)
    return {"before": before, "after": agent_id} if changed else None


def _agent_of(hand: Hand, ticket: Ticket, whom: str) -> int | None:
    if whom == "me":
        return hand.by.id if hand.by else None
    if whom == "own":
        own = ticket.customer.own_agent_id
        return own if own is not None and can_take(hand.session, own, ticket.mailbox_id) else None
    return None if whom == "nobody" else id_in(whom)


def _team(hand: Hand, ticket: Ticket, team_id: int | None) -> Done | None:
    before = ticket.team_id
    changed = assignment.set_team(hand.session, ticket, team_id, by=hand.by, now=hand.now)
    return {"before": before, "after": team_id, "team": True} if changed else None


class _InTeam(assignment.Assignment):
    """Gives out within one team, whatever the mailbox says."""

    def __init__(self, session: Session, team: Team) -> None:
        super().__init__(session)
        self._team = team

    def _rules(self, mailbox_ids: set[int]) -> dict[int, assignment.Rule]:
        way = self._team.way if self._team.way != Way.HAND else Way.TURN
        return {one: assignment.Rule(self._team.id, way, self._team.own_agent) for one in mailbox_ids}


def _turn(hand: Hand, ticket: Ticket, team_id: int | None) -> Done | None:
    """To whose turn it is, in this team or as the mailbox does; only what nobody has yet."""
    if ticket.assignee_id is not None:
        return None
    giving = assignment.Assignment(hand.session)
    if team_id is not None:
        team = hand.session.get(Team, team_id)
        if team is None or not team.active:
            raise InvalidInput("That team cannot take tickets.", "team")
        giving = _InTeam(hand.session, team)
    hand.session.flush()
    given = giving.give([ticket])
    hand.session.flush()
    assignment.tell(hand.session, given, now=hand.now)
    hand.session.expire(ticket, ["assignee"])
    return {"before": None, "after": ticket.assignee_id} if ticket.assignee_id is not None else None


def _names(action: Action) -> list[str]:
    return [name for value in action.values for name in value.split(",")]


def _add_tags(hand: Hand, ticket: Ticket, action: Action) -> Done | None:
    return _tags(hand, ticket, lambda there: [*there, *_names(action)])


def _remove_tags(hand: Hand, ticket: Ticket, action: Action) -> Done | None:
    gone = {" ".join(name.casefold().strip("# ").split()) for name in _names(action)}
    return _tags(hand, ticket, lambda there: [name for name in there if name not in gone])


def _tags(hand: Hand, ticket: Ticket, change: Callable[[list[str]], list[str]]) -> Done | None:
    before = [tag.name for tag in ticket.tags]
    service.set_tags(hand.session, ticket, change(before), by=hand.by, now=hand.now)
    after = [tag.name for tag in ticket.tags]
    return {"before": before, "after": after} if sorted(before) != sorted(after) else None


def _snooze(hand: Hand, ticket: Ticket, action: Action) -> Done | None:
    span = span_of(action.value)
    if span is None:
        raise InvalidInput("Say for how long.", "until")
    before, until = ticket.status, hand.now + span
    changed = snoozing.snooze(hand.session, ticket, until, by=hand.by, now=hand.now)
    return {"before": before, "after": until.isoformat()} if changed else None


def _field(hand: Hand, ticket: Ticket, action: Action) -> Done | None:
    query = sa.select(Field).where(Field.scope == fields.TICKET, Field.key == action.value)
    found = hand.session.scalar(query.where(Field.retired_at.is_(None)))
    if found is None:
        raise InvalidInput("There is no such field.", "field")
    before = fields.stored(hand.session, ticket.id, found.id)
    typed = action.values[1] if len(action.values) > 1 else ""
    if not fields.put_value(hand.session, ticket, found.id, typed, by=hand.by, now=hand.now):
        return None
    after = fields.stored(hand.session, ticket.id, found.id)
    return {"before": before, "after": after, "field": found.key}


def _note(hand: Hand, ticket: Ticket, action: Action) -> Done:
    """A rule's note has no author: it says which rule wrote it."""
    said = render(action.value, values_for(ticket, hand.by, ticket.mailbox))
    note = Message(
        ticket_id=ticket.id,
        kind=Kind.NOTE,
        author_id=hand.by.id if hand.by else None,
        sender_name=hand.by.name if hand.by else hand.name,
        sender_email=hand.by.email if hand.by else "",
        subject=ticket.subject,
        visible=said.text,
        html=said.html,
        arrived_at=hand.now,
        evidence=[] if hand.by else [{"rule": "rule-note", "detail": hand.name}],
    )
    service.add_message(hand.session, ticket, note, now=hand.now)
    return {"before": None, "after": note.visible[:200], "message": note.id}


def _notify(hand: Hand, ticket: Ticket, action: Action) -> Done | None:
    agents = list(_told(hand.session, ticket, action.value))
    hand.told += [(agent_id, ticket.id) for agent_id in agents]
    return {"before": None, "after": agents} if agents else None


def _told(session: Session, ticket: Ticket, whom: str) -> Iterable[int]:
    if whom == "assignee":
        return [ticket.assignee_id] if ticket.assignee_id is not None else []
    if whom.startswith("team:"):
        return members_of(session, id_in(whom) or 0)
    agent_id = id_in(whom)
    agent = session.get(Agent, agent_id) if agent_id is not None else None
    if agent is None or not agent.active:
        raise InvalidInput("This agent does not work here any more.", "notify")
    return [agent.id]


def members_of(session: Session, team_id: int) -> list[int]:
    """Active agents of a team. Raises InvalidInput when there is no such team any more."""
    from_team = sa.select(Team.active).where(Team.id == team_id)
    if not session.scalar(from_team):
        raise InvalidInput("That team cannot take tickets.", "team")
    query = sa.select(Agent.id).join(TeamMember, TeamMember.agent_id == Agent.id)
    return list(session.scalars(query.where(TeamMember.team_id == team_id, Agent.active.is_(True))))


_DO: dict[str, Callable[[Hand, Ticket, Action], Done | None]] = {
    "status": _status,
    "priority": _priority,
    "assign": _assign,
    "add_tags": _add_tags,
    "remove_tags": _remove_tags,
    "snooze": _snooze,
    "field": _field,
    "note": _note,
    "notify": _notify,
}
