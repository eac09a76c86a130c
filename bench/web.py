"""What a page costs: CPU, time, queries and bytes, on a desk that has been in use for a year.

    python -m bench.web [--tickets 1000] [--tickets 100000] [--database sqlite|postgresql] [--mix MINUTES]
                        [--keep DIRECTORY] [--furnish]

The desk is that of `flask seed-demo`. The whole helpdesk runs as `make run` starts it; a page is asked for by one
client, each time another ticket, customer or word, and the CPU is that of all our processes, less what they need when
nobody asks (PostgreSQL's own processes are not ours). Queries and bytes (compressed by gzip, as a proxy in front would)
are counted in a process of the measurement, where nothing else happens. "ticket" is the pane that a click in the list
opens, "ticket, whole page" the address opened anew, with the list beside it. With --mix, 25 agents work at once for so
many minutes while mail comes in, on the largest desk, and the memory is that at their end. --keep leaves the desks in a
directory that any user may enter, for the next run; --furnish makes them and measures nothing.
"""

from __future__ import annotations

import argparse
import gzip
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import sqlalchemy as sa

from app import create_app, db
from bench import ingest, web_mix
from bench.kept import KeptBench
from bench.rig import DATABASES, Bench, machine
from bench.web_client import PANE, Client, together
from bench.web_desk import Desk, cpu_seconds, furnish_all, memory, running
from tests.support.dovecot import Dovecot

TIMES = 100
WARM_UP = 12
TOGETHER_SECONDS = 10.0
REST = 0.08  # of a core
LONGEST_UNREST = 900.0  # seconds
CLIENTS = 8
AGENTS = 25
Ask = Callable[[Client, int], object]


@dataclass(frozen=True)
class Page:
    """`ask` is given a number that goes on from one request to the next; `bar` is in CPU milliseconds, 0 for none."""

    name: str
    ask: Ask
    bar: float = 0
    path: Callable[[int], str] | None = None
    pane: bool = False


@dataclass(frozen=True)
class Figures:
    cpu: float
    p50: float
    p95: float


def pages_of(desk: Desk) -> list[Page]:
    turn = count()

    def ticket(number: int) -> str:
        return f"/tickets/{desk.tickets[number % len(desk.tickets)]}?view=open"

    def rare(number: int) -> str:
        return f"/search?q={700_000 + 1 + number * 37 % desk.size}"

    def card(number: int) -> str:
        return f"/customers/{desk.customers[number % len(desk.customers)]}"

    def reply(client: Client, _number: int) -> bytes:
        return client.reply(*desk.open_ones[next(turn) % len(desk.open_ones)])

    return [
        _page("list of 50", lambda _number: "/inbox/open", 15),
        _page("ticket of 10 messages", ticket, 12, pane=True),
        _page("ticket, whole page", ticket),
        _page("search, common word", lambda _number: "/search?q=order", 25),
        _page("search, rare word", rare, 8),
        _page("search, operators", lambda _number: "/search?q=status:open+refund"),
        _page("search, by relevance", lambda _number: "/search?q=order&sort=best", 120),
        _page("client card", card),
        _page("counts and news", lambda _number: "/live?mark=0.0.0&view=open"),
        Page("reply", reply, 10),
    ]


def _page(name: str, path: Callable[[int], str], bar: float = 0, *, pane: bool = False) -> Page:
    headers = PANE if pane else None
    return Page(name, lambda client, number: client.get(path(number), headers), bar, path, pane)


def measure(desk: Desk) -> list[list[object]]:
    """Rows of the table, one for each page."""
    pages = pages_of(desk)
    counted = {page.name: _counted(desk, page) for page in pages if page.path is not None}
    rows: list[list[object]] = []
    with running(desk) as product:
        client = Client(product.port, desk.cookies[0])
        idle = _at_rest(product)
        for page in pages:
            # Each web process has met the page before it is measured.
            together([Client(product.port, desk.cookies[0]) for _ in range(4)], page.ask, 1)
            for number in range(WARM_UP):
                page.ask(client, 10_000 + number)
            figures = _timed(product, client, page, idle)
            queries, size = counted.get(page.name, ("", ""))
            bar = f"≤ {page.bar:g}" if page.bar else ""
            rows.append(
                [
                    page.name,
                    f"{figures.cpu:.1f}",
                    bar,
                    f"{figures.p50:.0f}",
                    f"{figures.p95:.0f}",
                    queries,
                    size,
                ]
            )
        rates = {page.name: _rate(product, desk, page) for page in pages[:2]}
        for row in rows:
            row.append(f"{rates[str(row[0])]:.0f}" if row[0] in rates else "")
        client.close()
        print(f"\nMemory (PSS) after these pages: {_parts(memory(product))}; to hold: 350.")
    return rows


def _at_rest(product: object) -> float:
    """Wait until what a desk of this size has to catch up with is done; then CPU seconds a second when nobody asks."""
    end = time.monotonic() + LONGEST_UNREST
    idle = _idle(product)
    while idle > REST and time.monotonic() < end:
        idle = _idle(product)
    if idle > REST:
        print(
            f"\nThe desk was still at work by itself ({idle:.2f} of a core); that is taken off, as a guess."
        )
    return idle


