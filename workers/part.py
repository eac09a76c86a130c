"""One part of the running helpdesk: a process, its output line by line, and when to start it again."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from workers import forked, lifeline
from workers.forked import Forked

LONGEST_LINE = 8192
LAST_LINES = 10
LONGEST_WAIT_SECONDS = 30.0
# Whoever ran this long was well; the next restart is quick again.
WELL_SECONDS = 10.0


def _at_once(_pid: int) -> bool:
    return True


def _nothing() -> None:
    return None


@dataclass(frozen=True)
class Part:
    """What to run. `ready(pid)` is asked until it says True, then `up` is called; both after every start.

    Parts stop in order of `stage`, all of one stage at the same time.
    """

    name: str
    command: Sequence[str]
    stage: int
    ready: Callable[[int], bool] = _at_once
    up: Callable[[], None] = _nothing
    before: Callable[[], None] = _nothing
    stop_seconds: float = 10.0
    # A quiet part's lines are shown only when it dies.
    quiet: bool = False
    # Stays when the supervisor dies, and ignores what asks it to end.
    stays: bool = False
    pass_fds: tuple[int, ...] = ()
    # `module:function` to run in a fork of ours, where that is possible; the command is what it is otherwise.
    program: str = ""


@dataclass
class Running:
    """A part's process now, and its past."""

    part: Part
    process: subprocess.Popen[bytes] | Forked | None = None
    is_up: bool = False
    failures: int = 0
    started_at: float = 0.0
    start_at: float = 0.0
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_LINES))
    _rest: bytes = field(default=b"", repr=False)

    def start(self, group: int) -> int:
        """Start the process in that process group (0: a new one) and return the group it is in."""
        self.part.before()
        self.process, group = _spawn(self.part, group)
        self.is_up, self.started_at, self._rest = False, time.monotonic(), b""
        self.last_lines.clear()
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        return group

    def lines(self) -> list[str] | None:
        """Whole lines that came since the last call, None when there will be no more. A very long one is cut."""
        assert self.process is not None and self.process.stdout is not None
        try:
            came = os.read(self.process.stdout.fileno(), 65536)
        except BlockingIOError:
            return []
        text = self._rest + came
        if not came:
            self._rest = b""
            return _readable(text) or None
        if len(text) > LONGEST_LINE:
            self._rest = b""
            return _readable(text)
        whole, newline, self._rest = text.rpartition(b"\n")
        return _readable(whole + newline)

    def ended(self) -> str | None:
        """None while it runs, else how it ended, for people."""
        if self.process is None or self.process.poll() is None:
            return None
        code = int(self.process.returncode or 0)
        return f"was killed ({signal.Signals(-code).name})" if code < 0 else f"ended with code {code}"

    def wait_before_restart(self) -> float:
        """Note a failure; seconds until the next start: 1, 2, 4 … 30, and 1 again after a while without any."""
        if time.monotonic() - self.started_at > WELL_SECONDS:
            self.failures = 0
        self.failures += 1
        pause = min(2.0 ** (self.failures - 1), LONGEST_WAIT_SECONDS)
        self.start_at = time.monotonic() + pause
        self.forget()
        return pause

    def signal(self, number: int) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def forget(self) -> None:
        """Let go of a process that has ended."""
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None


def _spawn(part: Part, group: int) -> tuple[subprocess.Popen[bytes] | Forked, int]:
    if part.program and forked.POSSIBLE:
        prepare = _die_with_parent(os.getpid())
        return forked.fork(part.program, part.command, group, keep=part.pass_fds, prepare=prepare)
    try:
        process = _popen(part, group)
    except PermissionError:
        # The group is gone: everybody in it was killed.
        process, group = _popen(part, 0), 0
    return process, group or process.pid


def _popen(part: Part, group: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        part.command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=part.pass_fds,
        process_group=group,
        preexec_fn=_ignore_endings
        if part.stays
        else _die_with_parent(os.getpid()),  # safe: we have no threads
    )


def _die_with_parent(parent: int) -> Callable[[], None]:
    """Linux tells the process when the supervisor dies; elsewhere the guardian alone does."""

    def ask_kernel() -> None:
        lifeline.told_by_kernel(parent, signal.SIGTERM)

    return ask_kernel


def _ignore_endings() -> None:
    """Before the program runs, so that there is no moment in which it can be ended."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _readable(text: bytes) -> list[str]:
    return [line.rstrip() for line in text.decode("utf-8", "replace").splitlines() if line.strip()]
