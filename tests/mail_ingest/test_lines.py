"""The poller's lines to the server: several folders, waiting, dead lines, slow ones, and two pollers at once."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from imapclient import IMAPClient

from app import db
from app.blobs import BlobStore
from app.errors import PermanentFailure
from app.mailboxes import editing, queries, service
from app.mailboxes.models import Folder, Mailbox
from app.mailboxes.service import Account, Lease
from app.settings import Settings
from mail_ingest import fetch, lease_keeper, poller, strikes
from mail_ingest.capture import account_of, look_for_newer, look_into_folder
from mail_ingest.fetch import ImapSource, safe_folder
from mail_ingest.poller import Poller
from tests.mail_ingest.test_capture import ADDRESS, Watched
from tests.support.dovecot import PASSWORD, Dovecot
from tests.support.letters import letter
from tests.support.proxy import Fault, Proxy
from tests.support.waiting import wait_until

ODD = ("Заказы & прочее", 'Quo"ted \\ name')


# What is proven here is no matter of the database: both have it where what is written is tested.
ON_ONE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def watched(installation: Settings, blobs: BlobStore, dovecot: Dovecot) -> Watched:
    return Watched(installation, blobs, dovecot, sandbox=True)


@pytest.fixture
def proxy(watched: Watched) -> Iterator[Proxy]:
    """Between us and the server."""
    between = Proxy(("127.0.0.1", watched.dovecot.port)).start()
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(imap_port=between.port))
    try:
        yield between
    finally:
        between.stop()


@contextmanager
def polling(watched: Watched, **settings: object) -> Iterator[Poller]:
    poller = Poller(watched.settings.model_copy(update=settings), watched.blobs)
    thread = threading.Thread(target=poller.run)
    thread.start()
    try:
        yield poller
    finally:
        poller.stop()
        thread.join(60)


def watch_also(watched: Watched, *names: str) -> None:
    """Folders on the server, watched from now on."""
    with IMAPClient("127.0.0.1", port=watched.dovecot.port, ssl=False) as client:
        client.login(ADDRESS, PASSWORD)
        for name in names:
            client.create_folder(name)
    with db.transaction() as session:
        mailbox = queries.mailbox_with_folders(session, watched.mailbox.id)
        for name in names:
            editing.add_folder(session, mailbox, name, now=db.now())


def put(watched: Watched, folder: str, raw: bytes, at: datetime | None = None) -> None:
    with IMAPClient("127.0.0.1", port=watched.dovecot.port, ssl=False) as client:
        client.login(ADDRESS, PASSWORD)
        client.append(folder, raw, msg_time=at or datetime.now(UTC))


def states(watched: Watched) -> list[str]:
    return [row.state for row in watched.rows()]


def mailbox() -> Mailbox:
    with db.reading() as session:
        return session.scalars(sa.select(Mailbox)).one()


@pytest.mark.dovecot
def test_mail_comes_from_every_watched_folder_whatever_its_name(watched: Watched) -> None:
    watch_also(watched, *ODD)
    with polling(watched, poll_seconds=2):
        wait_until(lambda: mailbox().last_success_at is not None)
        for folder in ("INBOX", *ODD):
            put(watched, folder, letter(f"in {folder}"))
        wait_until(lambda: states(watched) == ["filed"] * 3)


@pytest.mark.dovecot
def test_the_inbox_wakes_us_also_when_other_folders_are_watched(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Polls are ten minutes apart here: only the server's word can be faster."""
    monkeypatch.setattr(poller, "LONGEST_IDLE_SECONDS", 600)
    watch_also(watched, "Orders")
    with polling(watched, poll_seconds=600):
        wait_until(
            lambda: watched.dovecot.sessions(ADDRESS) >= 1 and mailbox().last_success_at is not None, 20
        )
        for number in range(3):
            put(watched, "INBOX", letter(f"wake up {number}"))
            wait_until(lambda wanted=number + 1: states(watched) == ["filed"] * wanted)


@pytest.mark.dovecot
def test_mail_that_was_in_a_folder_before_it_was_watched_is_history(
    installation: Settings, blobs: BlobStore, dovecot: Dovecot
) -> None:
    watched = Watched(installation, blobs, dovecot)
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(created_at=db.now() - timedelta(days=90)))
    with dovecot.connected() as imap:
        imap.create("Orders")
    put(watched, "Orders", letter("of last month"), datetime.now(UTC) - timedelta(days=30))
    with db.transaction() as session:
        found = queries.mailbox_with_folders(session, watched.mailbox.id)
        watched.folder_id = editing.add_folder(session, found, "Orders", now=db.now()).id
    put(watched, "Orders", letter("of today"), datetime.now(UTC) + timedelta(seconds=2))
    watched.look()
    assert [(row.state, row.history) for row in watched.rows()] == [("ignored", True), ("stored", False)]


