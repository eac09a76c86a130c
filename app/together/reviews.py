"""Owners are told when the day has come to look at an article again: once for each day that was set.

A line of the notices stands beside a ticket; this one stands beside the newest that the article was offered for, or the
newest that the owner sees, and leads to the article.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.rights import rights_of
from app.knowledge.models import Article, Suggestion
from app.knowledge.who_sees import visible
from app.tickets.models import Message, Ticket
from app.together import notices
from app.together.whom import Tell

KIND = "review"
TOGETHER = 100


def tell_owners(session: Session, today: date, *, now: datetime) -> int:
    """How many articles were told of. Safe to run twice. An owner who sees no ticket yet is told when there is one."""
    query = (
        sa.select(Article)
        .where(
            Article.review_on <= today,
            Article.archived.is_(False),
            Article.owner_id.is_not(None),
            sa.or_(Article.review_told_on.is_(None), Article.review_told_on != Article.review_on),
        )
        .order_by(Article.review_on, Article.id)
        .limit(TOGETHER)
    )
    lines = list(_lines(session, session.scalars(query).all(), now))
    notices.add(session, lines, {})
    return len(lines)


def _lines(session: Session, articles: Iterable[Article], now: datetime) -> Iterable[Tell]:
    for article in articles:
        owner_id = article.owner_id or 0
        ticket_id = _beside(session, article.id, owner_id)
        if ticket_id is None:
            continue
        article.review_told_on = article.review_on
        detail = {"article": article.id, "title": article.title}
        yield Tell(owner_id, ticket_id, KIND, now, detail=detail)


def _beside(session: Session, article_id: int, owner_id: int) -> int | None:
    rights = rights_of(session, owner_id)
    if (
        not rights.role
        or session.scalar(sa.select(Article.id).where(Article.id == article_id, visible(rights))) is None
    ):
        return None
    seen = rights.within(Ticket.mailbox_id)
    offered = (
        sa.select(sa.func.max(Ticket.id))
        .join(Message, Message.ticket_id == Ticket.id)
        .join(Suggestion, Suggestion.message_id == Message.id)
        .where(Suggestion.article_id == article_id, seen)
    )
    return session.scalar(offered) or session.scalar(sa.select(sa.func.max(Ticket.id)).where(seen))
