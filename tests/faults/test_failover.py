"""F36: the database server dies for good, and its standby takes its place at the same address.

The first acknowledges only what the second has, too (synchronous replication), as an office that cannot lose a letter
runs it. A COMMIT whose answer died with the first server may count on the second or not: doing it again must be right.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from app import installation
from tests.faults.ground import Ground
from tests.faults.observer import Findings
from tests.faults.replies import write_replies
from tests.support.postgres import OWNER, PostgresCluster
from tests.support.postgres_standby import WAITS, Standby, fallen
from tests.support.proxy import Proxy

pytestmark = [pytest.mark.dovecot, pytest.mark.faults, pytest.mark.postgres]

Play = Callable[..., None]
RECEIVING = ("capture.listed", "journal.inserted", "ingest.applied", "ingest.written")
SENDING = ("deliver.after_rcpt", "deliver.before_data", "deliver.before_record")


@dataclass
class Pair:
    first: PostgresCluster
    second: Standby
    # The one address that the product knows.
    line: Proxy
    url: str

    def fail_over(self) -> None:
        fallen(self.first)
        self.second.take_over()
        self.line.target = self.second.socket
        self.line.reset_open()


@pytest.fixture
def pair() -> Iterator[Pair]:
    first = PostgresCluster(WAITS)
    second = Standby(first)
    try:
        first.start()
        name = first.create()
        installation.migrate(first.url(name))
        second.start()
        line = Proxy(first.socket).start()
        way = f"127.0.0.1:{line.port}/{name}?sslmode=disable&gssencmode=disable"
        yield Pair(first, second, line, f"postgresql+psycopg://{OWNER}@{way}")
        line.stop()
    finally:
        second.stop()
        first.stop()


@pytest.mark.fault_slice("ingest.written")
@pytest.mark.parametrize("point", RECEIVING)
def test_standby_takes_over_while_letters_come_in(play: Play, pair: Pair, point: str, seed: int) -> None:
    def case(ground: Ground) -> Findings:
        ground.append(ground.write(4))
        child = ground.start("poller", f"{point}:1:stop")
        ground.wait_said(child, "failpoint ")
        pair.fail_over()
        child.signal(signal.SIGCONT)
        ground.append(ground.write(2))
        ground.wait_settled()
        assert child.ended is None, "the poller did not survive"
        return ground.look()

    play(case, "F36 PostgreSQL: standby takes over", point, url=pair.url)


@pytest.mark.fault_slice("deliver.before_record")
@pytest.mark.parametrize("point", SENDING)
def test_standby_takes_over_while_replies_leave(play: Play, pair: Pair, point: str, seed: int) -> None:
    def case(ground: Ground) -> Findings:
        write_replies(ground, 3)
        child = ground.start("sender", f"{point}:{ground.dice.randint(1, 3)}:stop")
        ground.wait_said(child, "failpoint ")
        pair.fail_over()
        child.signal(signal.SIGCONT)
        child.wait(60)
        ground.sent_all(clocks=[3600, 7200])
        return ground.look()

    play(case, "F36 PostgreSQL: standby takes over", point, url=pair.url)
