"""One-time links: an invitation, the first admin's link, a reset.

Opening one changes nothing, only a POST spends it: mail scanners open links too.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import security
from app.accounts.models import Agent, OneTimeLink
from app.errors import InvalidInput, NotFound

INVITATION = timedelta(hours=24)
RESET = timedelta(minutes=30)


def invite(session: Session, agent: Agent, *, now: datetime) -> str:
    """The token of a new link; earlier links of this agent stop working. Shown once, stored only as a hash.

    A link that replaces an existing password is a reset and lives shorter than an invitation.
    """
    if not agent.active:
        raise InvalidInput("This agent is deactivated.", "agent")
    cancel_all(session, agent.id, now=now)
    token = security.new_token()
    life = RESET if agent.password_hash else INVITATION
    session.add(
        OneTimeLink(
            agent_id=agent.id, token_hash=security.token_hash(token), created_at=now, expires_at=now + life
        )
    )
    session.flush()
    return token


def find(session: Session, token: str, *, now: datetime) -> Agent:
    """Whose link this is. Raises NotFound when it is unknown, expired or spent, without saying which."""
    query = sa.select(Agent).join(OneTimeLink).where(_usable(token, now))
    agent = session.scalar(query)
    if agent is None:
        raise NotFound("This link is no longer valid.")
    return agent


def spend(session: Session, token: str, *, now: datetime) -> Agent:
    """As `find`, and the link is gone: of two who press at once, one gets NotFound."""
    agent = find(session, token, now=now)
    unused = OneTimeLink.used_at.is_(None)
    claimed = session.scalars(
        sa.update(OneTimeLink)
        .where(OneTimeLink.token_hash == security.token_hash(token), unused)
        .values(used_at=now)
        .returning(OneTimeLink.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not claimed:
        raise NotFound("This link is no longer valid.")
    return agent


def cancel_all(session: Session, agent_id: int, *, now: datetime) -> None:
    """Every open link of this agent stops working."""
    session.execute(
        sa.update(OneTimeLink)
        .where(OneTimeLink.agent_id == agent_id, OneTimeLink.used_at.is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )


def _usable(token: str, now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        OneTimeLink.token_hash == security.token_hash(token),
        OneTimeLink.used_at.is_(None),
        OneTimeLink.expires_at > now,
        Agent.active.is_(True),
    )
