"""When each of our processes last said that it is alive, on which host and in which version."""

from __future__ import annotations

import socket
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db import Base

EVERY = timedelta(seconds=30)
# So long after its last word a process is thought dead.
SILENT_AFTER = timedelta(minutes=2)
LONGEST_HOST = 100


class Heartbeat(Base):
    __tablename__ = "heartbeats"
    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    host: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    at: Mapped[datetime]
    started_at: Mapped[datetime]
    version: Mapped[str] = mapped_column(sa.String(40), default="")


class Beating:
    """One process' own: remembers when it last wrote, so that it may be called as often as one likes."""

    def __init__(self, name: str, version: str, *, now: datetime) -> None:
        self._key = {"name": name, "host": socket.gethostname()[:LONGEST_HOST]}
        self._version, self._started_at = version, now
        self._next = now

    def is_due(self, now: datetime) -> bool:
        return now >= self._next

    def beat(self, session: Session, now: datetime) -> None:
        self._next = now + EVERY
        values = {"at": now, "started_at": self._started_at, "version": self._version}
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


def heartbeats(session: Session) -> list[Heartbeat]:
    return list(session.scalars(sa.select(Heartbeat).order_by(Heartbeat.name, Heartbeat.host)))
