"""The letters and replies behind a figure of an article, newest letter first, as far as the asker may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from app.accounts.models import Agent
from app.accounts.rights import Rights
from app.cursors import row_number
from app.knowledge.models import Suggestion
from app.ratings.models import Rating, RatingInvitation
from app.tickets.models import Message, Ticket
from app.upkeep.article_figures import COUNTED, SENT, counted_rating, reopened_after, suggestions_seen

PAGE = 50
_EXCERPT = 200
_Reply = aliased(Message)
# Beside the counts of letters: what is asked of the reply that was sent.
_RATED = sa.exists().where(
    RatingInvitation.message_id == Suggestion.reply_id,
    Rating.invitation_id == RatingInvitation.id,
    counted_rating(),
)
_CLOSED = sa.or_(Ticket.closed_at >= _Reply.arrived_at, reopened_after(_Reply.arrived_at))
CONDITIONS: dict[str, sa.ColumnElement[bool]] = {
    **COUNTED,
    "sent": SENT,
    "rated": sa.and_(SENT, _RATED),
    "closed": sa.and_(SENT, _CLOSED),
    "reopened": sa.and_(SENT, reopened_after(_Reply.arrived_at)),
    "measured": sa.and_(SENT, _Reply.composing_seconds.is_not(None)),
}


@dataclass(frozen=True)
class Case:
    """A letter beside which the article was offered or chosen, and the reply, if there is one."""

    ticket_id: int
    subject: str
    letter_id: int
    letter: str
    asked_at: datetime
    outcome: str
    reply_id: int | None
    agent: str
    seconds: int | None


@dataclass(frozen=True)
class Cases:
    rows: list[Case]
    # The mark of the next page, '' on the last one.
    next: str


def cases(
    session: Session, rights: Rights, article_id: int, what: str, since: datetime | None, *, after: str = ""
) -> Cases:
    """`what` is a key of CONDITIONS; anything else means every letter of the article."""
    query = (
        suggestions_seen(
            sa.select(
                Ticket.id,
                Ticket.subject,
                Message.id,
                sa.func.substr(Message.visible, 1, _EXCERPT),
                Message.arrived_at,
                Suggestion.outcome,
                Suggestion.reply_id,
                sa.func.coalesce(Agent.name, ""),
                _Reply.composing_seconds,
            ),
            rights,
            since,
        )
        .outerjoin(_Reply, _Reply.id == Suggestion.reply_id)
        .outerjoin(Agent, Agent.id == sa.func.coalesce(_Reply.author_id, Suggestion.agent_id))
        .where(Suggestion.article_id == article_id, CONDITIONS.get(what, sa.true()))
        .order_by(Message.id.desc())
        .limit(PAGE + 1)
    )
    mark = row_number(after)
    if mark is not None:
        query = query.where(Message.id < mark)
    found = [Case(*row) for row in session.execute(query)]
    return Cases(found[:PAGE], str(found[PAGE - 1].letter_id) if len(found) > PAGE else "")
