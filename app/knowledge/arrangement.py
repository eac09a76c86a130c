"""Around the text of an article: who reads it, who looks after it and until when it is taken to be right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.errors import InvalidInput
from app.knowledge.article_rows import locked, tell_index
from app.knowledge.models import Article, LogKind, Visibility
from app.knowledge.public_publishing import follow
from app.knowledge.who_sees import Circle, circle_of, restrict


@dataclass(frozen=True)
class Arrangement:
    """Who reads an article and who looks after it. `circle` None: every agent."""

    visibility: str = Visibility.AGENTS
    circle: Circle | None = None
    owner_id: int | None = None
    review_on: date | None = None


def arrange(
    session: Session, article_id: int, wanted: Arrangement, *, by: Agent | None, now: datetime
) -> Article:
    """Who reads it, who looks after it and until when it is right. Raises InvalidInput, NotFound."""
    if wanted.visibility not in tuple(Visibility):
        raise InvalidInput("Please choose one of the list.", "visibility")
    if wanted.visibility == Visibility.PUBLIC and wanted.circle is not None:
        raise InvalidInput("What anybody may read cannot be for some agents only.", "visibility")
    article = locked(session, article_id)
    if wanted.owner_id not in (None, article.owner_id):
        _working(session, wanted.owner_id)
    before = circle_of(session, article.id) if article.restricted else None
    restrict(session, article, wanted.circle)
    if before != wanted.circle and not article.archived:
        # Letters that wait for an answer are looked at again: it may be theirs now, or not any more.
        tell_index(session, article, LogKind.ARTICLE, now)
    article.visibility = wanted.visibility
    article.owner_id, article.review_on = wanted.owner_id, wanted.review_on
    follow(session, article.id, now=now)
    return article


def reviewed(session: Session, article_id: int, *, months: int, today: date) -> Article:
    """Still right. `months` until the next look, 0 for none. Raises NotFound."""
    article = locked(session, article_id)
    article.review_on = today + timedelta(days=30 * min(months, 60)) if months > 0 else None
    session.flush()
    return article


def _working(session: Session, agent_id: int | None) -> None:
    if session.scalar(sa.select(Agent.active).where(Agent.id == agent_id)) is not True:
        raise InvalidInput("Please choose one of the list.", "owner_id")
