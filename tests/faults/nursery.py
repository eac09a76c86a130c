"""Starts the product's processes quickly: one process has imported everything, and forks a child for each start.

Each child is a process like any other: its own environment, its own session, its own log; it can be killed, stopped
and limited. Only the second of importing is saved, hundreds of times. `python -m tests.faults.nursery` is that
process; `Nursery` speaks to it, one JSON line for each start, and one line back for each end.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import select
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.settings import PROJECT
from tests.support import processes
from tests.support.waiting import wait_until

# The processes of the product, and two ways to run a part of its work at once: where their main function is.
PROGRAMS = {
    "poller": "mail_ingest.poller:main",
    "scheduler": "workers.schedule:main",
    "worker": "workers.worker:main",
    "knowledge": "workers.knowledge:main",
    "sender": "tests.faults.programs:send_what_is_due",
    "filer": "tests.faults.programs:file_what_was_sent",
    "replay": "tests.faults.programs:replay",
    "web": "tests.faults.programs:serve",
}


@dataclass
class Child:
    """A running process. `ended` is its exit status, negative for a signal; None while it runs."""

    pid: int
    log: Path
    ended: int | None = None

    def signal(self, number: int) -> None:
        if self.ended is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """kill -9 of it and everything it started."""
        if self.ended is None:
            os.killpg(self.pid, signal.SIGKILL)
            self.wait()

    def stop(self) -> None:
        """As Ctrl-C does, then less kindly."""
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            self.wait(3)
        except AssertionError:
            self.kill()

    def wait(self, deadline: float = 60) -> int:
        """Its exit status, once it has ended."""
        wait_until(self._has_ended, deadline, every=0.005)
        assert self.ended is not None
        return self.ended

    def said(self, words: str) -> bool:
        return self.log.exists() and words in self.log.read_text("utf-8", "replace")

    def limit_files(self, size: int | None) -> None:
        """The largest file it may write, in bytes: a disk that is full, and has room again with None."""
        most = resource.RLIM_INFINITY if size is None else size
        if self.ended is not None:
            return
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

    def _has_ended(self) -> bool:
        """the process has ended"""
        return self.ended is not None


@dataclass
class Nursery:
    """`start` as many as you like; `close` ends them all."""

    _process: subprocess.Popen[str] = field(init=False)
    _children: dict[int, Child] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _log: Path | None = None
    _newest: Child | None = None
    _answered: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=processes._die_with_tests(),
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def start(
        self,
        program: str,
        environment: dict[str, str],
        log: Path,
        *,
        clock: float = 0,
        scaled: dict[str, object] | None = None,
    ) -> Child:
        """`clock`: how many seconds its clock is ahead of ours; `scaled`: constants ("module:NAME") of its own."""
        request = {
            "program": program,
            "environment": environment,
            "log": str(log),
            "clock": clock,
            "scaled": scaled or {},
        }
        with self._lock:
            self._answered.clear()
            self._log = log
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            wait_until(self._has_answered, 60, every=0.002)
            assert self._newest is not None
            return self._newest

    def close(self) -> None:
        for child in list(self._children.values()):
            child.kill()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)

    def _has_answered(self) -> bool:
        """the nursery has started it"""
        assert self._process.poll() is None, "the nursery has ended: its message stands above"
        return self._answered.is_set()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            kind, pid, status = line.split()
            if kind == "started":
                assert self._log is not None
                self._newest = self._children[int(pid)] = Child(int(pid), self._log)
                self._answered.set()
            else:
                self._children.pop(int(pid)).ended = int(status)


def main() -> None:
    """The process itself: waits for requests and for the ends of its children."""
    _import_everything()
    parent_reads, children_end = os.pipe()
    os.set_blocking(children_end, False)
    signal.set_wakeup_fd(children_end, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    out = os.fdopen(os.dup(1), "w", buffering=1)
    waiting = b""
    while True:
        ready, _, _ = select.select([0, parent_reads], [], [])
        if parent_reads in ready:
            os.read(parent_reads, 4096)
        _report_ends(out)
        if 0 in ready:
            piece = os.read(0, 65536)
            if not piece:
                return
            *lines, waiting = (waiting + piece).split(b"\n")
            for line in lines:
                out.write(f"started {_fork(json.loads(line), parent_reads, children_end)} 0\n")


def _report_ends(out: Any) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        out.write(f"ended {pid} {os.waitstatus_to_exitcode(status)}\n")


def _fork(request: dict[str, Any], *inherited: int) -> int:
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for descriptor in inherited:
            os.close(descriptor)
        _become(request)
        code = _run(request["program"])
    except BaseException:  # a child must end here, whatever happens to it
        import traceback

        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _become(request: dict[str, Any]) -> None:
    """A session, a log, an environment, a clock and constants of its own; its end when the nursery ends."""
    os.setsid()
    if processes._LIBC is not None:
        processes._LIBC.prctl(processes._PR_SET_PDEATHSIG, signal.SIGKILL)
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, source in ((0, nothing), (1, log), (2, log)):
        os.dup2(source, descriptor)
    os.environ.clear()
    os.environ.update(request["environment"])
    _rearm()
    if request["clock"]:
        _shift_clock(request["clock"])
    for name, value in request["scaled"].items():
        module, _, constant = name.partition(":")
        found = importlib.import_module(module)
        setattr(found, constant, _scaled(getattr(found, constant), value))


def _scaled(before: Any, value: Any) -> Any:
    """The new value; of a table of (seconds, what to do) the same table at another pace."""
    if isinstance(before, tuple) and all(isinstance(row, tuple) for row in before):
        return tuple((seconds * value, *rest) for seconds, *rest in before)
    return value


def _rearm() -> None:
    """The fail-points are read once, at the import: this process begins after it."""
    from app import failpoints

    failpoints._text = os.environ.get(failpoints.ENVIRONMENT, "")
    failpoints._points.clear()
    failpoints._points.update(failpoints._armed(failpoints._text))


def _shift_clock(seconds: float) -> None:
    from datetime import timedelta

    from app import db

    real = db.now
    db.now = lambda: real() + timedelta(seconds=seconds)


def _run(program: str) -> int:
    module, _, function = PROGRAMS[program].partition(":")
    return getattr(importlib.import_module(module), function)() or 0


def _import_everything() -> None:
    for program in PROGRAMS.values():
        importlib.import_module(program.partition(":")[0])
    # What the product imports only when it is used.
    for module in (
        "sqlalchemy.dialects.sqlite.pysqlite",
        "sqlalchemy.dialects.postgresql.psycopg",
        "app.models",
    ):
        importlib.import_module(module)


if __name__ == "__main__":
    main()
