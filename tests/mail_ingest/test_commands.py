"""The flask commands as a person types them: in a process of their own, found through wsgi.py."""

from __future__ import annotations

import mailbox as mailbox_files
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from app import db
from app.mailboxes.models import Folder, Mailbox, RawMail
from app.settings import PROJECT, Settings
from app.tickets.models import Message, Ticket
from tests.conftest import SECRET
from tests.support.dovecot import Dovecot
from tests.support.letters import answer_to, letter
from tests.support.smtp_sink import SmtpSink

# What is proven here is no matter of the database: both have it where what is written is tested.
ON_ONE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


class Shell:
    """Runs `flask …` against the installation of the test."""

    def __init__(self, settings: Settings) -> None:
        self._environment = {
            **os.environ,
            "DATA_DIR": str(settings.data_dir),
            "DATABASE_URL": settings.database_url,
            "SECRET_KEY": SECRET,
            "PASSWORD_COST": "low",
            "REDIS_URL": "unix:///nowhere/q.sock",
            "COLUMNS": "200",
        }

    def flask(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "flask", *words],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            timeout=120,
            stdin=subprocess.DEVNULL,
            check=False,
            env=self._environment | environment,
        )


@pytest.fixture
def shell(installation: Settings) -> Shell:
    return Shell(installation)


def count(column: sa.orm.InstrumentedAttribute[int]) -> int:
    with db.reading() as session:
        return session.scalar(sa.select(sa.func.count(column))) or 0


def test_an_mbox_is_imported_once_and_old_mail_stays_closed(shell: Shell, tmp_path: Path) -> None:
    box = mailbox_files.mbox(tmp_path / "old.mbox")
    box.add(letter("first\n\nFrom here on it is a quoted line", message_id="a@buyer.example"))
    box.add(answer_to("a@buyer.example", text="second"))
    box.add(letter("somebody else", sender="boris@firm.example"))
    box.close()
    first = shell.flask("import-mail", str(tmp_path / "old.mbox"), "--mailbox", "support@help.example")
    assert first.returncode == 0, first.stderr
    assert "3 mails read from mbox: 0 were here already" in first.stdout
    again = shell.flask("import-mail", str(tmp_path / "old.mbox"))
    assert "3 mails read from mbox: 3 were here already" in again.stdout
    assert (count(Ticket.id), count(Message.id)) == (2, 3)
    with db.reading() as session:
        assert set(session.scalars(sa.select(Ticket.status))) == {"closed"}
        assert "\nFrom here on" in session.scalars(sa.select(Message.visible).order_by(Message.id)).first()  # type: ignore[operator]


@ON_ONE
def test_a_maildir_and_a_directory_of_eml_are_imported(shell: Shell, tmp_path: Path) -> None:
    maildir = mailbox_files.Maildir(tmp_path / "maildir")
    maildir.add(letter("in the maildir"))
    (tmp_path / "files" / "deep").mkdir(parents=True)
    (tmp_path / "files" / "deep" / "one.eml").write_bytes(letter("in a file"))
    for name in ("maildir", "files"):
        done = shell.flask("import-mail", str(tmp_path / name))
        assert done.returncode == 0, done.stderr
    assert count(Ticket.id) == 2


@ON_ONE
def test_an_interrupted_import_is_finished_by_the_next_run(
    shell: Shell, tmp_path: Path, installation: Settings
) -> None:
    from app.blobs import BlobStore
    from mail_ingest import journal

    (tmp_path / "one.eml").write_bytes(letter("stored before the crash"))
    assert shell.flask("import-mail", str(tmp_path / "one.eml")).returncode == 0
    with db.reading() as session:
        folder = session.scalars(sa.select(Folder)).one()
    journal.store_import(folder, [letter("journalled, never decided")], BlobStore(installation.blob_dir))
    assert shell.flask("import-mail", str(tmp_path / "one.eml")).returncode == 0
    with db.reading() as session:
        assert set(session.scalars(sa.select(RawMail.state))) == {"filed"}


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda path: path, "There is nothing at"),
        (lambda path: path.mkdir() or path, "neither a Maildir nor a directory with .eml files"),
    ],
)
@ON_ONE
def test_a_wrong_path_is_said_in_one_sentence(shell: Shell, tmp_path: Path, make: object, text: str) -> None:
    done = shell.flask("import-mail", str(make(tmp_path / "wrong")))  # type: ignore[operator]
    assert done.returncode == 1
    assert text in done.stderr
    assert "Traceback" not in done.stderr


@ON_ONE
def test_adding_a_mailbox_signs_in_first(shell: Shell, dovecot: Dovecot, smtp_sink: SmtpSink) -> None:
    words = [
        "add-mailbox",
        "support@help.example",
        "--imap-host",
        "127.0.0.1",
        "--imap-port",
        str(dovecot.port),
        "--imap-security",
        "none",
        "--smtp-host",
        "127.0.0.1",
        "--smtp-port",
        str(smtp_sink.port),
        "--smtp-security",
        "none",
    ]
    refused = shell.flask(*words, MAILBOX_PASSWORD="wrong")
    assert refused.returncode == 1
    assert "refused the user name or password for support@help.example" in refused.stderr
    assert count(Mailbox.id) == 0
    smtp_sink.password = dovecot.password
    done = shell.flask(*words, MAILBOX_PASSWORD=dovecot.password)
    assert done.returncode == 0, done.stderr
    assert count(Mailbox.id) == 1
    again = shell.flask(*words, MAILBOX_PASSWORD=dovecot.password)
    assert "already connected" in again.stderr
    with db.reading() as session:
        assert dovecot.password not in session.scalars(sa.select(Mailbox.imap_password)).one()


def test_the_doctor_names_what_is_broken_and_says_so_with_its_exit_code(
    shell: Shell, dovecot: Dovecot, smtp_sink: SmtpSink
) -> None:
    smtp_sink.password = dovecot.password
    shell.flask(
        "add-mailbox",
        "support@help.example",
        "--imap-host",
        "127.0.0.1",
        "--imap-port",
        str(dovecot.port),
        "--imap-security",
        "none",
        "--smtp-host",
        "127.0.0.1",
        "--smtp-port",
        str(smtp_sink.port),
        "--smtp-security",
        "none",
        MAILBOX_PASSWORD=dovecot.password,
    )
    well = shell.flask("doctor", REDIS_URL="")
    assert well.returncode == 0, well.stdout + well.stderr
    assert "IMAP login works" in well.stdout
    dovecot.stop()
    ill = shell.flask("doctor", REDIS_URL="unix:///nowhere/q.sock")
    assert ill.returncode == 1
    assert "nothing listens there" in ill.stdout
    assert "REDIS_URL is set, but nothing answers there" in ill.stdout


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("PORT", "many", "Setting PORT"),
        ("TIMEZONE", "Mars/Base", "is not a time zone name"),
        ("SECRET_KEY", "short", "at least 32 characters"),
        ("BASE_URL", "http://help.example", "must start with https://"),
    ],
)
def test_a_wrong_setting_is_said_in_one_sentence(shell: Shell, name: str, value: str, text: str) -> None:
    done = shell.flask("doctor", **{name: value})
    assert done.returncode != 0
    assert text in done.stderr
    assert "Traceback" not in done.stderr
