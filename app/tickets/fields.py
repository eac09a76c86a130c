"""The values of our own fields on tickets and client cards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.customers.models import Customer
from app.errors import NotFound
from app.tickets.field_values import Stored, is_filled, read_value
from app.tickets.models import Ticket
from app.tickets.order_models import CardValue, Field, TicketValue
from app.tickets.service import changed, record

TICKET, CARD = "ticket", "card"


@dataclass(frozen=True)
class FieldRow:
    """A field and what it says here, '' for nothing. A retired field is shown while it says something."""

    id: int
    key: str
    name: str
    kind: str
    choices: tuple[str, ...]
    required: bool
    retired: bool
    value: str

    @property
    def missing(self) -> bool:
        return self.required and not self.retired and not is_filled(self.kind, self.value)

    @property
    def offered(self) -> tuple[str, ...]:
        """The choices, and the one that stands here although it is offered no more."""
        gone = self.value and self.kind == "choice" and self.value not in self.choices
        return (*self.choices, self.value) if gone else self.choices


def of_ticket(session: Session, ticket_id: int) -> list[FieldRow]:
    """Every field of a ticket in its order, with what it says; one query."""
    return _rows(session, TICKET, TicketValue, TicketValue.ticket_id == ticket_id)


def of_card(session: Session, customer_id: int) -> list[FieldRow]:
    """Every field of a client card; one query."""
    return _rows(session, CARD, CardValue, CardValue.customer_id == customer_id)


def stored(session: Session, ticket_id: int, field_id: int) -> str:
    """What a field of a ticket says, '' for nothing."""
    row = session.get(TicketValue, (ticket_id, field_id))
    return row.value if row is not None else ""


def put_value(
    session: Session, ticket: Ticket, field_id: int, typed: str, *, by: Agent | None, now: datetime
) -> bool:
    """Write what was typed; True when that changed anything. Raises InvalidInput for the field `f<id>`, NotFound."""
    field = _field(session, TICKET, field_id)
    value = read_value(
        field.kind, _choices(field, stored(session, ticket.id, field_id)), typed, f"f{field_id}"
    )
    before = stored(session, ticket.id, field_id)
    after = value.value if value else ""
    if before == after or (field.kind == "checkbox" and not before and after == "no"):
        return False
    _write(session, TicketValue(ticket_id=ticket.id, field_id=field_id), value)
    record(
        session, "field", ticket=ticket, by=by, now=now,
        field_id=field_id, name=field.name, before=before, after=after,
    )  # fmt: skip
    changed(session, ticket.id, "field", now)
    return True


def put_values(
    session: Session, ticket: Ticket, typed: Mapping[int, str], *, by: Agent | None, now: datetime
) -> int:
    """Write several; how many changed. Raises InvalidInput before anything is written."""
    for field_id, text in typed.items():
        field = _field(session, TICKET, field_id)
        read_value(field.kind, _choices(field, stored(session, ticket.id, field_id)), text, f"f{field_id}")
    return sum(put_value(session, ticket, key, text, by=by, now=now) for key, text in typed.items())


def put_card_values(session: Session, customer: Customer, typed: Mapping[int, str]) -> list[str]:
    """Write fields of a card; the names of those that changed. Raises InvalidInput and writes nothing."""
    known = {row.id: row for row in of_card(session, customer.id)}
    changes: list[tuple[int, Stored | None]] = []
    for field_id, text in typed.items():
        field = known.get(field_id)
        if field is None:
            raise NotFound("There is no such field.")
        value = read_value(field.kind, field.offered, text, f"f{field_id}")
        after = value.value if value else ""
        if after != field.value and not (field.kind == "checkbox" and not field.value and after == "no"):
            changes.append((field_id, value))
    for field_id, value in changes:
        _write(session, CardValue(customer_id=customer.id, field_id=field_id), value)
    return [known[field_id].name for field_id, _value in changes]


def _rows(
    session: Session, scope: str, model: type[TicketValue] | type[CardValue], here: sa.ColumnElement[bool]
) -> list[FieldRow]:
    query = (
        sa.select(Field, sa.func.coalesce(model.value, ""))
        .outerjoin(model, sa.and_(model.field_id == Field.id, here))
        .where(Field.scope == scope, sa.or_(Field.retired_at.is_(None), model.value.is_not(None)))
        .order_by(Field.position, Field.id)
    )
    return [
        FieldRow(
            field.id, field.key, field.name, field.kind, tuple(field.choices), field.required,
            field.retired_at is not None, value,
        )
        for field, value in session.execute(query)
    ]  # fmt: skip


def _field(session: Session, scope: str, field_id: int) -> Field:
    field = session.get(Field, field_id)
    if field is None or field.scope != scope:
        raise NotFound("There is no such field.")
    return field


def _choices(field: Field, now_says: str) -> list[str]:
    """What may be chosen: also what stands there already, although it is offered no more."""
    return [*field.choices, now_says] if now_says else list(field.choices)


def _write(session: Session, row: TicketValue | CardValue, value: Stored | None) -> None:
    known: TicketValue | CardValue | None
    if isinstance(row, TicketValue):
        known = session.get(TicketValue, (row.ticket_id, row.field_id))
    else:
        known = session.get(CardValue, (row.customer_id, row.field_id))
    if value is None:
        if known is not None:
            session.delete(known)
    elif known is None:
        row.value, row.number = value.value, value.number
        session.add(row)
    else:
        known.value, known.number = value.value, value.number
    session.flush()
