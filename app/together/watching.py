"""Who is told of what happens in a ticket although it is not theirs. Never commits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.tickets import service
from app.tickets.models import Ticket
from app.together.models import Watch


def set_watching(session: Session, ticket: Ticket, agent: Agent, watching: bool, *, now: datetime) -> bool:
    """What the agent says themselves; False when it was so already."""
    known = session.get(Watch, (ticket.id, agent.id), with_for_update=True)
    if (known.watching if known else False) == watching:
        return False
    if known is None:
        session.add(Watch(ticket_id=ticket.id, agent_id=agent.id, watching=watching, at=now))
    else:
        known.watching, known.at = watching, now
    session.flush()
    service.changed(session, ticket.id, "watch", now)
    return True


def watch_by_itself(session: Session, pairs: Iterable[tuple[int, int]], *, now: datetime) -> None:
    """(ticket, agent): they answered, were given the ticket or were mentioned. A no that they said before stays."""
    for ticket_id, agent_id in sorted(set(pairs)):
        if session.get(Watch, (ticket_id, agent_id)) is None:
            session.add(Watch(ticket_id=ticket_id, agent_id=agent_id, watching=True, at=now))
            service.changed(session, ticket_id, "watch", now)
    session.flush()


def watchers(session: Session, ticket_ids: Iterable[int]) -> dict[int, set[int]]:
    """Agents who watch, by ticket."""
    query = sa.select(Watch.ticket_id, Watch.agent_id).where(
        Watch.ticket_id.in_(sorted(set(ticket_ids))), Watch.watching.is_(True)
    )
    found: dict[int, set[int]] = {}
    for ticket_id, agent_id in session.execute(query):
        found.setdefault(ticket_id, set()).add(agent_id)
    return found
