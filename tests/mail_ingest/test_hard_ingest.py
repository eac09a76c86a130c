"""Deciding letters while something breaks: the disk, the database, another transaction, the letter itself."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from app import db
from app.customers import merging as card_merging
from app.customers import service as customers
from app.customers.models import CustomerAddress
from app.mailboxes import parked
from app.mailboxes.models import RawMail, RawState
from app.outgoing.service import Reply, write_reply
from app.outgoing.undo import undo
from app.tickets import moving
from app.tickets import service as tickets
from app.tickets.models import Message, Status, Ticket
from mail_ingest import importing, journal
from tests.mail_ingest.test_ingest import Post, all_tickets, messages, post, states
from tests.support.letters import answer_to, letter
from tests.support.waiting import wait_until
from tests.support.web import add_agent

__all__ = ["post"]
LONG = "ж" * 10_000


def only_on_postgresql() -> None:
    if db.engine().dialect.name != "postgresql":
        pytest.skip("on SQLite one transaction writes at a time")


def test_a_letter_whose_file_cannot_be_read_waits_and_holds_up_nobody(post: Post) -> None:
    """As after a restore with wrong owners. It is not the letter's fault: it stays, and comes in by itself."""
    first, second, third = (letter(subject=name) for name in ("one", "two", "three"))
    ids = post.store(first, second, third)
    with db.reading() as session:
        digest = session.get_one(RawMail, ids[0]).sha256
    file = post.blobs.root / digest[:2] / digest[2:4] / digest
    file.rename(file.with_suffix(".away"))
    file.mkdir()
    report = post.ingest.drain()
    assert (report.outcomes, report.put_off) == ({"filed": 2}, ids[:1])
    assert states() == ["stored", "filed", "filed"]
    with db.reading() as session:
        assert "IsADirectoryError" in session.get_one(RawMail, ids[0]).reason
    file.rmdir()
    file.with_suffix(".away").rename(file)
    assert post.ingest.drain().outcomes == {"filed": 1}


