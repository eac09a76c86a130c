"""The bell. The only user of Redis and RQ from app code.

The database is the queue: a job carries an id and nothing else, and every row that waits for a job is found by
the scheduler's sweep when no bell rang. So a lost, flushed or unreachable Redis delays work and loses none, and
`ring` never raises.
"""

from __future__ import annotations

import logging
import secrets
import time
from typing import NamedTuple

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
# Questions that nobody takes are gone after a second, and whoever asks next is not kept waiting for a while.
ASKED_KEPT_SECONDS, MOST_ASKED = 1, 16
ANSWER_KEPT_SECONDS = 5
NOBODY_THERE_SECONDS = 10.0


class _State:
    redis: Redis | None = None
    queue: Queue | None = None
    nobody_there_until: float = 0.0


class Asked(NamedTuple):
    """`words` somebody waits for an answer to, and where it goes: `back`."""

    back: str
    words: str


def configure(url: str) -> None:
    """Point this process at the Redis-compatible server; nothing is connected yet."""
    connection = Redis.from_url(url, socket_connect_timeout=2, socket_timeout=5, health_check_interval=30)
    _State.redis = connection
    _State.nobody_there_until = 0.0
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


def ask(channel: str, words: str, seconds: float) -> str | None:
    """What the process that `take`s from this channel answers; None when it does not within so many seconds.

    Never raises. After silence nobody is asked for ten seconds, so that a part that is away costs one wait and not
    one at every letter typed.
    """
    if _State.redis is None or time.monotonic() < _State.nobody_there_until:
        return None
    key, back = f"{NAME}:asked:{channel}", f"{NAME}:answer:{secrets.token_hex(8)}"
    try:
        pipe = _State.redis.pipeline()
        pipe.rpush(key, f"{back} {words}")
        pipe.ltrim(key, -MOST_ASKED, -1)
        pipe.expire(key, ASKED_KEPT_SECONDS)
        pipe.execute()
        found = _State.redis.blpop([back], timeout=seconds)
    except (RedisError, OSError) as error:
        log.info("could not ask %s: %s", channel, type(error).__name__)
        found = None
    if found is None:
        _State.nobody_there_until = time.monotonic() + NOBODY_THERE_SECONDS
        return None
    return _words(found[1])


def take(channel: str, seconds: float) -> Asked | None:
    """The next thing somebody asks. Raises ConnectionError when there is no bell."""
    if _State.redis is None:
        raise ConnectionError("no bell configured")
    try:
        found = _State.redis.blpop([f"{NAME}:asked:{channel}"], timeout=min(seconds, 4))
    except (RedisError, OSError) as error:
        raise ConnectionError(str(error)) from error
    if found is None:
        return None
    back, _, words = _words(found[1]).partition(" ")
    return Asked(back, words)


def _words(said: bytes | str) -> str:
    return said if isinstance(said, str) else said.decode("utf-8")


def answer(asked: Asked, said: str) -> None:
    """Raises ConnectionError when there is no bell. An answer nobody fetches is gone after seconds."""
    if _State.redis is None:
        raise ConnectionError("no bell configured")
    try:
        pipe = _State.redis.pipeline()
        pipe.rpush(asked.back, said)
        pipe.expire(asked.back, ANSWER_KEPT_SECONDS)
        pipe.execute()
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
