"""What became of a suggestion, and what the knowledge base learns from it.

shown → inserted → accepted (sent as it was) or edited; shown → dismissed; shown → ignored (answered without
it).
Nothing is learnt before the reply has left: an undone send teaches nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from app.accounts.models import Agent
from app.errors import NotFound
from app.knowledge.lessons import Lesson, note
from app.knowledge.models import Article, ArticleVariant, LogKind, Outcome, Suggestion
from app.knowledge.segments import readings
from app.knowledge.similarity import GONE, UNCHANGED, says_the_same, similarity, weight

OPEN = "open"
PICKED = "picked"
# What an agent sent away counts against the pair, less than a customer's bad word for it.
SENT_AWAY = -0.5
_SENT = (Outcome.ACCEPTED, Outcome.EDITED)
_ATTACH = (
    sa.update(Suggestion.__table__)  # type: ignore[arg-type]
    .where(
        Suggestion.message_id.in_(sa.bindparam("letters", expanding=True)),
        Suggestion.reply_id.is_(None),
        Suggestion.outcome.in_((Outcome.SHOWN, Outcome.INSERTED)),
    )
    .values(reply_id=sa.bindparam("reply"))
)


@dataclass(frozen=True)
class LeftReply:
    """A reply that can no longer be undone.

    `letters`: (message id, what it asked) of the incoming letters it answers, oldest first. The question is
    '' for a letter that must teach nothing: automatic mail, a bounce, a follow-up such as "thank you".
    `mailbox_id`: where they were written to.
    """

    reply_id: int
    agent_id: int
    text: str
    letters: Sequence[tuple[int, str]]
    mailbox_id: int | None = None


def inserted(session: Session, message_id: int, article_id: int, *, by: Agent, now: datetime) -> Suggestion:
    """The article is in the editor now. One that the agent picked by themselves is recorded as well."""
    suggestion = _find_or_note(session, message_id, article_id, now)
    suggestion.inserted_at = suggestion.inserted_at or now
    return _mark(session, suggestion, Outcome.INSERTED, by=by, now=now)


def dismissed(session: Session, message_id: int, article_id: int, *, by: Agent, now: datetime) -> Suggestion:
    """The agent said that this is not the answer: it is not offered beside this letter again."""
    suggestion = _find_or_note(session, message_id, article_id, now)
    return _mark(session, suggestion, Outcome.DISMISSED, by=by, now=now)


def taken_back(session: Session, message_id: int, article_id: int, *, by: Agent, now: datetime) -> None:
    """It was sent away by mistake: offered again, as long as the letter has not been answered."""
    suggestion = _find(session, message_id, article_id)
    if suggestion is None or suggestion.outcome != Outcome.DISMISSED or suggestion.reply_id is not None:
        return
    suggestion.outcome, suggestion.outcome_at, suggestion.agent_id = Outcome.SHOWN, now, by.id
    session.flush()


def attach(session: Session, letter_ids: Sequence[int], reply_id: int) -> None:
    """This reply answers these letters; until it has left nothing else changes."""
    if not letter_ids:
        return
    session.connection().execute(_ATTACH, {"letters": list(letter_ids), "reply": reply_id})


def detach(session: Session, reply_id: int) -> None:
    """The send was undone: its suggestions are open again."""
    session.execute(
        sa.update(Suggestion)
        .where(Suggestion.reply_id == reply_id, Suggestion.outcome.not_in(_SENT))
        .values(reply_id=None)
    )


def settle(session: Session, reply: LeftReply, now: datetime) -> None:
    """Every open suggestion of these letters gets its last outcome; lessons are noted. Safe to run twice."""
    rows = _open_suggestions(session, reply)
    used = {row: similar for row, similar in _inserted_ones(rows, reply) if similar >= GONE}
    if not used:
        used = _recognised(session, reply, rows, now)
    for letter_id, question in reply.letters:
        mine = [row for row in {*rows, *used} if row.message_id == letter_id]
        _learn(session, mine, Lesson(question, reply.mailbox_id), used, now)
    for row in rows:
        _close(row, used.get(row), reply, now)
    for row in used:
        _close(row, used[row], reply, now)
    session.flush()


def sent_with(session: Session, reply_id: int) -> list[tuple[int, int]]:
    """(letter id, article id) of the articles that this reply was made of."""
    query = sa.select(Suggestion.message_id, Suggestion.article_id).where(
        Suggestion.reply_id == reply_id, Suggestion.outcome.in_(_SENT)
    )
    return [
        (letter_id, article_id) for letter_id, article_id in session.execute(query.order_by(Suggestion.id))
    ]


def judged(session: Session, article_id: int, question: str, weight: float, now: datetime) -> None:
    """What the customer thought of this answer: below 0 it counts against the pair."""
    note(session, LogKind.LEARN, article_id, Lesson(question), now, weight=weight)


def _learn(
    session: Session, rows: list[Suggestion], lesson: Lesson, used: Mapping[Suggestion, float], now: datetime
) -> None:
    """At most one lesson for each article and letter. Rows closed before have taught already."""
    if not lesson.question.strip() or not rows:
        return
    taken = [row for row in rows if row in used]
    for row in taken:
        note(
            session,
            LogKind.LEARN,
            row.article_id,
            lesson,
            now,
            weight=weight(used[row]),
            wrong=_passed_over(rows, taken),
        )
    for row in rows:
        if row.outcome == Outcome.DISMISSED and row not in used:
            note(session, LogKind.LEARN, row.article_id, lesson, now, weight=SENT_AWAY)
    if not used:
        note(session, LogKind.FREELY, 0, lesson, now)


def _close(row: Suggestion, similar: float | None, reply: LeftReply, now: datetime) -> None:
    row.reply_id = reply.reply_id
    if row.outcome == Outcome.DISMISSED and similar is None:
        return
    row.similarity = similar
    if similar is None:
        row.outcome = Outcome.IGNORED
    else:
        row.outcome = Outcome.ACCEPTED if similar >= UNCHANGED else Outcome.EDITED
    row.outcome_at = now
    row.agent_id = reply.agent_id


def _inserted_ones(rows: list[Suggestion], reply: LeftReply) -> Iterator[tuple[Suggestion, float]]:
    """The inserted articles, each with how much of it was sent, in the language it was sent in."""
    answers = {
        row.article_id: _nearest(row.article, reply.text) for row in rows if row.outcome == Outcome.INSERTED
    }
    for row in rows:
        if row.outcome == Outcome.INSERTED:
            others = [answer for article_id, answer in answers.items() if article_id != row.article_id]
            yield row, similarity(answers[row.article_id], reply.text, others)


def _nearest(article: Article, sent: str) -> str:
    """Of the languages of an article, and of its parts for some, the text that this reply is made of."""
    said = [article.answer, *(variant.answer for variant in article.variants)]
    texts = [reading for text in said for reading in readings(text)]
    return max(texts, key=lambda one: similarity(one, sent))


def _recognised(
    session: Session, reply: LeftReply, rows: list[Suggestion], now: datetime
) -> dict[Suggestion, float]:
    """The agent wrote, without inserting it, what an article says: as good as having taken it."""
    article = _same_answer(session, reply.text)
    if article is None:
        return {}
    similar = similarity(_nearest(article, reply.text), reply.text)
    used: dict[Suggestion, float] = {}
    for letter_id, question in reply.letters:
        row = _find(session, letter_id, article.id)
        if row is None and question.strip():
            row = _find_or_note(session, letter_id, article.id, now)
        if row is not None and row.outcome not in _SENT:
            used[row] = similar
    return used


def _passed_over(rows: list[Suggestion], taken: list[Suggestion]) -> int | None:
    """The openly shown article that the agent did not take: the wrong one of this pair."""
    names = {row.article_id for row in taken}
    shown = [row for row in rows if row.shown == OPEN and row.article_id not in names]
    return min(shown, key=lambda row: row.rank).article_id if shown else None


def _same_answer(session: Session, text: str) -> Article | None:
    """The article that says what the agent wrote. Texts of quite another length cannot be the same."""
    shortest, longest = len(text) // 2, len(text) * 2
    own = sa.func.length(Article.answer).between(shortest, longest)
    other = Article.variants.any(sa.func.length(ArticleVariant.answer).between(shortest, longest))
    near = session.scalars(
        sa.select(Article)
        .where(Article.archived.is_(False), sa.or_(own, other))
        .options(selectinload(Article.variants))
    ).all()
    best = max(near, key=lambda article: similarity(_nearest(article, text), text), default=None)
    return best if best is not None and says_the_same(_nearest(best, text), text) else None


def _open_suggestions(session: Session, reply: LeftReply) -> list[Suggestion]:
    open_ones = (Outcome.SHOWN, Outcome.INSERTED)
    unclaimed = Suggestion.reply_id.is_(None)
    query = (
        sa.select(Suggestion)
        .options(joinedload(Suggestion.article).selectinload(Article.variants))
        .where(
            Suggestion.message_id.in_([letter_id for letter_id, _ in reply.letters]),
            sa.or_(
                sa.and_(
                    Suggestion.outcome.in_(open_ones),
                    sa.or_(unclaimed, Suggestion.reply_id == reply.reply_id),
                ),
                sa.and_(Suggestion.outcome == Outcome.DISMISSED, unclaimed),
            ),
        )
        .order_by(Suggestion.message_id, Suggestion.rank, Suggestion.id)
    )
    return list(session.scalars(query))


def _find(session: Session, message_id: int, article_id: int) -> Suggestion | None:
    query = sa.select(Suggestion).where(
        Suggestion.message_id == message_id, Suggestion.article_id == article_id
    )
    return session.scalar(query.with_for_update())


def _find_or_note(session: Session, message_id: int, article_id: int, now: datetime) -> Suggestion:
    """Scoring anew may have replaced what the agent saw a moment ago: the choice counts all the same."""
    suggestion = _find(session, message_id, article_id)
    if suggestion is not None:
        return suggestion
    if session.get(Article, article_id) is None:
        raise NotFound("There is no such article.")
    suggestion = Suggestion(
        message_id=message_id,
        article_id=article_id,
        rank=0,
        confidence=0.0,
        shown=PICKED,
        why={},
        outcome=Outcome.SHOWN,
        created_at=now,
    )
    session.add(suggestion)
    session.flush()
    return suggestion


def _mark(
    session: Session, suggestion: Suggestion, outcome: Outcome, *, by: Agent, now: datetime
) -> Suggestion:
    """A suggestion whose reply has left keeps its outcome."""
    if suggestion.outcome not in _SENT:
        suggestion.outcome, suggestion.outcome_at, suggestion.agent_id = outcome, now, by.id
        suggestion.reply_id = None
        session.flush()
    return suggestion
