"""Keeping the facts up to date: a little after every change, and all of them anew when what they rest on has changed.

The tickets to look at come from the change rows that every change of a ticket leaves, each once, with their facts in
the same transaction: whoever is killed in between has done both or neither. When the company's time zone or a calendar
changes, when nobody looked for so long that change rows may be gone, or when somebody asks for it, a sweep goes through
all tickets in the order of their numbers, some hundreds in a transaction, and goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.reports import gather
from app.reports.models import ReportProgress
from app.tasks.calendars import all_calendars, mailboxes_of, told_of
from app.tickets.housekeeping import CHANGES_KEPT
from app.tickets.models import Change, Ticket
from app.together import following

SOURCE = "changes"
AT_ONCE = 100
# After so long without a look some of the change rows may have been cleared away.
TOO_LONG = CHANGES_KEPT - timedelta(hours=2)


def is_due(session: Session, zone: str) -> bool:
    """A cheap look without a lock: is there anything to do?"""
    progress = session.get(ReportProgress, 1)
    if progress is None or progress.swept_to is not None:
        return True
    return following.has_news(session, (SOURCE,)) or progress.basis != basis(session, zone)


def step(session: Session, zone: str, now: datetime) -> bool:
    """One small piece of work; True when there may be more of it."""
    progress = _progress(session, zone, now)
    progress.ran_at = now
    more = _follow(session, ZoneInfo(zone), now)
    if progress.swept_to is not None:
        more = _sweep(session, progress, ZoneInfo(zone)) or more
    return more


def start_over(session: Session, zone: str, now: datetime) -> None:
    """Everything is made anew, beginning with the next step."""
    _progress(session, zone, now).swept_to = 0


def basis(session: Session, zone: str) -> str:
    """What facts follow from beside tickets: the time zone of the company and who is open when, as one fingerprint."""
    told = [
        zone,
        sorted(mailboxes_of(session).items()),
        [told_of(one) for one in all_calendars(session)],
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _progress(session: Session, zone: str, now: datetime) -> ReportProgress:
    progress = session.get(ReportProgress, 1, with_for_update=True)
    now_rests_on = basis(session, zone)
    if progress is None:
        progress = ReportProgress(id=1, basis=now_rests_on, swept_to=0, ran_at=now)
        session.add(progress)
        # What changes from here on is followed; what was there before is swept.
        following.take(session, SOURCE, now=now)
    elif progress.basis != now_rests_on or now - progress.ran_at > TOO_LONG:
        progress.basis, progress.swept_to = now_rests_on, 0
    return progress


def _follow(session: Session, zone: ZoneInfo, now: datetime) -> bool:
    numbers = following.take(session, SOURCE, now=now)
    if numbers:
        query = sa.select(Change.ticket_id).where(Change.id.in_(numbers)).distinct()
        gather.make(session, session.scalars(query).all(), zone)
    return len(numbers) >= following.MOST_AT_ONCE


def _sweep(session: Session, progress: ReportProgress, zone: ZoneInfo) -> bool:
    query = sa.select(Ticket.id).where(Ticket.id > progress.swept_to).order_by(Ticket.id).limit(AT_ONCE)
    ids = session.scalars(query).all()
    gather.make(session, ids, zone)
    progress.swept_to = ids[-1] if len(ids) == AT_ONCE else None
    return progress.swept_to is not None
