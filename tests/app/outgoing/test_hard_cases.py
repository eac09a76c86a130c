"""Moments in which a reply wants to be lost, doubled, or to wait for ever."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db, queue
from app.knowledge import outcomes
from app.mailboxes.models import Mailbox
from app.outgoing import deliver, service
from app.outgoing.models import Outbox
from app.settings import Settings
from tests.app.outgoing.conftest import LATER, World
from tests.app.outgoing.test_deliver import delivery, hand_over, reply, sink
from tests.app.outgoing.test_service import write
from tests.support.smtp_sink import SmtpSink

__all__ = ["sink"]


@contextmanager
def failing(word: str, times: int) -> Iterator[list[str]]:
    """The database fails statements with this parameter so many times, as it does in a deadlock or a restart."""
    failed: list[str] = []

    def fail(_c: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        values = parameters.values() if isinstance(parameters, dict) else parameters
        if len(failed) < times and statement.startswith("UPDATE outbox") and word in list(values):
            failed.append(statement)
            raise sa.exc.OperationalError(statement, parameters, Exception("deadlock detected"))

    sa.event.listen(db.engine(), "before_cursor_execute", fail)
    try:
        yield failed
    finally:
        sa.event.remove(db.engine(), "before_cursor_execute", fail)


def test_an_accepted_letter_is_not_called_uncertain_for_a_hiccup_of_the_database(
    world: World, sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "RECORD_AGAIN_SECONDS", (0.0, 0.0, 0.0))
    message_id = reply(world)
    with failing("accepted", 2) as failed:
        hand_over(world, message_id)
    assert len(failed) == 2
    assert (len(sink.accepted), delivery(message_id)) == (1, "accepted")


def test_a_job_may_take_as_long_as_the_settings_let_a_server_take(installation: Settings) -> None:
    slowest = installation.model_copy(update={"mail_timeout_seconds": 600, "final_dot_timeout_seconds": 3600})
    assert deliver.longest_job(slowest) < queue.JOB_TIMEOUT_SECONDS


def test_a_reply_nothing_can_be_learnt_from_leaves_like_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = write(world), write(world, nonce="n2")
    genuine = outcomes.settle

    def settle(session: Any, left: outcomes.LeftReply, now: Any) -> None:
        genuine(session, left, now)
        if left.reply_id == first:
            raise ZeroDivisionError("no words in common")

    monkeypatch.setattr(outcomes, "settle", settle)
    with db.transaction() as session:
        assert service.release_due(session, LATER) == [first, second]
    assert [row.state for row in all_rows()] == ["queued", "queued"]


def test_the_clock_does_not_wait_for_an_undo_that_is_going_on(world: World) -> None:
    """Two recipients, locked in two orders, would be a deadlock."""
    if db.engine().dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    first, second = write(world, cc=["igor@client.example"]), write(world, nonce="n2")
    with db.transaction() as undoing, ThreadPoolExecutor() as pool:
        one = sa.select(Outbox).where(Outbox.recipient == "igor@client.example").with_for_update()
        undoing.scalars(one).all()
        assert second in pool.submit(release).result(60)
        undoing.rollback()
    with db.transaction() as session:
        assert service.release_due(session, LATER) == [first]
    assert {row.state for row in all_rows()} == {"queued"}


def release() -> list[int]:
    with db.transaction() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(sa.text("SET LOCAL lock_timeout = '5s'"))
        return service.release_due(session, LATER)


def all_rows() -> list[Outbox]:
    with db.reading() as session:
        return list(session.scalars(sa.select(Outbox).order_by(Outbox.id)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"smtp_port": 1}, "Nothing answers at 127.0.0.1, port 1: check the port."),
        (
            {"smtp_host": "nowhere.invalid", "smtp_security": "tls"},
            "There is no server called nowhere.invalid: check the name.",
        ),
        ({"smtp_security": "tls"}, "it does not speak TLS there. Try another port or STARTTLS."),
        ({"smtp_security": "starttls"}, "does not offer STARTTLS, so the password was not sent."),
        ({"smtp_user": "somebody"}, "refused the login as somebody"),
    ],
)
def test_the_agent_reads_on_the_message_why_it_has_not_left(
    world: World, sink: SmtpSink, agent: FlaskClient, change: dict[str, object], words: str
) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(**change))
    hand_over(world, reply(world))
    page = unescape(agent.get(f"/tickets/{world.ticket}").get_data(as_text=True))
    assert "we keep trying" in page
    assert words in page
    assert "Try now" in page


def test_the_agent_reads_on_the_message_that_it_was_refused(
    world: World, sink: SmtpSink, agent: FlaskClient
) -> None:
    sink.refuse["olga@client.example"] = "550 5.1.1 <olga@client.example> no such user here"
    hand_over(world, reply(world))
    page = unescape(agent.get(f"/tickets/{world.ticket}").get_data(as_text=True))
    assert "Not delivered" in page
    assert "550 5.1.1 <olga@client.example> no such user here" in page
    assert "Send again" in page
