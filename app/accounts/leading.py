"""Whose work somebody answers for: the one rule by which figures of others are shown.

Admins and auditors see everybody. A lead sees the members of the active teams they are in, and themselves; a lead who
is in no team leads nobody yet and sees their own figures, as agents do. Being named lead alone opens nothing: whoever
puts them into a team says whom they lead.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Role
from app.accounts.rights import UNBOUND, Rights
from app.accounts.teams import Team, TeamMember


@dataclass(frozen=True)
class Led:
    """Ids of the agents, the asker included, and of the teams whose tickets are theirs."""

    agents: frozenset[int]
    teams: frozenset[int] = frozenset()


def led_by(session: Session, rights: Rights) -> Led | None:
    """None is everybody."""
    if rights.role in UNBOUND:
        return None
    if rights.role != Role.LEAD:
        return Led(frozenset({rights.agent_id}))
    own = (
        sa.select(TeamMember.team_id)
        .join(Team, Team.id == TeamMember.team_id)
        .where(TeamMember.agent_id == rights.agent_id, Team.active.is_(True))
    )
    teams = frozenset(session.scalars(own))
    members = session.scalars(sa.select(TeamMember.agent_id).where(TeamMember.team_id.in_(sorted(teams))))
    return Led(frozenset({rights.agent_id, *members}), teams)
