"""The store refuses: SQLite locked, the disk full, PostgreSQL restarted or its answers lost.

Nothing that was acknowledged is lost, nothing is done twice, and work goes on by itself as soon as there is room again.
"""

from __future__ import annotations

import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest

from app import installation
from tests.faults.ground import Ground
from tests.faults.observer import Findings
from tests.faults.replies import write_replies
from tests.support.postgres import PostgresCluster
from tests.support.proxy import UP, Fault, Proxy

pytestmark = [pytest.mark.dovecot, pytest.mark.faults]

Play = Callable[..., None]
# Ten seconds of patience in one; the lock is held three times as long, as thirty seconds would be in an office.
IMPATIENT: dict[str, object] = {"app.db:BUSY_TIMEOUT_SECONDS": 1}
LOCKED_SECONDS = 3.0
RECEIVING = ("capture.listed", "journal.bytes_stored", "ingest.read", "poller.looked")
SENDING = ("deliver.before_connect", "deliver.after_rcpt", "deliver.before_record")


def lock_for_a_while(ground: Ground) -> threading.Thread:
    """Another program holds the only write lock."""
    locked = threading.Event()

    def hold() -> None:
        connection = sqlite3.connect(
            ground.database_url.removeprefix("sqlite:///"), isolation_level=None, timeout=10
        )
        connection.execute("BEGIN IMMEDIATE")
        locked.set()
        time.sleep(LOCKED_SECONDS)
        connection.execute("ROLLBACK")
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert locked.wait(60)
    return thread


@pytest.mark.fault_slice("journal.bytes_stored")
@pytest.mark.parametrize("point", RECEIVING)
def test_locked_while_letters_come_in(play: Play, point: str, seed: int) -> None:
    def case(ground: Ground) -> Findings:
        ground.append(ground.write(4))
        child = ground.start("poller", f"{point}:1:stop", scaled=IMPATIENT)
        ground.wait_said(child, "failpoint ")
        lock = lock_for_a_while(ground)
        child.signal(signal.SIGCONT)
        lock.join()
        ground.append(ground.write(1))
        ground.wait_settled()
        assert child.ended is None
        return ground.look()

    play(case, "F34 SQLite locked", point)


@pytest.mark.fault_slice("deliver.before_record")
@pytest.mark.parametrize("point", SENDING)
def test_locked_while_replies_leave(play: Play, point: str, seed: int) -> None:
    def case(ground: Ground) -> Findings:
        write_replies(ground, 3)
        child = ground.start("sender", f"{point}:1:stop", scaled=IMPATIENT)
        ground.wait_said(child, "failpoint ")
        lock = lock_for_a_while(ground)
        child.signal(signal.SIGCONT)
        lock.join()
        child.wait()
        ground.sent_all(clocks=[3600, 7200])
        return ground.look()

    play(case, "F34 SQLite locked", point)


@pytest.mark.fault_slice("0-journal.bytes_stored", "12000-capture.listed")
@pytest.mark.parametrize("point", RECEIVING)
@pytest.mark.parametrize("size", [0, 12_000])
def test_disk_full_while_letters_come_in(play: Play, point: str, size: int, seed: int) -> None:
    """F35: no file may grow beyond `size` bytes: nothing at all can be written, or only small letters."""

    def case(ground: Ground) -> Findings:
        ground.append(ground.write(4, big=40_000))
        child = ground.start("poller", f"{point}:1:stop")
        ground.wait_said(child, "failpoint ")
        child.limit_files(size)
        child.signal(signal.SIGCONT)
        ground.append(ground.write(2))
        time.sleep(ground.dice.uniform(0.5, 2))  # how long the disk is full: any time is right
        child.limit_files(None)
        ground.wait_settled()
        assert child.ended is None, "the poller did not survive"
        return ground.look()

    play(case, f"F35 disk full, {size} bytes left", point)


@pytest.mark.fault_slice("deliver.before_record")
@pytest.mark.parametrize("point", SENDING)
def test_disk_full_while_replies_leave(play: Play, point: str, seed: int) -> None:
    def case(ground: Ground) -> Findings:
        write_replies(ground, 3)
        child = ground.start("sender", f"{point}:1:stop")
        ground.wait_said(child, "failpoint ")
        child.limit_files(0)
        child.signal(signal.SIGCONT)
        time.sleep(ground.dice.uniform(0.3, 1))
        child.limit_files(None)
        child.wait()
        ground.sent_all(clocks=[3600, 7200])
        return ground.look()

    play(case, "F35 disk full", point)


# PostgreSQL


@pytest.fixture(scope="module")
def cluster() -> Iterator[PostgresCluster]:
    """One of its own: it is restarted and killed."""
    made = PostgresCluster()
    try:
        made.start()
        made.template = made.create()
        installation.migrate(made.url(made.template))
        yield made
    finally:
        made.stop()


def terminate_all(cluster: PostgresCluster, ground: Ground) -> None:
    """An administrator ends every connection to this database."""
    with psycopg.connect(cluster.url("postgres").replace("+psycopg", ""), autocommit=True) as session:
        session.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name_of(ground)]
        )


def name_of(ground: Ground) -> str:
    return ground.database_url.rpartition("/")[2].partition("?")[0]


