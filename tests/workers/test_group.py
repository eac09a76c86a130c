"""The running parts: order, restarts, and that nothing outlives the supervisor. Real processes throughout."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.support.waiting import wait_until
from workers.group import Group, StartFailed
from workers.part import Part

# Writes its pid, says when it is told to stop, and goes on until then.
PATIENT = """
import os, signal, sys, time
def end(*_):
    print("ending", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
os.write(1, b"pid %d\\n" % os.getpid())  # one write: two processes share the pipe
while True:
    time.sleep(60)
"""
STUBBORN = PATIENT.replace("sys.exit(0)", "pass")


class Heard:
    """What the parts said, in order."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def __call__(self, name: str, line: str) -> None:
        self.lines.append((name, line))

    def of(self, name: str) -> list[str]:
        return [line for said_by, line in self.lines if said_by == name]

    def pids(self, name: str) -> list[int]:
        return [int(line.split()[1]) for line in self.of(name) if line.startswith("pid ")]


def part(name: str, code: str = PATIENT, *, stage: int = 0, **more: object) -> Part:
    return Part(name, [sys.executable, "-c", code], stage=stage, **more)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def group(heard: Heard) -> Group:
    made = Group(heard)
    yield made
    made.stop()


def turn_until(group: Group, condition) -> None:
    def turned() -> bool:
        group.turn(0.02)
        return bool(condition())

    wait_until(turned, every=0)


def test_a_part_that_was_killed_is_started_again_and_this_is_said(group: Group, heard: Heard) -> None:
    group.start(part("poller"))
    turn_until(group, lambda: heard.pids("poller"))
    os.kill(heard.pids("poller")[0], signal.SIGKILL)
    turn_until(group, lambda: len(heard.pids("poller")) == 2)
    assert heard.of("sincerely") == ["poller was killed (SIGKILL); starting it again in 1 s"]


def test_pauses_between_restarts_grow(group: Group, heard: Heard) -> None:
    group.start(part("poller", "print('pid 1', flush=True); raise SystemExit(3)"))
    turn_until(group, lambda: len(heard.of("sincerely")) == 3)
    assert [line.rpartition("in ")[2] for line in heard.of("sincerely")] == ["1 s", "2 s", "4 s"]


def test_a_part_is_up_when_it_says_so_and_is_told_after_every_start(
    group: Group, heard: Heard, tmp_path: Path
) -> None:
    told: list[int] = []
    code = PATIENT + f"\nopen({str(tmp_path / 'up')!r}, 'w').close()"
    code = code.replace("while True", f"open({str(tmp_path / 'up')!r}, 'w').close()\nwhile True")
    group.start(part("mail", code, ready=lambda _pid: (tmp_path / "up").exists(), up=lambda: told.append(1)))
    assert told == [1]
    turn_until(group, lambda: heard.pids("mail"))
    os.kill(heard.pids("mail")[0], signal.SIGKILL)
    turn_until(group, lambda: len(told) == 2)


def test_a_part_that_never_comes_up_ends_the_start(group: Group) -> None:
    with pytest.raises(StartFailed, match="web did not start"):
        group.start(part("web", "raise SystemExit(1)", ready=lambda _pid: False))


def test_parts_stop_stage_by_stage(heard: Heard) -> None:
    group = Group(heard)
    for name, stage in (("queue", 2), ("web", 0), ("worker", 1)):
        group.start(part(name, stage=stage))
    turn_until(group, lambda: all(heard.pids(name) for name in ("queue", "web", "worker")))
    group.stop()
    assert [name for name, line in heard.lines if line == "ending"] == ["web", "worker", "queue"]
    assert not any(alive(pid) for name in ("queue", "web", "worker") for pid in heard.pids(name))


def test_a_part_that_does_not_listen_is_killed_after_its_time(heard: Heard) -> None:
    group = Group(heard)
    group.start(part("worker", STUBBORN, stop_seconds=0.5))
    turn_until(group, lambda: heard.pids("worker"))
    group.stop()
    assert heard.of("sincerely") == ["worker did not stop in time and is killed"]
    assert not alive(heard.pids("worker")[0])


def test_lines_of_a_quiet_part_are_shown_only_when_it_dies(group: Group, heard: Heard) -> None:
    group.start(part("queue", quiet=True))
    group.turn(0.3)
    assert heard.of("queue") == []
    code = "print('cannot open the file', flush=True); raise SystemExit(1)"
    group.start(part("other", code, quiet=True))
    turn_until(group, lambda: heard.of("other"))
    assert heard.of("other")[0] == "cannot open the file"


def test_nothing_outlives_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    """kill -9 of the supervisor: its parts, and a child that one of them forked, are gone soon after."""
    code = textwrap.dedent(f"""
        import os, sys
        from workers.group import Group
        from workers.part import Part
        forking = "import os; os.fork();" + {PATIENT!r}
        group = Group(lambda name, line: print(line, flush=True))
        lock = os.open({str(tmp_path / "lock")!r}, os.O_CREAT | os.O_RDWR)
        group.guard(lock)
        group.start(Part("web", [sys.executable, "-c", forking], stage=0))
        while True:
            group.turn()
    """)
    supervisor = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert supervisor.stdout is not None
    pids = [int(supervisor.stdout.readline().split()[1]) for _ in range(2)]
    supervisor.kill()
    supervisor.wait()
    wait_until(lambda: not any(alive(pid) for pid in pids))


def alive(pid: int) -> bool:
    """A process with this id runs; one that ended and was not yet waited for does not count."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    except NotADirectoryError:
        state = "R"
    if Path("/proc").exists():
        return state != "Z"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
