"""Where the replies of a ticket are: deliveries that are not simply done, and copies that could not be filed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.outgoing.models import CopyState, Outbox, SentCopy
from app.outgoing.sent_copies import WORTH_TELLING_AFTER
from app.tickets.lines import Line
from app.tickets.models import Delivery

_O, _S = Outbox.__table__, SentCopy.__table__


class OutboxLine(Line):
    """Of the table outbox."""

    id: int
    message_id: int
    recipient: str
    state: str
    due_at: datetime | None
    answer: str


class Sent(Protocol):
    """What is asked of a message."""

    @property
    def id(self) -> int: ...
    @property
    def delivery(self) -> str: ...
    @property
    def arrived_at(self) -> datetime: ...


def progress(
    session: Session, messages: Sequence[Sent], now: datetime
) -> tuple[dict[int, list[OutboxLine]], dict[int, str]]:
    """message id → deliveries under way or in trouble; message id → why its copy is not in the Sent folder, once
    that is worth a word. At most one statement; none when nothing was sent."""
    moving = [one.id for one in messages if one.delivery not in (Delivery.NONE, Delivery.ACCEPTED)]
    old = [
        one.id
        for one in messages
        if one.delivery != Delivery.NONE and one.arrived_at <= now - WORTH_TELLING_AFTER
    ]
    outbox: dict[int, list[OutboxLine]] = {}
    copies: dict[int, str] = {}
    if not moving and not old:
        return outbox, copies
    for row in session.connection().execute(_QUERY, {"moving": moving, "old": old}):
        line = OutboxLine(_O.c.keys(), row[:-1])
        if row[-1] == 1:
            copies[line.message_id] = line.answer
        else:
            outbox.setdefault(line.message_id, []).append(line)
    for rows in outbox.values():
        rows.sort(key=lambda line: line.id)
    return outbox, copies


def _build() -> sa.CompoundSelect[int]:
    moving = sa.select(*_O.c, sa.literal_column("0").label("part")).where(
        _O.c.message_id.in_(sa.bindparam("moving", expanding=True))
    )
    standing = {"message_id": _S.c.message_id, "answer": _S.c.error}
    troubled = sa.select(
        *(standing.get(column.name, sa.null()).label(column.name) for column in _O.c),
        sa.literal_column("1").label("part"),
    ).where(
        _S.c.message_id.in_(sa.bindparam("old", expanding=True)),
        _S.c.error != "",
        _S.c.state.in_((CopyState.WAITING, CopyState.APPENDING, CopyState.FAILED)),
    )
    return sa.union_all(moving, troubled)


_QUERY = _build()
