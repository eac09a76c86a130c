"""When each of our processes last said that it is alive, on which host and in which version."""

from __future__ import annotations

import logging
import socket
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import metadata
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import db
from app.db import Base

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=30)
# So long after its last word a process is thought dead.
SILENT_AFTER = timedelta(minutes=2)
LONGEST_HOST = 100
LONGEST_NOTE = 300


@lru_cache(maxsize=1)
def own_version() -> str:
    """Of this program; '' where it runs from a directory that nobody installed."""
    try:
        return metadata.version("sincerely")
    except metadata.PackageNotFoundError:
        return ""


class Heartbeat(Base):
    __tablename__ = "heartbeats"
    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    host: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    at: Mapped[datetime]
    started_at: Mapped[datetime]
    version: Mapped[str] = mapped_column(sa.String(40), default="")
    # What an admin should know of how it is doing: a word that app.web.health_words knows, or a sentence.
    note: Mapped[str] = mapped_column(sa.String(300), default="", server_default="")


class Beating:
    """One process' own: remembers when it last wrote, so that it may be called as often as one likes."""

    def __init__(self, name: str, *, now: datetime) -> None:
        self.name = name
        self._key = {"name": name, "host": socket.gethostname()[:LONGEST_HOST]}
        self._version, self._started_at = own_version(), now
        self._next = now
        self.note = ""

    def is_due(self, now: datetime) -> bool:
        return now >= self._next

    def beat(self, session: Session, now: datetime) -> None:
        self._next = now + EVERY
        values: dict[str, Any] = {"at": now, "started_at": self._started_at, "version": self._version}
        values["note"] = self.note[:LONGEST_NOTE]
        updated = session.execute(
            sa.update(Heartbeat)
            .where(Heartbeat.name == self._key["name"], Heartbeat.host == self._key["host"])
            .values(**values)
            .returning(Heartbeat.name)
            .execution_options(synchronize_session=False)
        ).first()
        if updated is None:
            session.add(Heartbeat(**self._key, **values))
            session.flush()


def beat(own: Beating) -> None:
    """Say that this process is alive, where that is due; a database that is busy now hears it next time."""
    now = db.now()
    if not own.is_due(now):
        return
    try:
        with db.transaction() as session:
            own.beat(session, now)
    except sa.exc.OperationalError:
        log.warning("could not note that %s runs", own.name)


def heartbeats(session: Session) -> list[Heartbeat]:
    return list(session.scalars(sa.select(Heartbeat).order_by(Heartbeat.name, Heartbeat.host)))


def is_silent(session: Session, name: str, now: datetime) -> bool:
    """No process of this name said anything lately, on any host."""
    lately = sa.select(Heartbeat.name).where(Heartbeat.name == name, Heartbeat.at > now - SILENT_AFTER)
    return session.scalar(lately.limit(1)) is None
