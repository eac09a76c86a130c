"""Sorting lists of tickets, and going on behind a mark: the same key in ORDER BY, in the mark and in an index.

A page never counts rows off. Its mark says how the list is sorted and the key of the last row, and the next page is
what stands behind that key; a ticket that came, left or moved meanwhile doubles nothing and hides nothing else.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.db import UtcDateTime
from app.tickets.models import Ticket
from app.tickets.views import Order

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MARK = re.compile(r"([a-z]{1,12})\.(\d{1,18})-(\d{1,18})\Z")
_LATEST = 25 * 10**16
_KEYS: dict[Order, tuple[sa.SQLColumnExpression[Any], bool]] = {
    Order.WAITING: (Ticket.queue_at, False),
    Order.NEWEST: (Ticket.last_message_at, True),
    Order.OLDEST: (Ticket.last_message_at, False),
    Order.WAKES: (Ticket.snoozed_until, False),
}


def key(order: Order) -> sa.SQLColumnExpression[Any]:
    """The time that rows are sorted by; their id decides between equal ones."""
    return _KEYS[order][0]


def descends(order: Order) -> bool:
    return _KEYS[order][1]


def sorted_by(order: Order) -> tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]]:
    """For ORDER BY. Both parts go the same way, so that one index serves it, read from either end."""
    column, down = _KEYS[order]
    return (column.desc(), Ticket.id.desc()) if down else (column.asc(), Ticket.id.asc())


def within(order: Order) -> list[sa.ColumnElement[bool]]:
    """What the index of this order holds; tickets without its time are not sorted by it."""
    return [Ticket.snoozed_until.is_not(None)] if order == Order.WAKES else []


def beyond(order: Order, after: str) -> list[sa.ColumnElement[bool]]:
    """What stands behind the mark; nothing is left out for a text that is no mark of this order."""
    found = place(order, after)
    if found is None:
        return []
    return [_behind(order, sa.literal(found[0], UtcDateTime()), sa.literal(found[1], sa.BigInteger))]


def behind(order: Order) -> sa.ColumnElement[bool]:
    """As `beyond`, for a statement that is built once: the place comes as `after_at` and `after_id`."""
    at, row_id = sa.bindparam("after_at", type_=UtcDateTime()), sa.bindparam("after_id", type_=sa.BigInteger)
    return _behind(order, at, row_id)


def place(order: Order, after: str) -> tuple[datetime, int] | None:
    """The key in a mark; None for a text that is no mark of this order."""
    match = _MARK.match(after)
    if match is None or match.group(1) != order:
        return None
    at = _EPOCH + timedelta(microseconds=min(int(match.group(2)), _LATEST))
    return at, int(match.group(3))


def _behind(
    order: Order, at: sa.ColumnElement[datetime], row_id: sa.ColumnElement[int]
) -> sa.ColumnElement[bool]:
    here, mark = sa.tuple_(key(order), Ticket.id), sa.tuple_(at, row_id)
    return here < mark if descends(order) else here > mark


def order_in(after: str, otherwise: Order) -> Order:
    """A list goes on as it began, also when its order was changed in another window meanwhile."""
    match = _MARK.match(after)
    known = match is not None and match.group(1) in tuple(Order)
    return Order(match.group(1)) if match is not None and known else otherwise


def stamp(at: datetime | None) -> int:
    """A time as a number that sorts alike everywhere: microseconds since 1970."""
    return ((at or _EPOCH) - _EPOCH) // timedelta(microseconds=1)


def mark(order: Order, at: datetime | None, ticket_id: int) -> str:
    """Where the next page begins."""
    return f"{order}.{max(stamp(at), 0)}-{ticket_id}"
