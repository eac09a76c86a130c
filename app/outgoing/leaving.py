"""Replies whose time to undo is over: they leave, and the knowledge base learns from them. Never commits."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from app.knowledge import outcomes
from app.outgoing import clockwork, thread
from app.tickets.models import Message
from app.tickets.suggesting import asked_text

log = logging.getLogger(__name__)


def release_due(session: Session, now: datetime) -> list[int]:
    """held → queued where the time to undo is over; the knowledge base learns from what left. Ids to ring for."""
    ids = clockwork.release(session, now)
    for message_id in ids:
        try:
            with session.begin_nested():
                _learn(session, message_id, now)
        except Exception:  # what cannot be learnt from one reply must not keep it, or any other, from leaving
            log.exception("nothing learnt from message %d", message_id)
    return ids


def _learn(session: Session, message_id: int, now: datetime) -> None:
    message = session.get_one(Message, message_id)
    if message.author_id is None:
        return
    letters = [(letter.id, _question(letter)) for letter in thread.answered_letters(session, message)]
    left = outcomes.LeftReply(
        message.id, message.author_id, message.visible, letters, message.ticket.mailbox_id
    )
    outcomes.settle(session, left, now)


def _question(letter: Message) -> str:
    """What the knowledge base may learn from: nothing from programs."""
    return "" if letter.automatic else asked_text(letter.subject, letter.visible)
