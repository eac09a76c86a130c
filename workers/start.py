"""The way from a command line to a running helpdesk: check, settle, prepare, start, say where it is, watch, stop."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from app import db, installation, sandbox_mail
from app.accounts.queries import has_agents
from app.errors import SincerelyError
from app.mailboxes.models import RawMail, RawState
from app.settings import Settings, SettingsError, inherit, load_settings
from workers import forked, household
from workers.group import Group, Interrupted, StartFailed
from workers.screen import Counting, Screen

REFUSED = 2
LAST_RUN_SECONDS = 20.0
LETTERS_SECONDS = 60.0
MODE_SECONDS = 5.0
# What the parts import that this file does not: better one sentence now than a traceback every few seconds.
NEEDED = ("gunicorn", "flask", "rq", "imapclient", "aiosmtplib", "whoosh", "nh3", "selectolax", "Stemmer")
NEEDED_IN_SANDBOX = ("pymap", "aiosmtpd")


class Refused(Exception):
    """We do not start; the text is one sentence that says what to change."""


def start() -> int:
    """Run until asked to stop; returns the exit code."""
    screen = Screen()
    forked.one_arena()
    try:
        asked = load_settings()
        with only_one(asked.data_dir, screen) as lock:
            settings = _prepared(asked, screen)
            code = Helpdesk(settings, screen, may_leave_sandbox=asked.sandbox == "auto").run(lock)
    except (Refused, SettingsError, SincerelyError) as error:
        print(f"Sincerely cannot start: {error}", file=sys.stderr)
        return REFUSED
    if code == LEAVE_SANDBOX:
        os.environ["SANDBOX"] = "no"
        os.execv(sys.executable, [sys.executable, "-m", "workers.supervisor"])  # noqa: S606 (ourselves, anew)
    return code


LEAVE_SANDBOX = -1


class Helpdesk:
    """One run of all parts in one mode."""

    def __init__(self, settings: Settings, screen: Screen, *, may_leave_sandbox: bool) -> None:
        self._settings = settings
        self._screen = screen
        self._watch_for_mailbox = settings.is_sandbox and may_leave_sandbox
        self._look_at = 0.0
        self._left_sandbox = False
        self._group = Group(screen.say)

    def run(self, lock: int) -> int:
        self._group.listen_for_signals()
        # Asked before the parts are forked: what it touches in memory is touched for all of them.
        known = self._settings.is_sandbox or somebody_can_sign_in()
        try:
            self._start_all(lock)
            if not known:
                self._screen.tell(
                    "nobody can sign in yet; make the first admin: .venv/bin/flask add-agent YOUR@ADDRESS"
                )
            self._settings.address_file.write_text(self._settings.public_url)
            self._screen.tell(f"Sincerely is ready: {self._settings.public_url}")
            self._group.run(self._look_for_mailbox)
        except Interrupted:
            pass
        except StartFailed as error:
            self._screen.tell(str(error))
            self._group.stop()
            return 1
        self._screen.tell("stopping")
        self._group.stop()
        self._screen.tell("stopped; the next start goes on from here")
        return LEAVE_SANDBOX if self._left_sandbox else 0

    def _start_all(self, lock: int) -> None:
        self._screen.tell(
            "starting the queue" + (" and the sandbox's mail server" if self._settings.is_sandbox else "")
        )
        self._group.guard(lock)
        queue = household.queue_part(self._settings)
        if queue is not None:
            self._group.start(queue)
        if self._settings.is_sandbox:
            self._group.start(household.mail_part(self._settings))
        self._screen.tell("starting the web and the workers")
        # The web is imported by its own process: nobody shares that.
        forked.load([program for name, program in household.PROGRAMS.items() if name != "web"])
        for part in household.parts_behind():
            self._group.start(part)
        self._group.start(household.web_part(self._settings))
        if self._settings.is_sandbox:
            self._read_letters()
            self._say_ports()

    def _read_letters(self) -> None:
        """Wait until the sample letters are tickets, so that the first look at the inbox finds them."""
        account = sandbox_mail.account_directory(
            self._settings.sandbox_mail_dir, sandbox_mail.SUPPORT_ADDRESS
        )
        end = time.monotonic() + LETTERS_SECONDS
        with Counting(self._screen, "letters read") as count:
            while time.monotonic() < end:
                total, done = len(sandbox_mail.letter_files(account)), decided_letters()
                count.set(done, total)
                if done >= total:
                    return
                self._group.turn()
                if self._group.stopping:
                    raise Interrupted

    def _say_ports(self) -> None:
        ports = sandbox_mail.ports(self._settings.sandbox_mail_dir)
        if ports is not None:
            self._screen.tell(
                f"Sandbox: write to {sandbox_mail.SUPPORT_ADDRESS} by SMTP {ports.host}:{ports.smtp} (no password); "
                f"its IMAP is {ports.host}:{ports.imap}"
            )

    def _look_for_mailbox(self) -> None:
        """The first real mailbox ends the sandbox: stop, and start again in earnest."""
        if not self._watch_for_mailbox or time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + MODE_SECONDS
        real = self._settings.model_copy(update={"sandbox": "no"})
        try:
            self._left_sandbox = installation.has_mailbox(real.database)
        except SincerelyError as error:
            self._screen.tell(str(error))
        if self._left_sandbox:
            self._screen.tell("a real mailbox was connected: leaving the sandbox")
            self._group.stopping = True


def somebody_can_sign_in() -> bool:
    with db.reading() as session:
        return has_agents(session)


def decided_letters() -> int:
    """How many mails have an outcome."""
    with db.reading() as session:
        decided = sa.select(sa.func.count()).select_from(RawMail).where(RawMail.state != RawState.STORED)
        return session.scalar(decided) or 0


@contextmanager
def only_one(data_dir: Path, screen: Screen) -> Iterator[int]:
    """Hold the data directory; yields the descriptor of a lock for the guardian. Raises Refused when it is taken.

    Two locks: the supervisor's says that one is running, the guardian's that processes of a killed one still end.
    """
    with (
        open(data_dir / "supervisor.lock", "w") as running,
        open(data_dir / "processes.lock", "w") as processes,
    ):
        if not _lock(running):
            raise Refused(
                f"Sincerely already runs with the data directory {data_dir}. Stop it, or set DATA_DIR."
            )
        end = time.monotonic() + LAST_RUN_SECONDS
        while not _lock(processes):
            if time.monotonic() > end:
                raise Refused(f"Processes of the last run still use {data_dir}; try again in a moment.")
            screen.tell("waiting for the last run to end")
            time.sleep(1)
        yield processes.fileno()


def _lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _prepared(asked: Settings, screen: Screen) -> Settings:
    """Settle the mode, and bring directories and database up to date. Raises Refused and friends."""
    try:
        settings = installation.settle(asked)
        _check_modules(settings)
        _check_port(settings)
        screen.tell("preparing the database")
        installation.prepare(settings)
        db.configure(settings.database)
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError) as error:
        raise Refused(f"Setting DATABASE_URL: {str(error).splitlines()[0]}") from None
    except sa.exc.DBAPIError as error:
        raise Refused(f"The database refuses: {str(error.orig).splitlines()[0]}") from None
    except OSError as error:
        raise Refused(f"Cannot prepare {asked.data_dir}: {error.strerror} ({error.filename}).") from None
    # So that every part runs in the mode that was settled here, whatever happens meanwhile.
    os.environ["SANDBOX"] = settings.sandbox
    inherit(settings)
    return settings


def _check_modules(settings: Settings) -> None:
    needed = NEEDED + (NEEDED_IN_SANDBOX if settings.is_sandbox else ())
    for name in needed:
        if importlib.util.find_spec(name) is None:
            raise Refused(f"the Python module {name} is missing. Run: make setup")


def _check_port(settings: Settings) -> None:
    where = f"{household.bracketed(settings.host)}:{settings.port}"
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except PermissionError:
            raise Refused(
                f"This user may not open port {settings.port}: set PORT to one above 1023."
            ) from None
        except OSError as error:
            why = error.strerror or str(error)
            raise Refused(f"Cannot listen on {where}: {why}. Set PORT (or WEB_HOST) to another.") from None
