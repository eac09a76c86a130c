"""Teams: who answers together. A ticket may belong to a team, and a view of the list may be a team's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.accounts.models import Agent
from app.accounts.service import tidy_name
from app.db import Base, BigId
from app.errors import InvalidInput, NotFound

LONGEST_NAME = 100


class Way(StrEnum):
    """How a new ticket finds its agent: by hand, in turn, or to whoever has the fewest open ones."""

    HAND = "hand"
    TURN = "turn"
    LOAD = "load"


class Team(Base):
    """`own_agent`: the client's own agent, where there is one, comes before `way`. A team that is no longer active
    keeps its tickets."""

    __tablename__ = "teams"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(100), unique=True)
    way: Mapped[str] = mapped_column(sa.String(12), default=Way.HAND)
    own_agent: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class TeamMember(Base):
    __tablename__ = "team_members"
    team_id: Mapped[int] = mapped_column(sa.ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    agent_id: Mapped[int] = mapped_column(
        sa.ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True, index=True
    )


@dataclass(frozen=True)
class TeamForm:
    """What an admin says about a team."""

    name: str
    way: str = Way.HAND
    own_agent: bool = False
    agent_ids: tuple[int, ...] = ()


def all_teams(session: Session) -> list[Team]:
    """Active ones first, then by name."""
    return list(session.scalars(sa.select(Team).order_by(Team.active.desc(), Team.name, Team.id)))


def active_teams(session: Session) -> list[Team]:
    """Teams a ticket can be given to, by name."""
    return list(session.scalars(sa.select(Team).where(Team.active.is_(True)).order_by(Team.name, Team.id)))


def members(session: Session) -> dict[int, list[Agent]]:
    """Everybody in each team, by name; a deactivated agent stays a member and is given nothing."""
    query = (
        sa.select(TeamMember.team_id, Agent)
        .join(Agent, Agent.id == TeamMember.agent_id)
        .order_by(Agent.name, Agent.id)
    )
    found: dict[int, list[Agent]] = {}
    for team_id, agent in session.execute(query):
        found.setdefault(team_id, []).append(agent)
    return found


def team_ids_of(session: Session, agent_id: int) -> list[int]:
    return list(session.scalars(sa.select(TeamMember.team_id).where(TeamMember.agent_id == agent_id)))


def team_by_id(session: Session, team_id: int) -> Team:
    """Raises NotFound."""
    team = session.get(Team, team_id)
    if team is None:
        raise NotFound("There is no such team.")
    return team


def make_team(session: Session, form: TeamForm, *, now: datetime) -> Team:
    """Raises InvalidInput."""
    team = Team(name=_free_name(session, form.name, None), way=_way(form.way), created_at=now)
    team.own_agent = form.own_agent
    session.add(team)
    session.flush()
    set_members(session, team, form.agent_ids)
    return team


def edit_team(session: Session, team: Team, form: TeamForm) -> None:
    """Raises InvalidInput; nothing is changed then."""
    name, way = _free_name(session, form.name, team.id), _way(form.way)
    team.name, team.way, team.own_agent = name, way, form.own_agent
    set_members(session, team, form.agent_ids)


def set_members(session: Session, team: Team, agent_ids: Iterable[int]) -> None:
    """Make these agents the team; ids of nobody are left out."""
    wanted = set(session.scalars(sa.select(Agent.id).where(Agent.id.in_(list(agent_ids)))))
    query = sa.select(TeamMember.agent_id).where(TeamMember.team_id == team.id)
    there = set(session.scalars(query))
    session.execute(
        sa.delete(TeamMember).where(
            TeamMember.team_id == team.id, TeamMember.agent_id.in_(sorted(there - wanted))
        )
    )
    session.add_all(TeamMember(team_id=team.id, agent_id=one) for one in sorted(wanted - there))
    session.flush()


def set_active(team: Team, active: bool) -> None:
    """A team that is no longer active gets no new tickets and is offered nowhere; its tickets stay what they are."""
    team.active = active


def _free_name(session: Session, text: str, own_id: int | None) -> str:
    name = tidy_name(text)
    if len(name) > LONGEST_NAME:
        raise InvalidInput("This name is too long.", "name")
    taken = session.scalar(sa.select(Team.id).where(sa.func.lower(Team.name) == name.lower()))
    if taken is not None and taken != own_id:
        raise InvalidInput("There is already a team with this name.", "name")
    return name


def _way(value: str) -> str:
    if value not in tuple(Way):
        raise InvalidInput("Please choose one of the list.", "way")
    return str(value)
