"""The whole product as separate processes on a scratch installation, each of which can be killed and started again."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app import create_app, db
from app.accounts import sign_ins
from app.accounts.models import Agent
from app.settings import PROJECT, Settings
from tests.conftest import SECRET
from tests.support import processes
from tests.support.ports import free_port
from tests.support.waiting import wait_until
from workers import queue_server

NAMES = ("queue", "web", "poller", "worker", "scheduler", "knowledge")


class Fleet:
    """Starts every process of an installation. `kill` is kill -9 of one process and its children."""

    def __init__(self, settings: Settings, log_dir: Path, **environment: str) -> None:
        self.settings = settings
        self.port = free_port()
        self._log_dir = log_dir
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._environment = {
            **os.environ,
            "DATA_DIR": str(settings.data_dir),
            "DATABASE_URL": settings.database_url,
            "SECRET_KEY": SECRET,
            "SANDBOX": "no",
            "PORT": str(self.port),
            "POLL_SECONDS": "1",
            "UNDO_SECONDS": "1",
            "MAIL_TIMEOUT_SECONDS": "3",
            "FINAL_DOT_TIMEOUT_SECONDS": "5",
            "PASSWORD_COST": "low",
            "PYTHONPATH": str(PROJECT),
            **environment,
        }

    def start(self, name: str) -> None:
        command = self._commands()[name]
        if name == "queue":
            self.settings.queue_socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            queue_server.clear_socket(self.settings.queue_socket)
        self._running[name] = processes.start(
            command,
            log=self._log_dir / f"{name}.log",
            cwd=PROJECT,
            env=self._environment,
            start_new_session=True,
        )

    def start_all(self) -> None:
        for name in NAMES:
            self.start(name)
        wait_until(self.web_answers, 60)

    def kill(self, name: str) -> None:
        """kill -9 of the process and everything it started."""
        process = self._running.pop(name)
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()

    def stop_all(self) -> None:
        for name in list(self._running):
            self.kill(name)

    def logs(self) -> str:
        """The ends of all logs, for the message of a failed test."""
        return "\n".join(
            f"== {path.name}\n{path.read_text(errors='replace')[-1500:]}"
            for path in self._log_dir.glob("*.log")
        )

    def web_answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def _commands(self) -> dict[str, list[str]]:
        python = sys.executable
        return {
            "queue": [
                str(part)
                for part in queue_server.command(
                    queue_server.program(), self.settings.queue_socket, self.settings.run_dir
                )
            ],
            "web": [
                python,
                "-m",
                "gunicorn",
                "--worker-class",
                "gthread",
                "--workers",
                "1",
                "--threads",
                "4",
                "--bind",
                f"127.0.0.1:{self.port}",
                "--no-control-socket",
                "wsgi:app",
            ],
            "poller": [python, "-m", "mail_ingest.poller"],
            "worker": [python, "-m", "workers.worker"],
            "scheduler": [python, "-m", "workers.schedule"],
            "knowledge": [python, "-m", "workers.knowledge"],
        }


class AgentBrowser:
    """A signed-in agent speaking plain HTTP to the fleet's web, as a browser without scripts does."""

    def __init__(self, fleet: Fleet, agent: Agent) -> None:
        self._base = f"http://127.0.0.1:{fleet.port}"
        app = create_app(fleet.settings)
        with db.transaction() as session:
            token = sign_ins.start(session, agent.id, now=db.now(), user_agent="fleet")
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        self._cookies = {"session": serializer.dumps({"_user_id": token, "_fresh": True})}

    def get(self, path: str) -> str:
        return self._ask(path, None)

    def is_there(self) -> bool:
        """Whether the web answers at all."""
        try:
            return bool(self._ask("/healthz", None))
        except OSError:
            return False

    def reply(self, ticket_id: int, html: str, to: str, nonce: str) -> None:
        """Send the reply form of a ticket; raises OSError when the web was not there to take it."""
        self.send(self.form(ticket_id, html, to, nonce))

    def form(self, ticket_id: int, html: str, to: str, nonce: str) -> tuple[str, dict[str, str]]:
        """The filled-in reply form of a ticket: where it goes, and its fields."""
        page = self.get(f"/tickets/{ticket_id}")
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found, "the ticket page has a form"
        fields = {
            "csrf_token": found[1],
            "html": html,
            "to": to,
            "cc": "",
            "then_status": "waiting",
            "nonce": nonce,
            "confirmed": "yes",
        }
        return f"/tickets/{ticket_id}/reply", fields

    def send(self, form: tuple[str, dict[str, str]]) -> None:
        """One click on Send; a form may be sent any number of times."""
        self._ask(*form)

    def _ask(self, path: str, form: dict[str, str] | None) -> str:
        body = urllib.parse.urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(
            self._base + path,
            data=body,
            headers={
                "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
                "Origin": self._base,
            },
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            for header in answer.headers.get_all("Set-Cookie", []):
                name, _, rest = header.partition("=")
                self._cookies[name] = rest.split(";")[0]
            return str(answer.read().decode())


@contextmanager
def running(fleet: Fleet) -> Iterator[Fleet]:
    try:
        fleet.start_all()
        yield fleet
    except BaseException:
        print(fleet.logs())
        raise
    finally:
        fleet.stop_all()


def until_taken(act: object, deadline: float = 60) -> None:
    """Do it again until the web takes it: what a person does whose browser says "connection refused"."""
    end = time.monotonic() + deadline
    while True:
        try:
            act()  # type: ignore[operator]
            return
        except urllib.error.HTTPError as error:
            if error.code < 500 or time.monotonic() > end:
                raise AssertionError(f"the web answered {error.code}: {error.read()[:300]!r}") from error
        except (OSError, http.client.HTTPException):  # killed before its answer, or in the middle of it
            if time.monotonic() > end:
                raise
        time.sleep(0.2)
