"""Work that lost to somebody else's begins again, as long as nothing of it was committed."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.again import MOST_TRIES, Busy, again, write
from app.customers.models import Customer
from tests.support.other_writers import somebody_writes


def names() -> list[str]:
    with db.reading() as session:
        return list(session.scalars(sa.select(Customer.name).order_by(Customer.id)))


def customers(*called: str) -> list[int]:
    with db.transaction() as session:
        rows = [Customer(name=name, created_at=db.now()) for name in called]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_of_two_that_wait_for_each_other_both_come_through(database: str) -> None:
    one, other = customers("one ", "other ")
    each_holds_one = threading.Barrier(2, timeout=60)
    begun: list[int] = []

    def rename(first: int, second: int, mark: str) -> None:
        def work(session: Session) -> None:
            begun.append(first)
            for number in (first, second):
                renamed = sa.update(Customer).where(Customer.id == number)
                session.execute(renamed.values(name=Customer.name + mark))
                if number == first and begun.count(first) == 1:
                    each_holds_one.wait()

        write(work)

    threads = [
        threading.Thread(target=rename, args=(one, other, "a")),
        threading.Thread(target=rename, args=(other, one, "b")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(begun) == 3, "PostgreSQL sent one of them away, and it began again"
    assert [sorted(name.partition(" ")[2]) for name in names()] == [["a", "b"]] * 2, "each was done once"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_was_committed_is_not_done_twice(database: str) -> None:
    db.configure(database, busy_seconds=0.02)
    tries: list[str] = []

    @again
    def in_two_parts() -> None:
        tries.append("in two parts")
        customers("kept")
        with somebody_writes(database):
            customers("lost")

    @again
    def hopeless() -> None:
        tries.append("hopeless")
        with somebody_writes(database):
            customers("lost")

    with pytest.raises(Busy):
        in_two_parts()
    with pytest.raises(Busy):
        hopeless()
    assert tries == ["in two parts"] + ["hopeless"] * MOST_TRIES and names() == ["kept"]
    with pytest.raises(sa.exc.OperationalError, match="nothing_of_this_name"):
        write(lambda session: session.execute(sa.text("SELECT 1 FROM nothing_of_this_name")))
