"""What an open page asks every three seconds: has anything changed, and has anybody come or gone? One query."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.tickets.models import Change
from app.tickets.thread import LiveState
from app.together.models import Presence
from app.together.presence import OVER_AFTER


@dataclass(frozen=True)
class Pulse:
    """`state`: the changes behind the page's mark. `people`: a short word that changes whenever presence does."""

    state: LiveState
    people: str


def pulse(
    session: Session, after: int, ticket_id: int, agent_id: int, *, settled_before: datetime, now: datetime
) -> Pulse:
    """What changed behind the mark, with the presence of others in the same query."""
    asked = {
        "after": after,
        "ticket": ticket_id,
        "agent": agent_id,
        "settled_before": settled_before,
        "fresh": now - OVER_AFTER,
    }
    count, newest, settled, ticket, people = session.connection().execute(_PULSE, asked).one()
    return Pulse(
        LiveState(settled=settled, newest=newest, count=count, ticket=bool(ticket)), fingerprint(people or "")
    )


def fingerprint(people: str) -> str:
    """Of "ticket:agent:doing,…" in any order; '' when nobody is there."""
    return f"{zlib.crc32(','.join(sorted(people.split(','))).encode()):x}" if people else ""


def _people() -> sa.ScalarSelect[str]:
    one = (
        sa.cast(Presence.ticket_id, sa.String)
        + ":"
        + sa.cast(Presence.agent_id, sa.String)
        + ":"
        + Presence.doing
    )
    return (
        sa.select(sa.func.aggregate_strings(one, ","))
        .where(Presence.at > sa.bindparam("fresh"), Presence.agent_id != sa.bindparam("agent"))
        .scalar_subquery()
    )


def _pulse() -> sa.Select[Any]:
    after: sa.BindParameter[int] = sa.bindparam("after", type_=sa.BigInteger())
    old = sa.case((Change.at < sa.bindparam("settled_before"), Change.id))
    this = sa.case((Change.ticket_id == sa.bindparam("ticket"), 1), else_=0)
    return sa.select(
        sa.func.count(),
        sa.func.coalesce(sa.func.max(Change.id), after),
        sa.func.coalesce(sa.func.max(old), after),
        sa.func.coalesce(sa.func.max(this), 0),
        _people(),
    ).where(Change.id > after)


# Built once: open pages ask it every three seconds.
_PULSE = _pulse()
