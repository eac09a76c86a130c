"""The bell. The only user of Redis and RQ from app code.

The database is the queue: a job carries an id and nothing else, and every row that waits for a job is found by
the scheduler's sweep when no bell rang. So a lost, flushed or unreachable Redis delays work and loses none, and
`ring` never raises.
"""

from __future__ import annotations

import logging
import time

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.exceptions import DuplicateJobError
from rq.serializers import JSONSerializer

log = logging.getLogger(__name__)

NAME = "sincerely"
SERIALIZER = JSONSerializer
# Longer than any job may take under any settings (app.outgoing.deliver.longest_job): every step in it has a time
# limit of its own, and a job that is stopped between the letter and its answer leaves an uncertain delivery.
JOB_TIMEOUT_SECONDS = 18000
RING_AGAIN_SECONDS = 30


class _State:
    redis: Redis | None = None
    queue: Queue | None = None


def configure(url: str) -> None:
    """Point this process at the Redis-compatible server; nothing is connected yet."""
    connection = Redis.from_url(url, socket_connect_timeout=2, socket_timeout=5, health_check_interval=30)
    _State.redis = connection
    _State.queue = Queue(
        NAME, connection=connection, serializer=SERIALIZER, default_timeout=JOB_TIMEOUT_SECONDS
    )


def ring(job: str, row_id: int) -> bool:
    """Ask a worker to run `workers.jobs.<job>(row_id)` soon. False when the bell could not be rung.

    A row is rung for once in half a minute at most: a sweep does not pile up jobs while no worker runs, and a job
    that died with its worker blocks its successor no longer than that.
    """
    if _State.queue is None:
        return False
    job_id = f"{job}-{row_id}-{int(time.time() // RING_AGAIN_SECONDS)}"
    try:
        _State.queue.enqueue(
            f"workers.jobs.{job}", row_id, job_id=job_id, unique=True, result_ttl=0, failure_ttl=3600
        )
    except DuplicateJobError:
        return True
    except (RedisError, OSError) as error:
        log.warning("bell not rung, the sweep will find the work: %s", type(error).__name__)
        return False
    return True


def wake(channel: str) -> None:
    """Wake a long-lived process that waits in `wait_for`. Lost wakes are harmless: it also looks by itself."""
    if _State.redis is None:
        return
    try:
        pipe = _State.redis.pipeline()
        pipe.lpush(f"{NAME}:wake:{channel}", "1")
        pipe.ltrim(f"{NAME}:wake:{channel}", 0, 0)
        pipe.execute()
    except (RedisError, OSError) as error:
        log.info("could not wake %s: %s", channel, type(error).__name__)


def wait_for(channel: str, seconds: float) -> bool:
    """Sleep up to `seconds`, or until somebody wakes `channel`. Raises ConnectionError when there is no bell."""
    if _State.redis is None:
        raise ConnectionError("no bell configured")
    try:
        return _State.redis.blpop([f"{NAME}:wake:{channel}"], timeout=min(seconds, 4)) is not None
    except (RedisError, OSError) as error:
        raise ConnectionError(str(error)) from error


def connection() -> Redis | None:
    return _State.redis


def answers() -> bool:
    """True when the server behind the bell answers a PING."""
    try:
        return _State.redis is not None and bool(_State.redis.ping())
    except (RedisError, OSError):
        return False


def workers() -> int:
    """How many workers have lately told the queue that they are there."""
    if _State.redis is None:
        return 0
    try:
        return Worker.count(connection=_State.redis)
    except (RedisError, OSError):
        return 0
