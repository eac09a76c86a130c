"""Who holds a mailbox's lease: a name from which a poller on the same machine sees that the holder is dead.

Without it the mailboxes of a killed poller would rest until its leases run out. Taking a lease too soon is harmless:
the token of the lease is a fence, so the earlier holder can write nothing.
"""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path


def new_owner() -> str:
    """Unlike any other one, at most 100 characters."""
    return f"{_machine()}:{os.getpid()}:{secrets.token_hex(4)}"


def is_gone(owner: str) -> bool:
    """True when `owner` was a process of this machine that runs no more; False when we cannot know."""
    machine, _, rest = owner.rpartition(":")[0].rpartition(":")
    if machine != _machine() or not rest.isascii() or not rest.isdigit():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _machine() -> str:
    """Two containers may share a name; their processes are numbered apart all the same."""
    try:
        numbers = Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        numbers = 0
    return f"{socket.gethostname()[:60]}/{numbers}"
