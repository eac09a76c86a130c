"""A worker: takes the jobs that were rung for and runs each in a process of its own.

RQ's forking worker, on purpose: 15 ms of a core for each job, and in return a crash or a hang costs that one job,
and memory goes back when it ends. This process itself opens no database connection, so a fork shares none.
"""

from __future__ import annotations

import logging
import sys

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker

from app import installation, queue
from app.settings import load_settings
from workers import jobs

log = logging.getLogger(__name__)

# How long the worker may be deaf when the line to the queue server goes dead without a word (a router that forgot the
# connection): it asks anew after this less a quarter of a minute, instead of RQ's seven minutes.
WORKER_TTL_SECONDS = 60


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    # Importing here what jobs need makes the fork find it in memory.
    log.debug("jobs from %s", jobs.__name__)
    settings = installation.settle(load_settings())
    connection = Redis.from_url(settings.queue_url, socket_connect_timeout=5, health_check_interval=30)
    jobs_of_ours = Queue(queue.NAME, connection=connection, serializer=queue.SERIALIZER)
    worker = Worker(
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
