"""A second PostgreSQL that follows the first and takes its place."""

from __future__ import annotations

import subprocess
from pathlib import Path

import psycopg

from tests.support.needs import find_program, missing
from tests.support.postgres import _WHERE, OWNER, PostgresCluster, _as
from tests.support.waiting import wait_until

# An acknowledged COMMIT is on the standby, too.
WAITS = "synchronous_commit=on"


class Standby(PostgresCluster):
    """Repeats every transaction of `primary`, which acknowledges none that is not written here as well.

    The primary must have been started with WAITS: otherwise it acknowledges first.
    """

    def __init__(self, primary: PostgresCluster) -> None:
        super().__init__()
        self._primary = primary

    def start(self) -> None:
        super().start()
        with self._speaking(self._primary) as session:
            session.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            session.execute("SELECT pg_reload_conf()")
        wait_until(self._follows)

    def take_over(self) -> None:
        """From now on this one is written to."""
        with self._speaking(self) as session:
            session.execute("SELECT pg_promote(true, 30)")

    def _make(self, initdb: Path) -> None:
        """A copy of the primary instead of an empty cluster."""
        copy = find_program("pg_basebackup", _WHERE)
        if copy is None:
            missing("pg_basebackup", "postgresql-client")
        subprocess.run(
            [
                *(copy, "-D", self.directory / "data", "-h", self._primary.directory, "-U", OWNER),
                *("-R", "-X", "stream", "--checkpoint=fast", "--no-sync"),
            ],
            check=True,
            capture_output=True,
            cwd=self.directory,
            **_as(self._user),
        )

    def _follows(self) -> bool:
        """the standby follows, and the primary waits for it"""
        with self._speaking(self._primary) as session:
            found = session.execute("SELECT sync_state FROM pg_stat_replication").fetchall()
        return found == [("sync",)]

    @staticmethod
    def _speaking(cluster: PostgresCluster) -> psycopg.Connection:
        return psycopg.connect(host=str(cluster.directory), dbname="postgres", user=OWNER, autocommit=True)


def fallen(primary: PostgresCluster) -> None:
    """kill -9 of every process of it; it does not come back."""
    primary._kill_backends()
    assert primary._process is not None
    primary._process.wait(60)
