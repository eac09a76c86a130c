"""Segments of customers: who has a tag on the client card, or a value in a field of ours that is chosen from a list."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.customers.models import customer_tags
from app.reports.filters import TAGGED, WITH_VALUE
from app.reports.reading import numbers
from app.tags.models import Tag
from app.tickets.order_models import CardValue, Field, FieldKind

MOST = 50
EVERYBODY = "everybody"
_Query = sa.Select[*tuple[Any, ...]]


@dataclass
class Segment:
    """`key`: as in an address (app.reports.filters); `behind`: the name under which its tickets are listed."""

    key: str
    name: str
    behind: str
    row_id: int | None = None
    members: list[int] = field(default_factory=list)


def with_members(session: Session) -> list[Segment]:
    """Tags by name, then the values of fields; no more than a page can show."""
    cards = sa.func.aggregate_strings(sa.cast(customer_tags.c.customer_id, sa.String), ",")
    tags = (
        sa.select(Tag.name, Tag.id, cards)
        .join(customer_tags, customer_tags.c.tag_id == Tag.id)
        .group_by(Tag.name, Tag.id)
        .order_by(Tag.name, Tag.id)
        .limit(MOST)
    )
    found = [
        Segment(f"{TAGGED}{tag_id}", name, f"segment-{tag_id}", tag_id, numbers(members))
        for name, tag_id, members in session.execute(tags)
    ]
    values = of_values(session)[: MOST - len(found)]
    _fill(session, {one.key: one for one in values})
    return found + values


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
    cards = sa.func.aggregate_strings(sa.cast(CardValue.customer_id, sa.String), ",")
    query = sa.select(CardValue.field_id, CardValue.value, cards).where(CardValue.field_id.in_(fields))
    for field_id, value, members in session.execute(query.group_by(CardValue.field_id, CardValue.value)):
        segment = wanted.get(f"{WITH_VALUE}{field_id}-{value}")
        if segment is not None:
            segment.members = numbers(members)


def sums(session: Session, by_customer: _Query) -> dict[str, tuple[int, ...]]:
    """Everybody's and each segment's by its key. `by_customer`: a customer and some numbers in each row; what has no
    customer is in no segment."""
    each = by_customer.cte("by_customer")
    customer_id, *columns = each.c
    added = [sa.func.sum(column) for column in columns]
    nothing: sa.ColumnElement[int] = sa.literal_column("0")
    tags, values = customer_tags.c, CardValue
    everybody: _Query = sa.select(nothing, nothing, sa.literal_column("''"), *added)
    by_tag = sa.select(tags.tag_id, nothing, sa.literal_column("''"), *added)
    by_value = sa.select(nothing, values.field_id, values.value, *added)
    fields = sa.select(Field.id).where(*chosen_from())
    query: sa.CompoundSelect[*tuple[Any, ...]] = sa.union_all(
        everybody,
        by_tag.join_from(each, customer_tags, tags.customer_id == customer_id).group_by(tags.tag_id),
        by_value.join_from(each, values, values.customer_id == customer_id)
        .where(values.field_id.in_(fields))
        .group_by(values.field_id, values.value),
    )
    found = {}
    for tag_id, field_id, value, *numbers_of in session.execute(query):
        key = f"{TAGGED}{tag_id}" if tag_id else f"{WITH_VALUE}{field_id}-{value}" if field_id else EVERYBODY
        found[key] = tuple(int(number or 0) for number in numbers_of)
    return found
