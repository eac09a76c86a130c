"""A long job and its worker do not outlive the supervisor, however that one ended. Real processes throughout."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.sincerely import ROOT, Sincerely
from tests.support.waiting import wait_until
from tests.workers.test_group import alive
from workers import forked

pytestmark = pytest.mark.skipif(not forked.POSSIBLE, reason="parts are forked on Linux only")

# The queue, a guardian and one worker, with a job that takes an hour. Says who is who.
SUPERVISOR = textwrap.dedent("""
    import os
    from pathlib import Path
    from redis import Redis
    from rq import Queue
    from app import db, installation, queue
    from app.settings import inherit, load_settings
    from workers import forked, household, worker
    from workers.group import Group

    def child_of(pid):
        children = Path(f"/proc/{pid}/task/{pid}/children")
        while not children.read_text():
            group.turn(0.05)
        return children.read_text().strip()

    worker.ORPHAN_SECONDS = 0.5
    settings = installation.settle(load_settings())
    inherit(settings)
    group = Group(lambda *_: None)
    group.listen_for_signals()
    group.guard(os.open(settings.data_dir / "processes.lock", os.O_CREAT | os.O_RDWR))
    group.start(household.queue_part(settings))
    forked.load([household.PROGRAMS["worker"]])
    group.start(next(part for part in household.parts_behind() if part.name.startswith("worker")))
    # The job is there before its worker asks for it, or comes while it waits: either way it is taken.
    jobs = Queue(queue.NAME, connection=Redis.from_url(settings.queue_url), serializer=queue.SERIALIZER)
    jobs.enqueue("time.sleep", 3600, job_timeout=7200)
    guardian, _queue, working = (running.process.pid for running in group._parts)
    print(guardian, working, child_of(working), flush=True)
    group.run(lambda: None)
    group.stop()
""")


class House:
    def __init__(self, directory: Path) -> None:
        (directory / "run").mkdir(mode=0o700, parents=True)
        environment = Sincerely(directory, SANDBOX="no", SECRET_KEY="s" * 40).environment
        self.supervisor = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR], stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
        )
        self.guardian = self.worker = self.job = 0

    def wait_for_job(self) -> None:
        assert self.supervisor.stdout is not None
        self.guardian, self.worker, self.job = map(int, self.supervisor.stdout.readline().split())
        assert alive(self.worker)
        assert alive(self.job)

    def is_empty(self) -> bool:
        self.supervisor.poll()
        return not any(map(alive, (self.supervisor.pid, self.guardian, self.worker, self.job)))


@pytest.fixture
def houses(tmp_path: Path) -> Iterator[list[House]]:
    made = [House(tmp_path / name) for name in ("hurried", "bereft")]
    yield made
    for house in made:
        house.supervisor.kill()
        house.supervisor.wait()


@pytest.mark.slow
def test_a_long_job_ends_with_its_helpdesk(houses: list[House]) -> None:
    hurried, bereft = houses
    for house in houses:
        house.wait_for_job()
    # Ctrl-C twice, or SIGTERM to all that was started: the worker is killed and cannot end its job itself.
    for _ in range(2):
        hurried.supervisor.send_signal(signal.SIGTERM)
    # Nobody is left who could ask a second time, or kill.
    os.kill(bereft.guardian, signal.SIGKILL)
    bereft.supervisor.kill()
    wait_until(lambda: all(house.is_empty() for house in houses), 40)
