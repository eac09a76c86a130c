"""Every row of a test's database, read as often as somebody wants to know whether anything has changed.

SQLite tells a connection whether another one has committed anything since it last asked. Only then are the rows read
again: the tests of every route ask thousands of times, and nearly always nothing has changed.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import Any

from app import db

Rows = dict[str, set[Any]]


@dataclass
class _Watched:
    file: str
    connection: sqlite3.Connection
    version: int = -1
    rows: Rows = field(default_factory=dict)


_watched: list[_Watched] = []


def dump() -> Rows:
    """Every row of every table."""
    watched = _watch(str(db.engine().url.database))
    (version,) = watched.connection.execute("PRAGMA data_version").fetchone()
    if version != watched.version:
        watched.version, watched.rows = version, _read(watched.connection)
    return watched.rows


def changed(before: Rows, after: Rows, allowed: set[str]) -> list[str]:
    if before is after:
        return []
    return [name for name in sorted(after) if before.get(name) != after[name] and name not in allowed]


def _watch(file: str) -> _Watched:
    if not _watched or _watched[0].file != file:
        for earlier in _watched:
            earlier.connection.close()
        _watched[:] = [_Watched(file, sqlite3.connect(file, isolation_level=None, timeout=60))]
    return _watched[0]


def _read(connection: sqlite3.Connection) -> Rows:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    names = [name for (name,) in tables if not name.startswith("sqlite_")]
    return {name: set(connection.execute(f'SELECT * FROM "{name}"')) for name in names}
