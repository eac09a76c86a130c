"""F35: the filesystem of the installation is really full. Needs the right to mount a small one.

tests/faults/test_store.py does the same with a limit of file sizes, which everybody may set.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
import urllib.error
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.ground import Ground
from tests.faults.observer import Findings
from tests.faults.replies import write_replies
from tests.faults.test_web import NONCE, browser, replies, send, start_web, ticket_to_answer

pytestmark = [pytest.mark.dovecot, pytest.mark.faults]

Play = Callable[..., None]
MEGABYTE = 1_000_000
SIZE = 40 * MEGABYTE


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A filesystem of its own below the ground of the case."""
    root = tmp_path / "ground0"
    disk = root / "data"
    disk.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "tmpfs", disk],
        check=False,
        capture_output=True,
        text=True,
    )
    if mounted.returncode:
        pytest.skip(f"may not mount a filesystem: {mounted.stderr.strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def fill(disk: Path, *, leave: int = 0) -> Path:
    """Take what is left of the disk, to the last byte or nearly so."""
    filler = disk / "somebody-else.log"
    with filler.open("ab", buffering=0) as taken:
        for piece in (MEGABYTE, 4096, 1):
            while shutil.disk_usage(disk).free > leave:
                try:
                    if not taken.write(b"\0" * piece):
                        break
                except OSError:
                    break
    assert shutil.disk_usage(disk).free <= leave + MEGABYTE
    return filler


@pytest.mark.fault_slice("journal.bytes_stored-0")
@pytest.mark.parametrize("leave", [0, 300_000])
@pytest.mark.parametrize("point", ["capture.listed", "journal.bytes_stored", "ingest.read", "ingest.applied"])
def test_letters_wait_on_the_server(small_disk: Path, play: Play, point: str, leave: int, seed: int) -> None:
    """Nothing of them is lost; with room again all goes on by itself."""

    def case(ground: Ground) -> Findings:
        ground.environment["DISK_FLOOR_MB"] = "0"
        ground.append(ground.write(4, big=2 * MEGABYTE))
        child = ground.start("poller", f"{point}:1:stop")
        ground.wait_said(child, "failpoint ")
        filler = fill(small_disk, leave=leave)
        child.signal(signal.SIGCONT)
        ground.append(ground.write(3, big=MEGABYTE))
        time.sleep(ground.dice.uniform(1, 3))  # how long the disk is full: any time is right
        filler.unlink()
        ground.wait_settled(60)
        assert child.ended is None, "the poller did not survive"
        return ground.look()

    play(case, f"F35 filesystem full, {leave} bytes left", point)


@pytest.mark.fault_slice("deliver.before_record")
@pytest.mark.parametrize("point", ["deliver.before_connect", "deliver.before_data", "deliver.before_record"])
def test_replies_leave_once(small_disk: Path, play: Play, point: str, seed: int) -> None:
    def case(ground: Ground) -> Findings:
        write_replies(ground, 3)
        child = ground.start("sender", f"{point}:{ground.dice.randint(1, 3)}:stop")
        ground.wait_said(child, "failpoint ")
        filler = fill(small_disk)
        child.signal(signal.SIGCONT)
        time.sleep(ground.dice.uniform(0.3, 2))
        filler.unlink()
        child.wait(60)
        ground.sent_all(clocks=[3600, 7200])
        return ground.look()

    play(case, "F35 filesystem full", point)


def test_pages_are_read_and_a_reply_is_refused_with_a_word(small_disk: Path, play: Play, seed: int) -> None:
    def case(ground: Ground) -> Findings:
        ticket = ticket_to_answer(ground)
        start_web(ground)
        agent = browser(ground)
        filler = fill(small_disk)
        assert "Question 0" in agent.get(f"/tickets/{ticket}")
        with pytest.raises(urllib.error.HTTPError) as refused:
            agent.reply(ticket, f"<div>{'the answer ' * 20_000}</div>", "r0-0@client.example", NONCE)
        assert refused.value.code in (500, 503, 507)
        filler.unlink()
        send(ground, ticket)
        ground.sent_all(clocks=[2, 3600])
        found = ground.look()
        if replies(ground) != 1:
            found.wrong.append(f"{replies(ground)} replies")
        return found

    play(case, "F35 filesystem full", "reply")
