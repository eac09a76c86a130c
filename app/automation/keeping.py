"""How long the log of rules and the uses of macros are kept. Never commits."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.automation.models import MacroRun, RuleLog

LOG_KEPT = timedelta(days=180)
RUNS_KEPT = timedelta(days=7)
# In one transaction; the rest goes the next time.
TOGETHER = 1000


def forget_old(session: Session, *, now: datetime) -> None:
    """The oldest first, some at a time. The history of a ticket keeps its lines."""
    for model, kept in ((RuleLog, LOG_KEPT), (MacroRun, RUNS_KEPT)):
        old = sa.select(model.id).where(model.at < now - kept).order_by(model.at).limit(TOGETHER)
        session.execute(
            sa.delete(model).where(model.id.in_(old)).execution_options(synchronize_session=False)
        )
