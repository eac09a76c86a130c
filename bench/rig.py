"""What the measurements stand on: a scratch installation on either database, a clock for CPU, a word on the machine."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app import db, installation
from app.blobs import BlobStore
from app.settings import Settings, load_settings
from tests.support.postgres import PostgresCluster

SECRET = "measurements only: forty characters of secret"
DATABASES = ("sqlite", "postgresql")


@dataclass
class Spent:
    """Seconds of CPU time of this process (all its threads) and of children that ended meanwhile, and of the wall
    clock. `children` is the children's share."""

    cpu: float = 0.0
    wall: float = 0.0
    children: float = 0.0

    def cpu_ms(self, count: int) -> float:
        return self.cpu * 1000 / max(1, count)

    def rate(self, count: int) -> float:
        return count / self.wall if self.wall else 0.0


@contextmanager
def spending() -> Iterator[Spent]:
    """Filled in when the block ends."""
    spent = Spent()
    cpu, wall, children = time.process_time(), time.perf_counter(), _children()
    yield spent
    spent.wall, spent.children = time.perf_counter() - wall, _children() - children
    spent.cpu = time.process_time() - cpu + spent.children


def _children() -> float:
    """CPU seconds of all children that have ended so far."""
    times = os.times()
    return times.children_user + times.children_system


@dataclass
class Shares:
    """CPU seconds spent inside some functions of a module, by name; see `watching`."""

    cpu: dict[str, float] = field(default_factory=dict)

    def ms(self, name: str, count: int) -> float:
        return self.cpu.get(name, 0.0) * 1000 / max(1, count)


@contextmanager
def watching(module: object, *names: str) -> Iterator[Shares]:
    """While it lasts, calls of these names of the module are timed. Only for functions that do not call each other."""
    shares, originals = Shares(), {name: getattr(module, name) for name in names}

    def timed(name: str) -> object:
        def call(*arguments: object, **more: object) -> object:
            start = time.process_time()
            try:
                return originals[name](*arguments, **more)
            finally:
                shares.cpu[name] = shares.cpu.get(name, 0.0) + time.process_time() - start

        return call

    for name in names:
        setattr(module, name, timed(name))
    try:
        yield shares
    finally:
        for name, original in originals.items():
            setattr(module, name, original)


class Bench:
    """Makes scratch installations, and removes them at the end. PostgreSQL starts when first asked for."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="sincerely-bench-"))
        self._cluster: PostgresCluster | None = None
        self._made = 0

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        db.dispose()
        if self._cluster is not None:
            self._cluster.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def install(self, database: str) -> tuple[Settings, BlobStore]:
        """An empty installation; this process uses its database from now on."""
        self._made += 1
        settings = load_settings(
            _env_file=None,
            data_dir=self.directory / f"data-{self._made}",
            sandbox="no",
            password_cost="low",
            secret_key=SECRET,
            database_url=self._url(database),
        )
        installation.prepare(settings)
        db.configure(settings.database)
        return settings, BlobStore(settings.blob_dir)

    def _url(self, database: str) -> str:
        if database == "sqlite":
            return f"sqlite:///{self.directory / f'bench-{self._made}.db'}"
        cluster = self.cluster()
        return cluster.url(cluster.create(f"bench_{self._made}"))

    def cluster(self) -> PostgresCluster:
        """The server, started when it is first needed. Larger than in the tests, as for a desk of some size."""
        if self._cluster is None:
            self._cluster = PostgresCluster("shared_buffers=256MB", "max_wal_size=8GB")
            self._cluster.start()
        return self._cluster

    def number_from(self, number: int) -> None:
        """In a process of its own: what it installs has another name than what others install meanwhile."""
        self._made = 1000 * (number + 1)


def machine() -> str:
    """One line: date, cores, CPU, Python, and how busy the machine was before we began."""
    date = time.strftime("%Y-%m-%d", time.gmtime())
    cores = os.cpu_count() or 1
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{date}; {cores} cores, {_cpu_model()}; Python {platform.python_version()}; {platform.system()}{load}"


def _cpu_model() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
