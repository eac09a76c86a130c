"""Keeping the list of tags in order: renaming, joining two, colours, deleting. For admins and leads.

Tags hang on things of several features; the tables that link them are found by their foreign keys.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import Base
from app.errors import InvalidInput, NotFound
from app.tags.colours import COLOURS
from app.tags.models import Tag
from app.tags.service import tidy

MOST_SUGGESTED = 8


def known(session: Session) -> list[tuple[Tag, int]]:
    """Every tag with how many tickets, cards and articles have it, by name."""
    numbers: dict[int, int] = {}
    for table in _links():
        query = sa.select(table.c.tag_id, sa.func.count()).group_by(table.c.tag_id)
        for tag_id, number in session.execute(query):
            numbers[tag_id] = numbers.get(tag_id, 0) + number
    return [(tag, numbers.get(tag.id, 0)) for tag in session.scalars(sa.select(Tag).order_by(Tag.name))]


def beginning(session: Session, text: str) -> list[str]:
    """Names to choose from while typing: those that begin so, then those with it inside."""
    word = " ".join(text.casefold().strip("# \t").split())
    first = sa.case((Tag.name.startswith(word, autoescape=True), 0), else_=1)
    query = sa.select(Tag.name).where(Tag.name.contains(word, autoescape=True)).order_by(first, Tag.name)
    return list(session.scalars(query.limit(MOST_SUGGESTED)))


def rename(session: Session, tag_id: int, name: str) -> Tag:
    """Everywhere at once. Raises InvalidInput when another tag has that name: they can be joined."""
    tag = _tag(session, tag_id)
    words = tidy([name])
    if len(words) != 1:
        raise InvalidInput("A tag needs a name.", "name")
    other = session.scalar(sa.select(Tag.id).where(Tag.name == words[0], Tag.id != tag_id))
    if other is not None:
        raise InvalidInput("There is a tag with this name already: join the two instead.", "name")
    tag.name = words[0]
    session.flush()
    return tag


def set_colour(session: Session, tag_id: int, colour: str) -> Tag:
    tag = _tag(session, tag_id)
    if colour not in COLOURS:
        raise InvalidInput("Choose one of the colours.", "colour")
    tag.colour = colour
    session.flush()
    return tag


def join(session: Session, tag_id: int, into_id: int) -> Tag:
    """Whatever has the one has the other afterwards; the first is gone. Raises NotFound, InvalidInput."""
    tag, into = _tag(session, tag_id), _tag(session, into_id)
    if tag is into:
        raise InvalidInput("A tag cannot be joined with itself.", "into")
    for table in _links():
        owner = next(column for column in table.primary_key if column.name != "tag_id")
        there = sa.select(owner).where(table.c.tag_id == into_id)
        session.execute(
            sa.update(table).where(table.c.tag_id == tag_id, owner.not_in(there)).values(tag_id=into_id)
        )
    remove(session, tag_id)
    return into


def remove(session: Session, tag_id: int) -> str:
    """Off everything, and gone. Its name."""
    tag = _tag(session, tag_id)
    name = tag.name
    for table in _links():
        session.execute(sa.delete(table).where(table.c.tag_id == tag_id))
    session.execute(sa.delete(Tag).where(Tag.id == tag_id).execution_options(synchronize_session=False))
    session.expire_all()
    return name


def _tag(session: Session, tag_id: int) -> Tag:
    tag = session.get(Tag, tag_id)
    if tag is None:
        raise NotFound("There is no such tag.")
    return tag


def _links() -> Iterator[sa.Table]:
    """Tables that say what has which tag."""
    for table in Base.metadata.sorted_tables:
        if "tag_id" in table.c and len(table.primary_key) == 2 and "tag_id" in table.primary_key.columns:
            yield table
