"""Segments of customers: who has a tag on the client card, or a value in a field of ours that is chosen from a list."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.customers.models import customer_tags
from app.reports.filters import TAGGED, WITH_VALUE
from app.tags.models import Tag
from app.tickets.order_models import CardValue, Field, FieldKind

MOST = 50


@dataclass
class Segment:
    """`key`: as in an address (app.reports.filters); `behind`: the name under which its tickets are listed."""

    key: str
    name: str
    behind: str
    row_id: int | None = None
    members: set[int] = field(default_factory=set)


def with_members(session: Session) -> list[Segment]:
    """Tags by name, then the values of fields; no more than a page can show."""
    found: dict[str, Segment] = {}
    tags = (
        sa.select(Tag.name, Tag.id, customer_tags.c.customer_id)
        .join(customer_tags, customer_tags.c.tag_id == Tag.id)
        .order_by(Tag.name, Tag.id)
    )
    for name, tag_id, customer_id in session.execute(tags):
        key = f"{TAGGED}{tag_id}"
        if key not in found:
            found[key] = Segment(key, name, f"segment-{tag_id}", tag_id)
        found[key].members.add(customer_id)
    for one in of_values(session):
        found[one.key] = one
    chosen = list(islice(found.values(), MOST))
    _fill(session, {one.key: one for one in chosen if one.row_id is None})
    return chosen


def of_values(session: Session) -> list[Segment]:
    """Every value that stands on a card, of fields that are chosen from; without the members."""
    query = (
        sa.select(Field.id, Field.name, Field.kind, CardValue.value)
        .join(CardValue, CardValue.field_id == Field.id)
        .where(*chosen_from())
        .group_by(Field.id, Field.name, Field.kind, Field.position, CardValue.value)
        .order_by(Field.position, Field.id, CardValue.value)
    )
    found: list[Segment] = []
    places: dict[int, int] = {}
    for field_id, name, kind, value in session.execute(query):
        place = places[field_id] = places.get(field_id, -1) + 1
        said = name if kind == FieldKind.CHECKBOX and value == "yes" else f"{name}: {value}"
        found.append(Segment(f"{WITH_VALUE}{field_id}-{value}", said, f"value-{field_id}-{place}"))
    return found


def at_place(field_id: int, place: int = 0) -> sa.Select[int]:
    """Ids of customers with the value that `of_values` counts at this place among those of its field."""
    values = sa.select(CardValue.value).where(CardValue.field_id == field_id).group_by(CardValue.value)
    value = values.order_by(CardValue.value).offset(place).limit(1).scalar_subquery()
    return sa.select(CardValue.customer_id).where(CardValue.field_id == field_id, CardValue.value == value)


def chosen_from() -> list[sa.ColumnElement[bool]]:
    kinds = (FieldKind.CHOICE, FieldKind.CHECKBOX)
    return [Field.scope == "card", Field.kind.in_(kinds), Field.retired_at.is_(None)]


def _fill(session: Session, wanted: dict[str, Segment]) -> None:
    if not wanted:
        return
    fields = sa.select(Field.id).where(*chosen_from())
    query = sa.select(CardValue.field_id, CardValue.value, CardValue.customer_id)
    for field_id, value, customer_id in session.execute(query.where(CardValue.field_id.in_(fields))):
        segment = wanted.get(f"{WITH_VALUE}{field_id}-{value}")
        if segment is not None:
            segment.members.add(customer_id)
