"""An unhappy customer counts against the article that the reply was made of."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from app import db
from app.knowledge.models import Article, KnowledgeLog, LogKind, Outcome, Suggestion
from app.ratings import service
from app.ratings.models import RatingInvitation
from app.tickets.models import Kind, Message
from tests.app.ratings.conftest import Asked

QUESTION = "My kettle leaks. What now?"


def answered_with_an_article(
    asked: Asked, *, automatic: str | None = None, outcome: str = Outcome.ACCEPTED
) -> int:
    """The id of the article."""
    now = db.now()
    with db.transaction() as session:
        article = Article(title="Leaks", answer="Send it in.", language="en", created_at=now, updated_at=now)
        letter = Message(
            ticket_id=asked.ticket,
            kind=Kind.INCOMING,
            arrived_at=now - timedelta(hours=1),
            visible=QUESTION,
            automatic=automatic,
        )
        session.add_all([article, letter])
        session.flush()
        row = Suggestion(
            message_id=letter.id,
            article_id=article.id,
            rank=1,
            confidence=0.9,
            outcome=outcome,
            reply_id=asked.message,
            created_at=now,
        )
        session.add(row)
        return article.id


def rate(asked: Asked, *faces: str) -> None:
    for face in faces:
        with db.transaction() as session:
            invitation = session.get_one(RatingInvitation, asked.invitation)
            service.give(session, invitation, face, "", now=db.now(), change_days=7)


def lessons() -> list[tuple[int, str, float]]:
    with db.reading() as session:
        rows = session.scalars(
            sa.select(KnowledgeLog).where(KnowledgeLog.kind == LogKind.LEARN).order_by(KnowledgeLog.id)
        )
        return [(row.article_id, row.question, row.weight) for row in rows]


def test_an_unhappy_customer_counts_against_the_pair_once(asked: Asked) -> None:
    article = answered_with_an_article(asked)
    rate(asked, "bad", "bad")
    assert lessons() == [(article, QUESTION, -0.5)]


def test_a_second_thought_gives_it_back(asked: Asked) -> None:
    article = answered_with_an_article(asked)
    rate(asked, "bad", "okay", "good")
    assert lessons() == [(article, QUESTION, -0.5), (article, QUESTION, 0.5)]


def test_a_happy_customer_teaches_nothing_new(asked: Asked) -> None:
    answered_with_an_article(asked)
    rate(asked, "good", "okay")
    assert lessons() == []


def test_programs_and_articles_that_were_not_sent_teach_nothing(asked: Asked) -> None:
    answered_with_an_article(asked, automatic="out of office")
    answered_with_an_article(asked, outcome=Outcome.IGNORED)
    rate(asked, "bad")
    assert lessons() == []
