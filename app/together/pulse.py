"""What an open page asks every three seconds: has anything changed, and has anybody come or gone? One query."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime

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
    """As `thread.live_state`, with the presence of others in the same query."""
    row = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.coalesce(sa.func.max(Change.id), after),
            sa.func.coalesce(sa.func.max(sa.case((Change.at < settled_before, Change.id))), after),
            sa.func.coalesce(sa.func.max(sa.case((Change.ticket_id == ticket_id, 1), else_=0)), 0),
            _people(agent_id, now),
        ).where(Change.id > after)
    ).one()
    state = LiveState(settled=row[2], newest=row[1], count=row[0], ticket=bool(row[3]))
    return Pulse(state, fingerprint(row[4] or ""))


def fingerprint(people: str) -> str:
    """Of "ticket:agent:doing,…" in any order; '' when nobody is there."""
    return f"{zlib.crc32(','.join(sorted(people.split(','))).encode()):x}" if people else ""


def _people(agent_id: int, now: datetime) -> sa.ScalarSelect[str]:
    one = (
        sa.cast(Presence.ticket_id, sa.String)
        + ":"
        + sa.cast(Presence.agent_id, sa.String)
        + ":"
        + Presence.doing
    )
    return (
        sa.select(sa.func.aggregate_strings(one, ","))
        .where(Presence.at > now - OVER_AFTER, Presence.agent_id != agent_id)
        .scalar_subquery()
    )
