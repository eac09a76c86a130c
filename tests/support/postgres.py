"""A throw-away PostgreSQL: one cluster per test process, one database per test, copied from a migrated template."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.support import processes
from tests.support.needs import find_program, missing
from tests.support.waiting import wait_until

_WHERE = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
)
# Tests need the rules of PostgreSQL, not its care for power cuts.
_FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=60",
    "listen_addresses=",
    "shared_buffers=64MB",
    "autovacuum=off",
    "jit=off",
)
OWNER = "sincerely"


class PostgresCluster:
    """Listens on a private unix socket only. Runs as an unprivileged user, since PostgreSQL refuses root."""

    def __init__(self, *more_settings: str) -> None:
        self._settings = (*_FAST, *more_settings)
        self.directory = Path(tempfile.mkdtemp(prefix="sincerely-pg-"))
        self.template = "template1"
        self._names = count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._user = processes.unprivileged_user()

    def start(self) -> None:
        initdb, postgres = programs()
        if self._user:
            shutil.chown(self.directory, self._user)
        self._make(initdb)
        self._run_server(postgres)

    def restart(self, *, crash: bool = False) -> None:
        """Stop, sending everybody away, or kill every process; then start on the same files."""
        assert self._process is not None
        if crash:
            self._kill_backends()
        processes.stop(self._process, by=signal.SIGKILL if crash else signal.SIGINT)
        if crash:
            (self.directory / "data" / "postmaster.pid").unlink(missing_ok=True)
        self._run_server(programs()[1])

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def socket(self) -> Path:
        return self.directory / ".s.PGSQL.5432"

    def _kill_backends(self) -> None:
        """All processes of the server, the first one before the others so that it starts no new ones."""
        assert self._process is not None
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
        pairs = [tuple(int(part) for part in line.split()) for line in listed.stdout.splitlines()]
        self._process.kill()
        for pid, parent in pairs:
            if parent == self._process.pid:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass

    def _run_server(self, postgres: Path) -> None:
        settings = [part for setting in self._settings for part in ("-c", setting)]
        self._process = processes.start(
            [postgres, "-D", self.directory / "data", "-k", self.directory, *settings],
            log=self.directory / "log",
            user=self._user,
            cwd=self.directory,
        )
        wait_until(self._answers)

    def stop(self) -> None:
        if self._process is not None:
            processes.stop(self._process, by=signal.SIGQUIT)  # at once: nothing here is worth a checkpoint
        shutil.rmtree(self.directory, ignore_errors=True)

    def create(self, name: str = "") -> str:
        """A new database, a copy of `self.template`; returns its name."""
        name = name or f"test_{next(self._names)}"
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._run(copy.format(sql.Identifier(name), sql.Identifier(self.template)))
        return name

    def drop(self, name: str) -> None:
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://{OWNER}@/{name}?host={self.directory}"

    def _make(self, initdb: Path) -> None:
        for locale in ("C.UTF-8", "en_US.UTF-8"):
            made = subprocess.run(
                [
                    initdb,
                    "-D",
                    self.directory / "data",
                    "-U",
                    OWNER,
                    "-A",
                    "trust",
                    "-E",
                    "UTF8",
                    f"--locale={locale}",
                    "--no-sync",
                    "--no-instructions",
                ],
                capture_output=True,
                text=True,
                check=False,
                cwd=self.directory,
                **_as(self._user),
            )
            if made.returncode == 0:
                return
        raise RuntimeError(f"initdb: {made.stderr.strip()}")

    def _answers(self) -> bool:
        """PostgreSQL answers"""
        if self._process is not None and self._process.poll() is not None:
            raise RuntimeError(f"PostgreSQL ended: {(self.directory / 'log').read_text()}")
        try:
            self._run(sql.SQL("SELECT 1"))
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, statement: sql.SQL | sql.Composed) -> None:
        with psycopg.connect(
            host=str(self.directory), dbname="postgres", user=OWNER, autocommit=True
        ) as connection:
            connection.execute(statement)


def programs() -> tuple[Path, Path]:
    initdb, postgres = find_program("initdb", _WHERE), find_program("postgres", _WHERE)
    if initdb is None or postgres is None:
        missing("PostgreSQL", "postgresql")
    return initdb, postgres


def _as(user: str | None) -> dict[str, Any]:
    if user is None:
        return {}
    group = pwd.getpwnam(user).pw_gid
    return {"user": user, "group": group, "extra_groups": [], "env": {**os.environ, "HOME": "/"}}
