"""Ids of tickets and messages before their rows are written: letters that are filed together name one another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.tickets.models import Message, Ticket
from app.tickets.order_models import DeletedTicket

# On PostgreSQL a number taken and not used is gone. So one at a time is taken first, and more only where many are used.
MOST_AHEAD = 8


class Numbers:
    """Hands out ids of a table before its rows are written, with no gaps of its own, or of a few behind many."""

    def __init__(self, session: Session, model: type[Ticket] | type[Message]) -> None:
        self._session = session
        self._model = model
        self._next: Iterator[int] | None = None
        self._ahead: list[int] = []
        self._taken = 0

    def take(self, number: int) -> list[int]:
        if not number:
            return []
        with self._session.no_autoflush:
            if self._session.get_bind().dialect.name == "postgresql":
                return self._from_sequence(number)
            return self._above_highest(number)

    def _from_sequence(self, number: int) -> list[int]:
        lacking = number - len(self._ahead)
        if lacking > 0:
            wanted = max(lacking, min(self._taken // 2, MOST_AHEAD))
            found = {"table": self._model.__tablename__, "number": wanted}
            self._ahead += self._session.scalars(_FROM_SEQUENCE, found).all()
        given, self._ahead = self._ahead[:number], self._ahead[number:]
        self._taken += number
        return given

    def _above_highest(self, number: int) -> list[int]:
        """SQLite has one writer, and that is this transaction: nobody else numbers rows until it ends."""
        if self._next is None:
            highest = self._session.scalar(sa.select(sa.func.max(self._model.id))) or 0
            self._next = count(max(highest, self._highest_deleted()) + 1)
        return [next(self._next) for _ in range(number)]

    def _highest_deleted(self) -> int:
        """A number that customers were told is nobody else's, also once its ticket is deleted for good."""
        if self._model is not Ticket:
            return 0
        return self._session.scalar(sa.select(sa.func.max(DeletedTicket.ticket_id))) or 0


_FROM_SEQUENCE = sa.text(
    "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :number)"
)
