"""All parts together: started one after the other, their lines shown, restarted when they die, stopped in order.

One thread, one loop: `turn` does what is to be done now. So a signal, a dead process and a line of text never race.
"""

from __future__ import annotations

import os
import selectors
import signal
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol

from workers.part import Part, Running

MOST_TRIES_AT_START = 3
TURN_SECONDS = 0.2
GUARDIAN_STAGE = 99


class StartFailed(Exception):
    """A part did not come up; the text is one sentence."""


class Interrupted(Exception):
    """Somebody asked us to stop while we were starting."""


class Say(Protocol):
    """Show one line of a part."""

    def __call__(self, name: str, line: str) -> None: ...


class Group:
    """The running parts. `stopping` becomes True by SIGINT, SIGTERM or SIGHUP."""

    def __init__(self, say: Say) -> None:
        self.stopping = False
        self._say = say
        self._parts: list[Running] = []
        self._selector = selectors.DefaultSelector()
        self._supervisor_read, self._supervisor_write = os.pipe()
        self._group_read, self._group_write = os.pipe()
        self._process_group = 0
        self._impatient = False

    def listen_for_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)

    def guard(self, lock: int) -> None:
        """Start the guardian, which keeps `lock` (a file descriptor) until the last process is gone."""
        command = [
            sys.executable,
            "-m",
            "workers.guardian",
            str(self._supervisor_read),
            str(self._group_read),
        ]
        inherited = (self._supervisor_read, self._group_read, lock)
        self._start(Running(Part("guardian", command, GUARDIAN_STAGE, stays=True, pass_fds=inherited)))

    def start(self, part: Part, *, deadline: float = 120.0) -> None:
        """Start a part and return when it is up. Raises StartFailed or Interrupted."""
        running = Running(self._in_group(part))
        self._start(running)
        end = time.monotonic() + deadline
        while not running.is_up:
            self.turn()
            if self.stopping:
                raise Interrupted
            if running.failures >= MOST_TRIES_AT_START or time.monotonic() > end:
                raise StartFailed(f"{part.name} did not start; the lines above say why.")

    def turn(self, seconds: float = TURN_SECONDS) -> None:
        """Show what was said in the next moment, see who died or came up, start whose time has come."""
        self._show_lines(seconds)
        for running in self._parts:
            if running.process is None:
                if time.monotonic() >= running.start_at:
                    self._start_process(running)
            elif how := running.ended():
                self._died(running, how)
            elif not running.is_up and running.part.ready(running.process.pid):
                running.is_up = True
                running.part.up()

    def run(self, every_turn: Callable[[], None]) -> None:
        while not self.stopping:
            self.turn()
            every_turn()

    def stop(self) -> None:
        """Stop stage by stage: SIGTERM, and SIGKILL for what has not ended in its time. A second Ctrl-C hurries."""
        self.stopping = True
        for stage in sorted({running.part.stage for running in self._parts} - {GUARDIAN_STAGE}):
            self._stop_together([one for one in self._parts if one.part.stage == stage and one.process])
        # The guardian reads the end of this pipe, finds nobody left, and ends too.
        os.close(self._group_write)
        os.close(self._supervisor_write)
        for guardian in self._parts:
            if guardian.process is not None:
                guardian.process.wait(15)

    def _in_group(self, part: Part) -> Part:
        return replace(part, pass_fds=(*part.pass_fds, self._group_write))

    def _start(self, running: Running) -> None:
        self._parts.append(running)
        self._start_process(running)

    def _start_process(self, running: Running) -> None:
        self._process_group = running.start(self._process_group)
        assert running.process is not None
        self._selector.register(running.process.stdout, selectors.EVENT_READ, running)  # type: ignore[arg-type]

    def _show_lines(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            running: Running = key.data
            lines = running.lines()
            if lines is None:
                self._selector.unregister(key.fileobj)
            self._show(running, lines or ())

    def _show(self, running: Running, lines: Iterable[str]) -> None:
        for line in lines:
            if running.part.quiet:
                running.last_lines.append(line)
            else:
                self._say(running.part.name, line)

    def _died(self, running: Running, how: str) -> None:
        self._let_go(running)
        pause = running.wait_before_restart()
        self._say("sincerely", f"{running.part.name} {how}; starting it again in {pause:.0f} s")

    def _let_go(self, running: Running) -> None:
        """Show the last words of a dead process and stop listening to it."""
        assert running.process is not None and running.process.stdout is not None
        self._show(running, running.lines() or ())
        for line in running.last_lines:
            self._say(running.part.name, line)
        if running.process.stdout in self._selector.get_map():
            self._selector.unregister(running.process.stdout)

    def _stop_together(self, alive: list[Running]) -> None:
        # Twice SIGTERM: the first lets a worker finish its job, the second ends the job as well.
        for number, share in ((signal.SIGTERM, 0.8), (signal.SIGTERM, 0.2), (signal.SIGKILL, 1.0)):
            for running in alive:
                if number == signal.SIGKILL:
                    self._say("sincerely", f"{running.part.name} did not stop in time and is killed")
                running.signal(number)
            alive = self._wait_for_end(alive, share)

    def _wait_for_end(self, alive: list[Running], share: float) -> list[Running]:
        """Those that are still there when the longest share of their time is over."""
        deadline = time.monotonic() + share * max((one.part.stop_seconds for one in alive), default=0)
        while alive and time.monotonic() < deadline and not self._impatient:
            self._show_lines(0.05)
            alive = [one for one in alive if one.process is not None and one.ended() is None]
        return alive

    def _asked_to_stop(self, _number: int, _frame: object) -> None:
        self._impatient = self.stopping
        self.stopping = True
