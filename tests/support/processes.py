"""Starting a server for a test so that it cannot outlive the tests, and ending it by its own pid."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def start(
    command: Sequence[str | Path], *, log: Path, user: str | None = None, **more: Any
) -> subprocess.Popen[bytes]:
    """Start a server with its output in `log`; as `user` when this process is root."""
    if user is not None:
        entry = pwd.getpwnam(user)
        more |= {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=_die_with_tests(),
            **more,
        )


def stop(process: subprocess.Popen[bytes], *, by: int = signal.SIGTERM, deadline: float = 10.0) -> None:
    """End one process that a test started; killed when it does not listen."""
    if process.poll() is None:
        process.send_signal(by)
        try:
            process.wait(deadline)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def unprivileged_user() -> str | None:
    """Whom to run servers as that refuse to be root; None when we are not root ourselves."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    return None


def _die_with_tests() -> Callable[[], None] | None:
    if _LIBC is None:
        return None
    return lambda: _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM) and None
