"""The reply that was just sent, and how often its writer has typed the same before. Asked by the page for one reply.

The search for repetitions comes around by itself and tells on the bell; this asks at once, while the answer is still
on the screen. Never commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.rights import Rights
from app.knowledge.models import Outcome, Suggestion
from app.knowledge.typed_often import OFTEN, same_answers, typed_words
from app.tickets.models import Kind, Message, Ticket
from app.upkeep.article_figures import SENT
from app.upkeep.models import FreeReply, TypedAnswer, TypedDismissal, TypedState
from app.upkeep.typed import free_replies

# Of the writer's own, newest first: who has not typed it among these does not type it again and again.
NEWEST = 1000


@dataclass(frozen=True)
class Repeated:
    """`times` with this reply; `others` the replies before it; `typed_id` once the repetition has a row."""

    reply: Message
    times: int
    others: tuple[int, ...]
    typed_id: int | None


def of_reply(session: Session, rights: Rights, reply: Message) -> Repeated | None:
    """None unless the asker wrote it, without an article, at least the fifth time, and has not said that they know."""
    words = typed_words(reply.visible) if _is_own(rights, reply) else []
    if not words or _with_article(session, reply):
        return None
    earlier = _earlier(session, rights, reply)
    same = same_answers(words, [(row.message_id, row.words.split()) for row in earlier])
    if len(same) + 1 < OFTEN:
        return None
    named = {row.message_id: row.typed_id for row in earlier if row.typed_id is not None}
    typed_id = next((named[one] for one in same if one in named), None)
    if typed_id is not None and not _is_open(session, rights, typed_id):
        return None
    return Repeated(reply, len(same) + 1, tuple(same), typed_id)


def named(session: Session, found: Repeated, *, now: datetime) -> int:
    """The row of the repetition, made where the search has not come by yet. This reply is one of it."""
    typed_id = found.typed_id
    if typed_id is None:
        row = TypedAnswer(language=_language(found.reply), state=TypedState.OPEN, created_at=now)
        session.add(row)
        session.flush()
        typed_id = row.id
    if session.get(FreeReply, found.reply.id) is None:
        session.add(
            FreeReply(
                message_id=found.reply.id, author_id=found.reply.author_id, language=_language(found.reply),
                sent_at=found.reply.arrived_at, words=" ".join(typed_words(found.reply.visible)),
            )
        )  # fmt: skip
        session.flush()
    session.execute(
        sa.update(FreeReply)
        .where(FreeReply.message_id.in_((found.reply.id, *found.others)), FreeReply.typed_id.is_(None))
        .values(typed_id=typed_id)
        .execution_options(synchronize_session=False)
    )
    return typed_id


def _is_own(rights: Rights, reply: Message) -> bool:
    return (
        reply.kind == Kind.OUTGOING
        and reply.author_id == rights.agent_id
        and reply.automatic is None
        and reply.forwarded_id is None
    )


def _with_article(session: Session, reply: Message) -> bool:
    """It was sent with an article, or one was put into it and it has not left yet."""
    unclaimed = sa.and_(
        Suggestion.outcome == Outcome.INSERTED,
        sa.or_(Suggestion.reply_id.is_(None), Suggestion.reply_id == reply.id),
    )
    query = (
        sa.select(Suggestion.id)
        .join(Message, Message.id == Suggestion.message_id)
        .where(
            Message.ticket_id == reply.ticket_id,
            sa.or_(sa.and_(SENT, Suggestion.reply_id == reply.id), unclaimed),
        )
    )
    return session.scalar(query.limit(1)) is not None


def _earlier(session: Session, rights: Rights, reply: Message) -> Sequence[sa.Row[int, str, int | None]]:
    query = free_replies(sa.select(FreeReply.message_id, FreeReply.words, FreeReply.typed_id), rights).where(
        FreeReply.author_id == rights.agent_id,
        FreeReply.message_id != reply.id,
        FreeReply.language == _language(reply),
    )
    rows: Sequence[sa.Row[int, str, int | None]] = session.execute(
        query.order_by(FreeReply.message_id.desc()).limit(NEWEST)
    ).all()
    return rows


def _is_open(session: Session, rights: Rights, typed_id: int) -> bool:
    """It is no article yet, and this agent wants to hear of it."""
    row = session.get_one(TypedAnswer, typed_id)
    heard = session.get(TypedDismissal, (typed_id, rights.agent_id))
    return row.state == TypedState.OPEN and (heard is None or heard.dismissed_at is None)


def _language(reply: Message) -> str:
    """As the search for repetitions reads it."""
    ticket: Ticket = reply.ticket
    return reply.language or ticket.language
