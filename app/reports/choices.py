"""What admins choose for reports: how strong the competition is, which tag means a complaint, and which field of a
client card says what a client is worth."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.tags.models import Tag
from app.tickets.order_models import Field, FieldKind, Preference

NAME = "reports"
USUAL_COMPETITION = 0.5


@dataclass(frozen=True)
class Choices:
    """`competition`: r of the loyalty index, 0 to 1."""

    competition: float = USUAL_COMPETITION
    complaint_tag_id: int | None = None
    value_field_id: int | None = None


def choices(session: Session) -> Choices:
    row = session.get(Preference, NAME)
    return Choices(**row.value) if row is not None else Choices()


def choose(session: Session, competition: str, tag_id: int | None, field_id: int | None) -> Choices:
    """Raises InvalidInput."""
    chosen = Choices(_share(competition), tag_id, field_id)
    if tag_id is not None and session.get(Tag, tag_id) is None:
        raise InvalidInput("There is no such tag.", "complaint_tag")
    if field_id is not None and field_id not in {field.id for field in value_fields(session)}:
        raise InvalidInput("Choose a field that holds numbers.", "value_field")
    row = session.get(Preference, NAME) or Preference(name=NAME)
    row.value = {"competition": chosen.competition, "complaint_tag_id": tag_id, "value_field_id": field_id}
    session.add(row)
    session.flush()
    return chosen


def value_fields(session: Session) -> list[Field]:
    """Fields of cards that hold numbers."""
    query = sa.select(Field).where(
        Field.scope == "card", Field.kind == FieldKind.NUMBER, Field.retired_at.is_(None)
    )
    return list(session.scalars(query.order_by(Field.position, Field.id)))


def _share(typed: str) -> float:
    """ "40", "40 %", "0,4" and "0.4" are the same."""
    text = typed.replace("%", "").replace(",", ".").strip()
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    number = number / 100 if number > 1 else number
    if not 0 <= number <= 1:
        raise InvalidInput("Write a share from 0 to 100 %.", "competition")
    return number
