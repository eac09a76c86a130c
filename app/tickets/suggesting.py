"""Letters that wait for suggestions, and storing what was found beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.knowledge.models import Article, Outcome, Suggestion
from app.tickets.models import Kind, Message, Status, Ticket
from app.tickets.service import changed

PENDING, DONE = "pending", "done"
LONGEST_QUESTION = 20_000
LONGEST_SUBJECT = 500
RESCORED = 200
# "Re:", "Fwd[2]:", "Ответ:" and the like, however often.
_ANSWER_MARKS = re.compile(r"^(?:\s*(?:re|aw|fwd?|ответ|отв|пересл)\s*(?:\[\d+\])?\s*:)+", re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """What a letter asks, as the index wants it."""

    message_id: int
    ticket_id: int
    text: str
    language: str
    mailbox_id: int = 0


@dataclass(frozen=True)
class Found:
    """An article for a letter, best first; `why` is plain data for the page."""

    article_id: int
    confidence: float
    why: dict[str, object]
    shown: str


def asked_text(subject: str, visible: str) -> str:
    """What a letter asks: the same text when it is scored and when it is learnt."""
    subject = _ANSWER_MARKS.sub("", subject).strip()
    return (visible if subject in visible[:LONGEST_SUBJECT] else f"{subject}\n\n{visible}")[:LONGEST_QUESTION]


def waiting_questions(session: Session, *, limit: int = 50) -> list[Question]:
    """Letters not scored yet, oldest first."""
    query = (
        sa.select(
            Message.id,
            Message.ticket_id,
            Message.subject,
            Message.visible,
            Ticket.language,
            Ticket.mailbox_id,
        )
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(Message.suggest_state == PENDING)
        .order_by(Message.id)
        .limit(limit)
    )
    return [
        Question(message_id, ticket_id, asked_text(subject, visible), language, mailbox_id)
        for message_id, ticket_id, subject, visible, language, mailbox_id in session.execute(query)
    ]


def save_found(session: Session, question: Question, found: Sequence[Found], *, now: datetime) -> None:
    """Replace what was merely shown; what an agent inserted or dismissed stays. Safe to run twice."""
    session.execute(
        sa.delete(Suggestion)
        .where(
            Suggestion.message_id == question.message_id,
            Suggestion.outcome == Outcome.SHOWN,
            Suggestion.reply_id.is_(None),
        )
        .execution_options(synchronize_session=False)
    )
    kept = set(
        session.scalars(sa.select(Suggestion.article_id).where(Suggestion.message_id == question.message_id))
    )
    wanted = [one.article_id for one in found]
    alive = set(
        session.scalars(sa.select(Article.id).where(Article.id.in_(wanted), Article.archived.is_(False)))
    )
    for rank, one in enumerate(found, 1):
        if one.article_id in alive and one.article_id not in kept:
            session.add(
                Suggestion(
                    message_id=question.message_id,
                    article_id=one.article_id,
                    rank=rank,
                    confidence=one.confidence,
                    why=one.why,
                    shown=one.shown,
                    created_at=now,
                )
            )
    session.execute(
        sa.update(Message)
        .where(Message.id == question.message_id)
        .values(suggest_state=DONE)
        .execution_options(synchronize_session=False)
    )
    changed(session, question.ticket_id, "suggested", now)


def score_again(session: Session) -> int:
    """Articles or lessons changed: the newest letters that still wait for an answer are scored anew."""
    newest = (
        sa.select(sa.func.max(Message.id))
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(
            Message.kind == Kind.INCOMING,
            Message.suggest_state == DONE,
            Ticket.status == Status.OPEN,
            Ticket.waiting_since.is_not(None),
        )
        .group_by(Message.ticket_id)
        .order_by(sa.func.max(Message.id).desc())
        .limit(RESCORED)
    )
    result = session.execute(
        sa.update(Message)
        .where(Message.id.in_(list(session.scalars(newest))))
        .values(suggest_state=PENDING)
        .execution_options(synchronize_session=False)
    )
    return db.changed_rows(result)