def _idle(product: object, seconds: float = 5.0) -> float:
    """CPU seconds a second when nobody asks."""
    before = cpu_seconds(product)  # type: ignore[arg-type]
    time.sleep(seconds)
    return (cpu_seconds(product) - before) / seconds  # type: ignore[arg-type]


def _timed(product: object, client: Client, page: Page, idle: float) -> Figures:
    walls = []
    before, start = cpu_seconds(product), time.perf_counter()  # type: ignore[arg-type]
    for number in range(TIMES):
        began = time.perf_counter()
        page.ask(client, number)
        walls.append(time.perf_counter() - began)
    spent = cpu_seconds(product) - before - idle * (time.perf_counter() - start)  # type: ignore[arg-type]
    p95 = statistics.quantiles(walls, n=20)[-1]
    return Figures(max(0.0, spent) * 1000 / TIMES, statistics.median(walls) * 1000, p95 * 1000)


def _rate(product: object, desk: Desk, page: Page) -> float:
    clients = [Client(product.port, desk.cookies[0]) for _ in range(CLIENTS)]  # type: ignore[attr-defined]
    answered, failed = together(clients, page.ask, TOGETHER_SECONDS)
    if failed:
        print(f"{failed} requests failed")
    return answered / TOGETHER_SECONDS


def _counted(desk: Desk, page: Page) -> tuple[str, str]:
    """The most queries of a few requests, and the most KB of their pages, compressed."""
    assert page.path is not None
    app = create_app(desk.settings)
    asked: list[str] = []
    sa.event.listen(
        db.engine(), "before_cursor_execute", lambda _conn, _cursor, text, *_more: asked.append(text)
    )
    client = app.test_client()
    client.set_cookie("session", desk.cookies[0].partition("=")[2])
    queries, sizes = [], []
    for number in range(6):
        asked.clear()
        answer = client.get(page.path(number), headers=PANE if page.pane else {})
        queries.append(sum(not text.startswith("BEGIN") for text in asked))
        sizes.append(len(gzip.compress(answer.data, 6)))
    return str(max(queries)), f"{max(sizes) / 1024:.0f}"


def mix(desk: Desk, minutes: float, dovecot: Dovecot) -> None:
    """25 agents at once while mail comes in."""
    db.configure(desk.settings.database)
    ingest._connect(desk.settings, dovecot)
    end = threading.Event()
    with running(desk) as product:
        clients = [Client(product.port, cookie) for cookie in desk.cookies]
        visitors = [web_mix.Visitor(desk, client, number) for number, client in enumerate(clients)]
        pouring = threading.Thread(target=web_mix.pour, args=(dovecot, end))
        before, start = cpu_seconds(product), time.monotonic()
        for thread in (*visitors, pouring):
            thread.start()
        time.sleep(minutes * 60)
        used = memory(product)
        spent = (cpu_seconds(product) - before) / (time.monotonic() - start)
        end.set()
        for visitor in visitors:
            visitor.stop()
        pouring.join()
    print(f"\n{len(visitors)} agents at once, {minutes:g} minutes, a mail every two seconds:\n")
    print("\n".join(web_mix.report(visitors)))
    print(f"\nCPU: {spent:.2f} cores. Memory (PSS): {_parts(used)}; to hold: 350.", flush=True)


def _parts(used: dict[str, float]) -> str:
    parts = ", ".join(f"{name} {size:.0f}" for name, size in sorted(used.items(), key=lambda one: -one[1]))
    return f"**{sum(used.values()):.0f} MiB** ({parts})"


def _print(database: str, rows: Sequence[Sequence[object]], size: int) -> None:
    print(f"\n{database}, {size:,} tickets:\n")
    print("| page | CPU ms | to hold | p50 ms | p95 ms | queries | KB compressed | a second, 8 clients |")
    print("|---|---|---|---|---|---|---|---|")
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.web", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tickets", type=int, action="append")
    parser.add_argument("--database", choices=DATABASES, action="append")
    parser.add_argument("--mix", type=float, default=0, metavar="MINUTES")
    parser.add_argument("--keep", type=Path, metavar="DIRECTORY")
    parser.add_argument("--furnish", action="store_true")
    options = parser.parse_args(arguments)
    print(f"Pages. {machine()}", flush=True)
    sizes = options.tickets or [1_000, 100_000]
    wanted = [(database, size) for database in options.database or DATABASES for size in sizes]
    with KeptBench(options.keep.resolve()) if options.keep else Bench() as bench:
        start = time.monotonic()
        desks = furnish_all(bench, wanted, agents=AGENTS)
        print(f"{len(desks)} desks made in {time.monotonic() - start:.0f} s.", flush=True)
        for (database, size), desk in zip(() if options.furnish else wanted, desks, strict=False):
            db.configure(desk.settings.database)
            _print(database, measure(desk), size)
            if options.mix and size == max(sizes):
                with web_mix.mail_server() as dovecot:
                    mix(desk, options.mix, dovecot)


if __name__ == "__main__":
    main()
