"""Defining fields of our own: for admins and leads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotFound
from app.tickets.field_values import key_of, read_choices
from app.tickets.order_models import CardValue, Field, FieldKind, TicketValue

SCOPES = ("ticket", "card")
LONGEST_NAME = 80
# Every one of them stands on every page of its kind.
MOST = 50


def definitions(session: Session) -> Sequence[Field]:
    """All fields: tickets' before cards', in their order, the retired ones last."""
    order = (Field.scope.desc(), Field.retired_at.is_not(None), Field.position, Field.id)
    return session.scalars(sa.select(Field).order_by(*order)).all()


def uses(session: Session) -> dict[int, int]:
    """Field → how many tickets or cards say something in it."""
    found: dict[int, int] = {}
    for model in (TicketValue, CardValue):
        query = sa.select(model.field_id, sa.func.count()).group_by(model.field_id)
        found.update({row[0]: row[1] for row in session.execute(query)})
    return found


def define(
    session: Session, scope: str, kind: str, name: str, *, choices: str = "", required: bool = False
) -> Field:
    """A new field at the end of its list. Raises InvalidInput."""
    if scope not in SCOPES or kind not in list(FieldKind):
        raise InvalidInput("Choose what kind of field it is.", "kind")
    line = _name(session, scope, name)
    offered = read_choices(choices) if kind == FieldKind.CHOICE else []
    mine = sa.select(Field.key, Field.position).where(Field.scope == scope)
    known = session.execute(mine).all()
    if len(known) >= MOST:
        raise InvalidInput("That is as many fields as a page can carry.", "name")
    field = Field(
        scope=scope,
        kind=kind,
        name=line,
        key=key_of(line, [row.key for row in known]),
        choices=offered,
        required=required and scope == "ticket",
        position=max((row.position for row in known), default=0) + 1,
    )
    session.add(field)
    session.flush()
    return field


def edit(session: Session, field_id: int, name: str, *, choices: str = "", required: bool = False) -> Field:
    """Its name, its choices, whether it must be filled in. What was chosen before stays where it is."""
    field = _field(session, field_id)
    field.name = _name(session, field.scope, name, but=field_id)
    if field.kind == FieldKind.CHOICE:
        field.choices = read_choices(choices)
    field.required = required and field.scope == "ticket"
    session.flush()
    return field


def shift(session: Session, field_id: int, *, up: bool) -> None:
    """One place up or down among the fields of its list that are in use."""
    field = _field(session, field_id)
    query = sa.select(Field).where(Field.scope == field.scope, Field.retired_at.is_(None))
    ordered = list(session.scalars(query.order_by(Field.position, Field.id)))
    if field not in ordered:
        return
    at = ordered.index(field)
    to = at - 1 if up else at + 1
    if 0 <= to < len(ordered):
        ordered[at], ordered[to] = ordered[to], ordered[at]
    for number, one in enumerate(ordered, 1):
        one.position = number
    session.flush()


def retire(session: Session, field_id: int, *, now: datetime) -> Field:
    """Offered no more; what was filled in stays, is shown and can be found. Safe to run twice."""
    field = _field(session, field_id)
    field.retired_at = field.retired_at or now
    session.flush()
    return field


def bring_back(session: Session, field_id: int) -> Field:
    field = _field(session, field_id)
    field.retired_at = None
    session.flush()
    return field


def _field(session: Session, field_id: int) -> Field:
    field = session.get(Field, field_id)
    if field is None:
        raise NotFound("There is no such field.")
    return field


def _name(session: Session, scope: str, name: str, *, but: int = 0) -> str:
    line = " ".join(char for char in " ".join(name.split()).split(" ") if char.isprintable())
    if not line or len(line) > LONGEST_NAME:
        raise InvalidInput("A field needs a name of at most 80 characters.", "name")
    others = session.scalars(sa.select(Field.name).where(Field.scope == scope, Field.id != but))
    if line.casefold() in {other.casefold() for other in others}:
        raise InvalidInput("There is a field with this name already.", "name")
    return line
