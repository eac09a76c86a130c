"""Two of everything at the same moment: clicks, workers, an undo and the clock."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.errors import Conflict
from app.outgoing import service
from app.outgoing.models import Outbox
from app.outgoing.service import Reply
from app.tickets.models import Message, Ticket
from tests.app.outgoing.conftest import LATER, NOW, World
from tests.app.outgoing.test_deliver import hand_over, reply, sink
from tests.app.outgoing.test_service import write
from tests.support.smtp_sink import SmtpSink

__all__ = ["sink"]


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run them in threads that start together; their results or exceptions, in order."""
    barrier, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results[place] = act()  # type: ignore[call-overload]
        except Exception as error:
            results[place] = error  # type: ignore[call-overload]

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_a_double_click_is_one_reply(world: World) -> None:
    def click() -> int:
        with db.transaction() as session:
            ticket, ben = session.get_one(Ticket, world.ticket), session.get_one(Agent, world.ben)
            form = Reply("<div>Hi</div>", ["olga@client.example"], [], "", "one form")
            return service.write_reply(session, ticket, form, by=ben, now=NOW, settings=world.settings).id

    assert len(set(at_once(*[click] * 4))) == 1
    with db.reading() as session:
        assert (
            session.scalar(sa.select(sa.func.count()).select_from(Message).where(Message.kind == "outgoing"))
            == 1
        )


def test_four_workers_send_one_copy_to_each(world: World, sink: SmtpSink) -> None:
    message_id = reply(world, cc=("igor@client.example", "anna@client.example"))
    assert at_once(*[lambda: hand_over(world, message_id)] * 4) == [None] * 4
    assert sorted(one.recipients[0] for one in sink.accepted) == [
        "anna@client.example",
        "igor@client.example",
        "olga@client.example",
    ]
    with db.reading() as session:
        assert session.get_one(Message, message_id).delivery == "accepted"


@pytest.mark.parametrize("_round", range(4))
def test_undo_and_the_clock_cannot_both_win(world: World, _round: int) -> None:
    message_id = write(world)

    def undo() -> bool:
        with db.transaction() as session:
            service.undo(session, message_id, by=session.get_one(Agent, world.ben), now=LATER)
        return True

    def release() -> list[int]:
        with db.transaction() as session:
            return service.release_due(session, LATER)

    undone, released = at_once(undo, release)
    with db.reading() as session:
        left = session.scalars(sa.select(Outbox.state)).all()
    if released == [message_id]:
        assert isinstance(undone, Conflict)
        assert left == ["queued"]
    else:
        assert (undone, released, left) == (True, [], [])
