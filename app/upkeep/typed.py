"""Answers typed again and again, as an agent sees them: their own, and for leads those of the desk. Never commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import Rights
from app.cursors import row_number
from app.errors import NotFound
from app.knowledge import service
from app.knowledge.gap_drafts import Answer, Draft, draft
from app.knowledge.models import Article
from app.knowledge.texts import ArticleText
from app.knowledge.typed_often import OFTEN
from app.tickets.models import Message, Status, Ticket
from app.upkeep import gap_pages
from app.upkeep.gap_service import refuse_marks
from app.upkeep.models import FreeReply, TypedAnswer, TypedDismissal, TypedState

PAGE = 30
_QUOTED = 20


@dataclass(frozen=True)
class Line:
    """`mine` of `times` replies are the asker's own; `example` is the newest one that they may see."""

    id: int
    times: int
    mine: int
    people: int
    last_at: datetime
    example: str
    dismissed: bool


def listed(
    session: Session, rights: Rights, *, dismissed: bool = False, after: str = "", limit: int = PAGE
) -> tuple[list[Line], str]:
    """Most often first, and the mark of the next page. Who does not lead is shown what they have often
    typed themselves."""
    query = _counted(rights, dismissed)
    times, _, last = after.partition("_")
    mark = (row_number(times), row_number(last))
    if None not in mark:
        n = sa.func.count()
        query = query.having(
            sa.tuple_(n, FreeReply.typed_id) < sa.tuple_(sa.literal(mark[0]), sa.literal(mark[1]))
        )
    rows = session.execute(query.limit(limit + 1)).all()
    texts = dict(
        session.execute(
            sa.select(Message.id, Message.visible).where(Message.id.in_([row.newest for row in rows[:limit]]))
        ).all()
    )
    found = [
        Line(row.typed_id, row.times, row.mine, row.people, row.last_at, texts.get(row.newest, ""), dismissed)
        for row in rows[:limit]
    ]
    return found, f"{found[-1].times}_{found[-1].id}" if len(rows) > limit else ""


def draft_of(session: Session, rights: Rights, typed_id: int) -> tuple[str, Draft]:
    """(language, draft) from the newest of these replies. Raises NotFound."""
    row = _seen(session, rights, typed_id)
    query = (
        free_replies(
            sa.select(
                Message.id, Ticket.id, sa.func.coalesce(Agent.name, ""), Message.arrived_at, Message.visible
            ),
            rights,
        )
        .outerjoin(Agent, Agent.id == Message.author_id)
        .where(FreeReply.typed_id == typed_id)
        .order_by(Message.id.desc())
        .limit(_QUOTED)
    )
    answers = [Answer(*found) for found in session.execute(query)]
    names = gap_pages.names(session, {answer.ticket_id for answer in answers})
    subject = session.scalar(sa.select(Ticket.subject).where(Ticket.id == answers[0].ticket_id)) or ""
    return row.language, draft(subject, answers, names)


def make_article(
    session: Session, rights: Rights, typed_id: int, text: ArticleText, *, by: Agent, now: datetime
) -> Article:
    """Write the article: from now on it is suggested. Raises InvalidInput, NotFound."""
    refuse_marks(text)
    row = _seen(session, rights, typed_id)
    article = service.create(session, text, by=by, now=now)
    row.state, row.article_id = TypedState.MADE, article.id
    session.flush()
    return article


def dismiss(
    session: Session, rights: Rights, typed_id: int, *, by: Agent, now: datetime, again: bool = False
) -> None:
    """Not shown to this agent any more; `again` takes that back. Raises NotFound."""
    _seen(session, rights, typed_id)
    heard = session.get(TypedDismissal, (typed_id, by.id)) or TypedDismissal(
        typed_id=typed_id, agent_id=by.id
    )
    heard.dismissed_at = None if again else (heard.dismissed_at or now)
    session.add(heard)
    session.flush()


def _seen(session: Session, rights: Rights, typed_id: int) -> TypedAnswer:
    mine = _counted(rights, None).where(FreeReply.typed_id == typed_id)
    row = session.get(TypedAnswer, typed_id, with_for_update=True)
    if row is None or session.execute(mine).first() is None:
        raise NotFound("There is no such answer.")
    return row


def _counted(rights: Rights, dismissed: bool | None) -> Any:
    """`dismissed` None: whether or not, and whoever typed it."""
    n, own = sa.func.count(), sa.func.count(sa.case((FreeReply.author_id == rights.agent_id, 1)))
    query = (
        free_replies(
            sa.select(
                FreeReply.typed_id,
                n.label("times"),
                own.label("mine"),
                sa.func.count(FreeReply.author_id.distinct()).label("people"),
                sa.func.max(FreeReply.sent_at).label("last_at"),
                sa.func.max(FreeReply.message_id).label("newest"),
            ),
            rights,
        )
        .join(TypedAnswer, TypedAnswer.id == FreeReply.typed_id)
        .where(TypedAnswer.state == TypedState.OPEN)
        .group_by(FreeReply.typed_id)
        .having((n if rights.may_lead or dismissed is None else own) >= OFTEN)
        .order_by(n.desc(), FreeReply.typed_id.desc())
    )
    if dismissed is None:
        return query
    heard = sa.exists().where(
        TypedDismissal.typed_id == FreeReply.typed_id,
        TypedDismissal.agent_id == rights.agent_id,
        TypedDismissal.dismissed_at.is_not(None),
    )
    return query.where(heard if dismissed else ~heard)


def free_replies(query: Any, rights: Rights) -> Any:
    """A query of free replies with message and ticket."""
    return (
        query.select_from(FreeReply)
        .join(Message, Message.id == FreeReply.message_id)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(rights.within(Ticket.mailbox_id), Ticket.status.not_in((Status.SPAM, Status.TRASH)))
    )
