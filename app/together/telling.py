"""The teller: reads what is new in the history and among the messages, and writes down who is told of it.

It runs beside the work and not in it: an agent's click and a letter's way into a ticket cost no more because somebody
watches. Whatever was written, by a page, a rule, a bulk action or the mail itself, is told, and told once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.rights import rights_of
from app.accounts.teams import Team, TeamMember
from app.tickets import mentions
from app.tickets.models import Event, Kind, Message, Status, Ticket
from app.together import following, notices, watching
from app.together.models import Mailing, Watch
from app.together.whom import Circle, Happened, Tell, tells, watches, without_what_was_there
from app.together.wishes import Wishes, wishes_of

# Letters of an import come with the time they were received at; nobody is told of those.
OLD = timedelta(days=3)
LONGEST_TEXT = 300
# Of its messages an event's ticket is told by the message itself.
TOLD_EVENTS = frozenset(
    {
        "assigned",
        "team",
        "note-edited",
        "replied",
        "forwarded",
        "begun",
        "merged",
        "rated",
        "delivery_failed",
        "delivery_uncertain",
        "delivery_bounced",
        "later_cancelled",
        "draft_taken",
        "recovery",
        "recovery_given",
        "recovery_proposed",
        "praised",
        "due_soon",
        "late",
    }
)


@dataclass
class _Teams:
    members: dict[int, tuple[int, ...]] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)


def tell(session: Session, *, now: datetime) -> int:
    """Tell everything new, some hundreds of rows at most. Returns how many rows were looked at."""
    event_ids = following.take(session, "events", now=now)
    message_ids = following.take(session, "messages", now=now)
    teams = _teams(session)
    happened = _events(session, event_ids, teams) + _messages(session, message_ids, teams, now)
    if happened:
        _apply(session, sorted(happened, key=lambda one: one.at), teams, now)
    return len(event_ids) + len(message_ids)


def _apply(session: Session, happened: Sequence[Happened], teams: _Teams, now: datetime) -> None:
    _follow_merges(session, happened, now)
    tickets = _tickets(session, {one.ticket_id for one in happened})
    watchers = watching.watchers(session, tickets)
    found: list[Tell] = []
    wanted: list[tuple[int, int]] = []
    for one in happened:
        ticket = tickets.get(one.ticket_id)
        if ticket is None:
            continue
        there = frozenset(watchers.get(one.ticket_id, ()))
        circle = Circle(ticket.assignee_id, there, teams.members, teams.names)
        found += [line for line in tells(one, circle) if _may_see(session, line.agent_id, ticket)]
        wanted += [(one.ticket_id, agent_id) for agent_id in watches(one)]
    found = without_what_was_there(found, happened)
    wishes = wishes_of(session, [line.agent_id for line in found] + [agent for _ticket, agent in wanted])
    own = [(ticket, agent) for ticket, agent in wanted if wishes[agent].watch_own]
    watching.watch_by_itself(session, own, now=now)
    notices.add(session, found, _mailings(found, wishes))


def _mailings(found: Sequence[Tell], wishes: dict[int, Wishes]) -> dict[tuple[int, str], Mailing]:
    return {(line.agent_id, line.kind): wishes[line.agent_id].mailing(line.kind) for line in found}


def _may_see(session: Session, agent_id: int, ticket: Ticket) -> bool:
    rights = rights_of(session, agent_id)
    return bool(rights.role) and rights.sees(ticket.mailbox_id)


def _tickets(session: Session, ids: set[int]) -> dict[int, Ticket]:
    return {one.id: one for one in session.scalars(sa.select(Ticket).where(Ticket.id.in_(sorted(ids))))}


def _teams(session: Session) -> _Teams:
    found = _Teams({}, {row.id: row.name for row in session.execute(sa.select(Team.id, Team.name))})
    for row in session.execute(sa.select(TeamMember.team_id, TeamMember.agent_id)):
        found.members[row.team_id] = (*found.members.get(row.team_id, ()), row.agent_id)
    return found


def _events(session: Session, ids: Sequence[int], teams: _Teams) -> list[Happened]:
    if not ids:
        return []
    query = sa.select(Event).where(
        Event.id.in_(ids), Event.kind.in_(TOLD_EVENTS), Event.ticket_id.is_not(None)
    )
    events = session.scalars(query).all()
    about = {number for event in events if isinstance(number := event.detail.get("message_id"), int)}
    authors: dict[int, int | None] = {}
    if about:
        wrote = sa.select(Message.id, Message.author_id).where(Message.id.in_(sorted(about)))
        authors = {row.id: row.author_id for row in session.execute(wrote)}
    return [_of_event(event, authors, teams) for event in events]


def _of_event(event: Event, authors: dict[int, int | None], teams: _Teams) -> Happened:
    message_id = event.detail.get("message_id")
    return Happened(
        kind=event.kind,
        ticket_id=event.ticket_id or 0,
        at=event.at,
        by_id=event.agent_id,
        message_id=message_id if isinstance(message_id, int) else None,
        author_id=authors.get(message_id) if isinstance(message_id, int) else None,
        detail=event.detail,
        mentioned=_named(event.detail.get("mentions") or [], teams),
    )


def _messages(session: Session, ids: Sequence[int], teams: _Teams, now: datetime) -> list[Happened]:
    if not ids:
        return []
    columns = (
        Message.id,
        Message.ticket_id,
        Message.kind,
        Message.author_id,
        Message.sender_name,
        Message.sender_email,
        Message.arrived_at,
        Message.evidence,
        sa.func.substr(Message.visible, 1, LONGEST_TEXT).label("text"),
    )
    watched = sa.exists().where(Watch.ticket_id == Ticket.id, Watch.watching.is_(True))
    query = (
        sa.select(*columns)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(
            Message.id.in_(ids),
            Message.kind.in_((Kind.INCOMING, Kind.NOTE)),
            Message.automatic.is_(None),
            Message.arrived_at > now - OLD,
            Ticket.status.not_in((Status.SPAM, Status.TRASH)),
            # Most letters concern nobody yet; those of an import should not even be looked at.
            sa.or_(Message.kind == Kind.NOTE, Ticket.assignee_id.is_not(None), watched),
        )
    )
    return [_of_message(row, teams) for row in session.execute(query)]


def _of_message(row: Any, teams: _Teams) -> Happened:
    note = row.kind == Kind.NOTE
    return Happened(
        kind="note" if note else "letter",
        ticket_id=row.ticket_id,
        at=row.arrived_at,
        by_id=row.author_id,
        message_id=row.id,
        detail={"who": row.sender_name or row.sender_email, "text": " ".join(row.text.split())},
        mentioned=_named(row.evidence or [], teams) if note else frozenset(),
    )


def _named(evidence: Sequence[Any], teams: _Teams) -> frozenset[int]:
    """The agents who are mentioned, teams taken apart."""
    named: set[int] = set()
    for kind, number in mentions.mentioned(evidence):
        named |= {number} if kind == "agent" else set(teams.members.get(number, ()))
    return frozenset(named)


def _follow_merges(session: Session, happened: Sequence[Happened], now: datetime) -> None:
    """Whoever watched a ticket watches the one that it became part of."""
    merged = {one.detail.get("source"): one.detail.get("target") for one in happened if one.kind == "merged"}
    pairs = [
        (target, agent_id)
        for source, target in merged.items()
        if isinstance(source, int) and isinstance(target, int)
        for agent_id in watching.watchers(session, [source]).get(source, ())
    ]
    watching.watch_by_itself(session, pairs, now=now)
