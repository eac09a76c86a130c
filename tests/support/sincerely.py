"""The whole helpdesk as a person starts it: one supervisor process with everything it needs."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from app import sandbox_mail
from app.settings import Settings
from tests.support import processes
from tests.support.ports import free_port
from tests.support.waiting import wait_until

ROOT = Path(__file__).resolve().parent.parent.parent


class Sincerely:
    """`start` returns when it is ready; `stop` is Ctrl-C, `kill` a power cut; starting again goes on from there."""

    def __init__(self, data_dir: Path, **settings: object) -> None:
        self.data_dir = data_dir
        self.log = data_dir.with_name(data_dir.name + ".log")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        chosen = {"DATA_DIR": data_dir, "PORT": self.port, "PASSWORD_COST": "low", **settings}
        names = {str(info.validation_alias or name).upper() for name, info in Settings.model_fields.items()}
        bare = {name: value for name, value in os.environ.items() if name not in names}
        self.environment = {**bare, **{name: str(value) for name, value in chosen.items()}}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, deadline: float = 120.0) -> Sincerely:
        """Start and wait until it says that it is ready."""
        said = len(self.output())
        self.launch()
        wait_until(lambda: self._is_ready(said), deadline, every=0.2)
        return self

    def launch(self) -> None:
        """Start without waiting."""
        self.process = processes.start(
            [sys.executable, "-m", "workers.supervisor"], log=self.log, cwd=ROOT, env=self.environment
        )

    def stop(self, deadline: float = 60.0) -> int:
        """Ctrl-C; returns the exit code."""
        assert self.process is not None
        processes.stop(self.process, by=signal.SIGINT, deadline=deadline)
        return int(self.process.returncode)

    def kill(self) -> None:
        """kill -9 of the supervisor alone: its parts notice and end."""
        assert self.process is not None
        processes.stop(self.process, by=signal.SIGKILL)

    def wait(self, deadline: float = 60.0) -> int:
        assert self.process is not None
        return self.process.wait(deadline)

    def output(self) -> str:
        return self.log.read_text("utf-8") if self.log.exists() else ""

    def ports(self) -> sandbox_mail.Ports:
        """Of the sandbox's mail server."""
        found = sandbox_mail.ports(self.mail_dir)
        assert found is not None
        return found

    @property
    def mail_dir(self) -> Path:
        return self.data_dir / "sandbox" / "mail"

    @property
    def database(self) -> str:
        """Of the sandbox."""
        return f"sqlite:///{self.data_dir / 'sandbox' / 'sincerely.db'}"

    def pids(self) -> dict[str, int]:
        """Process ids of the parts that run now, by the word that tells them apart on their command line."""
        assert self.process is not None
        found = {}
        listed = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
        )
        for line in listed.stdout.splitlines():
            pid, parent, arguments = line.split(maxsplit=2)
            if int(parent) == self.process.pid:
                name = re.search(r"-m (?:workers\.|mail_ingest\.)?(\w+)|(redis|valkey)-server", arguments)
                found[(name.group(1) or "queue") if name else arguments] = int(pid)
        return found

    def _is_ready(self, said: int) -> bool:
        """Sincerely says that it is ready"""
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(
                f"Sincerely ended with code {self.process.returncode}:\n{self.output()[said:]}"
            )
        return "Sincerely is ready" in self.output()[said:]
