"""Somebody else who writes at the same moment: for tests of what an agent sees then."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import sqlalchemy as sa

from app import db
from tests.support.waiting import wait_until

Result = TypeVar("Result")


def together(acts: Sequence[Callable[[], Result]]) -> list[Result]:
    """What each of them answers, in their order; none begins before all are there."""
    begin = threading.Barrier(len(acts), timeout=60)

    def one(act: Callable[[], Result]) -> Result:
        begin.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


class Held:
    """SQLite's one writer is somebody else's until `ends`."""

    def __init__(self, database: str) -> None:
        self._other = sqlite3.connect(
            database.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False
        )
        self._other.execute("BEGIN IMMEDIATE")

    def ends(self) -> None:
        if self._other.in_transaction:
            self._other.execute("ROLLBACK")


@contextmanager
def somebody_writes(database: str) -> Iterator[Held]:
    held = Held(database)
    try:
        yield held
    finally:
        held.ends()


def refusals() -> threading.Event:
    """Set as soon as the database refuses something to this process."""
    refused = threading.Event()
    sa.event.listen(db.engine(), "handle_error", lambda _context: refused.set())
    return refused


@contextmanager
def crossing(database: str, ticket_id: int) -> Iterator[list[str]]:
    """PostgreSQL: as soon as this process writes a message into the ticket, somebody who holds `outbox` wants the
    ticket, so that each waits for the other, and this process is the one that is sent away. Yields what it was told.
    """
    url = sa.make_url(database).update_query_dict({"options": "-c deadlock_timeout=100ms"})
    db.configure(url.render_as_string(hide_password=False), pool_size=5)
    other = sa.create_engine(database, isolation_level="AUTOCOMMIT")
    told: list[str] = []
    crossed = threading.Event()

    def cross(ready: threading.Event) -> None:
        with other.connect() as connection:
            for words in ("SET deadlock_timeout = '60s'", "BEGIN", "LOCK TABLE outbox IN EXCLUSIVE MODE"):
                connection.exec_driver_sql(words)
            ready.set()
            crossed.wait(60)
            connection.exec_driver_sql(f"SELECT id FROM tickets WHERE id = {ticket_id} FOR UPDATE")
            connection.exec_driver_sql("ROLLBACK")

    def waits() -> bool:
        with other.connect() as connection:
            found = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            return bool(connection.exec_driver_sql(found).scalar())

    def before(_conn: object, _cursor: object, text: str, *_more: object) -> None:
        if text.startswith("INSERT INTO messages") and not crossed.is_set():
            crossed.set()
            wait_until(waits)

    ready = threading.Event()
    thread = threading.Thread(target=cross, args=(ready,))
    thread.start()
    assert ready.wait(60)
    sa.event.listen(db.engine(), "before_cursor_execute", before)
    sa.event.listen(
        db.engine(), "handle_error", lambda context: told.append(str(context.original_exception.sqlstate))
    )
    try:
        yield told
    finally:
        crossed.set()
        thread.join(60)
        other.dispose()
