"""What many tests share: settings in a temporary directory, both databases, the app, and real servers.

settings      an installation's settings, DATA_DIR in a temporary directory, cheap passwords
database      URL of a migrated empty database, configured for this process; runs once on SQLite, once on PostgreSQL
installation  settings + that database + its directories
session       one transaction on it
app, client   the web app without CSRF, a browser that is not signed in;   agent, admin: browsers that are
redis_server, dovecot, smtp_sink, live_server, browser_page: real ones
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app import db, queue
from app import installation as installations
from app.blobs import BlobStore
from app.settings import Settings, load_settings
from tests.support import quick_apps, quick_engines, scratch
from tests.support.dovecot import Dovecot
from tests.support.postgres import PostgresCluster
from tests.support.redis import RedisServer
from tests.support.smtp_sink import SmtpSink

pytest_plugins = [
    "tests.support.web", "tests.support.turns", "tests.support.fault_seeds", "tests.support.hostile_letters",
]  # fmt: skip

scratch.use_memory()
# How long it takes to think of an example is a matter of the machine, and no finding.
hypothesis.settings.register_profile(
    "ours", suppress_health_check=[hypothesis.HealthCheck.too_slow], deadline=None
)
hypothesis.settings.load_profile("ours")
quick_apps.share_addresses()
quick_engines.share_statements()

SECRET = "tests only: forty characters of a secret"
DATABASES = [
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgres),
]


@pytest.fixture(scope="session", autouse=True)
def _clean_environment() -> None:
    """A variable in the shell of whoever runs the tests must not change what they test."""
    for name, info in Settings.model_fields.items():
        os.environ.pop(str(info.validation_alias or name).upper(), None)


@pytest.fixture(scope="session", autouse=True)
def _leave_the_program_out_of_garbage_collection() -> None:
    """What is imported stays: looking through it again and again would cost a tenth of a second each time."""
    importlib.import_module("app.web.factory")
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _as_a_process_of_its_own(request: pytest.FixtureRequest) -> Iterator[None]:
    """Two things that outlive a test in its process and would change the next one.

    The umask, which starting the product narrows: Dovecot could not read what a later test lays out for it. And the
    event loop that Playwright keeps "running" between its calls: the product's own asyncio.run() would refuse.
    """
    umask = os.umask(0o022)
    loop = None if "playwright" in request.fixturenames else asyncio._get_running_loop()
    if loop is not None:
        asyncio._set_running_loop(None)
    yield
    if loop is not None:
        asyncio._set_running_loop(loop)
    os.umask(umask)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(tmp_path / "data")


def make_settings(data_dir: Path, **more: object) -> Settings:
    """Settings that read no file and no environment."""
    chosen = {"sandbox": "no", "password_cost": "low", "secret_key": SECRET, **more}
    return load_settings(_env_file=None, data_dir=data_dir, **chosen)


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated once; each test gets a copy."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    installations.migrate(f"sqlite:///{path}")
    # Closing the last connection folds the write-ahead log into the file, so the file alone is the database.
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """A throw-away cluster with a migrated database named `template`."""
    cluster = PostgresCluster()
    try:
        cluster.start()
        cluster.template = cluster.create()
        installations.migrate(cluster.url(cluster.template))
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest, settings: Settings) -> Iterator[str]:
    if request.param == "sqlite":
        with _sqlite(request.getfixturevalue("_sqlite_template"), settings) as url:
            yield url
    else:
        with _postgresql(request.getfixturevalue("postgres")) as url:
            yield url


@contextmanager
def _sqlite(template: Path, settings: Settings) -> Iterator[str]:
    target = settings.data_dir / "sincerely.db"
    shutil.copyfile(template, target)
    db.configure(f"sqlite:///{target}")
    try:
        yield f"sqlite:///{target}"
    finally:
        db.dispose()


@contextmanager
def _postgresql(cluster: PostgresCluster) -> Iterator[str]:
    name = cluster.create()
    db.configure(cluster.url(name), pool_size=5)
    try:
        yield cluster.url(name)
    finally:
        db.dispose()
        cluster.drop(name)


@pytest.fixture
def installation(settings: Settings, database: str) -> Settings:
    """Settings of an installation that is ready to use, with its directories and the database of the test."""
    ready = settings.model_copy(update={"database_url": database})
    for directory in (ready.blob_dir, ready.run_dir, ready.search_dir):
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    return ready


@pytest.fixture
def session(database: str) -> Iterator[Session]:
    """A transaction; committed when the test ends well. Do not mix it with requests: SQLite has one writer."""
    with db.transaction() as session:
        yield session


@pytest.fixture
def blobs(installation: Settings) -> BlobStore:
    return BlobStore(installation.blob_dir)


@pytest.fixture(scope="session")
def _redis_of_session() -> Iterator[RedisServer]:
    server = RedisServer()
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture
def redis_server(_redis_of_session: RedisServer) -> RedisServer:
    """A real, empty queue server; the bell of this process rings there."""
    _redis_of_session.client.flushall()
    queue.configure(_redis_of_session.url)
    return _redis_of_session


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    server = Dovecot()
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    sink = SmtpSink().start()
    try:
        yield sink
    finally:
        sink.stop()


@pytest.fixture
def app(installation: Settings) -> Flask:
    from app import create_app

    made = quick_apps.share_templates(create_app(installation))
    made.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
