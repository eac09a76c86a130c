"""What a rating teaches the knowledge base: an unhappy customer counts against the pair of letter and article.

The face is about the whole reply, so it weighs half of what an agent's own choice does. A customer who thinks better
of it gives the pair back what it lost.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.knowledge import outcomes
from app.ratings.models import Face
from app.tickets.models import Message
from app.tickets.suggesting import asked_text

WEIGHT = 0.5


def learn(session: Session, reply_id: int, before: str, after: str, *, now: datetime) -> None:
    """`before` and `after`: faces, '' for none yet. Teaches something only when unhappiness came or went."""
    unhappy = after == Face.BAD
    if unhappy == (before == Face.BAD):
        return
    pairs = outcomes.sent_with(session, reply_id)
    asked = sa.select(Message.id, Message.subject, Message.visible).where(
        Message.id.in_({letter_id for letter_id, _ in pairs}), Message.automatic.is_(None)
    )
    questions = {row.id: asked_text(row.subject, row.visible) for row in session.execute(asked)}
    for letter_id, article_id in pairs:
        if questions.get(letter_id, "").strip():
            weight = -WEIGHT if unhappy else WEIGHT
            outcomes.judged(session, article_id, questions[letter_id], weight, now)
