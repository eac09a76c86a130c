"""Ids of tickets and messages before their rows are written: letters that are filed together name one another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.tickets.models import Message, Ticket


class Numbers:
    """Hands out ids of a table before its rows are written, with no gaps of its own."""

    def __init__(self, session: Session, model: type[Ticket] | type[Message]) -> None:
        self._session = session
        self._model = model
        self._next: Iterator[int] | None = None

    def take(self, number: int) -> list[int]:
        if not number:
            return []
        with self._session.no_autoflush:
            if self._session.get_bind().dialect.name == "postgresql":
                return list(self._session.scalars(_FROM_SEQUENCE, self._sequence(number)))
            return self._above_highest(number)

    def _sequence(self, number: int) -> dict[str, Any]:
        return {"table": self._model.__tablename__, "number": number}

    def _above_highest(self, number: int) -> list[int]:
        """SQLite has one writer, and that is this transaction: nobody else numbers rows until it ends."""
        if self._next is None:
            highest = self._session.scalar(sa.select(sa.func.max(self._model.id)))
            self._next = count((highest or 0) + 1)
        return [next(self._next) for _ in range(number)]


_FROM_SEQUENCE = sa.text(
    "SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :number)"
)
