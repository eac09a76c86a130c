"""The bell and those who hear it: Redis killed, flushed, full or deaf; worker, its child and the scheduler killed.

The database is the queue. Whatever becomes of the bell, every reply leaves once, and nobody has to do anything.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from app import queue
from tests.faults.ground import Ground
from tests.faults.nursery import Child
from tests.faults.observer import Findings
from tests.faults.replies import write_replies
from tests.support.proxy import Proxy
from tests.support.redis import RedisServer
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.dovecot, pytest.mark.faults]

Play = Callable[..., None]
# Minutes of an office in seconds of a test: the bell is rung again, leases run out, the clock ticks.
QUICK: dict[str, object] = {
    "app.queue:RING_AGAIN_SECONDS": 1,
    "app.outgoing.deliver:LEASE_SECONDS": 2,
    "app.outgoing.deliver:RENEW_SECONDS": 0.5,
    "workers.schedule:TICKS": 0.1,
    "workers.worker:WORKER_TTL_SECONDS": 16,
}
BEFORE, AFTER = 3, 2


@dataclass
class Bell:
    """A queue server behind a proxy, so that it can also be slow or deaf."""

    server: RedisServer
    line: Proxy

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.line.port}/0"


@pytest.fixture(scope="module")
def _bell_of_module() -> Iterator[RedisServer]:
    server = RedisServer()
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture
def bell(_bell_of_module: RedisServer) -> Iterator[Bell]:
    _bell_of_module.client.flushall()
    line = Proxy(_bell_of_module.socket).start()
    yield Bell(_bell_of_module, line)
    line.stop()


@dataclass
class Office:
    """Scheduler and worker on one ground."""

    ground: Ground
    bell: Bell

    def __post_init__(self) -> None:
        self.ground.environment["REDIS_URL"] = self.bell.url
        # The web rings too when a reply leaves at once; here it is this process.
        queue.configure(self.bell.url)

    def start(self, program: str, *points: str) -> Child:
        return self.ground.start(program, *points, scaled=QUICK)

    def reply(self, count: int) -> None:
        for message_id in write_replies(self.ground, count):
            queue.ring("deliver_message", message_id)

    def wait_done_with_a_worker(self, deadline: float = 60) -> None:
        """A worker that ends because the queue server does not answer is started again, as the supervisor does it."""

        def done() -> bool:
            """every delivery has come to an end"""
            if all(child.ended is not None for child in self.ground.children if "worker" in child.log.name):
                self.start("worker")
            query = "SELECT count(*) FROM outbox WHERE state NOT IN ('accepted', 'uncertain', 'failed')"
            return self.ground.database.number(query) == 0

        wait_until(done, deadline, every=0.05)


def kill_and_start(bell: Bell) -> None:
    bell.server.kill()
    bell.server.start()


def start_empty(bell: Bell) -> None:
    bell.server.kill()
    for path in bell.server.directory.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != "log":
            path.unlink()
    bell.server.start()


def full(bell: Bell) -> None:
    bell.server.client.config_set("maxmemory", 1)


def full_no_more(bell: Bell) -> None:
    bell.server.client.config_set("maxmemory", 256 * 1024 * 1024)


def read_only(bell: Bell) -> None:
    bell.server.client.replicaof("127.0.0.1", "1")


def writable(bell: Bell) -> None:
    bell.server.client.replicaof("NO", "ONE")


def slow(bell: Bell) -> None:
    bell.line.delay = 0.3


def deaf(bell: Bell) -> None:
    bell.line.freeze_open()


def gone(bell: Bell) -> None:
    bell.line.refuse()


def back(bell: Bell) -> None:
    bell.line.heal()
    if bell.line.closed:
        bell.line.start()


FAULTS: dict[str, tuple[Callable[[Bell], None], Callable[[Bell], None]]] = {
    "killed": (kill_and_start, back),
    "flushed": (lambda bell: bell.server.client.flushall(), back),
    "restarted empty": (start_empty, back),
    "out of memory": (full, full_no_more),
    "read-only": (read_only, writable),
    "slow": (slow, back),
    "connections freeze": (deaf, back),
    "unreachable": (gone, back),
}


@pytest.mark.fault_slice(
    "while they work-killed",
    "while they work-flushed",
    "before the worker-restarted empty",
    "while they work-connections freeze",
    "while they work-unreachable",
)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("when", ["before the worker", "while they work"])
def test_bell_breaks(play: Play, bell: Bell, fault: str, when: str, seed: int) -> None:
    """F31: with jobs in it and nobody there yet, or in the middle of the work."""
    breaks, mends = FAULTS[fault]

    def case(ground: Ground) -> Findings:
        office = Office(ground, bell)
        if when == "while they work":
            office.start("scheduler")
            office.start("worker")
        office.reply(BEFORE)
        breaks(bell)
        office.reply(AFTER)
        mends(bell)
        if when == "before the worker":
            office.start("scheduler")
            office.start("worker")
        office.wait_done_with_a_worker()
        return ground.look()

    play(case, f"F31 Redis {fault}", when)


@pytest.mark.fault_slice("child of the worker-deliver.before_data", "worker and child-deliver.after_rcpt")
@pytest.mark.parametrize(
    "point",
    ["jobs.begin", "deliver.after_rcpt", "deliver.before_data", "deliver.after_dot", "deliver.before_record"],
)
@pytest.mark.parametrize("who", ["child of the worker", "worker and child"])
def test_worker_killed(play: Play, bell: Bell, point: str, who: str, seed: int) -> None:
    """F32: in the middle of a job; the next worker takes over."""

    def case(ground: Ground) -> Findings:
        office = Office(ground, bell)
        office.start("scheduler")
        worker = office.start("worker", f"{point}:1:{'kill' if who == 'child of the worker' else 'stop'}")
        office.reply(BEFORE)
        ground.wait_said(worker, "failpoint ")
        if who == "worker and child":
            kill_children(worker)
        worker.kill()
        office.start("worker")
        office.reply(AFTER)
        office.wait_done_with_a_worker()
        return ground.look()

    play(case, f"F32 {who} killed", point)


def test_worker_killed_and_its_child_lives_on(play: Play, bell: Bell, seed: int) -> None:
    """F32: the job goes on without its worker while another worker begins."""

    def case(ground: Ground) -> Findings:
        office = Office(ground, bell)
        office.start("scheduler")
        ground.servers.sink.delay["DOT"] = 0.5
        worker = office.start("worker", "deliver.before_data:2:log")
        office.reply(BEFORE)
        ground.wait_said(worker, "failpoint ")
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        office.start("worker")
        office.reply(AFTER)
        office.wait_done_with_a_worker()
        return ground.look()

    play(case, "F32 worker killed, its child lives on", "deliver.before_data")


def test_scheduler_killed(play: Play, bell: Bell, seed: int) -> None:
    """F32: at any of its ticks, again and again."""

    def case(ground: Ground) -> Findings:
        office = Office(ground, bell)
        office.start("worker")
        office.reply(BEFORE)
        for _ in range(3):
            office.start("scheduler", f"schedule.tick:{ground.dice.randint(1, 9)}:kill").wait()
        office.reply(AFTER)
        office.start("scheduler")
        office.wait_done_with_a_worker()
        return ground.look()

    play(case, "F32 scheduler killed", "schedule.tick")


@pytest.mark.faults_whole
def test_two_offices_on_one_database(play: Play, bell: Bell, seed: int) -> None:
    """F33: two schedulers ring for everything, two workers run everything."""

    def case(ground: Ground) -> Findings:
        office = Office(ground, bell)
        for program in ("scheduler", "scheduler", "worker", "worker"):
            office.start(program)
        office.reply(BEFORE)
        for row in ground.database.rows("SELECT message_id FROM outbox"):
            queue.ring("deliver_message", row[0])
        office.reply(AFTER)
        office.wait_done_with_a_worker()
        return ground.look()

    play(case, "F33 everything rung and run twice", "two schedulers, two workers")


def kill_children(worker: Child) -> None:
    """The forked child has a session of its own."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    for line in listed.stdout.splitlines():
        pid, parent = (int(part) for part in line.split())
        if parent == worker.pid:
            os.kill(pid, signal.SIGKILL)
