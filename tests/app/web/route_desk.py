"""The desk on which the tests of every route stand: made once in a process, then copied with its files.

A test that asks for `admin` or `desk` gets the same rows with the same numbers as every other.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app, db, sandbox_mail, security
from app.accounts.models import Agent, Role
from app.settings import Settings
from tests.app.web.route_rows import PASSWORD
from tests.support.web import add_agent, sign_in
from tests.support.whole_desk import RAW, WholeDesk, build

# Some of its rows are of this minute: who is looking at a ticket, what may still be undone.
FRESH = timedelta(seconds=40)


@dataclass(frozen=True)
class _Made:
    folder: Path
    desk: WholeDesk
    token: str
    me: Agent


_made: list[_Made] = []


@pytest.fixture
def desk(agent: FlaskClient, installation: Settings, tmp_path_factory: pytest.TempPathFactory) -> WholeDesk:
    """One of everything; `agent` is the one whose things are called "own"."""
    if _made and db.now() - _made[0].me.created_at < FRESH:
        return _lay_out(_made[0], agent, installation)
    with db.transaction() as session:
        row = session.get_one(Agent, agent.agent.id)  # type: ignore[attr-defined]
        row.password_hash = security.hash_password(PASSWORD, cost="low")
        session.flush()
        session.expunge(row)
    desk = build(installation, row)
    _keep(desk, agent, installation, tmp_path_factory.mktemp("desk"))
    return desk


@pytest.fixture
def admin(app: Flask, desk: WholeDesk) -> FlaskClient:
    """After the desk, which would take the place of whoever was there before it."""
    return sign_in(app.test_client(), add_agent("ada@help.example", "Ada Berg", role=Role.ADMIN))


@pytest.fixture
def sandbox(installation: Settings, desk: WholeDesk) -> Flask:
    """The same database as a sandbox, with one letter in a customer's mailbox."""
    settings = installation.model_copy(
        update={"sandbox": "yes", "sandbox_database_url": installation.database_url}
    )
    app = create_app(settings)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    shutil.copytree(installation.blob_dir, settings.blob_dir)
    folder = sandbox_mail.account_directory(settings.sandbox_mail_dir, "anna@mail.example")
    (folder / "cur").mkdir(parents=True)
    (folder / "address").write_text("anna@mail.example")
    (folder / "cur" / f"{sandbox_mail.letter_file_name(1, db.now())}:2,").write_bytes(RAW)
    return app


def _keep(desk: WholeDesk, agent: FlaskClient, installation: Settings, folder: Path) -> None:
    db.dispose()  # closing the last connection folds the write-ahead log into the file
    shutil.copyfile(_file(installation), folder / "desk.db")
    shutil.copytree(installation.blob_dir, folder / "blobs")
    with agent.session_transaction() as cookie:
        token = cookie["_user_id"]
    _made[:] = [_Made(folder, desk, token, agent.agent)]  # type: ignore[attr-defined]


def _lay_out(made: _Made, agent: FlaskClient, installation: Settings) -> WholeDesk:
    db.dispose()
    shutil.copyfile(made.folder / "desk.db", _file(installation))
    shutil.copytree(made.folder / "blobs", installation.blob_dir, dirs_exist_ok=True)
    with agent.session_transaction() as cookie:
        cookie["_user_id"] = made.token
    agent.agent = made.me  # type: ignore[attr-defined]
    return made.desk


def _file(installation: Settings) -> Path:
    return Path(installation.database_url.removeprefix("sqlite:///"))
