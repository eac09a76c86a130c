"""Finding and making tags."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.tags.models import Tag

LONGEST = 60
MOST = 20


def tidy(names: Iterable[str]) -> list[str]:
    """Lower-case, trimmed, without '#', without doubles. Raises InvalidInput for a tag that is too long."""
    tidied: list[str] = []
    for name in names:
        word = " ".join(unicodedata.normalize("NFC", name).casefold().strip("# \t").split())
        word = "".join(char for char in word if char.isprintable())
        if len(word) > LONGEST:
            raise InvalidInput("A tag has at most 60 characters.", "tags")
        if word and word not in tidied:
            tidied.append(word)
    if len(tidied) > MOST:
        raise InvalidInput("At most 20 tags.", "tags")
    return tidied


def find_or_make(session: Session, names: Iterable[str]) -> list[Tag]:
    """The tags of these words, made where missing, in the order given."""
    wanted = tidy(names)
    if not wanted:
        return []
    known = _known(session, wanted)
    new = [{"name": name} for name in wanted if name not in known]
    if new:
        # Two agents may think of one word at the same moment: the second finds the row of the first.
        session.execute(_insert(session)(Tag).values(new).on_conflict_do_nothing())
        known = _known(session, wanted)
    return [known[name] for name in wanted]


def _known(session: Session, names: Sequence[str]) -> dict[str, Tag]:
    return {tag.name: tag for tag in session.scalars(sa.select(Tag).where(Tag.name.in_(names)))}


def _insert(session: Session) -> Callable[..., Any]:
    return postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
