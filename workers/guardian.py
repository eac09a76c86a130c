"""The guardian: sees to it that no process of ours outlives the supervisor.

It leads the process group of all the others and reads from a pipe whose other end only the supervisor holds. When
that end closes, however the supervisor died, it asks the group to stop and ends what is left. It holds the lock of
the data directory until then, so that the next start waits for the last processes of this one.

    python -m workers.guardian SUPERVISOR_FD GROUP_FD
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time

PATIENCE_SECONDS = 12.0


def guard(supervisor: int, group: int) -> None:
    """Return when the supervisor is gone and, within PATIENCE_SECONDS, everybody else: `group` reads as closed."""
    while os.read(supervisor, 1):
        pass
    os.killpg(0, signal.SIGTERM)
    if not _closed(group, time.monotonic() + PATIENCE_SECONDS):
        os.killpg(0, signal.SIGKILL)


def _closed(pipe: int, deadline: float) -> bool:
    """True once nobody holds the other end: every process of the group inherited it and writes nothing."""
    while (left := deadline - time.monotonic()) > 0:
        readable, _, _ = select.select([pipe], [], [], left)
        if readable and not os.read(pipe, 1):
            return True
    return False


def main() -> int:
    """Started with SIGTERM, SIGINT and SIGHUP ignored."""
    guard(int(sys.argv[1]), int(sys.argv[2]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
