"""The real Redis-compatible server that `make run` would start, on a socket of its own."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import redis

from tests.support import processes
from tests.support.waiting import wait_until
from workers import queue_server


class RedisServer:
    """`start`, `stop`, and `kill` as a power cut would; starting again finds what was written."""

    def __init__(self) -> None:
        # A short path: a unix socket's has at most 104 bytes.
        self.directory = Path(tempfile.mkdtemp(prefix="sincerely-q-"))
        self.socket = self.directory / "q.sock"
        self.url = f"unix://{self.socket}"
        self.client = redis.Redis.from_url(self.url)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> RedisServer:
        queue_server.clear_socket(self.socket)
        command = queue_server.command(queue_server.program(), self.socket, self.directory)
        self._process = processes.start(command, log=self.directory / "log")
        wait_until(self._answers)
        return self

    def stop(self) -> None:
        if self._process is not None:
            processes.stop(self._process)

    def kill(self) -> None:
        assert self._process is not None
        processes.stop(self._process, by=signal.SIGKILL)

    def remove(self) -> None:
        self.stop()
        self.client.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _answers(self) -> bool:
        """the queue server answers"""
        try:
            return bool(self.client.ping())
        except redis.RedisError:
            return False
