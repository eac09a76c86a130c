"""Where the replies of a ticket are: deliveries that are not simply done, copies that could not be filed, and how
replies were signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.outgoing.models import CopyState, Outbox, SentCopy, WrittenReply
from app.outgoing.sent_copies import WORTH_TELLING_AFTER
from app.tickets.lines import Line
from app.tickets.models import Delivery

_O, _S, _W = Outbox.__table__, SentCopy.__table__, WrittenReply.__table__


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


@dataclass(frozen=True)
class Progress:
    """By the id of the message."""

    # Deliveries under way or in trouble.
    outbox: dict[int, list[OutboxLine]] = field(default_factory=dict)
    # Why its copy is not in the Sent folder, once that is worth a word.
    copies: dict[int, str] = field(default_factory=dict)
    # The signature with its looks, where it has any.
    signed: dict[int, str] = field(default_factory=dict)


def progress(session: Session, messages: Sequence[Sent], now: datetime) -> Progress:
    """At most one statement; none when nothing was sent."""
    found = Progress()
    asked = _asked(messages, now)
    if not asked["sent"]:
        return found
    for row in session.connection().execute(_QUERY, asked):
        line = OutboxLine(_O.c.keys(), row[:-1])
        if row[-1] == 0:
            found.outbox.setdefault(line.message_id, []).append(line)
        else:
            (found.copies if row[-1] == 1 else found.signed)[line.message_id] = line.answer
    for rows in found.outbox.values():
        rows.sort(key=lambda line: line.id)
    return found


def _asked(messages: Sequence[Sent], now: datetime) -> dict[str, list[int]]:
    sent = [one for one in messages if one.delivery != Delivery.NONE]
    return {
        "sent": [one.id for one in sent],
        "moving": [one.id for one in sent if one.delivery != Delivery.ACCEPTED],
        "old": [one.id for one in sent if one.arrived_at <= now - WORTH_TELLING_AFTER],
    }


def _build() -> sa.CompoundSelect[int]:
    moving = sa.select(*_O.c, sa.literal_column("0").label("part")).where(
        _O.c.message_id.in_(sa.bindparam("moving", expanding=True))
    )
    troubled = _beside({"message_id": _S.c.message_id, "answer": _S.c.error}, "1").where(
        _S.c.message_id.in_(sa.bindparam("old", expanding=True)),
        _S.c.error != "",
        _S.c.state.in_((CopyState.WAITING, CopyState.APPENDING, CopyState.FAILED)),
    )
    signed = _beside({"message_id": _W.c.message_id, "answer": _W.c.signature_html}, "2").where(
        _W.c.message_id.in_(sa.bindparam("sent", expanding=True)), _W.c.signature_html != ""
    )
    return sa.union_all(moving, troubled, signed)


def _beside(standing: dict[str, Any], part: str) -> sa.Select[Any]:
    """Rows of another table in the columns of an outbox row."""
    columns = (standing.get(column.name, sa.null()).label(column.name) for column in _O.c)
    return sa.select(*columns, sa.literal_column(part).label("part"))


_QUERY = _build()
