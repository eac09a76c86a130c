"""F42: every process killed at random, again and again, while letters come in and replies go out.

Afterwards the observer compares the mail server, the journal, the tickets and what customers' servers accepted. The
short slice kills each process a few times; with --fault-seeds each of them dies ten times for every seed.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

import pytest

from app import db
from tests.faults.fleet import AgentBrowser, until_taken
from tests.faults.ground import Ground
from tests.faults.nursery import Child
from tests.faults.observer import Findings
from tests.faults.test_bell import QUICK
from tests.support.postgres import PostgresCluster
from tests.support.redis import RedisServer
from tests.support.waiting import wait_until
from tests.support.web import add_agent

pytestmark = [pytest.mark.dovecot, pytest.mark.faults]

Play = Callable[..., None]
PROGRAMS = ("web", "poller", "worker", "scheduler", "knowledge")
SETTLED = 90


@dataclass
class Office:
    """All processes of an installation on one ground; each can be killed and is started again at once."""

    ground: Ground
    bell: RedisServer
    running: dict[str, Child] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.ground.environment |= {"REDIS_URL": self.bell.url, "UNDO_SECONDS": "1"}
        for program in PROGRAMS:
            self.start(program)

    def start(self, program: str) -> None:
        self.running[program] = self.ground.start(program, scaled=QUICK)

    def kill(self, name: str) -> None:
        self.killed[name] += 1
        if name == "queue":
            self.bell.kill()
            self.bell.start()
            return
        self.running[name].kill()
        self.start(name)

    def start_what_ended(self) -> None:
        """As the supervisor does it."""
        for program, child in self.running.items():
            if child.ended is not None:
                self.start(program)


def kill_at_random(office: Office, times: int, done: threading.Event) -> None:
    """Every process so many times, in random order. A pause lets each get into its work."""
    victims = [name for name in (*PROGRAMS, "queue") for _ in range(times)]
    office.ground.dice.shuffle(victims)
    for name in victims:
        office.kill(name)
        office.start_what_ended()
        done.wait(office.ground.dice.uniform(0.2, 1.2))


def write_letters(ground: Ground, letters: list[bytes], over: float) -> None:
    """Spread over the time of the killing."""
    for raw in letters:
        ground.append([raw])
        time.sleep(over / len(letters))


def send_replies(ground: Ground, browser: AgentBrowser, count: int, dice: random.Random) -> None:
    """Each to a ticket of its own; a form that was not taken is sent again with the same nonce."""
    answered: set[int] = set()
    while len(answered) < count:
        rows = ground.database.rows("SELECT ticket_id, sender_email FROM messages WHERE kind = 'incoming'")
        fresh = {ticket: email for ticket, email in rows if ticket not in answered}
        if not fresh:
            time.sleep(0.2)  # not luck: the loop ends when the tickets are there, however long that takes
            continue
        ticket = dice.choice(sorted(fresh))
        nonce = f"reply-form-of-ticket-{ticket}"
        until_taken(
            partial(browser.reply, ticket, f"<div>answer to {ticket}</div>", fresh[ticket], nonce), 60
        )
        answered.add(ticket)


def chaos(
    make_bell: Callable[[], RedisServer], times: int, threads: int, replies: int
) -> Callable[[Ground], Findings]:
    def case(ground: Ground) -> Findings:
        agent = add_agent("nora@help.example", "Nora Lind")
        office, done = Office(ground, make_bell()), threading.Event()
        browser = AgentBrowser(ground, agent)  # type: ignore[arg-type]
        wait_until(browser.is_there)
        letters = ground.write(threads)
        over, dice = times * 6 * 0.7, random.Random(ground.dice.random())
        writer = threading.Thread(target=write_letters, args=(ground, letters, over))
        answers = threading.Thread(target=send_replies, args=(ground, browser, replies, dice))
        writer.start()
        answers.start()
        kill_at_random(office, times, done)
        writer.join(120)
        answers.join(120)
        assert not writer.is_alive() and not answers.is_alive()
        assert set(office.killed.values()) == {times}
        wait_done(ground, office)
        found = ground.look()
        written = ground.database.number("SELECT count(*) FROM messages WHERE kind = 'outgoing'")
        if written != replies:
            found.wrong.append(f"{written} replies instead of {replies}")
        return found

    return case


def wait_done(ground: Ground, office: Office) -> None:
    ground.wait_settled(SETTLED)

    def done() -> bool:
        """every delivery has come to an end"""
        office.start_what_ended()
        query = "SELECT count(*) FROM outbox WHERE state NOT IN ('accepted', 'uncertain', 'failed')"
        return ground.database.number(query) == 0

    wait_until(done, SETTLED, every=0.1)


@pytest.fixture
def make_bell() -> Iterator[Callable[[], RedisServer]]:
    server = RedisServer()
    try:
        yield server.start
    finally:
        server.remove()


def size(request: pytest.FixtureRequest, slice_: int, whole: int) -> int:
    return whole if request.config.getoption("--fault-seeds") else slice_


def test_everything_killed_at_random(
    play: Play, make_bell: Callable[[], RedisServer], request: pytest.FixtureRequest, seed: int
) -> None:
    times = size(request, 4, 10)
    case = chaos(make_bell, times, threads=times * 8, replies=times * 4)
    play(case, "F42 everything killed at random", "SQLite")


@pytest.mark.postgres
def test_everything_killed_at_random_on_postgresql(
    play: Play,
    make_bell: Callable[[], RedisServer],
    postgres: PostgresCluster,
    request: pytest.FixtureRequest,
    seed: int,
) -> None:
    times = size(request, 2, 10)
    case = chaos(make_bell, times, threads=times * 8, replies=times * 4)
    name = postgres.create()
    try:
        play(case, "F42 everything killed at random", "PostgreSQL", url=postgres.url(name))
    finally:
        db.dispose()
        postgres.drop(name)
