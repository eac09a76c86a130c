"""What can happen to articles: written, changed, said in another language, archived, restored, tagged.

Every change reaches the index by the log.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.errors import Conflict, InvalidInput, NotFound
from app.knowledge.arrangement import Arrangement, arrange, reviewed
from app.knowledge.article_rows import locked, tell_index
from app.knowledge.models import Article, ArticleVariant, ArticleVersion, LogKind
from app.knowledge.public_publishing import follow
from app.knowledge.texts import ArticleText, UnknownVariable, check, tag_words
from app.tags.service import find_or_make


class ChangedMeanwhile(Conflict):
    """Somebody saved the article while it was being edited; nothing was written over."""

    def __init__(self) -> None:
        super().__init__("Somebody else changed this article while you were writing.")


def create(
    session: Session, text: ArticleText, *, by: Agent | None, now: datetime, key: str | None = None
) -> Article:
    """A new article, version 1. Raises InvalidInput."""
    checked = check(text)
    article = Article(
        title=checked.title,
        answer=checked.answer,
        language=checked.language,
        version=1,
        archived=False,
        created_at=now,
        updated_at=now,
        updated_by_id=_id(by),
        tags=find_or_make(session, checked.tags),
        variants=[],
        files=[],
    )
    if key:
        article.key = key
    session.add(article)
    session.flush()
    _keep_version(session, article, checked, by=by, now=now)
    tell_index(session, article, LogKind.ARTICLE, now)
    return article


def edit(
    session: Session, article_id: int, text: ArticleText, *, version: int, by: Agent | None, now: datetime
) -> Article:
    """Save over the version the editor began with. Raises ChangedMeanwhile, InvalidInput, NotFound."""
    checked = check(text)
    article = _at_version(session, article_id, version)
    if checked.language in article.languages[1:]:
        raise InvalidInput("The article has a text in this language already.", "language")
    article.tags = find_or_make(session, checked.tags)
    _write(session, article, article, checked, by=by, now=now)
    return article


def say_in(
    session: Session, article_id: int, text: ArticleText, *, version: int, by: Agent | None, now: datetime
) -> Article:
    """The article in the language of `text`, beside its first one: new, or changed. Tags are the article's.

    Raises ChangedMeanwhile, InvalidInput, NotFound.
    """
    checked = check(text)
    article = _at_version(session, article_id, version)
    if checked.language == article.language:
        raise InvalidInput("The article has a text in this language already.", "language")
    _write(session, article, _said_in(article, checked.language), checked, by=by, now=now)
    return article


def turn_first(
    session: Session, article_id: int, language: str, *, by: Agent | None, now: datetime
) -> Article:
    """One of its other languages becomes its first one, and the first one of the others. No text changes."""
    article = locked(session, article_id)
    variant = _said_in(article, language)
    if not isinstance(variant, ArticleVariant):
        return article
    first = (article.title, article.answer, article.language)
    other = ArticleVariant(version=article.version, updated_at=now, updated_by_id=_id(by))
    other.title, other.answer, other.language = first
    article.title, article.answer, article.language = variant.title, variant.answer, variant.language
    article.variants.remove(variant)
    session.flush()
    article.variants.append(other)
    _touched(article, by, now)
    session.flush()
    return article


def forget_language(
    session: Session, article_id: int, language: str, *, by: Agent | None, now: datetime
) -> Article:
    """Not said in this language any more; its texts stay among the versions. Safe to run twice."""
    article = locked(session, article_id)
    variant = _said_in(article, language)
    if not isinstance(variant, ArticleVariant):
        return article
    article.variants.remove(variant)
    article.version += 1
    _touched(article, by, now)
    _index_anew(session, article, now)
    follow(session, article.id, now=now)
    return article


def restore_version(
    session: Session, article_id: int, number: int, *, by: Agent | None, now: datetime
) -> Article:
    """An earlier text becomes the newest version, in its own language; nothing in between is lost.

    A language that the article is not said in any more comes back with it.
    """
    article = locked(session, article_id)
    query = sa.select(ArticleVersion).where(
        ArticleVersion.article_id == article_id, ArticleVersion.version == number
    )
    old = session.scalar(query)
    if old is None:
        raise NotFound("There is no such version.")
    text = ArticleText(old.title, old.answer, old.language or article.language)
    _write(session, article, _said_in(article, text.language), text, by=by, now=now)
    return article


def archive(session: Session, article_id: int, *, by: Agent | None, now: datetime) -> Article:
    """No longer suggested or offered; its text and history stay."""
    return _set_archived(session, article_id, True, by=by, now=now)


def unarchive(session: Session, article_id: int, *, by: Agent | None, now: datetime) -> Article:
    return _set_archived(session, article_id, False, by=by, now=now)


def _write(
    session: Session,
    article: Article,
    target: Article | ArticleVariant | None,
    text: ArticleText,
    *,
    by: Agent | None,
    now: datetime,
) -> None:
    """`target`: the article itself, one of its other languages, or None for a language it has not been said in."""
    new = (text.title, text.answer, text.language)
    if target is not None and (target.title, target.answer, target.language) == new:
        session.flush()
        return
    moved = target is article and article.language != text.language
    article.version += 1
    _touched(article, by, now)
    if target is None:
        target = ArticleVariant()
        article.variants.append(target)
    target.title, target.answer, target.language = new
    if isinstance(target, ArticleVariant):
        target.version, target.updated_at, target.updated_by_id = article.version, now, _id(by)
    _keep_version(session, article, text, by=by, now=now)
    session.flush()
    if moved:
        # The index keeps one text for each language: the one in the old language has to go.
        _index_anew(session, article, now)
    elif not article.archived:
        tell_index(session, article, LogKind.ARTICLE, now)
    follow(session, article.id, now=now)


def _said_in(article: Article, language: str) -> Article | ArticleVariant | None:
    if language == article.language:
        return article
    return next((one for one in article.variants if one.language == language), None)


def _touched(article: Article, by: Agent | None, now: datetime) -> None:
    article.updated_at, article.updated_by_id = now, _id(by)


def _index_anew(session: Session, article: Article, now: datetime) -> None:
    """Out of the index and in again, with the texts it has now."""
    session.flush()
    if not article.archived:
        tell_index(session, article, LogKind.GONE, now)
        tell_index(session, article, LogKind.ARTICLE, now)


def _set_archived(
    session: Session, article_id: int, archived: bool, *, by: Agent | None, now: datetime
) -> Article:
    article = locked(session, article_id)
    if article.archived != archived:
        article.archived = archived
        _touched(article, by, now)
        tell_index(session, article, LogKind.GONE if archived else LogKind.ARTICLE, now)
        follow(session, article.id, now=now)
    return article


def _at_version(session: Session, article_id: int, version: int) -> Article:
    article = locked(session, article_id)
    if article.version != version:
        raise ChangedMeanwhile()
    return article


def _keep_version(
    session: Session, article: Article, text: ArticleText, *, by: Agent | None, now: datetime
) -> None:
    session.add(
        ArticleVersion(
            article_id=article.id,
            version=article.version,
            language=text.language,
            title=text.title,
            answer=text.answer,
            agent_id=_id(by),
            created_at=now,
        )
    )


def _id(agent: Agent | None) -> int | None:
    return agent.id if agent else None


__all__ = [
    "Arrangement",
    "ArticleText",
    "ChangedMeanwhile",
    "UnknownVariable",
    "archive",
    "arrange",
    "create",
    "edit",
    "forget_language",
    "restore_version",
    "reviewed",
    "say_in",
    "tag_words",
    "turn_first",
    "unarchive",
]
