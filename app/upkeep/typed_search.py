"""Read replies that were written without an article, find those that say the same, and tell their writers once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.knowledge.gaps import Cluster
from app.knowledge.models import Article, Suggestion
from app.knowledge.typed_often import OFTEN, Reply, repeated, typed_words
from app.tickets.models import Delivery, Kind, Message, Ticket
from app.together import notices
from app.together.whom import Tell
from app.upkeep.article_figures import SENT
from app.upkeep.gap_search import CHUNK, Letter, same_gaps
from app.upkeep.models import FreeReply, TypedAnswer, TypedDismissal, TypedState, UpkeepRound

NAME = "replies"
KEPT = timedelta(days=180)
# Messages looked at in one transaction, of which about one in five is a reply.
BATCH = 250
MOST_REPLIES = 60_000
TOLD = "typed"


def read_new(session: Session, *, now: datetime, limit: int = BATCH) -> bool:
    """The next replies that have left; True when there may be more. What may still be undone waits."""
    done = session.get(UpkeepRound, NAME)
    if done is None:
        done = UpkeepRound(name=NAME, position=0, seconds=0.0, rows=0)
        session.add(done)
    ids = sa.select(Message.id).where(Message.id > done.position).order_by(Message.id).limit(limit).subquery()
    last = session.scalar(sa.select(sa.func.max(ids.c.id)))
    held = session.scalar(sa.select(sa.func.min(Message.id)).where(Message.delivery == Delivery.HELD))
    if last is None or (held is not None and held <= done.position + 1):
        return False
    last = last if held is None else min(last, held - 1)
    replies = [
        {
            "message_id": row.id,
            "author_id": row.author_id,
            "language": row.language,
            "sent_at": row.arrived_at,
            "words": " ".join(words),
        }
        for row in session.execute(_written(done.position, last, now - KEPT)).all()
        if (words := typed_words(row.visible))
    ]
    if replies:
        session.execute(sa.insert(FreeReply), replies)
    done.position = last
    session.flush()
    return True


def gather(session: Session) -> list[Letter]:
    """The newest replies, each with the repetition it belongs to."""
    query = (
        sa.select(FreeReply.message_id, FreeReply.language, FreeReply.words, FreeReply.typed_id)
        .order_by(FreeReply.message_id.desc())
        .limit(MOST_REPLIES)
    )
    return [Letter(row[0], row[1], tuple(row[2].split()), row[3]) for row in session.execute(query)]


def found(replies: Sequence[Letter]) -> list[tuple[str, Cluster]]:
    """(language, replies that say the same)."""
    by_language: dict[str, list[Reply]] = {}
    for one in sorted(replies, key=lambda one: one.id):
        by_language.setdefault(one.language, []).append(Reply(one.id, one.words))
    return [
        (language, Cluster(tuple((reply_id, 1.0) for reply_id in ids)))
        for language in sorted(by_language)
        for ids in repeated(by_language[language])
    ]


def name_answers(
    session: Session, replies: Sequence[Letter], every: Sequence[tuple[str, Cluster]], now: datetime
) -> list[int]:
    """The id of each repetition; new ones get a row."""
    ids = []
    for (language, _cluster), known in zip(every, same_gaps(replies, every), strict=True):
        if known is None:
            row = TypedAnswer(language=language, state=TypedState.OPEN, created_at=now)
            session.add(row)
            session.flush()
            known = row.id
        ids.append(known)
    return ids


def move(session: Session, rows: list[dict[str, object]]) -> None:
    session.connection().execute(
        sa.update(FreeReply)
        .where(FreeReply.__table__.c.message_id == sa.bindparam("letter"))
        .values(typed_id=sa.bindparam("gap")),
        [{"letter": row["letter"], "gap": row["gap"]} for row in rows],
    )


def tidy(session: Session, ids: Iterable[int], *, now: datetime) -> None:
    """What is old, what was answered with an article after all, and repetitions without replies go; one whose article
    is gone is open again."""
    used = sa.exists().where(Suggestion.reply_id == FreeReply.message_id, SENT)
    for gone in (FreeReply.sent_at < now - KEPT, used):
        session.execute(sa.delete(FreeReply).where(gone).execution_options(synchronize_session=False))
    there = sa.exists().where(Article.id == TypedAnswer.article_id, Article.archived.is_(False))
    session.execute(
        sa.update(TypedAnswer)
        .where(TypedAnswer.state == TypedState.MADE, ~there)
        .values(state=TypedState.OPEN, article_id=None)
        .execution_options(synchronize_session=False)
    )
    empty = ~sa.exists().where(FreeReply.typed_id == TypedAnswer.id)
    session.execute(
        sa.delete(TypedAnswer)
        .where(TypedAnswer.id.not_in(list(ids)), empty)
        .execution_options(synchronize_session=False)
    )


def tell(session: Session, *, now: datetime) -> int:
    """One line on the bell of whoever has typed an answer often, once for each answer; how many."""
    n = sa.func.count()
    query = (
        sa.select(FreeReply.typed_id, FreeReply.author_id, n, sa.func.max(FreeReply.message_id))
        .join(TypedAnswer, TypedAnswer.id == FreeReply.typed_id)
        .outerjoin(
            TypedDismissal,
            sa.and_(
                TypedDismissal.typed_id == FreeReply.typed_id, TypedDismissal.agent_id == FreeReply.author_id
            ),
        )
        .where(TypedAnswer.state == TypedState.OPEN, TypedDismissal.typed_id.is_(None))
        .group_by(FreeReply.typed_id, FreeReply.author_id)
        .having(n >= OFTEN)
        .order_by(FreeReply.typed_id, FreeReply.author_id)
        .limit(CHUNK)
    )
    found_rows = session.execute(query).all()
    tickets = _tickets(session, [row[3] for row in found_rows])
    lines = []
    for typed_id, agent_id, times, message_id in found_rows:
        session.add(TypedDismissal(typed_id=typed_id, agent_id=agent_id, told_at=now))
        lines.append(Tell(agent_id, tickets[message_id], TOLD, now, None, message_id, {"times": times}))
    notices.add(session, _each_once(lines), {})
    return len(lines)


def _each_once(lines: Sequence[Tell]) -> list[Tell]:
    """Two repetitions may end in the same ticket: one line is enough there."""
    seen: Counter[tuple[int, int]] = Counter()
    kept = []
    for line in lines:
        seen[line.agent_id, line.ticket_id] += 1
        if seen[line.agent_id, line.ticket_id] == 1:
            kept.append(line)
    return kept


def _tickets(session: Session, message_ids: Sequence[int]) -> dict[int, int]:
    rows = session.execute(sa.select(Message.id, Message.ticket_id).where(Message.id.in_(message_ids)))
    return {row[0]: row[1] for row in rows}


def _written(after: int, last: int, since: datetime) -> sa.Select[int, int | None, str, Any, datetime]:
    used = sa.exists().where(Suggestion.reply_id == Message.id, SENT)
    known = sa.exists().where(FreeReply.message_id == Message.id)
    language = sa.func.coalesce(sa.func.nullif(Message.language, ""), Ticket.language)
    return (
        sa.select(
            Message.id, Message.author_id, Message.visible, language.label("language"), Message.arrived_at
        )
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(
            Message.id > after,
            Message.id <= last,
            Message.kind == Kind.OUTGOING,
            Message.author_id.is_not(None),
            Message.automatic.is_(None),
            Message.forwarded_id.is_(None),
            Message.arrived_at >= since,
            ~used,
            ~known,
        )
        .order_by(Message.id)
    )
