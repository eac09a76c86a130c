"""Rows by the hundred thousand, past everything that makes single rows comfortable.

`writer(tables, fresh=…)` gives something to hand rows to. On SQLite it is one connection with a large cache. On
PostgreSQL rows are copied; where the tables were empty (`fresh`), their indexes and foreign keys are taken away and
made anew at the end, in the same transaction: it is all there, or nothing is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa

from app import db
from app.tickets.search_text import FIELDS

Row = Mapping[str, Any]
# Of the full-text index on PostgreSQL: how important a word of each field is.
_WEIGHTS = dict(zip(FIELDS, "ABCD", strict=True))
# The positions that PostgreSQL keeps.
_LAST_POSITION, _MOST_POSITIONS = 16_383, 255


class Writer(Protocol):
    def write(self, rows: Mapping[str, Sequence[Row]]) -> None:
        """Rows by the name of their table; `search_words` has the stems of FIELDS and the id of a message."""


@contextmanager
def writer(tables: Sequence[sa.Table], *, fresh: bool) -> Iterator[Writer]:
    """What was written is there when the block has ended well."""
    with db.engine().connect() as connection:
        if connection.dialect.name == "sqlite":
            yield from _sqlite(connection, tables)
        else:
            yield from _postgres(connection, tables, fresh)


def _sqlite(connection: sa.Connection, tables: Sequence[sa.Table]) -> Iterator[Writer]:
    raw = connection.connection.driver_connection
    assert raw is not None
    for pragma in ("foreign_keys=OFF", "cache_size=-200000"):
        raw.execute(f"PRAGMA {pragma}")
    try:
        yield _Sqlite(raw, tables, connection.dialect)
    finally:
        # The connection is not used again: it is unlike the others.
        connection.invalidate()


def _postgres(connection: sa.Connection, tables: Sequence[sa.Table], fresh: bool) -> Iterator[Writer]:
    names = [*(table.name for table in tables), "search_words"]
    with connection.begin():
        connection.execute(sa.text("SET LOCAL maintenance_work_mem = '512MB'"))
        later = _take_apart(connection, names) if fresh else []
        yield _Postgres(connection.connection.driver_connection, tables, connection.dialect)
        for statement in later:
            connection.exec_driver_sql(statement)


@dataclass(frozen=True)
class _Parameters:
    """What a model's default asks of a statement: the other values of its row."""

    row: Row

    def get_current_parameters(self) -> Row:
        return self.row


class _Columns:
    """Which columns of a table are written, and what makes a value fit for the driver."""

    def __init__(self, table: sa.Table, first: Row, dialect: sa.Dialect) -> None:
        written = [one for one in table.c if one.name in first or one.default is not None]
        self.names = [column.name for column in written]
        self._values = [_value(column, column.name in first, dialect) for column in written]

    def values(self, row: Row) -> list[Any]:
        return [value(row) for value in self._values]


def _value(column: sa.Column[Any], given: bool, dialect: sa.Dialect) -> Callable[[Row], Any]:
    """From a row to what the driver takes: what was given, else what the model says."""
    convert = column.type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is
    name, default = column.name, column.default
    if given:
        # Most lists are empty.
        return lambda row: "[]" if (value := row[name]) == [] else convert(value)
    assert default is not None
    if default.is_callable:
        return lambda row: convert(default.arg(_Parameters(row)))  # type: ignore[attr-defined]
    same = convert(default.arg)  # type: ignore[attr-defined]
    return lambda _row: same


def _as_it_is(value: Any) -> Any:
    return value


class _Sqlite:
    def __init__(self, raw: Any, tables: Sequence[sa.Table], dialect: sa.Dialect) -> None:
        self._raw, self._tables, self._dialect = raw, tables, dialect

    def write(self, rows: Mapping[str, Sequence[Row]]) -> None:
        self._raw.execute("BEGIN IMMEDIATE")
        for table in self._tables:
            if rows.get(table.name):
                columns = _Columns(table, rows[table.name][0], self._dialect)
                self._insert(table.name, columns.names, map(columns.values, rows[table.name]))
        words = rows.get("search_words", ())
        names = ("rowid", *FIELDS)
        self._insert("search_words", names, ([row[name] for name in ("id", *FIELDS)] for row in words))
        self._raw.execute("COMMIT")

    def _insert(self, table: str, names: Sequence[str], rows: Iterator[list[Any]]) -> None:
        listed, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
        self._raw.executemany(f'INSERT INTO "{table}" ({listed}) VALUES ({marks})', rows)  # noqa: S608 (our names)


class _Postgres:
    def __init__(self, raw: Any, tables: Sequence[sa.Table], dialect: sa.Dialect) -> None:
        self._raw, self._tables, self._dialect = raw, tables, dialect

    def write(self, rows: Mapping[str, Sequence[Row]]) -> None:
        for table in self._tables:
            if rows.get(table.name):
                columns = _Columns(table, rows[table.name][0], self._dialect)
                self._copy(table.name, columns.names, map(columns.values, rows[table.name]))
        words = rows.get("search_words", ())
        self._copy("search_words", ("id", "words"), ([row["id"], vector(row)] for row in words))

    def _copy(self, table: str, names: Sequence[str], rows: Iterator[list[Any]]) -> None:
        listed = ", ".join(f'"{name}"' for name in names)
        with self._raw.cursor() as cursor, cursor.copy(f'COPY "{table}" ({listed}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row([json.dumps(one) if isinstance(one, (dict, list)) else one for one in row])


def vector(row: Row) -> str:
    """The tsvector that `search_index` makes of these stems, as PostgreSQL reads it."""
    places: dict[str, list[str]] = {}
    at = 0
    for field, weight in _WEIGHTS.items():
        mark = "" if weight == "D" else weight
        for word in row[field].split():
            at += 1
            places.setdefault(word, []).append(f"{min(at, _LAST_POSITION)}{mark}")
    quoted = ((word.replace("\\", "\\\\").replace("'", "''"), found) for word, found in places.items())
    return " ".join(f"'{word}':{','.join(found[:_MOST_POSITIONS])}" for word, found in quoted)


def _take_apart(connection: sa.Connection, names: Sequence[str]) -> list[str]:
    """Drop foreign keys and indexes of these tables; returns the statements that make them again, in order."""
    keys = connection.execute(_FOREIGN_KEYS, {"names": names}).all()
    indexes = connection.execute(_INDEXES, {"names": names}).all()
    for row in keys:
        connection.exec_driver_sql(f'ALTER TABLE {row.table} DROP CONSTRAINT "{row.name}"')
    for row in indexes:
        connection.exec_driver_sql(f'DROP INDEX "{row.name}"')
    again = [f'ALTER TABLE {row.table} ADD CONSTRAINT "{row.name}" {row.definition}' for row in keys]
    return [*(row.definition for row in indexes), *again]


_FOREIGN_KEYS = sa.text(
    "SELECT conrelid::regclass AS table, conname AS name, pg_get_constraintdef(oid) AS definition"
    " FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text IN :names"
).bindparams(sa.bindparam("names", expanding=True))
# Those that no constraint stands on.
_INDEXES = sa.text(
    "SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition"
    " FROM pg_index i WHERE i.indrelid::regclass::text IN :names"
    " AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)"
).bindparams(sa.bindparam("names", expanding=True))
