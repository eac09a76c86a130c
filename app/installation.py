"""This installation: which mode it is in, and bringing its database up to date.

The sandbox is a mode with a database and files of its own below DATA_DIR/sandbox. It is in effect as long as the
real database has no mailbox; connecting the first one ends it for good.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from app import db
from app.errors import PermanentFailure
from app.settings import Settings

if TYPE_CHECKING:
    from alembic.config import Config

# Alembic is imported where it is used: every process asks for the mode, and only the first one migrates.
# Any fixed number that nothing else of ours uses.
MIGRATION_LOCK = 7_305_412
MIGRATIONS = Path(__file__).resolve().parent / "migrations"


def settle(settings: Settings) -> Settings:
    """Decide the mode once: SANDBOX=yes or no as set; `auto` asks whether a real mailbox exists."""
    if settings.sandbox != "auto":
        return settings
    real = settings.model_copy(update={"sandbox": "no"})
    if has_mailbox(real.database):
        return real
    return settings.model_copy(update={"sandbox": "yes"})


def settle_for_commands(settings: Settings) -> Settings:
    """As `settle`, but a DATABASE_URL that a person set is always the one they mean."""
    if settings.sandbox == "auto" and settings.database_url:
        return settings.model_copy(update={"sandbox": "no"})
    return settle(settings)


def has_mailbox(url: str) -> bool:
    """True when that database exists and a real mailbox was added to it."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
        return False
    engine = db.make_engine(url)
    try:
        with engine.connect() as connection:
            if not sa.inspect(connection).has_table("mailboxes"):
                return False
            query = sa.text("SELECT count(*) FROM mailboxes WHERE sandbox = :no AND imap_host <> ''")
            return bool(connection.scalar(query, {"no": False}))
    except sa.exc.OperationalError as error:
        raise PermanentFailure(
            f"Cannot open the database {parsed.render_as_string()}: {_plain(error)}"
        ) from None
    finally:
        engine.dispose()


def prepare(settings: Settings) -> None:
    """Make this mode's directories (0700), and migrate its database. Safe to run twice and at the same time."""
    os.umask(0o077)
    for directory in (settings.home, settings.blob_dir, settings.run_dir, settings.search_dir):
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _one_at_a_time(settings.run_dir / "migrate.lock"):
        migrate(settings.database)


def migrate(url: str) -> None:
    """Bring the schema to the newest revision, in one transaction. Nearly always it is there already, and then the
    many packages that could change it are not even imported."""
    if _revision(url) == newest_revision():
        return
    from alembic import command

    engine = db.make_engine(url)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                # Several hosts may start at once; those that waited find nothing left to do.
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
            command.upgrade(_config(connection), "head")
    except sa.exc.OperationalError as error:
        raise PermanentFailure(
            f"Cannot open the database {engine.url.render_as_string()}: {_plain(error)}"
        ) from None
    finally:
        engine.dispose()


def newest_revision() -> str:
    """Revisions have the numbers of their files, one after the other."""
    return max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9][0-9][0-9][0-9]_*.py"))


def is_current(url: str) -> bool:
    """True when the database has the newest revision."""
    return _revision(url) == newest_revision()


def _revision(url: str) -> str:
    """What the database says of itself; empty when there is none, or it says nothing."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
        return ""
    engine = db.make_engine(url)
    try:
        with engine.connect() as connection:
            return str(connection.scalar(sa.text("SELECT version_num FROM alembic_version")) or "")
    except (sa.exc.OperationalError, sa.exc.ProgrammingError):
        return ""
    finally:
        engine.dispose()


def _config(connection: sa.Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _plain(error: Exception) -> str:
    return str(getattr(error, "orig", error)).splitlines()[0]


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_revision(url: str, message: str) -> None:
    """Developers: write a migration from the difference between models and the database at `url`."""
    from alembic import command

    engine = db.make_engine(url)
    with engine.begin() as connection:
        command.revision(_config(connection), message=message, autogenerate=True)
    engine.dispose()
