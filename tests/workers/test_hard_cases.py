"""The queue server gone or emptied, several hosts starting at once."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from rq import Queue

from app import db, installation, queue
from tests.app.outgoing.conftest import World, world
from tests.app.outgoing.test_deliver import reply
from tests.support.postgres import PostgresCluster
from tests.support.redis import RedisServer
from workers import schedule

__all__ = ["world"]


def jobs(server: RedisServer) -> list[list[object]]:
    found = Queue(queue.NAME, connection=server.client, serializer=queue.SERIALIZER).jobs
    return [[job.func_name, *job.args] for job in found]


def test_a_reply_whose_bell_was_lost_is_rung_for_again(world: World, redis_server: RedisServer) -> None:
    message_id = reply(world)
    schedule.sweep_outbox()
    redis_server.client.flushall()
    schedule.sweep_outbox()
    schedule.sweep_outbox()
    assert jobs(redis_server) == [["workers.jobs.deliver_message", message_id]], "and once only"


def test_the_clock_does_not_wait_at_each_of_many_bells_that_cannot_be_rung(
    redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    queue.configure(f"unix://{redis_server.directory}/nobody.sock")
    with caplog.at_level(logging.WARNING):
        schedule._ring("deliver_message", list(range(500)))
    assert len([record for record in caplog.records if "bell not rung" in record.message]) == 1


@pytest.mark.postgres
def test_hosts_that_start_at_once_migrate_once(postgres: PostgresCluster) -> None:
    kept = postgres.template
    postgres.template = "template0"
    try:
        name = postgres.create()
    finally:
        postgres.template = kept
    url = postgres.url(name)
    try:
        with ThreadPoolExecutor() as pool:
            list(pool.map(installation.migrate, [url] * 3))
        assert installation.is_current(url)
        engine = db.make_engine(url)
        with engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT count(*) FROM alembic_version")) == 1
        engine.dispose()
    finally:
        postgres.drop(name)