BREAKS: dict[str, Callable[[PostgresCluster, Ground], None]] = {
    "restarted": lambda cluster, _ground: cluster.restart(),
    "crashed": lambda cluster, _ground: cluster.restart(crash=True),
    "connections ended": terminate_all,
}


@pytest.mark.fault_slice("restarted-ingest.written", "crashed-journal.inserted")
@pytest.mark.postgres
@pytest.mark.parametrize("point", ["capture.listed", "journal.inserted", "ingest.applied", "ingest.written"])
@pytest.mark.parametrize("fault", BREAKS)
def test_postgresql_breaks_while_letters_come_in(
    play: Play, cluster: PostgresCluster, fault: str, point: str, seed: int
) -> None:
    """F36: between two statements, and between the last one and COMMIT."""

    def case(ground: Ground) -> Findings:
        ground.append(ground.write(4))
        child = ground.start("poller", f"{point}:1:stop")
        ground.wait_said(child, "failpoint ")
        BREAKS[fault](cluster, ground)
        child.signal(signal.SIGCONT)
        ground.append(ground.write(2))
        ground.wait_settled()
        assert child.ended is None
        return ground.look()

    play(case, f"F36 PostgreSQL {fault}", point, url=cluster.url(cluster.create()))


@pytest.mark.fault_slice("connections ended-deliver.before_record")
@pytest.mark.postgres
@pytest.mark.parametrize("point", ["deliver.after_rcpt", "deliver.before_data", "deliver.before_record"])
@pytest.mark.parametrize("fault", BREAKS)
def test_postgresql_breaks_while_replies_leave(
    play: Play, cluster: PostgresCluster, fault: str, point: str, seed: int
) -> None:
    def case(ground: Ground) -> Findings:
        write_replies(ground, 3)
        child = ground.start("sender", f"{point}:{ground.dice.randint(1, 3)}:stop")
        ground.wait_said(child, "failpoint ")
        BREAKS[fault](cluster, ground)
        child.signal(signal.SIGCONT)
        child.wait(60)
        ground.sent_all(clocks=[3600, 7200])
        return ground.look()

    play(case, f"F36 PostgreSQL {fault}", point, url=cluster.url(cluster.create()))


@pytest.mark.fault_slice(
    "COMMIT is lost-letters come in", "its answer is lost-letters come in", "its answer is lost-replies leave"
)
@pytest.mark.postgres
@pytest.mark.parametrize("work", ["letters come in", "replies leave"])
@pytest.mark.parametrize("what", ["COMMIT is lost", "its answer is lost"])
def test_line_to_postgresql_breaks_in_commit(
    play: Play, cluster: PostgresCluster, what: str, work: str, seed: int
) -> None:
    """F36: nobody can say whether the transaction counted. Doing it again must be right either way."""
    line = Proxy(cluster.socket).start()
    name = cluster.create()
    over_line = (
        f"postgresql+psycopg://sincerely@127.0.0.1:{line.port}/{name}?sslmode=disable&gssencmode=disable"
    )

    def case(ground: Ground) -> Findings:
        plus = 0 if what == "COMMIT is lost" else 1
        if work == "replies leave":
            write_replies(ground, 3)
        else:
            ground.append(ground.write(4))
        ground.environment["DATABASE_URL"] = over_line
        fault = line.break_with(Fault("close", b"COMMIT", plus, times=ground.dice.randint(1, 6)), UP)
        if work == "replies leave":
            ground.sent_all(clocks=[n * 3600 for n in range(12)])
        else:
            ground.poll_until_settled()
        assert fault.struck
        return ground.look()

    try:
        play(case, f"F36 PostgreSQL: {what}", work, url=cluster.url(name))
    finally:
        line.stop()


@pytest.mark.fault_slice("ingest.written")
@pytest.mark.postgres
@pytest.mark.parametrize(
    "point", ["journal.inserted", "journal.committed", "ingest.applied", "ingest.written", "ingest.committed"]
)
def test_poller_killed_on_postgresql(play: Play, cluster: PostgresCluster, point: str, seed: int) -> None:
    def case(ground: Ground) -> Findings:
        letters = ground.write(5)
        ground.append(letters[:4])
        ground.poll_until_killed(f"{point}:1:kill")
        ground.append(letters[4:])
        before = ground.on_server()
        ground.poll_until_settled()
        return ground.look(before)

    play(case, "F1-F6 poller killed, PostgreSQL", point, url=cluster.url(cluster.create()))


@pytest.mark.fault_slice("ingest.applied")
@pytest.mark.postgres
@pytest.mark.parametrize("point", ["capture.listed", "journal.bytes_stored", "ingest.read", "ingest.applied"])
def test_two_pollers_on_postgresql(play: Play, cluster: PostgresCluster, point: str, seed: int) -> None:
    """F13: the first stands still, in its last place with the lock that lets one decide at a time."""

    def case(ground: Ground) -> Findings:
        ground.append(ground.write(4))
        first = ground.start("poller", f"{point}:1:stop")
        ground.wait_said(first, "failpoint ")
        ground.start("poller", clock=600)
        ground.append(ground.write(1))
        if point != "ingest.applied":
            ground.wait_settled()
        first.signal(signal.SIGCONT)
        ground.append(ground.write(1))
        ground.wait_settled()
        return ground.look()

    play(case, "F13 two pollers, PostgreSQL", point, url=cluster.url(cluster.create()))
