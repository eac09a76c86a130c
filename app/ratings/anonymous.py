"""Anonymous ratings come into reports in groups, so that nobody can tell one customer's choice from the figures.

A rating whose customer was promised that it carries no name waits until as many as FEWEST wait for the same agent and
mailbox; then all of them count at one moment. Whoever watches a figure, by agent, by mailbox or by team, sees it change
by a group and never by one. Reports by tag and segment would cut groups up: such ratings are left out there. The
figures of an article count them in whole groups of its own (app.upkeep.article_figures).
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.ratings.models import Rating

FEWEST = 5


def release(session: Session, agent_id: int, mailbox_id: int | None, *, now: datetime) -> int:
    """Let those of this agent and mailbox count that wait, if they are enough; how many did. Never commits."""
    session.flush()
    waiting = sa.select(Rating.id).where(
        Rating.anonymous,
        Rating.counted_at.is_(None),
        Rating.agent_id == agent_id,
        Rating.mailbox_id == mailbox_id,
    )
    ids = list(session.scalars(waiting.with_for_update()))
    if len(ids) < FEWEST:
        return 0
    session.execute(sa.update(Rating).where(Rating.id.in_(ids)).values(counted_at=now))
    return len(ids)
