"""The desk that bench.web measures: a year of made-up tickets, an agent who is signed in, and the product around it."""

from __future__ import annotations

import os
import pickle
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

import sqlalchemy as sa

from app import create_app, db
from app.accounts import sign_ins
from app.accounts.models import Agent, Role
from app.demo.write import write
from app.installation import prepare
from app.settings import Settings
from app.tickets.models import Ticket
from bench.rig import SECRET, Bench
from tests.support.sincerely import Sincerely

MESSAGES = 10


@dataclass(frozen=True)
class Desk:
    """`tickets`: some with exactly ten messages, in no order; `open_ones`: where a reply is due, with whom it is to."""

    settings: Settings
    size: int
    cookies: list[str]
    tickets: list[int]
    open_ones: list[tuple[int, str]]
    customers: list[int]


def furnish(bench: Bench, database: str, size: int, *, agents: int = 1) -> Desk:
    """Takes a few minutes for a hundred thousand tickets."""
    settings, _blobs = bench.install(database)
    write(size, db.now(), lambda _number: None)
    rng = random.Random(11)
    with db.reading() as session:
        whole = session.scalars(
            sa.select(Ticket.id).where(Ticket.message_count == MESSAGES).order_by(Ticket.id.desc())
        ).all()
        waiting = sa.select(Ticket).where(Ticket.status == "open").order_by(Ticket.id)
        open_ones = [(one.id, one.customer.email) for one in session.scalars(waiting)]
        customers = session.scalars(sa.select(Ticket.customer_id).where(Ticket.id.in_(whole[:2000]))).all()
    chosen = rng.sample(list(whole), min(len(whole), 2000))
    return Desk(settings, size, _cookies(settings, agents), chosen, open_ones, list(customers))


def furnish_all(bench: Bench, wanted: Sequence[tuple[str, int]], *, agents: int) -> list[Desk]:
    """Desks of these databases and sizes, several at once; each is made by a process of its own. One that was kept
    from before is brought up to date."""
    if any(database == "postgresql" for database, _size in wanted):
        bench.cluster()
    kept = {one for one in wanted if _place(bench, *one).exists()}
    # The largest first, so that none is begun when the others are done.
    waiting = sorted(set(wanted) - kept, key=lambda one: -one[1])
    made: list[BaseProcess] = []
    while waiting or made:
        while waiting and len(made) < (os.cpu_count() or 1):
            made.append(_begin(bench, *waiting.pop(0), agents=agents))
        made[0].join()
        made = [one for one in made if one.is_alive() or _failed(one)]
    desks = {one: pickle.loads(_place(bench, *one).read_bytes()) for one in wanted}
    return [opened_again(desks[one], agents) if one in kept else desks[one] for one in wanted]


def opened_again(desk: Desk, agents: int) -> Desk:
    """One of before: its tables as they are now, and agents who have just signed in."""
    prepare(desk.settings)
    db.configure(desk.settings.database)
    return replace(desk, cookies=_cookies(desk.settings, agents))


def _begin(bench: Bench, database: str, size: int, *, agents: int) -> BaseProcess:
    def work() -> None:
        bench.number_from(size + (database == "postgresql"))
        desk = furnish(bench, database, size, agents=agents)
        _place(bench, database, size).write_bytes(pickle.dumps(desk))
        db.dispose()

    # Forked: what it stands on is there already.
    process = get_context("fork").Process(target=work)
    process.start()
    return process


def _failed(process: BaseProcess) -> bool:
    if process.exitcode:
        raise RuntimeError("a desk could not be furnished; the lines above say why")
    return False


def _place(bench: Bench, database: str, size: int) -> Path:
    return bench.directory / f"{database}-{size}.pickle"


def _cookies(settings: Settings, count: int) -> list[str]:
    app = create_app(settings)
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    made = []
    with db.transaction() as session:
        for number in range(count):
            email = f"visitor{number}@desk.example"
            agent = session.scalar(sa.select(Agent).where(Agent.email == email)) or Agent(
                email=email, name=f"Visitor {number}", role=Role.ADMIN, created_at=db.now()
            )
            session.add(agent)
            session.flush()
            token = sign_ins.start(session, agent.id, now=db.now(), user_agent="bench")
            made.append(f"session={serializer.dumps({'_user_id': token, '_fresh': True})}")
    return made


@contextmanager
def running(desk: Desk) -> Iterator[Sincerely]:
    """The product on this desk, all processes."""
    db.dispose()
    settings = desk.settings
    product = Sincerely(
        settings.data_dir, DATABASE_URL=settings.database_url, SECRET_KEY=SECRET, SANDBOX="no"
    )
    product.start()
    try:
        yield product
    finally:
        product.stop()


def family(pid: int) -> list[int]:
    """A process and everything it started."""
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            found += family(int(child))
    return found


def cpu_seconds(product: Sincerely) -> float:
    """Of all processes of the product so far, children that ended included."""
    assert product.process is not None
    ticks = 0.0
    for pid in family(product.process.pid):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        # utime, stime, and those of children that were waited for.
        ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def memory(product: Sincerely) -> dict[str, float]:
    """MiB of proportional memory (PSS) by process; a name that comes again is counted together."""
    assert product.process is not None
    found: dict[str, float] = {}
    for pid in family(product.process.pid):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        name = words[words.index("-m") + 1].rpartition(".")[2] if "-m" in words[:4] else "queue server"
        pss = next(int(line.split()[1]) for line in lines if line[:4] == "Pss:")
        found[name] = found.get(name, 0.0) + pss / 1024
    return found
