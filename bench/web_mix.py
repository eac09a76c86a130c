"""Twenty-five agents at once, while mail comes in: each opens, reads, searches and answers as people do."""

from __future__ import annotations

import http.client
import os
import random
import statistics
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from bench.ingest import ADDRESS
from bench.mailgen import generate
from bench.web_client import PANE, Client, PageFailed
from bench.web_desk import Desk
from tests.support.dovecot import Dovecot

MAIL_EVERY_SECONDS = 2.0
POLL_EVERY_SECONDS = 3.0
SEARCHES = ("order", "refund bank", "status:open delivery", "700123", "кофемолка")


class Visitor(threading.Thread):
    """One agent: polls every three seconds as an open page does, and does something every four on average."""

    def __init__(self, desk: Desk, client: Client, number: int) -> None:
        super().__init__(daemon=True)
        self.seconds: dict[str, list[float]] = {}
        self.failures: list[str] = []
        self._desk, self._client, self._rng = desk, client, random.Random(number)
        self._end = threading.Event()

    def stop(self) -> None:
        self._end.set()
        self.join()

    def run(self) -> None:
        next_poll = time.monotonic() + self._rng.random() * POLL_EVERY_SECONDS
        next_act = time.monotonic() + self._rng.random() * 4
        while not self._end.wait(max(0.0, min(next_poll, next_act) - time.monotonic())):
            if time.monotonic() >= next_poll:
                next_poll += POLL_EVERY_SECONDS
                self._do("poll", "/live?mark=0.0.0&view=open")
            else:
                next_act = time.monotonic() + self._rng.uniform(2, 6)
                self._act()

    def _act(self) -> None:
        ticket_id = self._rng.choice(self._desk.tickets)
        chance = self._rng.random()
        if chance < 0.55:
            self._do("ticket", f"/tickets/{ticket_id}?view=open", PANE)
        elif chance < 0.75:
            self._do("list", "/inbox/open")
        elif chance < 0.85:
            self._do("search", f"/search?q={self._rng.choice(SEARCHES).replace(' ', '+')}")
        elif chance < 0.95:
            self._reply()
        else:
            self._do("card", f"/customers/{self._rng.choice(self._desk.customers)}")

    def _reply(self) -> None:
        ticket_id, email = self._rng.choice(self._desk.open_ones)
        self._timed("reply", lambda: self._client.reply(ticket_id, email))

    def _do(self, name: str, path: str, headers: dict[str, str] | None = None) -> None:
        self._timed(name, lambda: self._client.get(_quoted(path), headers))

    def _timed(self, name: str, ask: object) -> None:
        start = time.perf_counter()
        try:
            ask()  # type: ignore[operator]
        except (OSError, http.client.HTTPException, PageFailed) as error:
            self.failures.append(f"{name}: {error}")
            return
        self.seconds.setdefault(name, []).append(time.perf_counter() - start)


def _quoted(path: str) -> str:
    return "".join(f"%{byte:02X}" if byte > 126 else chr(byte) for byte in path.encode())


@contextmanager
def mail_server() -> Iterator[Dovecot]:
    """Dovecot works as several users. An installation that was made in this process has narrowed the umask, and they
    could not read what is laid out for them."""
    before = os.umask(0o022)
    dovecot = Dovecot()
    try:
        dovecot.start()
        os.umask(before)
        yield dovecot
    finally:
        os.umask(before)
        dovecot.remove()


def pour(dovecot: Dovecot, end: threading.Event) -> int:
    """Mail into the mailbox until the end; how many."""
    count = 0
    for mail in generate(5, 10_000):
        if end.wait(MAIL_EVERY_SECONDS):
            break
        dovecot.append(mail.raw, to=ADDRESS)
        count += 1
    return count


def report(visitors: Iterable[Visitor]) -> list[str]:
    """Lines of a table: what was done, how often, p50, p95 and worst in milliseconds."""
    together: dict[str, list[float]] = {}
    failures: list[str] = []
    for visitor in visitors:
        failures += visitor.failures
        for name, seconds in visitor.seconds.items():
            together.setdefault(name, []).extend(seconds)
    lines = ["| what | times | p50 ms | p95 ms | worst ms |", "|---|---|---|---|---|"]
    for name, seconds in sorted(together.items()):
        p95 = statistics.quantiles(seconds, n=20)[-1] if len(seconds) > 1 else seconds[0]
        lines.append(
            f"| {name} | {len(seconds)} | {statistics.median(seconds) * 1000:.0f} | {p95 * 1000:.0f}"
            f" | {max(seconds) * 1000:.0f} |"
        )
    return [*lines, f"\nfailed: {len(failures)} {failures[:3]}"]
