"""How mail disappears elsewhere, each way as a test: read by others, skipped after a move, lost in an outage, held up
by one bad letter, taken for another of the same name. (The sixth, a permission that ends unnoticed: test_oauth.py.)
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app import db
from app.blobs import BlobStore
from app.mailboxes import queries
from app.mailboxes.models import Folder, Mailbox
from app.outgoing.models import Outbox
from app.settings import Settings
from app.tickets.models import Message, Ticket
from mail_ingest.ingest import Ingest
from tests.mail_ingest.test_capture import ADDRESS, Watched
from tests.mail_ingest.test_lines import polling, put, states, watch_also
from tests.support.dovecot import Dovecot
from tests.support.letters import letter
from tests.support.waiting import wait_until

pytestmark = pytest.mark.dovecot


@pytest.fixture
def watched(installation: Settings, blobs: BlobStore, dovecot: Dovecot) -> Watched:
    return Watched(installation, blobs, dovecot, sandbox=True)


def texts() -> Counter[str]:
    with db.reading() as session:
        return Counter(text.strip() for text in session.scalars(sa.select(Message.visible)))


def tickets() -> int:
    with db.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Ticket)) or 0


def balanced(watched: Watched) -> bool:
    with db.reading() as session:
        (balance,) = queries.balances(session, now=db.now(), silence=timedelta(minutes=5))
    return balance.balanced and balance.on_server == len(watched.dovecot.letters(ADDRESS))


def test_mail_becomes_tickets_whatever_flags_other_clients_set_meanwhile(watched: Watched) -> None:
    """A colleague reads, flags and answers in another program; every letter is a ticket, and the count agrees."""
    dice, done = random.Random(7), threading.Event()
    watched.dovecot.append(letter("letter 0"))

    def colleague() -> None:
        with watched.dovecot.connected() as imap:
            while not done.is_set():
                imap.select("INBOX")
                flag = dice.choice([r"(\Seen)", r"(\Flagged)", r"(\Answered)", r"(\Draft)"])
                imap.store("1:*", dice.choice(["+FLAGS", "-FLAGS"]), flag)

    thread = threading.Thread(target=colleague, daemon=True)
    thread.start()
    try:
        with polling(watched, poll_seconds=1):
            for number in range(1, 15):
                watched.dovecot.append(letter(f"letter {number}"), flags=r"\Seen" if number % 2 else "")
            wait_until(lambda: states(watched) == ["filed"] * 15)
    finally:
        done.set()
        thread.join(60)
    assert texts() == Counter(f"letter {number}" for number in range(15))
    wait_until(lambda: balanced(watched))


def test_moving_mail_away_skips_none_of_the_others(watched: Watched) -> None:
    """Sequence numbers shift when mail is moved; every second one is not lost, and none is copied again and again."""
    with watched.dovecot.connected() as imap:
        imap.create("Done")
    with db.transaction() as session:
        session.execute(
            sa.update(Mailbox).values(
                after_fetch="move", after_fetch_folder="Done", after_fetch_at=db.now() - timedelta(seconds=1)
            )
        )
    with polling(watched, poll_seconds=1):
        for number in range(20):
            watched.dovecot.append(letter(f"letter {number}"))
        wait_until(lambda: states(watched) == ["filed"] * 20)
        wait_until(lambda: watched.dovecot.letters() == [])
    assert texts() == Counter(f"letter {number}" for number in range(20))
    assert len(watched.dovecot.letters(folder="Done")) == 20


def test_an_outage_of_weeks_leaves_no_gap(watched: Watched) -> None:
    """What came while nothing ran is fetched, however old, and below what was fetched already."""
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(created_at=db.now() - timedelta(days=60), sandbox=False))
    watched.dovecot.append(letter("before"), at=db.now() - timedelta(days=40))
    watched.look()
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(lease_until=None))
    for days in range(30, 0, -3):
        watched.dovecot.append(letter(f"{days} days ago"), at=db.now() - timedelta(days=days))
    with polling(watched, poll_seconds=1):
        wait_until(lambda: states(watched) == ["filed"] * 11)
    with db.reading() as session:
        assert set(session.scalars(sa.select(Ticket.status))) == {"open"}, "they wait for an answer"


def test_one_malformed_mail_stops_no_other(watched: Watched) -> None:
    bad = [
        b"\x00\xff\xfe",
        b"From: \r\nSubject: =?x?q?\r\n\r\n",
        b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n",
        b"Date: Mon, 99 Zzz 99999 99:99:99 +9999\r\nFrom: a@b.example\r\n\r\nx",
        b"From: olga@buyer.example\r\nTo: " + b"(" * 3000 + b"\r\n\r\nx",
    ]
    for number, raw in enumerate(bad):
        watched.dovecot.append(raw)
        watched.dovecot.append(letter(f"fine {number}"))
    with polling(watched, poll_seconds=1):
        wait_until(lambda: len(watched.rows()) == 10 and "stored" not in states(watched), 60)
    assert {f"fine {number}" for number in range(5)} <= set(texts())
    assert [watched.blobs.get(row.sha256) for row in watched.rows()] == watched.dovecot.letters(ADDRESS)


def test_different_mails_with_one_message_id_or_with_none_are_all_kept(watched: Watched) -> None:
    for number in range(3):
        same = letter(f"parcel {number}", message_id="notice@carrier.example", subject=f"Parcel {number}")
        watched.dovecot.append(same)
        watched.dovecot.append(letter(f"nameless {number}", message_id=None, subject=f"Nameless {number}"))
    watched.look()
    ingest = Ingest(watched.settings, watched.blobs)
    ingest.drain()
    expected = Counter(f"{kind} {number}" for kind in ("parcel", "nameless") for number in range(3))
    assert texts() == expected
    for _ in range(3):  # and are not imported again and again
        watched.look()
        ingest.drain()
    assert texts() == expected


def test_one_mail_put_into_two_watched_folders_is_one_ticket(watched: Watched) -> None:
    watch_also(watched, "Orders")
    raw = letter("only once")
    with polling(watched, poll_seconds=1):
        put(watched, "INBOX", raw)
        put(watched, "Orders", raw)
        wait_until(lambda: sorted(states(watched)) == ["duplicate", "filed"])
    assert tickets() == 1


@pytest.mark.parametrize("choice", ["new", "month", "all"])
def test_history_is_never_answered(
    installation: Settings, blobs: BlobStore, dovecot: Dovecot, choice: str
) -> None:
    """Not even by a receipt for a new ticket; what comes afterwards is."""
    now = datetime.now(UTC)
    for days in (400, 10, 1):
        dovecot.append(
            letter(f"{days} days old", sender=f"c{days}@buyer.example"), at=now - timedelta(days=days)
        )
    watched = Watched(installation, blobs, dovecot, first_import=choice, auto_ack=True, smtp_host="127.0.0.1")
    watched.look()
    Ingest(installation, blobs).drain()
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Outbox)) == 0
        assert set(session.scalars(sa.select(Ticket.status))) <= {"closed"}
    taken = {"new": 0, "month": 2, "all": 3}[choice]
    assert tickets() == taken and len(watched.rows()) == 3
    with db.reading() as session:
        assert session.scalars(sa.select(Folder.history_uid)).one() == 3
