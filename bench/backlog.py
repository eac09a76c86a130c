"""A mailbox full of waiting mail: how long until all of it is in tickets, and is the web still usable meanwhile?

    python -m bench.backlog [--count 10000] [--database sqlite|postgresql]

The whole helpdesk runs as `make run` starts it, with a mailbox on a real Dovecot in which the mail lies that came while
it was off. An agent opens the inbox and a ticket once a second all the while. CPU is that of each of our processes,
those that ended included where their parent has counted them.
"""

from __future__ import annotations

import argparse
import os
import statistics
import threading
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from app import create_app, db
from app.accounts import sign_ins
from app.accounts.models import Agent
from app.mailboxes.models import RawMail, RawState
from app.settings import Settings
from app.tickets.models import Message, Ticket
from bench import ingest
from bench.rig import DATABASES, SECRET, Bench, machine
from tests.support.dovecot import Dovecot
from tests.support.sincerely import Sincerely

BAR_MINUTES = 10
PATIENCE_SECONDS = 1800
TICKS = os.sysconf("SC_CLK_TCK")
PARTS = {
    "mail_ingest.poller": "poller",
    "mail_ingest.reader_child": "reader",
    "workers.knowledge": "knowledge",
    "workers.worker": "worker",
    "workers.schedule": "scheduler",
    "workers.supervisor": "supervisor",
    "gunicorn": "web",
}


class Visitor(threading.Thread):
    """An agent who opens the inbox and the newest ticket once a second; `seconds` by page."""

    def __init__(self, url: str, cookie: str) -> None:
        super().__init__(daemon=True)
        self.seconds: dict[str, list[float]] = {"inbox": [], "ticket": []}
        self.failures: list[str] = []
        self.ticket_id: int | None = None
        self._url, self._cookie = url, cookie
        self._end = threading.Event()

    def stop(self) -> None:
        self._end.set()
        self.join()

    def run(self) -> None:
        while not self._end.wait(1):
            self._open("inbox", "/inbox")
            if self.ticket_id is not None:
                self._open("ticket", f"/tickets/{self.ticket_id}")

    def _open(self, name: str, path: str) -> None:
        start = time.perf_counter()
        try:
            request = urllib.request.Request(self._url + path, headers={"Cookie": self._cookie})
            with urllib.request.urlopen(request, timeout=60) as answer:
                answer.read()
        except OSError as error:
            self.failures.append(f"{path}: {error}")
            return
        self.seconds[name].append(time.perf_counter() - start)


def measure(bench: Bench, dovecot: Dovecot, database: str, count: int) -> None:
    settings, _blobs = bench.install(database)
    ingest._connect(settings, dovecot)
    product = Sincerely(
        settings.data_dir,
        DATABASE_URL=settings.database_url,
        SECRET_KEY=SECRET,
        SANDBOX="no",
    )
    visitor = Visitor(product.url, _cookie(settings))
    start = time.monotonic()
    product.start()
    ready = time.monotonic()
    visitor.start()
    try:
        _work_off(visitor, count)
        seconds = time.monotonic() - ready
        spent, memory = _processes(product)
    finally:
        visitor.stop()
        product.stop()
        db.dispose()
    _report(database, count, seconds, spent, memory, visitor)
    print(f"  started in {ready - start:.1f} s")


def _cookie(settings: Settings) -> str:
    app = create_app(settings)
    with db.transaction() as session:
        agent = Agent(email="visitor@desk.example", name="Visitor", created_at=db.now())
        session.add(agent)
        session.flush()
        token = sign_ins.start(session, agent.id, now=db.now(), user_agent="bench")
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return f"session={serializer.dumps({'_user_id': token, '_fresh': True})}"


def _work_off(visitor: Visitor, count: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    decided = 0
    while decided < count:
        if time.monotonic() > deadline:
            raise SystemExit(f"only {decided} of {count} mails were decided in {PATIENCE_SECONDS} s")
        time.sleep(1)
        with db.reading() as session:
            done = sa.select(sa.func.count()).select_from(RawMail).where(RawMail.state != RawState.STORED)
            decided = session.scalar(done) or 0
            newest = sa.select(Message.ticket_id).order_by(Message.id.desc()).limit(1)
            visitor.ticket_id = session.scalar(newest)


def _processes(product: Sincerely) -> tuple[dict[str, float], Counter[str]]:
    """CPU seconds and proportional memory (bytes) by process, of everything the supervisor started."""
    spent: defaultdict[str, float] = defaultdict(float)
    memory: Counter[str] = Counter()
    assert product.process is not None
    for pid in _family(product.process.pid):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            pss = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        name = next((short for long, short in PARTS.items() if long in command), "queue server")
        spent[name] += (int(fields[11]) + int(fields[12])) / TICKS
        memory[name] += 1024 * next(int(line.split()[1]) for line in pss.splitlines() if line[:4] == "Pss:")
    return spent, memory


def _family(pid: int) -> list[int]:
    family = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            family += _family(int(child))
    return family


def _report(
    database: str,
    count: int,
    seconds: float,
    spent: dict[str, float],
    memory: Counter[str],
    visitor: Visitor,
) -> None:
    with db.reading() as session:
        tickets = session.scalar(sa.select(sa.func.count(Ticket.id)))
    print(f"{database}: {count} mails in {seconds:.0f} s ({count / seconds:.0f} mails/s), {tickets} tickets")
    for name, cpu in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"  {name:14}{cpu * 1000 / count:8.2f} CPU ms a mail{memory[name] / 2**20:8.0f} MiB")
    print(f"  {'all':14}{sum(spent.values()) * 1000 / count:8.2f}{sum(memory.values()) / 2**20:20.0f} MiB")
    for name, times in visitor.seconds.items():
        if len(times) > 1:
            p95 = statistics.quantiles(times, n=20)[-1]
            print(
                f"  {name} opened {len(times)} times: p50 {statistics.median(times) * 1000:.0f} ms,"
                f" p95 {p95 * 1000:.0f} ms, worst {max(times) * 1000:.0f} ms"
            )
    print(f"  pages that failed: {len(visitor.failures)} {visitor.failures[:3]}")
    print(f"  To hold: under {BAR_MINUTES} minutes for 10,000.")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.backlog",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--database", choices=DATABASES, action="append")
    options = parser.parse_args(arguments)
    print(f"A backlog of {options.count} mails. {machine()}")
    dovecot = Dovecot()
    with Bench() as bench:
        try:
            ingest.fill(dovecot.start(), options.count)
            for database in options.database or DATABASES:
                measure(bench, dovecot, database, options.count)
        finally:
            dovecot.remove()


if __name__ == "__main__":
    main()