@pytest.mark.dovecot
def test_a_folder_off_the_list_is_not_looked_into(watched: Watched) -> None:
    watch_also(watched, "Orders")
    with db.transaction() as session:
        session.execute(sa.update(Folder).where(Folder.name == "Orders").values(watched=False))
    put(watched, "Orders", letter("nobody looks"))
    put(watched, "INBOX", letter("seen"))
    with polling(watched, poll_seconds=1):
        wait_until(lambda: states(watched) == ["filed"])
        put(watched, "INBOX", letter("seen too"))
        wait_until(lambda: states(watched) == ["filed", "filed"])


@pytest.mark.dovecot
@pytest.mark.slow
@ON_ONE
def test_a_line_that_died_without_a_word_costs_little_time(
    watched: Watched, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A router forgets the connection while we wait in IDLE; mail comes, and is here soon after the wait is over."""
    monkeypatch.setattr(poller, "LONGEST_IDLE_SECONDS", 3)
    monkeypatch.setattr(fetch, "DONE_SECONDS", 3)
    with polling(watched):
        wait_until(lambda: mailbox().last_success_at is not None)
        put(watched, "INBOX", letter("before"))
        wait_until(lambda: states(watched) == ["filed"])
        proxy.freeze_open()
        put(watched, "INBOX", letter("after"))
        wait_until(lambda: states(watched) == ["filed", "filed"], 60)


@pytest.mark.dovecot
def test_mail_told_of_too_late_for_the_list_is_not_waited_for(watched: Watched, proxy: Proxy) -> None:
    """The server speaks of it at the end of its list and not again in IDLE."""
    watched.dovecot.append(letter("before"))
    with db.reading() as session:
        account = account_of(session.scalars(sa.select(Mailbox)).one(), watched.settings)
    proxy.break_with(Fault("replace", b"* SEARCH 1\r\n", text=b"* 2 EXISTS\r\n"))
    with ImapSource(account) as source:
        assert len(source.list_folder("INBOX").uids) == 1
        assert source.idle(60)
        source.list_folder("INBOX")
        assert not source.idle(0.2)


@pytest.mark.dovecot
@pytest.mark.slow
@ON_ONE
def test_a_mail_cut_in_the_middle_is_never_taken_for_whole(
    watched: Watched, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strikes, "PUT_OFF_SECONDS", 3.0)
    raw = letter("x" * 50_000)
    watched.dovecot.append(raw)
    fault = proxy.break_with(Fault("close", b"BODY[] {", plus=20_000, times=3))
    with polling(watched, poll_seconds=1):
        wait_until(lambda: fault.struck == 3 or watched.rows(), 60)
        assert fault.struck == 3 and watched.rows() == []
        wait_until(lambda: states(watched) == ["filed"], 120)
    assert [watched.blobs.get(row.sha256) for row in watched.rows()] == watched.dovecot.letters(ADDRESS)


@pytest.mark.dovecot
@pytest.mark.parametrize("size", [b"999999", b"000100"])
def test_a_server_that_announces_a_wrong_size_loses_no_mail(
    watched: Watched, proxy: Proxy, size: bytes
) -> None:
    watched.dovecot.append(letter("y" * 100_000))
    proxy.break_with(Fault("replace", b"RFC822.SIZE ", text=size, skip=6))
    with db.reading() as session:
        watched.mailbox = session.scalars(sa.select(Mailbox)).one()
    assert watched.look().stored == 1
    assert [watched.blobs.get(row.sha256) for row in watched.rows()] == watched.dovecot.letters(ADDRESS)


class Shy(ImapSource):
    """A server that gives something else each time it is asked for a body."""

    def __init__(self, *answers: bytes | None) -> None:
        self._answers = iter(answers)

    def _read(self, uids: Any, item: bytes) -> dict[int, bytes]:
        answer = next(self._answers)
        return {} if answer is None else dict.fromkeys(uids, answer)


@pytest.mark.parametrize(
    ("answers", "taken"),
    [
        ((b"whole mail",), b"whole mail"),
        ((b"short", b"short"), b"short"),
        ((b"short", b"shorter"), None),
        ((b"", b""), None),
        ((b"short", None), None),
    ],
)
def test_a_short_mail_is_whole_when_it_comes_the_same_twice(
    answers: tuple[bytes | None, ...], taken: bytes | None
) -> None:
    (mail,) = Shy(*answers)._bodies([7], {7: (10, None)}, b"BODY[]", oversize=False)
    assert mail.raw == taken


@pytest.mark.dovecot
def test_the_quick_look_keeps_the_count_on_the_server_right(watched: Watched) -> None:
    for number in range(3):
        watched.dovecot.append(letter(f"number {number}"))
    watched.look(look_into_folder)
    with watched.dovecot.connected() as imap:
        imap.select("INBOX")
        imap.store("1:2", "+FLAGS", r"(\Deleted)")
        imap.expunge()
    watched.look(look_for_newer)
    with db.reading() as session:
        (balance,) = queries.balances(session, now=db.now(), silence=timedelta(minutes=5))
    assert (balance.on_server, balance.listed, balance.balanced) == (1, 3, True)


# The lease.


@pytest.mark.dovecot
@pytest.mark.slow
def test_a_mail_that_takes_longer_than_the_lease_is_fetched_once(
    watched: Watched, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "LEASE_SECONDS", 3)
    monkeypatch.setattr(lease_keeper, "EVERY_SECONDS", 0.5)
    with polling(watched, poll_seconds=1), polling(watched, poll_seconds=1):
        wait_until(lambda: mailbox().last_success_at is not None)
        token = mailbox().lease_token
        proxy.rate = 200_000
        put(watched, "INBOX", letter("z" * 2_000_000))
        wait_until(lambda: states(watched) == ["filed"], 60)
        assert mailbox().lease_token == token, "the other poller waited all the time"


class Watch:
    """What the keeper sees of a watch."""

    def __init__(self, held: Lease | None) -> None:
        self.held = held
        self.was_lost = False

    def lost(self) -> None:
        self.was_lost = True


def test_who_slept_through_the_lease_is_told_when_another_has_it(session: sa.orm.Session) -> None:
    """SIGSTOP for minutes, then SIGCONT: the fence holds, and the sleeper stops at once."""
    box = Mailbox(address=ADDRESS, created_at=db.now())
    session.add(box)
    session.flush()
    first = service.acquire_lease(session, box.id, "first", now=db.now() - timedelta(minutes=5))
    session.commit()
    sleeper, idle = Watch(first), Watch(None)
    lease_keeper.keep([sleeper, idle])
    assert not sleeper.was_lost, "nobody took it meanwhile: it goes on"
    with db.transaction() as other:
        other.execute(sa.update(Mailbox).values(lease_until=db.now() - timedelta(seconds=1)))
        second = service.acquire_lease(other, box.id, "second", now=db.now())
    assert second is not None
    awake = Watch(second)
    lease_keeper.keep([sleeper, idle, awake])
    assert (sleeper.was_lost, idle.was_lost, awake.was_lost) == (True, False, False)


# What servers and names can be like.


@pytest.mark.parametrize("name", ["", "a\r\nX1 DELETE INBOX", "a\x00", "tab\there", "a\x7f"])
def test_no_folder_name_carries_a_command(name: str) -> None:
    with pytest.raises(PermanentFailure):
        safe_folder(name)


def test_a_folder_of_two_hundred_thousand_mails_is_listed() -> None:
    numbers = b" ".join(b"%d" % uid for uid in range(1_000_001, 1_200_001))
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_speak, args=(server, numbers), daemon=True).start()
        account = Account("127.0.0.1", server.getsockname()[1], "none", "u", "p", 10)
        with ImapSource(account) as source:
            listing = source.list_folder("INBOX")
    assert (len(listing.uids), listing.uidvalidity) == (200_000, 7)


def _speak(server: socket.socket, numbers: bytes) -> None:
    line, _address = server.accept()
    with line, line.makefile("rwb") as stream:
        stream.write(b"* OK [CAPABILITY IMAP4rev1] here\r\n")
        stream.flush()
        while command := stream.readline().split():
            tag, verb = command[0], command[2].upper() if command[1].upper() == b"UID" else command[1].upper()
            said = {
                b"EXAMINE": b"* 200000 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 7] x\r\n",
                b"SEARCH": b"* SEARCH " + numbers + b"\r\n",
                b"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n",
            }.get(verb, b"")
            stream.write(said + tag + b" OK done\r\n")
            stream.flush()
            if verb == b"LOGOUT":
                return
