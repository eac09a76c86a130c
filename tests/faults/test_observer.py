"""The observer sees what it is there for: each kind of loss and doubling, made by hand behind the product's back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest

from tests.faults.ground import Ground
from tests.faults.replies import write_replies

pytestmark = [pytest.mark.dovecot, pytest.mark.faults]

# What is done to a database in which everything is right, and which list must name it.
TAMPERING = {
    "row gone": ("PRAGMA foreign_keys=OFF; DELETE FROM raw_mails WHERE id = 1", "lost"),
    "other bytes": ("UPDATE raw_mails SET sha256 = 'f00d' WHERE id = 1", "lost"),
    "undecided": ("UPDATE raw_mails SET state = 'stored' WHERE id = 1", "lost"),
    "message gone": ("PRAGMA foreign_keys=OFF; DELETE FROM messages WHERE raw_mail_id = 1", "lost"),
    "words gone": ("UPDATE messages SET visible = 'nothing' WHERE raw_mail_id = 1", "lost"),
    "words twice": (
        "UPDATE messages SET visible = (SELECT visible FROM messages WHERE raw_mail_id = 1) WHERE raw_mail_id = 2",
        "doubled",
    ),
    "thread torn": (
        "UPDATE messages SET ticket_id = 1 WHERE id = (SELECT max(id) FROM messages WHERE kind = 'incoming')",
        "wrong",
    ),
    "accepted by nobody": ("UPDATE messages SET rfc_message_id = 'other' WHERE kind = 'outgoing'", "lost"),
    "called failed": ("UPDATE outbox SET state = 'failed'", "wrong"),
    "never ended": ("UPDATE outbox SET state = 'sending'", "wrong"),
    "reply without delivery": ("DELETE FROM outbox", "wrong"),
    "damaged keys": ("PRAGMA foreign_keys=OFF; UPDATE messages SET ticket_id = 4711", "wrong"),
}


def test_the_observer_sees_it(make_ground: Callable[..., Ground], seed: int) -> None:
    ground = make_ground()
    ground.append(ground.write(3, longest=2))
    ground.poll_until_settled().stop()
    write_replies(ground, 1)
    ground.sent_all()
    assert ground.look().faults == []
    right = ground.save_database()
    for name, (statements, where) in TAMPERING.items():
        with sqlite3.connect(ground.database_url.removeprefix("sqlite:///")) as connection:
            connection.executescript(statements)
        assert getattr(ground.look(), where), f"{name} was not seen"
        ground.restore_database(right)
    ground.servers.sink.accepted *= 2
    assert ground.look().sent_twice, "a second copy was not seen"
    ground.servers.sink.accepted[1:] = []
    mail = ground.on_server()[0]
    path = ground.settings.blob_dir / mail.digest[:2] / mail.digest[2:4] / mail.digest
    path.write_bytes(b"damaged")
    assert ground.look().lost, "a damaged file was not seen"
