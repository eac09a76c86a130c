"""Who has a ticket open at this moment, and whether they type. Said again every few seconds, over after fifteen.

One row for each agent and ticket, written only when something changed or the last time is some seconds ago: on SQLite
every write waits for the disk, and twenty-five open pages say the same thing over and over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import Rights
from app.db import changed_rows
from app.errors import InvalidInput, NotFound
from app.tickets.models import Ticket
from app.together.models import Doing, Presence

OVER_AFTER = timedelta(seconds=15)
# A page says it every ten seconds; a second tab of the same agent is not worth another write.
FRESH = timedelta(seconds=7)
KEPT = timedelta(hours=1)


@dataclass(frozen=True)
class Here:
    """Somebody who has a ticket open. `doing` is one of Doing."""

    ticket_id: int
    agent_id: int
    name: str
    email: str
    doing: str


def is_said(session: Session, ticket_id: int, rights: Rights, doing: str, *, now: datetime) -> bool:
    """True when this was written down a moment ago, so that nothing needs to be written.

    Raises NotFound for a ticket that the asker may not see.
    """
    mine = sa.and_(Presence.ticket_id == Ticket.id, Presence.agent_id == rights.agent_id)
    query = (
        sa.select(Presence.doing, Presence.at)
        .select_from(Ticket)
        .outerjoin(Presence, mine)
        .where(Ticket.id == ticket_id, rights.within(Ticket.mailbox_id))
    )
    known = session.execute(query).first()
    if known is None:
        raise NotFound("There is no such ticket.")
    return bool(known.doing == doing and known.at > now - FRESH)


def say(session: Session, ticket_id: int, agent_id: int, doing: str, *, now: datetime) -> None:
    """This agent is here. Raises InvalidInput for an unknown `doing`."""
    if doing not in list(Doing):
        raise InvalidInput("Unknown kind of presence.", "doing")
    again = (
        sa.update(Presence)
        .where(Presence.ticket_id == ticket_id, Presence.agent_id == agent_id)
        .values(doing=doing, at=now)
        .execution_options(synchronize_session=False)
    )
    if not changed_rows(session.execute(again)):
        session.add(Presence(ticket_id=ticket_id, agent_id=agent_id, doing=doing, at=now))
        session.flush()


def leave(session: Session, ticket_id: int, agent_id: int) -> None:
    """The page was closed, or shows another ticket. Safe to run twice."""
    session.execute(sa.delete(Presence).where(Presence.ticket_id == ticket_id, Presence.agent_id == agent_id))


def looked_at(session: Session, customer_id: int, *, now: datetime) -> list[int]:
    """The tickets of this card that somebody has open."""
    query = (
        sa.select(Presence.ticket_id)
        .join(Ticket, Ticket.id == Presence.ticket_id)
        .where(Presence.at > now - OVER_AFTER, Ticket.customer_id == customer_id)
    )
    return sorted(set(session.scalars(query)))


def others(session: Session, rights: Rights, *, now: datetime, ticket_id: int | None = None) -> list[Here]:
    """Everybody but the asker, in all tickets that the asker may see or in one of them."""
    query = (
        sa.select(Presence.ticket_id, Presence.agent_id, Agent.name, Agent.email, Presence.doing)
        .join(Agent, Agent.id == Presence.agent_id)
        .join(Ticket, Ticket.id == Presence.ticket_id)
        .where(
            Presence.at > now - OVER_AFTER,
            Presence.agent_id != rights.agent_id,
            rights.within(Ticket.mailbox_id),
        )
        .order_by(Agent.name, Agent.id)
    )
    if ticket_id is not None:
        query = query.where(Presence.ticket_id == ticket_id)
    return [Here(*row) for row in session.execute(query)]


def forget_old(session: Session, *, now: datetime) -> int:
    """Rows of people who went away without saying so."""
    return changed_rows(session.execute(sa.delete(Presence).where(Presence.at < now - KEPT)))
