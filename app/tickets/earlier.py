"""Older messages and events of a long ticket, a page at a time, for whoever unfolds its beginning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.tickets import lines
from app.tickets.models import Event, Message
from app.tickets.whole_queries import MESSAGE_NAMES, MESSAGES

PAGE = 40
_M, _E = Message.__table__, Event.__table__
_BEFORE = sa.tuple_(_M.c.arrived_at, _M.c.id) < sa.tuple_(
    sa.bindparam("at", type_=_M.c.arrived_at.type), sa.bindparam("before", type_=sa.BigInteger)
)
_EARLIER = MESSAGES.where(_BEFORE).limit(PAGE + 1)


def messages_before(
    session: Session,
    ticket_id: int,
    before_id: int,
    agents: dict[int, lines.AgentLine],
    files: dict[int, list[lines.FileLine]],
) -> tuple[list[lines.MessageLine], bool]:
    """Oldest first, those just before that message, and whether there are still older ones. Raises NotFound."""
    at = session.scalar(
        sa.select(Message.arrived_at).where(Message.id == before_id, Message.ticket_id == ticket_id)
    )
    if at is None:
        raise NotFound("There is no such message.")
    asked = {"ticket": ticket_id, "at": at, "before": before_id}
    found = session.connection().execute(_EARLIER, asked).all()
    said = [lines.MessageLine(MESSAGE_NAMES, row) for row in reversed(found[:PAGE])]
    for one in said:
        one.__dict__.update(author=agents.get(one.author_id or 0), attachments=files.get(one.id, ()))
    return said, len(found) > PAGE


def events_between(
    session: Session,
    ticket_id: int,
    times: tuple[datetime | None, datetime],
    agents: dict[int, lines.AgentLine],
) -> Sequence[lines.EventLine]:
    """Oldest first; from the first time on, or from the beginning, and before the second."""
    query = sa.select(*_E.c).where(_E.c.ticket_id == ticket_id, _E.c.at < times[1]).order_by(_E.c.id)
    if times[0] is not None:
        query = query.where(_E.c.at >= times[0])
    found = [lines.EventLine(_E.c.keys(), row) for row in session.connection().execute(query)]
    for one in found:
        one.__dict__["agent"] = agents.get(one.agent_id or 0)
    return found
