"""Pairs of articles that say the same: seen, called different, merged, and merged ones taken apart again.

Merging moves what was learnt and the tags, and archives the one that goes. What was moved is written down with the
merge, so that taking it back leaves both articles as they were. Never commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from app.accounts.models import Agent
from app.accounts.rights import Rights
from app.errors import InvalidInput, NotFound
from app.knowledge import index_log, service
from app.knowledge.models import Article, KnowledgeLog, LogKind
from app.knowledge.who_sees import visible
from app.upkeep.models import ArticleMerge, Gap, Likeness, LikenessState

PAGE = 30
MOST_LESSONS = 300
_Other = aliased(Article)


@dataclass(frozen=True)
class Twins:
    likeness: Likeness
    one: Article
    other: Article


@dataclass(frozen=True)
class Merged:
    """A merge that can still be taken back."""

    merge: ArticleMerge
    kept: Article
    gone: Article


def listed(
    session: Session, rights: Rights, state: str, *, after: str = "", limit: int = PAGE
) -> tuple[list[Twins], str]:
    """Pairs of which the asker may see both, most alike first, and the mark of the next page."""
    seen = _ids_seen(rights)
    query = (
        sa.select(Likeness, Article, _Other)
        .join(Article, Article.id == Likeness.article_id)
        .join(_Other, _Other.id == Likeness.other_id)
        .where(
            Likeness.state == state,
            Article.archived.is_(False),
            _Other.archived.is_(False),
            Likeness.article_id.in_(seen),
            Likeness.other_id.in_(seen),
        )
        .order_by(Likeness.text.desc(), Likeness.article_id, Likeness.other_id)
        .limit(limit + 1)
    )
    mark = _mark(after)
    if mark is not None:
        text, one, other = mark
        key = sa.tuple_(Likeness.article_id, Likeness.other_id)
        later = sa.and_(Likeness.text == text, key > sa.tuple_(sa.literal(one), sa.literal(other)))
        query = query.where(sa.or_(Likeness.text < text, later))
    found = [Twins(row[0], row[1], row[2]) for row in session.execute(query)]
    last = found[limit - 1].likeness if len(found) > limit else None
    return found[:limit], f"{last.text}_{last.article_id}_{last.other_id}" if last else ""


def call_different(
    session: Session,
    rights: Rights,
    ids: tuple[int, int],
    *,
    by: Agent,
    now: datetime,
    different: bool = True,
) -> Likeness:
    """Somebody looked at both; or takes that back. Raises NotFound."""
    row = session.get(Likeness, (min(ids), max(ids)), with_for_update=True)
    if row is None or not _sees_both(session, rights, ids):
        raise NotFound("These two are no pair.")
    state = LikenessState.DIFFERENT if different else LikenessState.OPEN
    if row.state != state:
        row.state, row.state_at, row.state_by_id = state, now, by.id
        session.flush()
    return row


def merge(
    session: Session, rights: Rights, kept_id: int, gone_id: int, *, by: Agent, now: datetime
) -> ArticleMerge:
    """What `gone` has learnt and its tags go over to `kept`; `gone` is archived. Safe to run twice. Raises NotFound."""
    earlier = session.scalar(
        sa.select(ArticleMerge).where(ArticleMerge.gone_id == gone_id, ArticleMerge.undone_at.is_(None))
    )
    if earlier is not None and earlier.kept_id == kept_id:
        return earlier
    if kept_id == gone_id or not _sees_both(session, rights, (kept_id, gone_id)):
        raise NotFound("These two are no pair.")
    kept, gone = session.get_one(Article, kept_id), session.get_one(Article, gone_id)
    if kept.archived or gone.archived:
        raise InvalidInput("One of these articles is archived.")
    tags = [tag for tag in gone.tags if tag not in kept.tags]
    kept.tags = [*kept.tags, *tags]
    made = ArticleMerge(
        kept_id=kept_id,
        gone_id=gone_id,
        tags=[tag.id for tag in tags],
        lessons=_lessons_over(session, gone_id, kept_id, now),
        merged_at=now,
        merged_by_id=by.id,
    )
    session.add(made)
    service.archive(session, gone_id, by=by, now=now)
    made.lessons = [*made.lessons, *_gone_rows(session, gone_id)]
    session.execute(sa.update(Gap).where(Gap.article_id == gone_id).values(article_id=kept_id))
    session.flush()
    return made


def undo(session: Session, rights: Rights, merge_id: int, *, by: Agent, now: datetime) -> ArticleMerge:
    """Both articles as they were. The lessons that went over are taken out of the log: whoever keeps the index has to
    read it from the beginning. Safe to run twice. Raises NotFound."""
    row = session.get(ArticleMerge, merge_id, with_for_update=True)
    if row is None or not _sees_both(session, rights, (row.kept_id, row.gone_id)):
        raise NotFound("There is no such merge.")
    if row.undone_at is not None:
        return row
    kept = session.get_one(Article, row.kept_id)
    kept.tags = [tag for tag in kept.tags if tag.id not in row.tags]
    for start in range(0, len(row.lessons), 500):
        ids = row.lessons[start : start + 500]
        session.execute(
            sa.delete(KnowledgeLog)
            .where(KnowledgeLog.id.in_(ids), KnowledgeLog.article_id.in_((row.kept_id, row.gone_id)))
            .execution_options(synchronize_session=False)
        )
    service.unarchive(session, row.gone_id, by=by, now=now)
    row.undone_at = now
    session.flush()
    return row


def recent(session: Session, rights: Rights, limit: int = 20) -> list[Merged]:
    """Newest first."""
    seen = _ids_seen(rights)
    query = (
        sa.select(ArticleMerge, Article, _Other)
        .join(Article, Article.id == ArticleMerge.kept_id)
        .join(_Other, _Other.id == ArticleMerge.gone_id)
        .where(
            ArticleMerge.undone_at.is_(None), ArticleMerge.kept_id.in_(seen), ArticleMerge.gone_id.in_(seen)
        )
        .order_by(ArticleMerge.id.desc())
        .limit(limit)
    )
    return [Merged(row[0], row[1], row[2]) for row in session.execute(query)]


def went_into(session: Session, rights: Rights, article_id: int) -> Article | None:
    """The article that this one was merged into, if the asker may see it."""
    query = (
        sa.select(Article)
        .join(ArticleMerge, ArticleMerge.kept_id == Article.id)
        .where(ArticleMerge.gone_id == article_id, ArticleMerge.undone_at.is_(None), visible(rights))
        .order_by(ArticleMerge.id.desc())
        .limit(1)
    )
    found: Article | None = session.scalar(query)
    return found


def kept_instead(session: Session, article_id: int) -> int | None:
    """The article that has the place of this one, through several merges if need be; None where it was not merged."""
    found, seen = article_id, {article_id}
    while True:
        query = sa.select(ArticleMerge.kept_id).where(
            ArticleMerge.gone_id == found, ArticleMerge.undone_at.is_(None)
        )
        kept = session.scalar(query.order_by(ArticleMerge.id.desc()).limit(1))
        if kept is None or kept in seen:
            return None if found == article_id else found
        found = kept
        seen.add(kept)


def _lessons_over(session: Session, gone_id: int, kept_id: int, now: datetime) -> list[int]:
    """The newest lessons of the one as lessons of the other, in their order; ids of the new rows."""
    query = (
        sa.select(KnowledgeLog)
        .where(KnowledgeLog.article_id == gone_id, KnowledgeLog.kind == LogKind.LEARN)
        .order_by(KnowledgeLog.id.desc())
        .limit(MOST_LESSONS)
    )
    made = []
    for row in reversed(list(session.scalars(query))):
        lesson = KnowledgeLog(
            kind=LogKind.LEARN, article_id=kept_id, question=row.question, weight=row.weight,
            mailbox_id=row.mailbox_id, vector=row.vector, vector_model=row.vector_model, created_at=now,
        )  # fmt: skip
        index_log.append(session, lesson)
        made.append(lesson.id)
    return made


def _gone_rows(session: Session, gone_id: int) -> list[int]:
    """The row of the log by which the article has just gone."""
    query = sa.select(sa.func.max(KnowledgeLog.id)).where(
        KnowledgeLog.article_id == gone_id, KnowledgeLog.kind == LogKind.GONE
    )
    newest = session.scalar(query)
    return [] if newest is None else [newest]


def _sees_both(session: Session, rights: Rights, ids: tuple[int, int]) -> bool:
    query = sa.select(sa.func.count()).select_from(Article).where(Article.id.in_(ids), visible(rights))
    return session.scalar(query) == 2


def _ids_seen(rights: Rights) -> sa.Select[int]:
    return sa.select(Article.id).where(visible(rights))


def _mark(text: str) -> tuple[float, int, int] | None:
    parts = text.split("_")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts[1:]):
        return None
    try:
        return float(parts[0]), int(parts[1]), int(parts[2])
    except ValueError:
        return None
