"""A database that was put back from an older copy does not send again what left in the meantime."""

from __future__ import annotations

import sqlalchemy as sa

from app import db
from app.blobs import BlobStore
from app.outgoing import deliver, restored, service
from app.outgoing.models import Outbox
from app.tickets.models import Change, Event, Message, Ticket
from tests.app.outgoing.conftest import World
from tests.app.outgoing.test_deliver import reply, sink  # noqa: F401 (a fixture)
from tests.support.smtp_sink import SmtpSink

TABLES = (Ticket, Message, Outbox, Change, Event)


def copy_of_database() -> dict[str, list[dict[str, object]]]:
    with db.reading() as session:
        return {
            model.__tablename__: [dict(row) for row in session.execute(sa.select(model.__table__)).mappings()]
            for model in TABLES
        }


def put_back(copy: dict[str, list[dict[str, object]]]) -> None:
    with db.transaction() as session:
        for model in (Event, Change):
            session.execute(sa.delete(model))
            if copy[model.__tablename__]:
                session.execute(sa.insert(model), copy[model.__tablename__])
        for model in (Ticket, Message, Outbox):
            computed = {column.name for column in model.__table__.c if column.computed is not None}
            for stored in copy[model.__tablename__]:
                row = {name: value for name, value in stored.items() if name not in computed}
                session.execute(sa.update(model).where(model.id == row["id"]).values(**row))


def send(world: World, message_id: int) -> None:
    with db.transaction() as session:
        service.release_due(session, db.now())
    deliver.deliver_message(message_id, world.settings, BlobStore(world.settings.blob_dir))


def states() -> list[str]:
    with db.reading() as session:
        return list(session.scalars(sa.select(Outbox.state).order_by(Outbox.id)))


def test_what_an_older_database_would_send_again_waits_for_an_agent(world: World, sink: SmtpSink) -> None:  # noqa: F811
    message_id = reply(world)
    copy = copy_of_database()
    send(world, message_id)
    assert (states(), len(sink.accepted)) == (["accepted"], 1)
    put_back(copy)
    assert states() == ["queued"]
    send(world, message_id)
    assert (states(), len(sink.accepted)) == (["uncertain"], 1), "not a second copy"
    with db.reading() as session:
        ticket = session.get_one(Ticket, world.ticket)
        assert ticket.status == "open" and ticket.unread
        assert session.scalar(sa.select(Outbox.answer)) == restored.ANSWER


def test_a_reply_that_is_written_afterwards_leaves(world: World, sink: SmtpSink) -> None:  # noqa: F811
    first = reply(world)
    copy = copy_of_database()
    send(world, first)
    put_back(copy)
    send(world, first)
    send(world, reply(world, to=("igor@client.example",)))
    assert sorted(states()) == ["accepted", "uncertain"]
    assert len(sink.accepted) == 2


def test_without_a_restored_copy_nothing_is_held_back(world: World, sink: SmtpSink) -> None:  # noqa: F811
    for number in range(3):
        send(world, reply(world, to=(f"p{number}@client.example",)))
    assert states() == ["accepted"] * 3
    assert restored.hold_back(world.settings, db.now()) == 0


def test_a_file_that_says_nothing_holds_nothing_back(world: World, sink: SmtpSink) -> None:  # noqa: F811
    (world.settings.blob_dir.parent / restored.NAME).write_text("nonsense")
    send(world, reply(world))
    assert states() == ["accepted"]
