"""The database: engine, declarative Base, and the only commit and rollback.

Writes happen in `transaction()`, page reads in `reading()`. On SQLite a transaction begins IMMEDIATE, so two
writers queue up at the start instead of failing half-way; the file is in WAL mode with synchronous=FULL, so
what was committed survives a power cut.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar, cast

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from app import db_pulse

BUSY_TIMEOUT_SECONDS = 10
_EMPTY_LISTS = ("[]", b"[]")

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
# SQLite numbers rows by itself only when the key column is exactly INTEGER.
BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in, aware UTC out, on both databases. A naive value is a bug and raises ValueError."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        dict[str, Any]: sa.JSON(),
        list[str]: sa.JSON(),
        list[Any]: sa.JSON(),
    }


class _State:
    engine: Engine | None = None
    writes: sessionmaker[Session] | None = None
    reads: sessionmaker[Session] | None = None


class _Mine(threading.local):
    commits = 0


_mine = _Mine()


def configure(url: str, *, pool_size: int = 10, busy_seconds: float | None = None) -> Engine:
    """Point this process at a database; the earlier engine, if any, is disposed.

    `busy_seconds`: how long SQLite waits for another writer; BUSY_TIMEOUT_SECONDS unless said.
    """
    dispose()
    engine = make_engine(url, pool_size=pool_size, busy_seconds=busy_seconds)
    _State.engine = engine
    _State.writes = sessionmaker(engine, expire_on_commit=False)
    _State.reads = sessionmaker(engine.execution_options(read_only=True), expire_on_commit=False)
    return engine


def make_engine(url: str, *, pool_size: int = 10, busy_seconds: float | None = None) -> Engine:
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        # To open one costs as much as a quarter of a page, so they are kept; the warmest is used first.
        engine = sa.create_engine(
            url,
            pool_size=pool_size,
            pool_use_lifo=True,
            json_deserializer=read_json,
            connect_args={
                "timeout": BUSY_TIMEOUT_SECONDS if busy_seconds is None else busy_seconds,
                "check_same_thread": False,
            },
        )
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    engine = sa.create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        json_deserializer=read_json,
    )
    db_pulse.ask_seldom(engine)
    return engine


def read_json(stored: str | bytes) -> Any:
    """A page reads eighty such columns, most of them empty lists."""
    return [] if stored in _EMPTY_LISTS else json.loads(stored)


def _sqlite_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        # Of each connection; the system keeps the file's pages for all of them.
        "cache_size=-1000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("read_only")
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def engine() -> Engine:
    if _State.engine is None:
        raise RuntimeError("database not configured")
    return _State.engine


def dispose() -> None:
    """Drop pooled connections: at the end of a process and after a fork."""
    if _State.engine is not None:
        _State.engine.dispose()


def forget_connections_after_fork() -> None:
    """In a child process: leave the parent's sockets and files alone, open our own."""
    if _State.engine is not None:
        _State.engine.dispose(close=False)


@contextmanager
def transaction() -> Iterator[Session]:
    """One unit of work: commits at the end, rolls back on any exception."""
    if _State.writes is None:
        raise RuntimeError("database not configured")
    with _State.writes() as session, session.begin():
        yield session
    _mine.commits += 1


def commits() -> int:
    """How many transactions this thread has committed. For app.again, which does nothing twice that was committed."""
    return _mine.commits


@contextmanager
def reading() -> Iterator[Session]:
    """A consistent look without a write lock. Nothing is committed; loaded rows stay readable afterwards."""
    if _State.reads is None:
        raise RuntimeError("database not configured")
    with _State.reads() as session:  # closing rolls back
        yield session


def changed_rows(result: sa.Result[Any]) -> int:
    """How many rows an UPDATE or DELETE touched."""
    return int(cast("sa.CursorResult[Any]", result).rowcount)


def now() -> datetime:
    """The clock of the shell around pure code."""
    return datetime.now(UTC)
