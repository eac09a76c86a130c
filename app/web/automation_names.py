"""The rows that rules and macros name, by what people call them."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa
from flask import g
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.teams import Team
from app.knowledge.models import Article
from app.knowledge.who_sees import visible
from app.mailboxes.models import Mailbox
from app.tickets.order_models import Field


@dataclass
class Names:
    """Rows that rules and macros name: id → what people call them. Those that are gone are named too."""

    agents: dict[int, str] = field(default_factory=dict)
    active_agents: dict[int, str] = field(default_factory=dict)
    teams: dict[int, str] = field(default_factory=dict)
    active_teams: dict[int, str] = field(default_factory=dict)
    mailboxes: dict[int, str] = field(default_factory=dict)
    articles: dict[int, str] = field(default_factory=dict)
    ticket_fields: dict[str, str] = field(default_factory=dict)
    card_fields: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session, *, articles: bool = True) -> Names:
        """A fixed number of short queries."""
        agents = session.execute(sa.select(Agent.id, Agent.name, Agent.active).order_by(Agent.name)).all()
        teams = session.execute(sa.select(Team.id, Team.name, Team.active).order_by(Team.name)).all()
        fields = session.execute(sa.select(Field.key, Field.name, Field.scope).order_by(Field.position)).all()
        titles = (
            sa.select(Article.id, Article.title)
            .where(Article.archived.is_(False), visible(g.rights))
            .order_by(Article.title)
        )
        boxes = sa.select(Mailbox.id, Mailbox.name, Mailbox.address).order_by(Mailbox.id)
        return cls(
            {row.id: row.name for row in agents},
            {row.id: row.name for row in agents if row.active},
            {row.id: row.name for row in teams},
            {row.id: row.name for row in teams if row.active},
            {row.id: row.name or row.address for row in session.execute(boxes)},
            {row.id: row.title for row in session.execute(titles)} if articles else {},
            {row.key: row.name for row in fields if row.scope == "ticket"},
            {row.key: row.name for row in fields if row.scope == "card"},
        )
