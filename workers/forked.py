"""A part that is forked from the supervisor instead of started anew: what all parts import is in memory only once.

The supervisor has imported the programs of all parts and has no threads, so a fork is safe (Linux only; elsewhere a
part is started by its command). The child is a process like one that was started anew: signals as they are by default,
standard streams of its own, no open file but those it was given, and a command line that says what it is.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import importlib
import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, NoReturn

import sqlalchemy as sa

from app import db
from app.outgoing import compose

POSSIBLE = sys.platform == "linux"
ENDED_BADLY = 1
_LOOK_SECONDS = 0.02
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_M_ARENA_MAX = -8


class Forked:
    """As much of subprocess.Popen as the supervisor needs."""

    def __init__(self, pid: int, output: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdout: IO[bytes] = open(output, "rb", buffering=0)  # noqa: SIM115 (closed by whoever reads it)

    def poll(self) -> int | None:
        """None while it runs, else its exit code, negative for a signal."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float) -> int:
        """Raises TimeoutError."""
        end = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                raise TimeoutError(f"process {self.pid} still runs")
            time.sleep(_LOOK_SECONDS)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def load(programs: Sequence[str]) -> None:
    """Import what the parts run, so that every fork finds it in memory."""
    for program in programs:
        importlib.import_module(program.partition(":")[0])
    # Else each of them works out the same maps at its first query.
    sa.orm.configure_mappers()
    compose.load_templates()


def fork(
    program: str,
    command: Sequence[str],
    group: int,
    *,
    keep: Sequence[int],
    prepare: Callable[[], None] | None,
) -> tuple[Forked, int]:
    """Run `module:function` in a child in that process group (0: a new one); returns the child and its group.

    `command` is what the child's command line says. `keep`: descriptors that it keeps. `prepare` is called in the
    child before anything else.
    """
    # Nothing of what is in memory now is ever garbage: a collection in a child would only copy it.
    gc.collect()
    gc.freeze()
    # An open database is no child's.
    db.dispose()
    ours, theirs = os.pipe()
    # A signal that comes now is for the child as soon as it can be ended by one, and for us as always.
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    pid = os.fork()
    if pid == 0:
        _be(program, command, group, theirs, keep, prepare)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    os.close(theirs)
    _join(pid, group)
    return Forked(pid, ours), os.getpgid(pid)


def one_arena() -> None:
    """Memory that threads gave back is used again by the others (glibc would keep some for each of them)."""
    if POSSIBLE:
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_M_ARENA_MAX, 1)


def _join(pid: int, group: int) -> None:
    """Both sides say it, so that it is so for whichever goes on first. A group that is gone makes way for a new one."""
    try:
        os.setpgid(pid, group)
    except OSError:
        if pid == 0:
            os.setpgid(0, 0)


def _be(
    program: str,
    command: Sequence[str],
    group: int,
    output: int,
    keep: Sequence[int],
    prepare: Callable[[], None] | None,
) -> NoReturn:
    code = ENDED_BADLY
    try:
        _join(0, group)
        if prepare is not None:
            prepare()
        _forget_the_parent(output, keep)
        _call_ourselves(command)
        code = _run(program, command)
    except BaseException:  # noqa: BLE001 (nothing may climb into the supervisor's frames below us)
        traceback.print_exc()
    finally:
        os._exit(code)


def _run(program: str, command: Sequence[str]) -> int:
    module, _, function = program.partition(":")
    sys.argv = [module, *command[1:]]
    try:
        code = getattr(importlib.import_module(module), function)() or 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    threading._shutdown()  # type: ignore[attr-defined]  # waits for threads, as the end of every program does
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return int(code)


def _forget_the_parent(output: int, keep: Sequence[int]) -> None:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    for fd in _open_descriptors():
        if fd > 2 and fd not in keep and fd != nothing:
            # Not closed: objects of the parent that end here close their number, which must not be another's by then.
            os.dup2(nothing, fd, inheritable=False)
    for fd in keep:
        os.set_inheritable(fd, True)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    logging.getLogger().handlers.clear()
    # What the parent does at its end is not ours to do.
    atexit._clear()


def _open_descriptors() -> list[int]:
    return [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]


def _call_ourselves(command: Sequence[str]) -> None:
    """Write the command line that `ps` shows over the supervisor's; cut where that was shorter."""
    fields = Path("/proc/self/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    start, end = int(fields[45]), int(fields[46])
    if not 0 < start < end:
        return
    words = ["python", *(word for word in command[1:] if word != "-u")]
    title = b"\0".join(word.encode("utf-8", "replace") for word in words)[: end - start - 1]
    ctypes.memmove(start, title.ljust(end - start, b"\0"), end - start)