@contextmanager
def statements_fail(word: str, error: Exception, *, times: int = 10**6) -> Iterator[list[str]]:
    """Every INSERT that carries this word fails, as the database would fail it."""
    failed: list[str] = []

    def fail(_c: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if statement.startswith("INSERT") and word in repr(parameters) and len(failed) < times:
            failed.append(statement)
            kind = getattr(sa.exc, type(error).__name__)
            raise kind(statement, None, error.orig)  # type: ignore[attr-defined]

    sa.event.listen(db.engine(), "before_cursor_execute", fail)
    try:
        yield failed
    finally:
        sa.event.remove(db.engine(), "before_cursor_execute", fail)


class TooMuch(Exception):
    sqlstate = "54000"


def test_a_letter_the_database_refuses_for_its_size_is_parked_and_not_tried_for_ever(post: Post) -> None:
    ids = post.store(letter(subject="much too much"), letter(subject="fine"))
    with statements_fail("much too much", sa.exc.OperationalError("", None, TooMuch("index row size"))):
        assert post.ingest.drain().outcomes == {"filed": 1, "parked": 1}
    assert len(ids) == 2
    assert states() == ["parked", "filed"]


def test_a_letter_that_met_an_agents_change_is_tried_again_at_once(post: Post) -> None:
    """The agent made the same card in the moment between looking for it and writing it."""
    post.store(letter())
    error = sa.exc.IntegrityError("", None, Exception("duplicate key"))
    with statements_fail("olga@buyer.example", error, times=1) as failed:
        assert post.ingest.drain().outcomes == {"filed": 1}
    assert len(failed) == 1


def test_two_processes_and_an_agent_make_one_card(post: Post) -> None:
    only_on_postgresql()
    post.store(letter())
    with db.transaction() as agents, ThreadPoolExecutor() as pool:
        customers.make(agents, "olga@buyer.example", "Olga", now=db.now())
        agents.flush()
        filed = pool.submit(post.ingest.drain)
        wait_until(somebody_waits_for_a_lock)
        agents.commit()
        assert filed.result(60).outcomes == {"filed": 1}
    with db.reading() as session:
        assert session.scalars(sa.select(CustomerAddress.email)).all() == ["olga@buyer.example"]


def test_a_letter_that_arrives_while_its_card_becomes_part_of_another_is_on_the_other(post: Post) -> None:
    only_on_postgresql()
    post.store(letter())
    with db.transaction() as session:
        source = customers.make(session, "olga@buyer.example", "Olga", now=db.now())
        target = customers.make(session, "olga@home.example", "Olga", now=db.now())
    with db.transaction() as agents, ThreadPoolExecutor() as pool:
        card_merging.merge(agents, source.id, target.id, by=None, now=db.now())
        agents.flush()
        filed = pool.submit(post.ingest.drain)
        wait_until(somebody_waits_for_a_lock)
        agents.commit()
        assert filed.result(60).outcomes == {"filed": 1}
    assert [ticket.customer_id for ticket in all_tickets()] == [target.id]


def somebody_waits_for_a_lock() -> bool:
    with db.engine().connect() as connection:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        return bool(connection.scalar(sa.text(waiting)))


def test_a_letter_that_crosses_a_closing_reply_reopens_the_ticket(post: Post) -> None:
    only_on_postgresql()
    post.deliver(letter(message_id="a@buyer.example"))
    nora = add_agent("nora@help.example", "Nora Lind")
    post.store(answer_to("a@buyer.example", text="One more question"))
    with db.transaction() as agents, ThreadPoolExecutor() as pool:
        form = Reply("<div>Done.</div>", ["olga@buyer.example"], [], Status.CLOSED, "n" * 20)
        write_reply(agents, agents.get_one(Ticket, 1), form, by=nora, now=db.now(), settings=post.settings)
        filed = pool.submit(post.ingest.drain)
        wait_until(somebody_waits_for_a_lock)
        agents.commit()
        assert filed.result(60).outcomes == {"filed": 1}
    (ticket,) = all_tickets()
    assert (ticket.status, ticket.unread, ticket.message_count) == ("open", True, 3)
    assert ticket.waiting_since is not None


def test_an_error_that_quotes_the_letter_can_be_written_down(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def choke(*_more: object, **_named: object) -> None:
        raise ValueError("cannot read '\x00\ud800'")

    monkeypatch.setattr("mail_ingest.apply.decide", choke)
    assert post.deliver(letter()) == {"parked": 1}


def test_a_replayed_letter_without_message_id_that_came_again_meanwhile_is_a_duplicate(post: Post) -> None:
    raw = letter(message_id=None)
    (first,) = post.store(raw)
    with db.transaction() as session:
        journal.decide_row(session, session.get_one(RawMail, first), RawState.PARKED, "a bug", now=db.now())
    assert post.deliver(raw) == {"filed": 1}
    with db.transaction() as session:
        parked.replay(session, sa.select(RawMail.id), limit=10**6)
    assert post.ingest.drain().outcomes == {"duplicate": 1}
    assert len(all_tickets()) == 1


def test_large_letters_are_decided_few_at_a_time(post: Post) -> None:
    size = journal.BATCH_BYTES // 2
    ids = post.store(*(letter(files={"a.bin": bytes([number]) * size}) for number in range(3)), letter())
    with db.reading() as session:
        assert journal.next_batch(session) == ids[:1]
        assert journal.next_batch(session, without=ids[:3]) == ids[3:]
    assert post.ingest.drain().outcomes == {"filed": 4}
    assert [len(batch) for batch in importing._batches(iter([b"x" * size] * 5))] == [2, 2, 1]


HOSTILE = {
    "a sender of 10,000 letters": letter(sender="x@y.example").replace(
        b"x@y.example", f'"{LONG}" <{"a" * 10_000}@{"b" * 300}.example>'.encode()
    ),
    "a subject of a megabyte": letter().replace(b"Subject: ", b"Subject: " + b"very " * 200_000),
    "a Message-ID of 5,000 letters": letter().replace(b"Message-ID: <", b"Message-ID: <" + b"m" * 5000),
    "a Message-ID of wide letters": letter().replace(b"Message-ID: <", b"Message-ID: <" + LONG.encode()),
    "references of 5,000 letters": letter(headers={"References": "<one@x>"}).replace(
        b"<one@x>", b" ".join(b"<" + b"r" * 5000 + b"%d@x>" % number for number in range(40))
    ),
    "five hundred addresses": letter().replace(
        b"To: ", b"To: " + b"".join(b"a%d@client.example, " % number for number in range(600))
    ),
    "NUL everywhere": letter("a NUL \0 in the text")
    .replace(b"Olga", b"Ol\0ga")
    .replace(b"parcel", b"par\0cel"),
    "NUL in ids and names": letter(files={"name.pdf": b"x"})
    .replace(b"Message-ID: <", b"Message-ID: <\0")
    .replace(b"name.pdf", b"na\0me.pdf")
    .replace(b"MIME-Version", b"References: <\0a@b> <c\0@d>\r\nIn-Reply-To: <\0a@b>\r\nMIME-Version"),
    "encoded NUL and half letters": letter(subject="S").replace(
        b"Subject: S", b"Subject: =?utf-8?Q?a=00b=ED=A0=80?="
    ),
    "a long file name and type": letter(files={"n.bin": b"x"})
    .replace(b"n.bin", b"n" * 5000 + b".bin")
    .replace(b"application/octet-stream", b"application/" + b"t" * 3000)
    .replace(b"Content-Disposition", b"Content-ID: <" + b"c" * 3000 + b">\nContent-Disposition"),
    "a number no ticket has": letter(subject="[#999999999999] hello [#٣]"),
    "a date after all dates": letter().replace(b"Date: ", b"Date: Fri, 31 Dec 9999 23:59:59 -1200\nX-Was: "),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_no_length_and_no_character_of_a_letter_keeps_it_out(post: Post, what: str) -> None:
    assert post.deliver(HOSTILE[what], letter(subject="its neighbour")) == {"filed": 2}
    assert len(all_tickets()) == 2
    assert messages(1)[0].kind == "incoming"


def test_a_server_that_says_a_mail_has_eight_gigabytes(post: Post) -> None:
    mail = journal.Fetched(77, b"Subject: x\r\n\r\n", db.now(), 2**31 - 1, oversize=True)
    journal.store(journal.Lease(post.mailbox.id, 1), post.folder, 1, [mail], post.blobs)
    assert states() == ["parked"]


def test_a_note_at_the_moment_a_letter_arrives_counts_both(post: Post) -> None:
    only_on_postgresql()
    post.deliver(letter(message_id="a@buyer.example"))
    nora = add_agent("nora@help.example", "Nora Lind")
    with db.transaction() as agents:
        ticket = agents.get_one(
            Ticket, 1
        )  # the page was read before the letter came, the note is written after
        post.deliver(answer_to("a@buyer.example", text="One more question"))
        tickets.add_note(agents, ticket, "<div>Look</div>", by=nora, now=db.now(), nonce="n" * 20)
    (ticket,) = all_tickets()
    assert ticket.message_count == 3


def test_a_reply_taken_back_at_the_moment_a_letter_arrives_counts_right(post: Post) -> None:
    only_on_postgresql()
    post.deliver(letter(message_id="a@buyer.example"))
    nora = add_agent("nora@help.example", "Nora Lind")
    with db.transaction() as session:
        form = Reply("<div>Done.</div>", ["olga@buyer.example"], [], "", "n" * 20)
        reply = write_reply(
            session, session.get_one(Ticket, 1), form, by=nora, now=db.now(), settings=post.settings
        )
    with db.transaction() as agents:
        agents.get_one(Ticket, 1)
        post.deliver(answer_to("a@buyer.example", text="One more question"))
        undo(agents, reply.id, by=nora, now=db.now())
    (ticket,) = all_tickets()
    assert (ticket.message_count, ticket.unread) == (2, True)


def test_a_letter_moved_at_the_moment_another_arrives_counts_right(post: Post) -> None:
    only_on_postgresql()
    post.deliver(letter(message_id="a@buyer.example"))
    post.deliver(answer_to("a@buyer.example", text="Second", message_id="b@buyer.example"))
    nora = add_agent("nora@help.example", "Nora Lind")
    with db.transaction() as agents:
        message = agents.get_one(Message, 2)
        assert message.ticket.message_count == 2
        post.deliver(answer_to("a@buyer.example", text="Third"))
        moving.move_to_new_ticket(agents, message, by=nora, now=db.now())
    assert [ticket.message_count for ticket in all_tickets()] == [2, 1]
