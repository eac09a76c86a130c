"""`field:size=large`, `field:weight>5`, `field:size`: fields of our own, of the ticket or of its card."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from app.tickets.models import Ticket
from app.tickets.order_models import CardValue, Field, FieldKind, TicketValue

Condition = sa.ColumnElement[bool]
_ASKED = re.compile(r"(?P<key>[^=<>:]{1,80})(?:(?P<how>[=<>:])(?P<value>.*))?\Z", re.DOTALL)
_YES = frozenset({"yes", "on", "1", "true", "да"})
_NO = frozenset({"no", "off", "0", "false", "нет"})
_COMPARED: dict[str, Callable[[Any, Any], Condition]] = {
    "=": lambda left, right: left == right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
}


def by_field(asked: str, contains: Callable[[Any, str], Condition]) -> Condition:
    """Tickets whose own field, or whose client card's, says so; without a value: says anything at all."""
    found = _ASKED.match(asked)
    if found is None:
        return sa.false()
    key, how, value = found["key"].strip(), found["how"] or "", (found["value"] or "").strip().strip('"')
    named = sa.or_(Field.key == key.lower(), *[Field.name == form for form in {key, key.capitalize()}])
    of_ticket = sa.select(TicketValue.ticket_id).join(Field, Field.id == TicketValue.field_id)
    of_card = sa.select(CardValue.customer_id).join(Field, Field.id == CardValue.field_id)
    says = [_says(column, how, value, contains) for column in (TicketValue, CardValue)]
    return sa.or_(
        Ticket.id.in_(of_ticket.where(named, says[0])),
        Ticket.customer_id.in_(of_card.where(named, says[1])),
    )


def _says(
    row: type[TicketValue] | type[CardValue], how: str, value: str, contains: Callable[[Any, str], Condition]
) -> Condition:
    if not how or not value:
        return row.value != ""
    if how in "<>":
        compare = _COMPARED[how]
        number = _number(value)
        dated = sa.and_(Field.kind == FieldKind.DATE, compare(row.value, value))
        return dated if number is None else sa.or_(compare(row.number, number), dated)
    ways = [sa.and_(Field.kind != FieldKind.CHECKBOX, contains(row.value, value))]
    number = _number(value)
    if number is not None:
        ways.append(row.number == number)
    if value.lower() in _YES | _NO:
        ways.append(sa.and_(Field.kind == FieldKind.CHECKBOX, row.value.in_(sorted(_words(value)))))
    return sa.or_(*ways)


def _words(value: str) -> frozenset[str]:
    return _YES if value.lower() in _YES else _NO


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
