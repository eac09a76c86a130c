"""A worker: takes the jobs that were rung for and runs each in a process of its own.

RQ's forking worker, on purpose: 15 ms of a core for each job, and in return a crash or a hang costs that one job,
and memory goes back when it ends. This process itself opens no database connection, so a fork shares none.

A job's process leads a group of its own, where neither the supervisor nor the guardian would find it: it ends with
its worker. And a worker whose supervisor has died lets a job go on for a moment, not for the hours it may take.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from types import FrameType

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker

from app import queue
from workers import jobs, lifeline

log = logging.getLogger(__name__)

# How long the worker may be deaf when the line to the queue server goes dead without a word (a router that forgot the
# connection): it asks anew after this less a quarter of a minute, instead of RQ's seven minutes.
WORKER_TTL_SECONDS = 60
# Shorter than the guardian's patience: the job is ended by its worker, which writes down that it was.
ORPHAN_SECONDS = 8.0


class Tethered(Worker):
    """Ends in time when the process that started it is gone, and its job with it."""

    def __init__(self, *arguments: object, **more: object) -> None:
        super().__init__(*arguments, **more)  # type: ignore[arg-type]
        self._started_by, self._worker = os.getppid(), os.getpid()

    def setup_work_horse_signals(self) -> None:
        """The first thing that a job's process does."""
        super().setup_work_horse_signals()  # type: ignore[no-untyped-call]
        lifeline.end_with(self._worker)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """The first signal waits for the job. Nobody is left to send the second when the supervisor has died."""
        if os.getppid() != self._started_by:
            second = threading.Timer(ORPHAN_SECONDS, os.kill, (self._worker, signal.SIGTERM))
            second.daemon = True
            second.start()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    # What is imported and settled here, the fork of each job finds in memory.
    settings = jobs.get_ready()
    connection = Redis.from_url(settings.queue_url, socket_connect_timeout=5, health_check_interval=30)
    jobs_of_ours = Queue(queue.NAME, connection=connection, serializer=queue.SERIALIZER)
    worker = Tethered(
        [jobs_of_ours], connection=connection, serializer=queue.SERIALIZER, worker_ttl=WORKER_TTL_SECONDS
    )
    try:
        worker.work(logging_level="WARNING", with_scheduler=False)
    except (RedisError, OSError) as error:
        log.error("the queue server does not answer: %s", error)  # noqa: TRY400 (the sentence says it all)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
