"""Connections to PostgreSQL that are taken from the pool: whether they live is asked seldom, and still known."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app import db, db_pulse
from tests.support import quick_engines
from tests.support.postgres import PostgresCluster

SELF = sa.text("SELECT pg_backend_pid()")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Whom the server was asked about."""
    found: list[object] = []
    before = db_pulse.Pulse.__init__

    def noted(self: db_pulse.Pulse, ask) -> None:
        before(self, lambda connection: found.append(connection) or ask(connection))

    monkeypatch.setattr(db_pulse.Pulse, "__init__", noted)
    return found


def test_a_connection_in_use_is_asked_once_and_one_that_was_ended_is_replaced(
    postgres: PostgresCluster, asked: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = quick_engines.whole(postgres.url(postgres.template))
    other = db.make_engine(postgres.url(postgres.template))
    try:
        pids = set()
        for _ in range(5):
            with engine.connect() as connection:
                pids.add(connection.scalar(SELF))
        assert len(pids) == 1
        assert len(asked) == 1

        with other.connect() as connection:
            connection.execute(sa.text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": pids.pop()})
        with engine.connect() as connection:
            assert connection.scalar(SELF)
        assert len(asked) == 2

        monkeypatch.setattr(db_pulse, "ASK_EVERY_SECONDS", 0.0)
        with engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT '[]'::json")) == []
            column = sa.literal_column("'[]'::json", sa.JSON)
            assert connection.scalar(sa.select(column)) == []
        assert len(asked) == 3
    finally:
        engine.dispose()
        other.dispose()
