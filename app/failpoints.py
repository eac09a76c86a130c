"""Named places where a test can make this process fail. Without the environment variable each is one dict lookup.

`SINCERELY_FAILPOINTS="capture.fetched:3:kill,deliver.after_dot:1:error"` arms the third passage of the one and the
first of the other. Only the test rig sets it; it is read once, at the import, and no setting of the product.
"""

from __future__ import annotations

import os
import signal
import threading
import time

ENVIRONMENT = "SINCERELY_FAILPOINTS"
STALL_SECONDS = 3600


class FailpointError(RuntimeError):
    """Raised at a passage armed with `error`; no code of the product expects it."""


def _armed(text: str) -> dict[str, tuple[int, str]]:
    entries = (entry.split(":") for entry in text.split(",") if entry)
    return {name: (int(nth), action) for name, nth, action in entries}


_text = os.environ.get(ENVIRONMENT, "")
_points = _armed(_text)
_passed: dict[str, int] = {}


def armed_environment() -> dict[str, str]:
    """What a child process that starts with an empty environment needs to be armed like this one; mostly nothing."""
    return {ENVIRONMENT: _text} if _text else {}


def passing(name: str) -> None:
    """Say that the process comes by the place `name`, and fail if this passage is armed.

    Actions: `kill` ends the process as kill -9 does, `abort` as a crash in C code does, `error` raises, `disk` raises
    the OSError of a full disk, `stop` halts the whole process until somebody lets it go on (SIGCONT), `stall` makes
    this thread alone sleep for an hour, `log` only writes a line to the standard error.
    """
    if name not in _points:
        return
    _passed[name] = _passed.get(name, 0) + 1
    nth, action = _points[name]
    if _passed[name] == nth:
        _say(f"failpoint {name} passage {nth}: {action}\n")
        _act(name, action)


def _say(line: str) -> None:
    try:
        os.write(2, line.encode())
    except OSError:  # a process that may write no file
        pass


def _act(name: str, action: str) -> None:
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if action == "stop":
        # To this thread: of a signal to the whole process it would hear a little later.
        signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
    if action == "abort":
        os.abort()
    if action == "disk":
        raise OSError(28, "No space left on device", name)
    if action == "error":
        raise FailpointError(name)
    if action == "stall":
        time.sleep(STALL_SECONDS)
