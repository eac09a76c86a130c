"""Files that go with an article. The bytes are in the blob store already; here hang the rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotFound
from app.knowledge.models import Article, ArticleFile

MOST_FILES = 10


@dataclass(frozen=True)
class NewFile:
    """`filename` is tidy: see app.tickets.uploads."""

    filename: str
    content_type: str
    sha256: str
    size: int


def add(session: Session, article: Article, new: NewFile, *, most_bytes: int, now: datetime) -> ArticleFile:
    """The same bytes under the same name are there once. Raises InvalidInput when a letter could not carry them all."""
    for one in article.files:
        if (one.sha256, one.filename) == (new.sha256, new.filename):
            return one
    if len(article.files) >= MOST_FILES or sum(one.size for one in article.files) + new.size > most_bytes:
        raise InvalidInput("That is too much for one letter.", "file")
    file = ArticleFile(
        article_id=article.id,
        filename=new.filename,
        content_type=new.content_type[:200],
        size=new.size,
        sha256=new.sha256,
        added_at=now,
    )
    article.files.append(file)
    article.updated_at = now
    session.flush()
    return file


def remove(session: Session, article: Article, file_id: int, *, now: datetime) -> str:
    """The digest of what may be unwanted now. Letters that carry a copy keep it. Raises NotFound."""
    file = one(article, file_id)
    article.files.remove(file)
    article.updated_at = now
    session.flush()
    return file.sha256


def one(article: Article, file_id: int) -> ArticleFile:
    """Raises NotFound."""
    found = next((file for file in article.files if file.id == file_id), None)
    if found is None:
        raise NotFound("There is no such file.")
    return found
