"""A colleague's "well done" for a happy rating: kept with it, told to the agent, and in the ticket's history."""

from __future__ import annotations

import unicodedata
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.errors import InvalidInput, NotAllowed
from app.ratings.models import Face, Praise, Rating
from app.tickets import service as tickets
from app.tickets.models import Ticket

LONGEST = 500


def praise(session: Session, rating: Rating, words: str, *, by: Agent, now: datetime) -> Praise:
    """Once by each colleague; other words later replace the first, and the agent is told of the first only.

    Raises NotAllowed for one's own reply, and InvalidInput for a rating that is not a happy one.
    """
    if rating.agent_id == by.id:
        raise NotAllowed("Praise is for others.")
    if rating.face != Face.GOOD or rating.anonymous or rating.ticket_id is None:
        raise InvalidInput("Only a happy rating can be praised.")
    said = _tidy(words)
    mine = sa.select(Praise).where(Praise.rating_id == rating.id, Praise.by_id == by.id)
    found = session.scalar(mine.with_for_update())
    if found is not None:
        found.words = said
        return found
    found = Praise(rating_id=rating.id, by_id=by.id, agent_id=rating.agent_id, words=said, at=now)
    session.add(found)
    ticket = session.get_one(Ticket, rating.ticket_id)
    tickets.record(
        session, "praised", ticket=ticket, by=by, now=now, agent_id=rating.agent_id,
        message_id=rating.invitation.message_id, text=said,
    )  # fmt: skip
    session.flush()
    return found


def _tidy(words: str) -> str:
    text = " ".join(words.split())
    if len(text) > LONGEST or any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in text):
        raise InvalidInput("This is too long, or has characters that do not belong there.", "words")
    return text
