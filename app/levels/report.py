"""How promises were kept: of those that ended in a period, and of those that run and are late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.levels.models import LevelClock
from app.tickets.models import Ticket


@dataclass(frozen=True)
class Kept:
    """Of one level and kind. `broken`: ended too late; `late`: still runs and is late already."""

    level_id: int
    kind: str
    kept: int
    broken: int
    late: int

    @property
    def share(self) -> float | None:
        """Of what is decided: a promise that still runs in time is not; None where nothing is."""
        decided = self.kept + self.broken + self.late
        return self.kept / decided if decided else None


def runs_late(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(LevelClock.stopped_at.is_(None), LevelClock.due_at <= now)


def decided(begin: datetime, end: datetime, now: datetime) -> sa.ColumnElement[bool]:
    """Promises that ended within [begin, end), or that ran out in it and have no end yet. What runs in time is not
    decided and counts nowhere."""
    ended = sa.and_(LevelClock.stopped_at >= begin, LevelClock.stopped_at < end)
    return sa.or_(ended, sa.and_(runs_late(now), LevelClock.due_at >= begin, LevelClock.due_at < end))


def broken() -> sa.ColumnElement[bool]:
    """Of decided ones."""
    return sa.or_(LevelClock.broken.is_(True), LevelClock.stopped_at.is_(None))


def kept(
    session: Session,
    begin: datetime,
    end: datetime,
    *,
    now: datetime,
    where: Sequence[sa.ColumnElement[bool]] = (),
) -> list[Kept]:
    """Decided promises. `where`: of tickets."""

    def number(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)

    stopped = LevelClock.stopped_at.is_not(None)
    query = (
        sa.select(
            LevelClock.level_id,
            LevelClock.kind,
            number(sa.and_(stopped, LevelClock.broken.is_(False))).label("kept"),
            number(sa.and_(stopped, LevelClock.broken.is_(True))).label("broken"),
            number(LevelClock.stopped_at.is_(None)).label("late"),
        )
        .join(Ticket, Ticket.id == LevelClock.ticket_id)
        .where(decided(begin, end, now), *where)
        .group_by(LevelClock.level_id, LevelClock.kind)
        .order_by(LevelClock.level_id, LevelClock.kind)
    )
    return [Kept(*row) for row in session.execute(query)]
