"""Every report by its name, in the order in which they are offered.

The report of service levels is offered where something was promised.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.reports.backlog import backlog
from app.reports.filters import Filters, Scope
from app.reports.funnel import funnel
from app.reports.knowledge_use import knowledge_use
from app.reports.loyalty import customers
from app.reports.promises import is_offered, promises
from app.reports.reasons import reasons
from app.reports.shape import Report
from app.reports.speed import speed
from app.reports.time_saved import time_saved
from app.reports.volume import volume
from app.reports.workload import workload


@dataclass(frozen=True)
class Asked:
    """`zone`: of the company."""

    filters: Filters
    scope: Scope
    now: datetime
    zone: str


Maker = Callable[[Session, Asked], Report]


def _plain(make: Callable[[Session, Filters, Scope], Report]) -> Maker:
    return lambda session, asked: make(session, asked.filters, asked.scope)


REPORTS: dict[str, Maker] = {
    "volume": _plain(volume),
    "speed": _plain(speed),
    "backlog": lambda session, asked: backlog(
        session, asked.filters, asked.scope, now=asked.now, zone=asked.zone
    ),
    "promises": lambda session, asked: promises(
        session, asked.filters, asked.scope, now=asked.now, zone=asked.zone
    ),
    "workload": _plain(workload),
    "reasons": _plain(reasons),
    "funnel": _plain(funnel),
    "knowledge": _plain(knowledge_use),
    "time-saved": lambda session, asked: time_saved(session, asked.filters, asked.scope, zone=asked.zone),
    "customers": lambda session, asked: customers(session, asked.filters, asked.scope, zone=asked.zone),
}


def offered(session: Session) -> list[str]:
    """Names of the reports that have something to say on this desk."""
    return [name for name in REPORTS if name != "promises" or is_offered(session)]
