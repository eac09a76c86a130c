"""Capture from a real Dovecot: the whole folder is journalled, once, and nothing changes on the server."""

from __future__ import annotations

import socket

import pytest
import sqlalchemy as sa

from app import db
from app.blobs import BlobStore
from app.errors import Conflict, PermanentFailure, TemporaryFailure
from app.mailboxes import parked, queries, service
from app.mailboxes.models import Folder, Mailbox, RawMail, RawState
from app.security import seal
from app.settings import Settings
from mail_ingest.capture import Look, account_of, look_for_newer, look_into_folder
from mail_ingest.fetch import ImapSource, check_login
from mail_ingest.ingest import Ingest
from mail_ingest.journal import NOT_WANTED, TOO_LARGE
from mail_ingest.poller import Poller
from tests.support.dovecot import Dovecot
from tests.support.letters import letter
from tests.support.waiting import wait_until

pytestmark = pytest.mark.dovecot
ADDRESS = "support@help.example"


class Watched:
    """A mailbox on the Dovecot of the test."""

    def __init__(self, settings: Settings, blobs: BlobStore, dovecot: Dovecot, **more: object) -> None:
        self.settings, self.blobs, self.dovecot = settings, blobs, dovecot
        with db.transaction() as session:
            password = seal(settings.secret_key, dovecot.password)
            mailbox = Mailbox(
                address=ADDRESS,
                imap_host="127.0.0.1",
                imap_port=dovecot.port,
                imap_security="none",
                imap_user=ADDRESS,
                imap_password=password,
                created_at=db.now(),
                **more,
            )
            service.add_mailbox(session, mailbox)
        self.mailbox = mailbox
        with db.reading() as session:
            self.folder_id = session.scalars(sa.select(Folder.id)).one()

    def look(self, look: object = look_into_folder, *, limit: int = 10**7, **more: object) -> Look:
        with db.transaction() as session:
            lease = service.acquire_lease(session, self.mailbox.id, "test", now=db.now())
        assert lease is not None
        with ImapSource(account_of(self.mailbox, self.settings)) as source:
            return look(source, lease, self.folder_id, self.blobs, limit=limit, **more)  # type: ignore[operator]

    def rows(self) -> list[RawMail]:
        with db.reading() as session:
            return list(session.scalars(sa.select(RawMail).order_by(RawMail.id)))


@pytest.fixture
def watched(installation: Settings, blobs: BlobStore, dovecot: Dovecot) -> Watched:
    return Watched(installation, blobs, dovecot, sandbox=True)


def test_every_letter_is_journalled_once_with_its_exact_bytes(watched: Watched) -> None:
    raws = [letter(f"letter {number} \u043f\u0440\u0438\u0432\u0435\u0442") for number in range(3)]
    for raw in raws:
        watched.dovecot.append(raw)
    assert watched.look().stored == 3
    assert watched.look() == Look(0, 0)
    assert [watched.blobs.get(row.sha256) for row in watched.rows()] == watched.dovecot.letters(ADDRESS)


def test_mail_another_client_has_read_is_captured_too(watched: Watched) -> None:
    watched.dovecot.append(letter())
    with watched.dovecot.connected(ADDRESS) as client:
        client.select("INBOX")
        client.store("1", "+FLAGS", r"(\Seen)")
    assert watched.look().stored == 1


def test_the_server_is_left_as_it_was(watched: Watched) -> None:
    watched.dovecot.append(letter())
    watched.look()
    with watched.dovecot.connected(ADDRESS) as client:
        client.select("INBOX", readonly=True)
        assert b"Seen" not in client.fetch("1", "(FLAGS)")[1][0]


def test_a_gap_below_the_highest_uid_is_found_by_the_full_look(watched: Watched) -> None:
    for number in range(3):
        watched.dovecot.append(letter(f"letter {number}"))
    watched.look()
    with db.transaction() as session:
        session.execute(sa.delete(RawMail).where(RawMail.uid == 2))
    assert watched.look(look_for_newer).stored == 0
    assert watched.look().stored == 1


def test_the_quick_look_takes_only_what_is_new(watched: Watched) -> None:
    watched.dovecot.append(letter("one"))
    watched.look()
    assert watched.look(look_for_newer).stored == 0, "UID n:* past the end names the last mail again"
    watched.dovecot.append(letter("two"))
    assert watched.look(look_for_newer).stored == 1


def test_a_renumbered_folder_brings_nothing_in_twice(
    watched: Watched, installation: Settings, blobs: BlobStore
) -> None:
    raws = [letter("one"), letter("two")]
    for raw in raws:
        watched.dovecot.append(raw)
    watched.look()
    ingest = Ingest(installation, blobs)
    ingest.drain()
    with watched.dovecot.connected(ADDRESS) as client:
        client.create("Old")
        client.select("INBOX")
        client.copy("1:*", "Old")
        client.store("1:*", "+FLAGS", r"(\Deleted)")
        client.expunge()
    with (
        db.transaction() as session
    ):  # what a new UIDVALIDITY looks like from here: other numbers for the same mail
        session.execute(sa.update(Folder).values(uidvalidity=1))
        session.execute(sa.update(RawMail).values(uidvalidity=1))
    for raw in raws:
        watched.dovecot.append(raw)
    assert watched.look().stored == 2
    assert ingest.drain().outcomes == {"duplicate": 2}


