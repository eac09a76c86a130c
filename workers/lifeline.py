"""A process that ends when the one that started it does, however that one died.

Linux tells it; a fork has to ask anew, since what was asked for is not inherited. Elsewhere a thread looks.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_LOOK_SECONDS = 1.0


def told_by_kernel(parent: int, number: int) -> bool:
    """Ask for this signal when `parent`, which started us, ends; False where the system cannot tell. Does not return
    when it has ended already."""
    if _LIBC is None:
        return False
    _LIBC.prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os._exit(1)
    return True


def end_with(parent: int) -> None:
    """End at once, without a word, when `parent` does."""
    if not told_by_kernel(parent, signal.SIGKILL):
        threading.Thread(target=_look, args=(parent,), daemon=True).start()


def _look(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)
