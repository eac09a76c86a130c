"""What a person sees while the helpdesk runs: one line at a time, who said it in front, and progress at the start."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

OURS = "sincerely"
COLOURS = {
    OURS: "1;36",
    "web": "32",
    "poller": "34",
    "keeper": "35",
    "mail": "36",
    "queue": "31",
}
REPORT_SECONDS = 5.0


class Screen:
    """Prefixed lines on standard output; colours only for a terminal, and not when NO_COLOR is set."""

    def __init__(self) -> None:
        console = Console()
        self._coloured = console.is_terminal and not console.no_color

    def say(self, name: str, line: str) -> None:
        at = time.strftime("%H:%M:%S")
        label = f"{name:<10}"
        if self._coloured:
            colour = COLOURS.get(name.partition("-")[0], "37")
            label = f"\x1b[{colour}m{label}\x1b[0m"
        try:
            print(f"{at} {label} {line}", flush=True)
        except BrokenPipeError:
            # Whoever read our output is gone; the helpdesk goes on without saying more.
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115

    def tell(self, line: str) -> None:
        """Say something in our own name."""
        self.say(OURS, line)


class Counting:
    """A bar on a terminal, a line now and then elsewhere: `with Counting(screen, "Letters read") as count`.

    Nothing runs in the background: the screen changes when `set` is called, so the supervisor keeps to one thread.
    """

    def __init__(self, screen: Screen, title: str) -> None:
        self._screen = screen
        self._title = title
        self._said_at = time.monotonic()
        self._progress: Progress | None = None
        if sys.stdout.isatty():
            columns = (TextColumn("         {task.description}"), BarColumn(), MofNCompleteColumn())
            self._progress = Progress(*columns, console=Console(), auto_refresh=False, transient=True)
            self._task = self._progress.add_task(title, total=None)

    def __enter__(self) -> Counting:
        if self._progress:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress:
            self._progress.stop()

    def set(self, done: int, total: int) -> None:
        if self._progress:
            self._progress.update(self._task, completed=done, total=total or None, refresh=True)
        elif time.monotonic() - self._said_at > REPORT_SECONDS:
            self._said_at = time.monotonic()
            self._screen.tell(f"{self._title}: {done} of {total}")
