"""What can happen to articles: written, changed, archived, restored, tagged.

Every change reaches the index by the log.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.errors import Conflict, InvalidInput, NotFound
from app.knowledge import index_log, variables
from app.knowledge.models import Article, ArticleVersion, KnowledgeLog, LogKind
from app.tags.service import find_or_make

LANGUAGES = ("en", "ru")
LONGEST_TITLE = 200
LONGEST_ANSWER = 20_000


@dataclass(frozen=True)
class ArticleText:
    """What an editor holds."""

    title: str
    answer: str
    language: str
    tags: tuple[str, ...] = ()


class ChangedMeanwhile(Conflict):
    """Somebody saved the article while it was being edited; nothing was written over."""

    def __init__(self) -> None:
        super().__init__("Somebody else changed this article while you were writing.")


class UnknownVariable(InvalidInput):
    """The answer has something in double braces that is no variable; `names` says what."""

    def __init__(self, names: list[str]) -> None:
        super().__init__("These are not variables we know.", "answer")
        self.names = names


def create(session: Session, text: ArticleText, *, by: Agent | None, now: datetime) -> Article:
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
    )
    session.add(article)
    session.flush()
    _keep_version(session, article, by=by, now=now)
    _tell_index(session, article, LogKind.ARTICLE, now)
    return article


def edit(
    session: Session, article_id: int, text: ArticleText, *, version: int, by: Agent | None, now: datetime
) -> Article:
    """Save over the version the editor began with. Raises ChangedMeanwhile, InvalidInput, NotFound."""
    checked = check(text)
    article = _locked(session, article_id)
    if article.version != version:
        raise ChangedMeanwhile()
    article.tags = find_or_make(session, checked.tags)
    if (article.title, article.answer, article.language) != (checked.title, checked.answer, checked.language):
        _write(session, article, checked, by=by, now=now)
    session.flush()
    return article


def restore_version(
    session: Session, article_id: int, number: int, *, by: Agent | None, now: datetime
) -> Article:
    """An earlier text becomes the newest version; nothing in between is lost."""
    article = _locked(session, article_id)
    query = sa.select(ArticleVersion).where(
        ArticleVersion.article_id == article_id, ArticleVersion.version == number
    )
    old = session.scalar(query)
    if old is None:
        raise NotFound("There is no such version.")
    if (article.title, article.answer) != (old.title, old.answer):
        _write(session, article, ArticleText(old.title, old.answer, article.language), by=by, now=now)
        session.flush()
    return article


def archive(session: Session, article_id: int, *, by: Agent | None, now: datetime) -> Article:
    """No longer suggested or offered; its text and history stay."""
    return _set_archived(session, article_id, True, by=by, now=now)


def unarchive(session: Session, article_id: int, *, by: Agent | None, now: datetime) -> Article:
    return _set_archived(session, article_id, False, by=by, now=now)


def check(text: ArticleText) -> ArticleText:
    """The same text, tidied. Raises InvalidInput with the field."""
    title = " ".join(_visible(text.title).split())
    answer = _visible(text.answer.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not title:
        raise InvalidInput("Please give the article a title.", "title")
    if len(title) > LONGEST_TITLE:
        raise InvalidInput("This title is too long.", "title")
    if not answer:
        raise InvalidInput("Please write the answer.", "answer")
    if len(answer) > LONGEST_ANSWER:
        raise InvalidInput("This answer is too long.", "answer")
    if text.language not in LANGUAGES:
        raise InvalidInput("Please choose a language.", "language")
    if unknown := variables.unknown(answer):
        raise UnknownVariable(unknown)
    return ArticleText(title, answer, text.language, text.tags)


def _write(session: Session, article: Article, text: ArticleText, *, by: Agent | None, now: datetime) -> None:
    moved = article.language != text.language
    article.title, article.answer, article.language = text.title, text.answer, text.language
    article.version += 1
    article.updated_at, article.updated_by_id = now, _id(by)
    _keep_version(session, article, by=by, now=now)
    if article.archived:
        return
    if moved:
        # The index keeps one text for each language: the one in the old language has to go.
        _tell_index(session, article, LogKind.GONE, now)
    _tell_index(session, article, LogKind.ARTICLE, now)


def _set_archived(
    session: Session, article_id: int, archived: bool, *, by: Agent | None, now: datetime
) -> Article:
    article = _locked(session, article_id)
    if article.archived != archived:
        article.archived = archived
        article.updated_at, article.updated_by_id = now, _id(by)
        _tell_index(session, article, LogKind.GONE if archived else LogKind.ARTICLE, now)
        session.flush()
    return article


def _locked(session: Session, article_id: int) -> Article:
    article = session.get(Article, article_id, with_for_update=True)
    if article is None:
        raise NotFound("There is no such article.")
    return article


def _keep_version(session: Session, article: Article, *, by: Agent | None, now: datetime) -> None:
    session.add(
        ArticleVersion(
            article_id=article.id,
            version=article.version,
            title=article.title,
            answer=article.answer,
            agent_id=_id(by),
            created_at=now,
        )
    )


def _tell_index(session: Session, article: Article, kind: LogKind, now: datetime) -> None:
    index_log.append(session, KnowledgeLog(kind=kind, article_id=article.id, created_at=now))
    session.flush()


def _visible(text: str) -> str:
    """Without control and private characters; they could only confuse whoever reads the answer."""
    return "".join(
        char
        for char in unicodedata.normalize("NFC", text)
        if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Co", "Cs", "Cn")
    )


def _id(agent: Agent | None) -> int | None:
    return agent.id if agent else None


def tag_words(typed: str) -> tuple[str, ...]:
    """Tags as typed in one field, separated by commas."""
    return tuple(word for word in (part.strip() for part in typed.split(",")) if word)


__all__ = [
    "ArticleText",
    "ChangedMeanwhile",
    "UnknownVariable",
    "archive",
    "check",
    "create",
    "edit",
    "restore_version",
    "tag_words",
    "unarchive",
]
