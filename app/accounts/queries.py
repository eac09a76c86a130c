"""Reading agents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent, OneTimeLink, Role, SecondStep, SignIn, Stage


@dataclass(frozen=True)
class AgentRow:
    """An agent on the admin's page; `invited_until` while an invitation or reset is open."""

    agent: Agent
    last_seen_at: datetime | None
    invited_until: datetime | None
    second_step: bool


def active_agents(session: Session) -> list[Agent]:
    """Who can be given a ticket, by name."""
    return list(
        session.scalars(sa.select(Agent).where(Agent.active.is_(True)).order_by(Agent.name, Agent.id))
    )


def agent_names(session: Session) -> dict[int, str]:
    """Everybody who ever was an agent, to word what they did."""
    return {row.id: row.name for row in session.execute(sa.select(Agent.id, Agent.name))}


def first_admin(session: Session) -> Agent | None:
    """The demo agent of a sandbox."""
    query = (
        sa.select(Agent).where(Agent.role == Role.ADMIN, Agent.active.is_(True)).order_by(Agent.id).limit(1)
    )
    return session.scalar(query)


def has_agents(session: Session) -> bool:
    return session.scalar(sa.select(Agent.id).limit(1)) is not None


def by_email(session: Session, email: str) -> Agent | None:
    return session.scalar(sa.select(Agent).where(Agent.email == email.strip().lower()))


def agent_rows(session: Session, *, now: datetime) -> list[AgentRow]:
    """Every agent, active ones first, then by name."""
    seen = (
        sa.select(SignIn.agent_id, sa.func.max(SignIn.last_seen_at).label("at"))
        .where(SignIn.stage != Stage.CODE)
        .group_by(SignIn.agent_id)
        .subquery()
    )
    invited = (
        sa.select(OneTimeLink.agent_id, sa.func.max(OneTimeLink.expires_at).label("until"))
        .where(OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now)
        .group_by(OneTimeLink.agent_id)
        .subquery()
    )
    query = (
        sa.select(Agent, seen.c.at, invited.c.until, sa.func.coalesce(SecondStep.sealed, "") != "")
        .outerjoin(seen, seen.c.agent_id == Agent.id)
        .outerjoin(invited, invited.c.agent_id == Agent.id)
        .outerjoin(SecondStep, SecondStep.agent_id == Agent.id)
        .order_by(Agent.active.desc(), Agent.name, Agent.id)
    )
    return [AgentRow(*row) for row in session.execute(query)]
