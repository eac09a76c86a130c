"""A part that is forked begins like a program that was started anew, and ends like one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.support.sincerely import ROOT
from tests.support.waiting import wait_until
from tests.workers.test_group import alive
from workers import forked

pytestmark = pytest.mark.skipif(not forked.POSSIBLE, reason="parts are forked on Linux only")

# What the part does, by the name of a function. It is a module of its own, as the programs of the product are.
PROGRAMS = """
import os, signal, sys, threading, time

def tells():
    print("said", flush=True)
    opened = [os.path.realpath(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd")]
    print("files", [os.path.basename(path) for path in opened if path.endswith("lock")])
    print("signals", signal.getsignal(signal.SIGTERM) == signal.SIG_DFL, signal.getsignal(signal.SIGHUP) == signal.SIG_DFL)
    print("called", open("/proc/self/cmdline").read().replace("\\0", " ").strip())

def waits():
    print("pid", os.getpid(), flush=True)
    time.sleep(60)

def refuses():
    sys.exit("the port is taken")

def breaks():
    raise ValueError("no such thing")

def leaves_a_thread():
    threading.Thread(target=lambda: (time.sleep(0.2), print("the thread is done", flush=True))).start()
    return 3
"""


def run(tmp_path: Path, function: str, more: str = "") -> subprocess.CompletedProcess[str]:
    """In a supervisor of its own: forks the function, shows its lines and its exit code."""
    (tmp_path / "programs.py").write_text(PROGRAMS)
    code = textwrap.dedent(f"""
        import os, signal, sys
        sys.path.insert(0, {str(tmp_path)!r})
        from workers import forked
        lock = open({str(tmp_path / "lock")!r}, "w")
        signal.signal(signal.SIGTERM, lambda *_: None)
        signal.signal(signal.SIGHUP, lambda *_: None)
        import programs
        child, group = forked.fork("programs:{function}", ["python", "-u", "-m", "a.part"], 0, keep=(), prepare=None)
        {more}
        print(os.read(child.stdout.fileno(), 1) .decode() + child.stdout.read().decode(), end="")
        print("code", child.wait(60), "group", group == child.pid)
    """)
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, cwd=ROOT, check=False
    )


def test_it_begins_like_a_program_of_its_own(tmp_path: Path) -> None:
    lines = run(tmp_path, "tells").stdout.splitlines()
    assert lines[:3] == ["said", "files []", "signals True True"]
    assert lines[3].startswith("called python -m a.part")
    assert lines[4] == "code 0 group True"


def test_what_it_says_at_its_end_is_heard(tmp_path: Path) -> None:
    assert run(tmp_path, "refuses").stdout.splitlines() == ["the port is taken", "code 1 group True"]
    broken = run(tmp_path, "breaks").stdout
    assert "ValueError: no such thing" in broken and broken.endswith("code 1 group True\n")


def test_it_waits_for_its_threads_and_tells_its_code(tmp_path: Path) -> None:
    assert run(tmp_path, "leaves_a_thread").stdout.splitlines() == ["the thread is done", "code 3 group True"]


def test_a_signal_ends_it_and_not_the_parent(tmp_path: Path) -> None:
    ended = run(tmp_path, "waits", "os.read(child.stdout.fileno(), 4); child.send_signal(signal.SIGTERM)")
    assert ended.returncode == 0
    assert f"code {-signal.SIGTERM} group True" in ended.stdout


def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    """As the supervisor starts its parts: the kernel tells them when it dies."""
    (tmp_path / "programs.py").write_text(PROGRAMS)
    code = textwrap.dedent(f"""
        import os, sys
        sys.path.insert(0, {str(tmp_path)!r})
        from workers.group import Group
        from workers.part import Part
        group = Group(lambda name, line: print(line, flush=True))
        group.start(Part("web", ["python", "-m", "programs"], stage=0, program="programs:waits"))
        while True:
            group.turn()
    """)
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline().split()[1])
    assert alive(pid)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    wait_until(lambda: not alive(pid))
