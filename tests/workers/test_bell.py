"""What happens to a reply when the queue server is emptied, full, read-only or slow, or a worker dies at its job."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import redis
from rq import Queue, SimpleWorker, Worker
from rq.timeouts import TimerDeathPenalty

from app import db, queue
from app.outgoing import deliver, states
from tests.app.outgoing.conftest import World, world
from tests.app.outgoing.test_deliver import delivery, reply, rows, sink
from tests.support.redis import RedisServer
from tests.support.smtp_sink import SmtpSink
from workers import jobs, schedule

__all__ = ["sink", "world"]


@pytest.fixture(autouse=True)
def _settings_of_the_test(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_configured", lambda: world.settings)


class _Quiet(SimpleWorker):
    """In this process; pytest keeps its own signal handlers."""

    death_penalty_class = TimerDeathPenalty

    def _install_signal_handlers(self) -> None:
        pass


def work(server: RedisServer, kind: type[Worker] = _Quiet) -> None:
    """A worker that ends when the queue is empty."""
    mine = Queue(queue.NAME, connection=server.client, serializer=queue.SERIALIZER)
    kind([mine], connection=server.client, serializer=queue.SERIALIZER).work(
        burst=True, logging_level="ERROR"
    )


def nothing(_client: redis.Redis) -> None:
    pass


def read_only(client: redis.Redis) -> None:
    client.replicaof("127.0.0.1", 1)


def full(client: redis.Redis) -> None:
    client.config_set("maxmemory-policy", "noeviction")
    client.config_set("maxmemory", 1)


def emptied(client: redis.Redis) -> None:
    client.flushall()


@pytest.fixture
def mended(redis_server: RedisServer) -> Iterator[Callable[[], None]]:
    def mend() -> None:
        redis_server.client.config_set("maxmemory", 0)
        redis_server.client.replicaof("NO", "ONE")

    yield mend
    mend()


@pytest.mark.parametrize("trouble", [nothing, read_only, full, emptied])
def test_a_reply_leaves_once_whatever_befell_the_queue_server(
    world: World,
    sink: SmtpSink,
    redis_server: RedisServer,
    mended: Callable[[], None],
    trouble: Callable[[redis.Redis], None],
) -> None:
    message_id = reply(world)
    rung_before = trouble is emptied
    if rung_before:
        schedule.sweep_outbox()
    trouble(redis_server.client)
    if not rung_before:
        assert queue.ring("deliver_message", message_id) is (trouble is nothing)
        schedule.sweep_outbox()  # and it does not raise
    mended()
    schedule.sweep_outbox()
    work(redis_server)
    schedule.sweep_outbox()
    work(redis_server)
    assert (len(sink.accepted), delivery(message_id)) == (1, "accepted")


def test_a_job_rung_for_twice_and_late_sends_once(
    world: World, sink: SmtpSink, redis_server: RedisServer
) -> None:
    message_id = reply(world)
    mine = Queue(queue.NAME, connection=redis_server.client, serializer=queue.SERIALIZER)
    for number in range(3):
        mine.enqueue("workers.jobs.deliver_message", message_id, job_id=f"again-{number}")
    work(redis_server)
    assert len(sink.accepted) == 1


class _Dies(Worker):
    """The forking worker, whose child kills itself at the job: kill -9 of a work horse."""

    def _install_signal_handlers(self) -> None:
        pass

    def perform_job(self, *_more: object, **_options: object) -> bool:
        db.forget_connections_after_fork()
        message_id = next(iter(_claimed))
        with db.transaction() as session:
            row = states.claim(session, message_id, db.now(), seconds=deliver.LEASE_SECONDS)
            assert row is not None
        os.kill(os.getpid(), signal.SIGKILL)
        return False


_claimed: set[int] = set()


def test_a_row_of_a_worker_that_was_killed_is_sent_by_another(
    world: World, sink: SmtpSink, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    message_id = reply(world)
    _claimed.clear()
    _claimed.add(message_id)
    schedule.sweep_outbox()
    work(redis_server, _Dies)
    assert next(iter(rows().values())).state == "sending"
    later = db.now() + timedelta(seconds=deliver.LEASE_SECONDS + 1)
    monkeypatch.setattr(db, "now", lambda: later)
    monkeypatch.setattr(queue, "RING_AGAIN_SECONDS", 1)
    schedule.sweep_outbox()
    work(redis_server)
    assert (len(sink.accepted), delivery(message_id)) == (1, "accepted")