def test_oversize_mail_is_parked_with_its_header_and_fetched_when_the_limit_grows(
    watched: Watched, installation: Settings, blobs: BlobStore
) -> None:
    watched.dovecot.append(letter("x" * 5000, subject="big one"))
    watched.look(limit=2000)
    (row,) = watched.rows()
    assert (row.state, row.reason) == (RawState.PARKED, TOO_LARGE)
    assert b"big one" in blobs.get(row.sha256)
    with db.transaction() as session:
        assert parked.replay(session, sa.select(RawMail.id), limit=4000) == 0
    with db.transaction() as session:
        assert parked.replay(session, sa.select(RawMail.id), limit=10**6) == 1
    watched.look()
    assert Ingest(installation, blobs).drain().outcomes == {"filed": 1}


def test_mail_from_before_is_left_alone_but_counted(
    installation: Settings, blobs: BlobStore, dovecot: Dovecot
) -> None:
    dovecot.append(letter("old"))
    watched = Watched(installation, blobs, dovecot)
    watched.look()
    dovecot.append(letter("new"))
    watched.look()
    assert [(row.state, row.reason) for row in watched.rows()] == [("ignored", NOT_WANTED), ("stored", "")]
    assert [row.history for row in watched.rows()] == [True, False]


def test_importing_everything_makes_closed_history(
    installation: Settings, blobs: BlobStore, dovecot: Dovecot
) -> None:
    dovecot.append(letter("old"))
    watched = Watched(installation, blobs, dovecot, first_import="all")
    watched.look()
    dovecot.append(letter("new"))
    watched.look()
    assert [row.history for row in watched.rows()] == [True, False]


def test_a_poller_that_lost_its_lease_writes_nothing(watched: Watched) -> None:
    with db.transaction() as session:
        stale = service.acquire_lease(session, watched.mailbox.id, "first", now=db.now())
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(lease_until=None))
        service.acquire_lease(session, watched.mailbox.id, "second", now=db.now())
    watched.dovecot.append(letter())
    assert stale is not None
    with ImapSource(account_of(watched.mailbox, watched.settings)) as source, pytest.raises(Conflict):
        look_into_folder(source, stale, watched.folder_id, watched.blobs, limit=10**6)
    assert watched.rows() == []


def test_the_poller_brings_a_letter_into_a_ticket_and_the_ledger_balances(watched: Watched) -> None:
    import threading

    poller = Poller(watched.settings, watched.blobs)
    thread = threading.Thread(target=poller.run)
    thread.start()
    try:
        watched.dovecot.append(letter("first"))
        wait_until(lambda: [row.state for row in watched.rows()] == ["filed"])
        watched.dovecot.append(letter("second"))
        wait_until(lambda: [row.state for row in watched.rows()] == ["filed", "filed"])
    finally:
        poller.stop()
        thread.join()
    from datetime import timedelta

    with db.reading() as session:
        (balance,) = queries.balances(session, now=db.now(), silence=timedelta(minutes=5))
    assert balance.balanced
    assert (balance.listed, balance.counts, balance.alarm) == (2, {"filed": 2}, "")


def test_a_wrong_password_is_said_precisely(watched: Watched) -> None:
    account = account_of(watched.mailbox, watched.settings)
    wrong = type(account)(account.host, account.port, account.security, account.user, "nope")
    with pytest.raises(
        PermanentFailure, match=r"refused the user name or password for support@help\.example"
    ):
        check_login(wrong)


@pytest.mark.parametrize(
    ("host", "security", "text", "kind"),
    [
        ("no-such-host.invalid", "tls", "no such host name", TemporaryFailure),
        ("mail.help.example", "none", "refusing to send a password in clear text", PermanentFailure),
    ],
)
def test_bad_addresses_are_said_precisely(host: str, security: str, text: str, kind: type[Exception]) -> None:
    from app.mailboxes.service import Account

    with pytest.raises(kind, match=text):
        check_login(Account(host, 993, security, "u", "p", 5))


def test_tls_to_a_plain_port_is_said_precisely(dovecot: Dovecot) -> None:
    from app.mailboxes.service import Account

    with pytest.raises(PermanentFailure, match="no TLS on this port"):
        check_login(Account("127.0.0.1", dovecot.port, "tls", "u", "p", 5))


def test_a_closed_port_is_said_precisely() -> None:
    from app.mailboxes.service import Account

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        with pytest.raises(TemporaryFailure, match="nothing listens there"):
            check_login(Account("127.0.0.1", port, "none", "u", "p", 5))
