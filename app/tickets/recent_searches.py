"""What an agent searched for lately: the newest dozen, each once."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.tickets.reading_models import RecentSearch
from app.tickets.search_query import LONGEST_QUERY

MOST_KEPT = 12


def remember(session: Session, agent_id: int, text: str, *, now: datetime) -> None:
    """Put this search in front; the oldest beyond the dozen go. Safe to run twice."""
    words = " ".join(text.split())[:LONGEST_QUERY]
    if not words:
        return
    known = recent(session, agent_id)
    same = next((one for one in known if one.text == words), None)
    if same is not None:
        same.searched_at = now
        return
    for old in known[MOST_KEPT - 1 :]:
        session.delete(old)
    session.add(RecentSearch(agent_id=agent_id, text=words, searched_at=now))
    session.flush()


def recent(session: Session, agent_id: int) -> list[RecentSearch]:
    """Newest first."""
    query = (
        sa.select(RecentSearch)
        .where(RecentSearch.agent_id == agent_id)
        .order_by(RecentSearch.searched_at.desc(), RecentSearch.id.desc())
    )
    return list(session.scalars(query))


def forget(session: Session, agent_id: int, search_id: int | None = None) -> None:
    """One of this agent's searches, or all of them. Safe to run twice."""
    query = sa.delete(RecentSearch).where(RecentSearch.agent_id == agent_id)
    session.execute(query if search_id is None else query.where(RecentSearch.id == search_id))
