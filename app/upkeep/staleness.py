"""Which articles want looking at again, and why; of what the asker may see."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from app.accounts.rights import Rights
from app.knowledge.models import Article, ArticleVariant, ArticleVersion, Outcome, Suggestion
from app.knowledge.stale import FEWEST_SAME, Habit, Why, habits, reasons
from app.knowledge.who_sees import visible
from app.ratings.models import Rating, RatingInvitation
from app.ratings.score import Score
from app.tickets.models import Message
from app.upkeep.article_figures import SENT, figures, suggestions_seen

# An article is judged by its newest letters, whatever period somebody looks at.
LOOKED_AT = timedelta(days=90)
# So many replies of an article are read for what was changed in them.
MOST_READ = 30
_Reply = aliased(Message)


@dataclass(frozen=True)
class Stale:
    """Why an article wants looking at; nothing in `reasons` when it does not."""

    reasons: tuple[Why, ...]
    habits: tuple[Habit, ...]
    score: Score


def of_articles(
    session: Session, rights: Rights, articles: Collection[Article], *, now: datetime, today: date
) -> dict[int, Stale]:
    """article → whether it is stale, for all of these; a fixed number of queries."""
    ids = [article.id for article in articles]
    since = now - LOOKED_AT
    known = figures(session, rights, ids, since)
    often = [one for one in ids if known[one].counts.edited >= FEWEST_SAME]
    found_habits = _habits(session, rights, often, since)
    return {
        article.id: _judged(
            known[article.id].score, found_habits.get(article.id, []), article.review_on, today
        )
        for article in articles
    }


def candidates(session: Session, rights: Rights, *, now: datetime, today: date, limit: int) -> list[Article]:
    """Articles that may be stale: overdue ones, those edited again and again, and those rated often and not well."""
    since = now - LOOKED_AT
    edited = _often(
        suggestions_seen(sa.select(Suggestion.article_id), rights, since).where(
            Suggestion.outcome == Outcome.EDITED
        ),
        FEWEST_SAME,
    )
    rated = _often(
        suggestions_seen(sa.select(Suggestion.article_id), rights, since)
        .join(RatingInvitation, RatingInvitation.message_id == Suggestion.reply_id)
        .join(Rating, Rating.invitation_id == RatingInvitation.id)
        .where(SENT, Rating.counted_at.is_not(None), Rating.face != "good"),
        1,
    )
    asked = (
        sa.select(Article)
        .where(
            Article.archived.is_(False),
            visible(rights),
            sa.or_(Article.review_on <= today, Article.id.in_(edited), Article.id.in_(rated)),
        )
        .order_by(Article.id)
        .limit(limit)
    )
    return list(session.scalars(asked))


def _often(query: sa.Select[int], times: int) -> sa.Select[int]:
    return query.group_by(Suggestion.article_id).having(sa.func.count() >= times)


def _judged(score: Score, found: list[Habit], review_on: date | None, today: date) -> Stale:
    why = reasons(found, ratings=score.n, high=score.high, review_on=review_on, today=today)
    return Stale(tuple(why), tuple(found), score)


def _habits(
    session: Session, rights: Rights, ids: Collection[int], since: datetime
) -> dict[int, list[Habit]]:
    if not ids:
        return {}
    texts = _texts(session, ids)
    replies = _edited_since_changed(session, rights, ids, since)
    return {
        article_id: habits(texts[article_id], replies[article_id][:MOST_READ])
        for article_id in ids
        if len(replies.get(article_id, ())) >= FEWEST_SAME
    }


def _texts(session: Session, ids: Collection[int]) -> dict[int, list[str]]:
    """What each article says now, in each of its languages."""
    first = sa.select(Article.id, Article.answer).where(Article.id.in_(ids))
    others = sa.select(ArticleVariant.article_id, ArticleVariant.answer).where(
        ArticleVariant.article_id.in_(ids)
    )
    found: dict[int, list[str]] = {}
    for query in (first, others):
        for article_id, answer in session.execute(query):
            found.setdefault(article_id, []).append(answer)
    return found


def _edited_since_changed(
    session: Session, rights: Rights, ids: Collection[int], since: datetime
) -> dict[int, list[tuple[int, str]]]:
    """article → (reply, its text), newest first: only what was sent after the article was last changed, since a change
    may be the very edit. One query."""
    changed = (
        sa.select(sa.func.max(ArticleVersion.created_at))
        .where(ArticleVersion.article_id == Suggestion.article_id)
        .scalar_subquery()
    )
    place = sa.func.row_number().over(
        partition_by=Suggestion.article_id, order_by=(_Reply.id.desc(), Suggestion.id)
    )
    inner = (
        suggestions_seen(
            sa.select(Suggestion.article_id, _Reply.id.label("reply_id"), place.label("place")), rights, since
        )
        .join(_Reply, _Reply.id == Suggestion.reply_id)
        .where(
            Suggestion.article_id.in_(ids),
            Suggestion.outcome == Outcome.EDITED,
            _Reply.arrived_at >= changed,
        )
        .subquery()
    )
    query = (
        sa.select(inner.c.article_id, inner.c.reply_id, Message.visible)
        .join(Message, Message.id == inner.c.reply_id)
        .where(inner.c.place <= MOST_READ)
        .order_by(inner.c.article_id, inner.c.reply_id.desc())
    )
    found: dict[int, dict[int, str]] = {}
    for article_id, reply_id, text in session.execute(query):
        found.setdefault(article_id, {})[reply_id] = text
    return {article_id: list(replies.items()) for article_id, replies in found.items()}
