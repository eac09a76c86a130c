"""Who is told of what happens in a ticket although it is not theirs. Never commits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
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
        # Of two windows that say it first, the second finds it said.
        if not _begin(session, ticket.id, agent.id, watching, now):
            return False
    else:
        known.watching, known.at = watching, now
    session.flush()
    service.changed(session, ticket.id, "watch", now)
    return True


def watch_by_itself(session: Session, pairs: Iterable[tuple[int, int]], *, now: datetime) -> None:
    """(ticket, agent): they answered, were given the ticket or were mentioned. A no that they said before stays."""
    for ticket_id, agent_id in sorted(set(pairs)):
        if session.get(Watch, (ticket_id, agent_id)) is None and _begin(
            session, ticket_id, agent_id, True, now
        ):
            service.changed(session, ticket_id, "watch", now)
    session.flush()


def _begin(session: Session, ticket_id: int, agent_id: int, watching: bool, now: datetime) -> bool:
    """False when somebody else wrote the row since we looked."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(Watch).values(ticket_id=ticket_id, agent_id=agent_id, watching=watching, at=now)
    return session.scalar(row.on_conflict_do_nothing().returning(Watch.ticket_id)) is not None


def watchers(session: Session, ticket_ids: Iterable[int]) -> dict[int, set[int]]:
    """Agents who watch, by ticket."""
    query = sa.select(Watch.ticket_id, Watch.agent_id).where(
        Watch.ticket_id.in_(sorted(set(ticket_ids))), Watch.watching.is_(True)
    )
    found: dict[int, set[int]] = {}
    for ticket_id, agent_id in session.execute(query):
        found.setdefault(ticket_id, set()).add(agent_id)
    return found
