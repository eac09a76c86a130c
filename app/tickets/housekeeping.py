"""What the clock clears away."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.tickets import bulk
from app.tickets.models import Change

CHANGES_KEPT = timedelta(days=1)
# A note offers to undo a bulk action for seconds; a list without scripts, as long as its page is open.
ACTIONS_KEPT = timedelta(days=7)


def forget_old_actions(session: Session, *, now: datetime) -> None:
    """What was done to selections, once nobody undoes it any more."""
    bulk.forget_old(session, before=now - ACTIONS_KEPT)


def forget_old_changes(session: Session, *, now: datetime) -> int:
    """Change rows older than a day, save the newest: open pages compare with its number."""
    newest = sa.select(sa.func.max(Change.id)).scalar_subquery()
    gone = session.execute(
        sa.delete(Change)
        .where(Change.at < now - CHANGES_KEPT, Change.id < newest)
        .execution_options(synchronize_session=False)
    )
    return db.changed_rows(gone)
