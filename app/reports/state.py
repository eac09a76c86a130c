"""The state of the installation for its admins: what runs, what waits, how much room there is.

Nobody is asked but the database and the disk; counts are of rows that wait, each served by an index, so that the page
costs the same however many tickets there are.
"""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.blobs import BlobStore
from app.mailboxes import queries as mailboxes
from app.mailboxes.queries import Balance
from app.outgoing.models import Outbox
from app.reports.heartbeats import SILENT_AFTER, Heartbeat, heartbeats, own_version
from app.settings import Settings
from app.tickets.models import Delivery, Message, Ticket
from app.tickets.suggesting import PENDING

# What must run on some host for mail to come and go.
EXPECTED = ("schedule", "poller", "knowledge", "worker")
LATELY = timedelta(days=1)


@dataclass(frozen=True)
class Process:
    """One process on one host; `row` is None for one that never said a word. `alive`: it spoke lately."""

    name: str
    row: Heartbeat | None
    alive: bool


@dataclass(frozen=True)
class State:
    """`outbox`: delivery state → how many. Sizes are in bytes, `free_mb` in megabytes."""

    at: datetime
    processes: list[Process]
    outbox: dict[str, int]
    oldest_due: datetime | None
    failed_lately: int
    balances: list[Balance]
    unscored: int
    tickets: int
    messages: int
    free_mb: int
    floor_mb: int
    database_bytes: int
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def well(self) -> bool:
        """Nothing that an admin should look at."""
        quiet = all(not one.alarm and one.balanced for one in self.balances)
        return quiet and all(one.alive for one in self.processes) and self.free_mb >= self.floor_mb


def gather(session: Session, settings: Settings, *, now: datetime) -> State:
    silence = timedelta(minutes=settings.silence_alarm_minutes)
    outbox, oldest = _outbox(session)
    return State(
        at=now,
        processes=_processes(session, now),
        outbox=outbox,
        oldest_due=oldest,
        failed_lately=_failed(session, now),
        balances=mailboxes.balances(session, now=now, silence=silence),
        unscored=_unscored(session),
        tickets=session.scalar(sa.select(sa.func.max(Ticket.id))) or 0,
        messages=session.scalar(sa.select(sa.func.max(Message.id))) or 0,
        free_mb=BlobStore(settings.blob_dir).free_mb(),
        floor_mb=settings.disk_floor_mb,
        database_bytes=database_bytes(session, settings),
        versions=_versions(session),
    )


def _processes(session: Session, now: datetime) -> list[Process]:
    rows = heartbeats(session)
    found = [Process(row.name, row, now - row.at < SILENT_AFTER) for row in rows]
    alive = {one.name for one in found if one.alive}
    # One that ran on another host a while ago is no trouble while somebody does its work.
    found = [one for one in found if one.alive or one.name not in alive]
    there = {one.name for one in found}
    found += [Process(name, None, False) for name in EXPECTED if name not in there]
    return sorted(found, key=lambda one: (_place(one.name), one.row.host if one.row else ""))


def _place(name: str) -> int:
    return EXPECTED.index(name) if name in EXPECTED else len(EXPECTED)


def _outbox(session: Session) -> tuple[dict[str, int], datetime | None]:
    """What has not left yet, and since when the oldest could have."""
    waiting = (Delivery.HELD, Delivery.QUEUED, Delivery.SENDING, Delivery.DEFERRED, Delivery.UNCERTAIN)
    query = (
        sa.select(Outbox.state, sa.func.count(), sa.func.min(Outbox.due_at))
        .where(Outbox.state.in_(waiting))
        .group_by(Outbox.state)
    )
    rows = session.execute(query).all()
    due = [row[2] for row in rows if row[0] == Delivery.QUEUED and row[2] is not None]
    return {row[0]: row[1] for row in rows}, min(due, default=None)


def _failed(session: Session, now: datetime) -> int:
    query = sa.select(sa.func.count()).where(
        Outbox.state.in_((Delivery.FAILED, Delivery.BOUNCED)), Outbox.done_at > now - LATELY
    )
    return session.scalar(query) or 0


def _unscored(session: Session) -> int:
    """Letters for which no answers have been looked for yet."""
    query = sa.select(sa.func.count()).where(Message.suggest_state == PENDING)
    return session.scalar(query) or 0


def database_bytes(session: Session, settings: Settings) -> int:
    if session.get_bind().dialect.name == "postgresql":
        return session.scalar(sa.select(sa.func.pg_database_size(sa.func.current_database()))) or 0
    file = sa.make_url(settings.database).database or ""
    parts = [Path(file + ending) for ending in ("", "-wal")]
    return sum(part.stat().st_size for part in parts if file and part.exists())


def _versions(session: Session) -> dict[str, str]:
    dialect = session.get_bind().dialect
    version = ".".join(map(str, getattr(dialect, "server_version_info", None) or ()))
    schema = session.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return {
        "Sincerely": own_version(),
        "Python": platform.python_version(),
        {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(dialect.name, dialect.name): version,
        "schema": str(schema or ""),
        "system": f"{platform.system()} {platform.machine()}, {sys.implementation.name}",
    }
