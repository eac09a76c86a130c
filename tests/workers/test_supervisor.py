"""`make run` without make: the whole helpdesk starts, refuses with one sentence, survives kill -9, and stops."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import db, installation
from app.mailboxes.models import Mailbox
from app.mailboxes.service import add_mailbox
from app.settings import Settings
from tests.support.ports import free_port
from tests.support.sincerely import ROOT, Sincerely
from tests.support.waiting import wait_until
from tests.workers.test_group import alive

REFUSED = 2


@pytest.fixture
def sincerely(tmp_path: Path) -> Iterator[Sincerely]:
    made = Sincerely(tmp_path / "data")
    yield made
    if made.process is not None and made.process.poll() is None:
        made.stop()


def get(url: str) -> tuple[int, bytes]:
    with urllib.request.urlopen(url, timeout=60) as reply:
        return reply.status, reply.read()


def count(sincerely: Sincerely, table: str) -> int:
    with sqlite3.connect(sincerely.data_dir / "sandbox" / "sincerely.db", timeout=60) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@pytest.mark.slow
def test_starts_shows_its_letters_and_goes_on_after_a_kill(sincerely: Sincerely) -> None:
    sincerely.start()
    assert get(f"{sincerely.url}/healthz") == (200, b'{"status":"ok"}\n')
    assert f"Sincerely is ready: {sincerely.url}" in sincerely.output()
    tickets, articles, mails = (count(sincerely, table) for table in ("tickets", "articles", "raw_mails"))
    assert tickets > 30
    assert articles == 11
    parts = sincerely.pids()
    assert {"guardian", "queue", "sandbox", "gunicorn", "poller", "keeper", "worker"} <= set(parts)

    sincerely.kill()
    # No pause: the second start waits by itself for what is left of the first.
    sincerely.start()
    assert not any(alive(pid) for pid in parts.values())
    assert [count(sincerely, table) for table in ("tickets", "articles", "raw_mails")] == [
        tickets,
        articles,
        mails,
    ]

    another = Sincerely(sincerely.data_dir)
    another.log = another.log.with_name("another.log")
    another.launch()
    assert another.wait() == REFUSED
    assert another.output().strip() == (
        f"Sincerely cannot start: Sincerely already runs with the data directory {sincerely.data_dir}. "
        "Stop it, or set DATA_DIR."
    )

    parts = sincerely.pids()
    assert sincerely.stop() == 0
    assert not any(alive(pid) for pid in parts.values())
    assert sincerely.output().partition("Traceback")[1:] == ("", "")


@pytest.mark.slow
@pytest.mark.faults
def test_each_part_that_is_killed_comes_back(sincerely: Sincerely) -> None:
    sincerely.start()
    before = sincerely.pids()
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)

    def back() -> bool:
        """every part runs again"""
        now = sincerely.pids()
        return set(now) == set(before) and not set(now.values()) & set(before.values()) and answers(sincerely)

    wait_until(back, 60, every=0.3)
    assert sincerely.output().count("starting it again in") >= len(before)


def answers(sincerely: Sincerely) -> bool:
    try:
        return json.loads(get(f"{sincerely.url}/healthz")[1])["status"] == "ok"
    except OSError:
        return False


@pytest.mark.slow
def test_the_first_real_mailbox_ends_the_sandbox(sincerely: Sincerely, settings: Settings) -> None:
    sincerely.start()
    said = len(sincerely.output())
    real = settings.model_copy(update={"data_dir": sincerely.data_dir})
    installation.prepare(real)
    db.configure(real.database)
    with db.transaction() as session:
        mailbox = Mailbox(
            address="support@help.example", imap_host="127.0.0.1", imap_port=free_port(), created_at=db.now()
        )
        add_mailbox(session, mailbox)
    db.dispose()

    def in_earnest() -> bool:
        """Sincerely runs on without the sandbox"""
        return "Sincerely is ready" in sincerely.output()[said:]

    wait_until(in_earnest, 120, every=0.3)
    assert "a real mailbox was connected: leaving the sandbox" in sincerely.output()
    assert "nobody can sign in yet" in sincerely.output()[said:]
    assert "sandbox" not in sincerely.pids()
    assert answers(sincerely)


def refusal(sincerely: Sincerely) -> str:
    sincerely.launch()
    assert sincerely.wait() == REFUSED
    lines = [line for line in sincerely.output().splitlines() if "cannot start" in line]
    assert len(lines) == 1
    assert "Traceback" not in sincerely.output()
    return lines[0]


def test_a_port_in_use_is_one_sentence(sincerely: Sincerely) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", sincerely.port))
        taken.listen()
        assert refusal(sincerely) == (
            f"Sincerely cannot start: Cannot listen on 127.0.0.1:{sincerely.port}: Address already in use. "
            "Set PORT (or WEB_HOST) to another."
        )


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "many", "Setting PORT: "),
        ("TIMEZONE", "Mars/Olympus", "Setting TIMEZONE: 'Mars/Olympus' is not a time zone name"),
        ("WEB_HOST", "0.0.0.0", "BASE_URL must start with https://"),
        ("WEB_HOST", "no such host", "BASE_URL must start with https://"),
        ("DATABASE_URL", "mysterious://x", "DATABASE_URL"),
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none", "Cannot open the database"),
        ("SECRET_KEY", "short", "Setting SECRET_KEY: must have at least 32 characters"),
    ],
)
def test_a_wrong_setting_is_one_sentence(tmp_path: Path, name: str, value: str, sentence: str) -> None:
    assert sentence in refusal(Sincerely(tmp_path / "data", **{name: value}))


def test_a_data_directory_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    sincerely = Sincerely(tmp_path / "data", DATA_DIR=tmp_path / "file" / "data")
    assert "Cannot write to the data directory" in refusal(sincerely)


@pytest.mark.parametrize("module", ["sqlalchemy", "whoosh"])
def test_a_missing_package_is_one_sentence(tmp_path: Path, module: str) -> None:
    """One that is needed at once, and one that only a part needs."""
    hide = f"import sys; sys.modules[{module!r}] = None"
    finder = f"import importlib.util as u; find = u.find_spec; u.find_spec = lambda n: None if n == {module!r} else find(n)"
    run = f"{finder}; {hide}; from workers.supervisor import main; sys.exit(main())"
    environment = {**os.environ, "DATA_DIR": str(tmp_path / "data"), "PORT": str(free_port())}
    ended = subprocess.run(
        [sys.executable, "-c", run],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == REFUSED
    assert ended.stderr == f"Sincerely cannot start: the Python module {module} is missing. Run: make setup\n"
