"""The child that reads mail dies, hangs or fails: its neighbours wait for nothing, and what it cannot read is shown."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable

import pytest

from tests.faults.ground import Ground
from tests.faults.nursery import Child
from tests.faults.observer import Findings
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.dovecot, pytest.mark.faults]

Play = Callable[..., None]
# Half a minute for one letter in one second.
IMPATIENT: dict[str, object] = {
    "mail_ingest.reader_batch:TOGETHER_SECONDS": 1,
    "mail_ingest.reader_batch:ALONE_SECONDS": 2,
}


@pytest.mark.fault_slice("kill")
@pytest.mark.parametrize("action", ["kill", "abort", "error", "stall"])
def test_reader_breaks_at_some_letter(play: Play, action: str, seed: int) -> None:
    """F14: every reader breaks at its second to fourth letter; read again, alone, each letter is well."""

    def case(ground: Ground) -> Findings:
        ground.append(ground.write(4))
        before = ground.on_server()
        passage = ground.dice.randint(2, 4)
        ground.start("poller", f"reader.parsing:{passage}:{action}", scaled=IMPATIENT)
        ground.wait_settled(60)
        found = ground.look(before)
        if found.parked:
            found.lost.append(f"{found.parked} healthy letters are parked")
        return found

    play(case, f"F14 reader: {action}", "a letter now and then")


@pytest.mark.fault_slice("abort")
@pytest.mark.parametrize("action", ["kill", "abort"])
def test_reader_breaks_at_every_letter(play: Play, action: str, seed: int) -> None:
    """F14: nothing can be read at all. Everything is set aside with a reason, and taken up again after the cure."""

    def case(ground: Ground) -> Findings:
        ground.append(ground.write(2, longest=2))
        before = ground.on_server()
        child = ground.start("poller", f"reader.parsing:1:{action}", scaled=IMPATIENT)
        ground.wait_settled(60)
        child.stop()
        parked = ground.database.number(
            "SELECT count(*) FROM raw_mails WHERE state = 'parked' AND reason <> ''"
        )
        assert parked == len(before), f"{parked} of {len(before)} are set aside with a reason"
        assert ground.start("replay").wait(60) == 0
        ground.poll_until_settled()
        return ground.look(before)

    play(case, f"F14 reader: {action}", "every letter, replayed later")


@pytest.mark.fault_slice("1")
@pytest.mark.parametrize("times", [1, 5])
def test_reader_killed_from_outside(play: Play, times: int, seed: int) -> None:
    """The kernel kills it for want of memory, while letters come in."""

    def case(ground: Ground) -> Findings:
        letters = ground.write(6)
        child = ground.start("poller")
        for number, raw in enumerate(letters):
            ground.append([raw])
            if number < times:
                kill_reader(child)
        ground.wait_settled()
        return ground.look()

    play(case, "F14 reader killed from outside", f"{times} times")


def test_poller_killed_while_its_reader_hangs(play: Play, seed: int) -> None:
    def case(ground: Ground) -> Findings:
        ground.append(ground.write(4))
        before = ground.on_server()
        child = ground.start("poller", "reader.parsing:2:stall")
        hanging = "SELECT count(*) FROM raw_mails WHERE state = 'stored'"
        wait_until(lambda: ground.database.number(hanging) == len(before) and reader_of(child))
        child.kill()
        ground.poll_until_settled()
        return ground.look(before)

    play(case, "F14 reader hangs, poller killed", "reader.parsing")


def reader_of(poller: Child) -> int:
    """Its pid; 0 while there is none."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [line.split() for line in listed.stdout.splitlines()]
    return next((int(pid) for pid, parent in pairs if int(parent) == poller.pid), 0)


def kill_reader(poller: Child) -> None:
    """As soon as there is one."""
    os.kill(wait_until(lambda: reader_of(poller)), signal.SIGKILL)
