"""Keeping the clocks of service levels: a little after every change of a ticket, and of all open tickets when a level
or the business hours have changed, and once an hour, since cards change without their tickets.

Runs in the clock process, beside the work. Safe to run twice: the same tickets give the same clocks.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.levels import gather
from app.levels import service as levels
from app.levels.clocks import LEFT_OUT, SOLVED, Clock, Moment, clocks_of, nearest
from app.levels.models import LevelClock, LevelProgress, ServiceLevel
from app.settings import Settings
from app.tasks.calendars import all_calendars, hours_by_mailbox, mailboxes_of, told_of
from app.tasks.clock import Hours
from app.tickets.models import Change, Ticket
from app.tickets.service import changed
from app.together import following

SOURCE = "promises"
AT_ONCE = 100
SWEEP_AGAIN = timedelta(hours=1)
# Change rows are kept for a day: after longer than this some may have been cleared away.
TOO_LONG = timedelta(hours=22)
_Key = tuple[str, datetime]


def is_due(session: Session, *, now: datetime) -> bool:
    """A cheap look without a lock. Where nobody ever promised anything there is nothing to do."""
    progress = session.get(LevelProgress, 1)
    if progress is None:
        return session.scalar(sa.select(ServiceLevel.id).limit(1)) is not None
    if progress.swept_to is not None or progress.basis != basis(session):
        return True
    return _sweeps_again(progress, now) or following.has_news(session, (SOURCE,))


def step(session: Session, settings: Settings, *, now: datetime) -> bool:
    """One small piece of work; True when there may be more of it."""
    progress = _progress(session, now)
    numbers = following.take(session, SOURCE, now=now)
    if numbers:
        query = sa.select(Change.ticket_id).where(Change.id.in_(numbers)).distinct()
        keep(session, session.scalars(query).all(), settings, now=now)
    more = len(numbers) >= following.MOST_AT_ONCE
    if progress.swept_to is not None:
        query = sa.select(Ticket.id).where(Ticket.id > progress.swept_to, _concerned())
        ids = session.scalars(query.order_by(Ticket.id).limit(AT_ONCE)).all()
        keep(session, ids, settings, now=now)
        progress.swept_to = ids[-1] if len(ids) == AT_ONCE else None
        more = more or progress.swept_to is not None
    progress.ran_at = now
    return more


def keep(session: Session, ticket_ids: Collection[int], settings: Settings, *, now: datetime) -> None:
    """Bring the clocks of these tickets up to date."""
    ids = sorted(set(ticket_ids))
    if not ids:
        return
    order = levels.all_levels(session)
    tickets = list(session.scalars(sa.select(Ticket).where(Ticket.id.in_(ids))))
    rows = _rows(session, ids)
    moments = gather.moments_of(session, ids)
    hours = hours_by_mailbox(session, {ticket.mailbox_id for ticket in tickets})
    for ticket in tickets:
        level = None
        if ticket.merged_into_id is None and ticket.status not in LEFT_OUT:
            level = levels.level_for(order, session, ticket, now=now, settings=settings)
        clocks = _clocks(ticket, level, moments.get(ticket.id, []), hours, now)
        _write(session, ticket, level, clocks, rows.get(ticket.id, {}), now)


def basis(session: Session) -> str:
    """What clocks follow from beside tickets and cards, as one fingerprint."""
    told = [
        [
            [one.id, one.position, one.active, one.mailbox_ids, one.conditions, one.targets, one.business]
            for one in levels.all_levels(session)
        ],
        sorted(mailboxes_of(session).items()),
        [told_of(one) for one in all_calendars(session)],
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _progress(session: Session, now: datetime) -> LevelProgress:
    progress = session.get(LevelProgress, 1, with_for_update=True)
    rests_on = basis(session)
    if progress is None:
        progress = LevelProgress(id=1, basis="", ran_at=now)
        session.add(progress)
    late = now - progress.ran_at > TOO_LONG
    sweeps = progress.swept_to is None and (late or _sweeps_again(progress, now))
    if sweeps or progress.basis != rests_on:
        progress.swept_to, progress.swept_at = 0, now
    progress.basis = rests_on
    return progress


def _sweeps_again(progress: LevelProgress, now: datetime) -> bool:
    return progress.swept_at is None or now - progress.swept_at >= SWEEP_AGAIN


def _concerned() -> sa.ColumnElement[bool]:
    """Tickets that may have a clock that runs or stands: a closed one has none that is counted anew."""
    running = sa.exists().where(LevelClock.ticket_id == Ticket.id, LevelClock.stopped_at.is_(None))
    return sa.or_(Ticket.status.in_(("open", "waiting", "snoozed")), Ticket.due_at.is_not(None), running)


def _clocks(
    ticket: Ticket,
    level: ServiceLevel | None,
    moments: Sequence[Moment],
    hours: Mapping[int, Hours],
    now: datetime,
) -> list[Clock]:
    if level is None:
        return []
    promise = levels.promise(level, ticket.priority, hours.get(ticket.mailbox_id))
    return clocks_of(moments, promise, now)


def _rows(session: Session, ids: Sequence[int]) -> dict[int, dict[_Key, LevelClock]]:
    found: dict[int, dict[_Key, LevelClock]] = defaultdict(dict)
    for row in session.scalars(sa.select(LevelClock).where(LevelClock.ticket_id.in_(ids))):
        found[row.ticket_id][row.kind, row.started_at] = row
    return found


def _write(
    session: Session,
    ticket: Ticket,
    level: ServiceLevel | None,
    clocks: Sequence[Clock],
    there: dict[_Key, LevelClock],
    now: datetime,
) -> None:
    kept: set[_Key] = set()
    for clock in clocks:
        key = (clock.kind, clock.started_at)
        kept.add(key)
        if level is not None:
            _lay(session, ticket.id, level, clock, there.get(key), now)
    for key, row in there.items():
        # A promise that was kept or broken stays so, whatever becomes of the level; one that still runs does not.
        if key not in kept and row.stopped_at is None:
            session.delete(row)
    first = nearest(clocks)
    due = (first.due_at, first.kind) if first is not None else (None, "")
    if due != (ticket.due_at, ticket.due_kind):
        ticket.due_at, ticket.due_kind = due
        changed(session, ticket.id, "due", now)
    session.flush()


def _lay(
    session: Session, ticket_id: int, level: ServiceLevel, clock: Clock, row: LevelClock | None, now: datetime
) -> None:
    ended = clock.stopped_at is not None
    if row is None:
        if clock.stopped_at is not None and clock.stopped_at <= level.armed_from:
            # Nobody had promised anything yet.
            return
        row = LevelClock(ticket_id=ticket_id, kind=clock.kind, started_at=clock.started_at)
        session.add(row)
    elif row.stopped_at is not None and (clock.kind != SOLVED or row.stopped_at == clock.stopped_at):
        return
    if row.level_id != level.id or row.due_at != clock.due_at:
        # Another end is warned of anew, unless people were told already that it is late.
        row.warned_at = None if row.escalated_at is None else row.warned_at
    row.level_id = level.id
    row.target_seconds = int(clock.target.total_seconds())
    row.due_at, row.stopped_at = (None if ended else clock.due_at), clock.stopped_at
    # Of one that runs the end says it all: it need not be written again every hour.
    row.spent_seconds = int(clock.spent.total_seconds()) if row.due_at is None else 0
    row.broken = clock.is_broken(now)
