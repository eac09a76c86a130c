"""Desks that stay between two measurements, so that what took minutes to furnish is measured again within one."""

from __future__ import annotations

import pickle
import signal
from collections.abc import Callable
from pathlib import Path

from app import db
from bench.rig import Bench
from bench.web_desk import Desk, opened_again
from tests.support import processes
from tests.support.postgres import PostgresCluster, programs


class KeptCluster(PostgresCluster):
    """A server whose files stay."""

    def __init__(self, directory: Path, *more_settings: str) -> None:
        super().__init__(*more_settings)
        self.directory.rmdir()
        self.directory = directory

    def start(self) -> None:
        if (self.directory / "data").exists():
            (self.directory / "data" / "postmaster.pid").unlink(missing_ok=True)
            self._run_server(programs()[1])
            return
        self.directory.mkdir(parents=True)
        super().start()

    def stop(self) -> None:
        if self._process is not None:
            processes.stop(self._process, by=signal.SIGINT)  # in good order: the files are needed again


class KeptBench(Bench):
    """Everything in this directory, which nobody removes."""

    def __init__(self, directory: Path) -> None:
        super().__init__()
        self.directory.rmdir()
        directory.mkdir(parents=True, exist_ok=True)
        # A user without rights must reach the server's files in it.
        directory.chmod(0o755)
        self.directory = directory

    def __exit__(self, *_: object) -> None:
        db.dispose()
        if self._cluster is not None:
            self._cluster.stop()

    def cluster(self) -> PostgresCluster:
        if self._cluster is None:
            self._cluster = KeptCluster(self.directory / "pg", "shared_buffers=256MB", "max_wal_size=8GB")
            self._cluster.start()
        return self._cluster

    def desk(self, database: str, size: int, make: Callable[[], Desk]) -> Desk:
        """The one of before, or a new one. The database of this process is its from now on."""
        place = self.directory / f"{database}-{size}.pickle"
        if not place.exists():
            # Each desk has its own name, whatever was made before.
            self.number_from(size + (database == "postgresql"))
            desk = make()
            place.write_bytes(pickle.dumps(desk))
            return desk
        if database == "postgresql":
            self.cluster()
        kept: Desk = pickle.loads(place.read_bytes())
        return opened_again(kept, len(kept.cookies))
