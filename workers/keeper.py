"""The clock and the owner of the knowledge index in one process: two threads, since each would hold some forty
megabytes for itself and neither has much to do.

They share nothing but the stop. When one of them ends by itself, both end, and the supervisor starts them again.
`workers.schedule` and `workers.knowledge` still run alone, each by its own command, on as many hosts as there are.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable

from workers import knowledge, schedule
from workers.beginning import begin

log = logging.getLogger(__name__)


def together(stop: threading.Event, *works: Callable[[threading.Event], None]) -> bool:
    """Run each in a thread until `stop`; False when one of them ended before that."""
    stopped_early = threading.Event()

    def watched(work: Callable[[threading.Event], None]) -> None:
        try:
            work(stop)
        except Exception:
            log.exception("a part of the keeper")
        if not stop.is_set():
            stopped_early.set()
            stop.set()

    threads = [threading.Thread(target=watched, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        # In slices: a signal is heard by this thread only, between them.
        while thread.is_alive():
            thread.join(1)
    return not stopped_early.is_set()


def main() -> int:
    settings, stop = begin()
    well = together(stop, schedule.run, lambda ended: knowledge.own_until(ended, settings))
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
