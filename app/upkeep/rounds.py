"""When each part of the upkeep has its turn: as often as it is cheap, and one worker at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.upkeep.models import UpkeepRound

# A part may take this share of one core: what took a second has its next turn after some minutes.
SHARE = 0.005
SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(hours=6)
# Whoever began so long ago and has not ended was killed.
GIVEN_UP_AFTER = timedelta(minutes=30)


def is_due(session: Session, name: str, now: datetime) -> bool:
    found = session.get(UpkeepRound, name)
    return found is None or _may_begin(found, now)


def begin(session: Session, name: str, now: datetime) -> UpkeepRound | None:
    """Claim a turn; None while another worker has it, or before its time."""
    found = session.get(UpkeepRound, name, with_for_update=True)
    if found is None:
        found = UpkeepRound(name=name, position=0, seconds=0.0, rows=0)
        session.add(found)
    elif not _may_begin(found, now):
        return None
    found.began_at, found.ended_at = now, None
    session.flush()
    return found


def end(session: Session, name: str, *, now: datetime, seconds: float, rows: int) -> None:
    """`seconds` of CPU say when the next turn is."""
    session.execute(
        sa.update(UpkeepRound)
        .where(UpkeepRound.name == name)
        .values(ended_at=now, seconds=seconds, rows=rows)
        .execution_options(synchronize_session=False)
    )


def last(session: Session, name: str) -> UpkeepRound | None:
    return session.get(UpkeepRound, name)


def _may_begin(found: UpkeepRound, now: datetime) -> bool:
    if found.began_at is None:
        return True
    if found.ended_at is None:
        return now - found.began_at > GIVEN_UP_AFTER
    pause = timedelta(seconds=found.seconds / SHARE)
    return now - found.ended_at >= min(max(pause, SHORTEST), LONGEST)
