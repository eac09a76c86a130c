"""What we do on the server with mail that we have: nothing, mark it, or move it; whatever happens in between."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import db, failpoints
from app.blobs import BlobStore
from app.errors import TemporaryFailure
from app.failpoints import FailpointError
from app.mailboxes import queries, service
from app.mailboxes.models import Folder, Mailbox, RawMail
from app.settings import Settings
from mail_ingest import after_fetch, imap_change
from mail_ingest.capture import account_of, look_into_folder
from mail_ingest.fetch import ImapSource
from mail_ingest.ingest import Ingest
from mail_ingest.poller import Poller
from tests.mail_ingest.test_capture import ADDRESS, Watched
from tests.support.dovecot import Dovecot
from tests.support.letters import letter
from tests.support.waiting import wait_until

pytestmark = pytest.mark.dovecot


@pytest.fixture
def watched(installation: Settings, blobs: BlobStore, dovecot: Dovecot) -> Watched:
    with dovecot.connected() as imap:
        imap.create("Done")
    return Watched(installation, blobs, dovecot, sandbox=True)


def wish(watched: Watched, what: str, folder: str = "Done") -> None:
    with db.transaction() as session:
        session.execute(
            sa.update(Mailbox).values(
                after_fetch=what, after_fetch_folder=folder, after_fetch_at=db.now() - timedelta(seconds=1)
            )
        )


def tell(watched: Watched, *, look: bool = True) -> None:
    """One round of a watch: look, then tell the server."""
    with db.reading() as session:
        mailbox = session.scalars(sa.select(Mailbox)).one()
    with db.transaction() as session:
        lease = service.acquire_lease(session, mailbox.id, "test", now=db.now())
    assert lease is not None
    with ImapSource(account_of(mailbox, watched.settings)) as source:
        if look:
            look_into_folder(source, lease, watched.folder_id, watched.blobs, limit=10**7)
        after_fetch.tell_server(source, lease, mailbox, watched.folder_id)


def flags(dovecot: Dovecot, folder: str = "INBOX") -> list[bytes]:
    """The flags of every mail, seen by another client that changes nothing itself."""
    with dovecot.connected() as imap:
        imap.select(folder, readonly=True)
        found = imap.uid("SEARCH", "ALL")[1][0].split()
        return [imap.uid("FETCH", uid, "(FLAGS)")[1][0] for uid in found]


def test_by_default_the_server_is_as_before(watched: Watched) -> None:
    watched.dovecot.append(letter("one"))
    watched.dovecot.append(letter("two"), flags=r"\Flagged")
    before = flags(watched.dovecot)
    tell(watched)
    assert flags(watched.dovecot) == before
    assert len(watched.dovecot.letters(folder="Done")) == 0


def test_mail_is_marked_as_read_once_it_is_ours(watched: Watched) -> None:
    wish(watched, "seen")
    watched.dovecot.append(letter("one"))
    tell(watched)
    watched.dovecot.append(letter("not ours yet"))
    tell(watched, look=False)
    first, second = flags(watched.dovecot)
    assert b"\\Seen" in first and b"\\Seen" not in second


def test_mail_is_moved_once_it_is_ours_and_the_ledger_still_balances(watched: Watched) -> None:
    wish(watched, "move")
    raw = letter("move me")
    watched.dovecot.append(raw)
    tell(watched)
    watched.look()
    Ingest(watched.settings, watched.blobs).drain()
    assert (watched.dovecot.letters(), watched.dovecot.letters(folder="Done")) == (
        [],
        [raw.replace(b"\n", b"\r\n")],
    )
    assert [(row.state, row.server_done_at is not None) for row in watched.rows()] == [("filed", True)]
    with db.reading() as session:
        (balance,) = queries.balances(session, now=db.now(), silence=timedelta(minutes=5))
    assert (balance.listed, balance.on_server, balance.counts, balance.balanced) == (1, 0, {"filed": 1}, True)


def test_history_and_mail_from_before_the_wish_stay_where_they_are(
    installation: Settings, blobs: BlobStore, dovecot: Dovecot
) -> None:
    dovecot.append(letter("history"))
    watched = Watched(installation, blobs, dovecot, first_import="all")
    watched.look()
    dovecot.append(letter("before the wish"))
    watched.look()
    with dovecot.connected() as imap:
        imap.create("Done")
    with db.transaction() as session:
        session.execute(
            sa.update(Mailbox).values(
                after_fetch="move",
                after_fetch_folder="Done",
                after_fetch_at=db.now() + timedelta(microseconds=1),
            )
        )
    dovecot.append(letter("after it"))
    tell(watched)
    assert len(dovecot.letters()) == 2
    assert [b"after it" in raw for raw in dovecot.letters(folder="Done")] == [True]


def test_a_renumbered_folder_is_not_moved_away_as_a_whole(watched: Watched) -> None:
    watched.dovecot.append(letter("from before the wish"))
    watched.look()
    with db.transaction() as session:  # what a new UIDVALIDITY looks like from here
        session.execute(sa.update(Folder).values(uidvalidity=1))
        session.execute(sa.update(RawMail).values(uidvalidity=1, stored_at=db.now() - timedelta(hours=1)))
    wish(watched, "move")
    watched.dovecot.append(letter("from after it"))
    tell(watched)
    assert [b"from before" in raw for raw in watched.dovecot.letters()] == [True]
    assert [b"from after" in raw for raw in watched.dovecot.letters(folder="Done")] == [True]


def test_mail_too_large_for_us_is_left_alone(watched: Watched) -> None:
    wish(watched, "move")
    watched.dovecot.append(letter("x" * 5000))
    watched.look(limit=2000)
    tell(watched, look=False)
    assert len(watched.dovecot.letters()) == 1


@contextmanager
def without(monkeypatch: pytest.MonkeyPatch, *names: str) -> Iterator[None]:
    """As on a server that lacks these capabilities."""

    def has(source: ImapSource, capability: str) -> bool:
        return capability not in names and bool(source.client.has_capability(capability))

    with monkeypatch.context() as patch:
        patch.setattr(imap_change, "can_move", lambda source: has(source, "MOVE"))
        patch.setattr(imap_change, "can_delete", lambda source: has(source, "UIDPLUS"))
        yield


def test_a_server_that_can_only_copy_gets_the_mail_moved_all_the_same(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish(watched, "move")
    with watched.dovecot.connected() as imap:
        imap.append("INBOX", r"(\Deleted)", None, letter("marked by somebody else"))
    watched.look()
    with db.transaction() as session:
        session.execute(sa.update(RawMail).values(server_done_at=db.now()))
    watched.dovecot.append(letter("ours"))
    with without(monkeypatch, "MOVE"):
        tell(watched)
    assert [b"ours" in raw for raw in watched.dovecot.letters(folder="Done")] == [True]
    assert len(watched.dovecot.letters()) == 1, "never a bare EXPUNGE: what others marked is theirs"


def test_a_server_that_cannot_delete_a_single_mail_is_left_alone(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish(watched, "move")
    watched.dovecot.append(letter("stays"))
    with without(monkeypatch, "MOVE", "UIDPLUS"), pytest.raises(TemporaryFailure, match="stays where it is"):
        tell(watched)
    assert (len(watched.dovecot.letters()), len(watched.dovecot.letters(folder="Done"))) == (1, 0)


@pytest.mark.parametrize("point", ["told", "noted", "copy_noted", "copied", "marked", "deleted"])
@pytest.mark.parametrize("missing", [(), ("MOVE",)], ids=["move", "copy"])
def test_dying_between_any_two_steps_doubles_and_loses_nothing(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, point: str, missing: tuple[str, ...]
) -> None:
    wish(watched, "move")
    raws = [letter(f"letter {number}") for number in range(3)]
    for raw in raws:
        watched.dovecot.append(raw)
    with without(monkeypatch, *missing):
        for _ in range(3):  # it dies there again and again
            with monkeypatch.context() as armed:
                armed.setattr(failpoints, "_points", {f"after_fetch.{point}": (1, "error")})
                armed.setattr(failpoints, "_passed", {})
                try:
                    tell(watched)
                except FailpointError:
                    continue
        tell(watched)
    assert sorted(watched.dovecot.letters(folder="Done")) == sorted(
        raw.replace(b"\n", b"\r\n") for raw in raws
    )
    assert watched.dovecot.letters() == []
    assert all(row.server_done_at for row in watched.rows())


def test_a_target_that_is_watched_too_doubles_nothing(
    watched: Watched, installation: Settings, blobs: BlobStore
) -> None:
    wish(watched, "move")
    with db.transaction() as session:
        session.add(Folder(mailbox_id=watched.mailbox.id, name="Done"))
    poller = Poller(installation.model_copy(update={"poll_seconds": 1}), blobs)
    thread = threading.Thread(target=poller.run)
    thread.start()
    try:
        watched.dovecot.append(letter("there and back"))
        wait_until(lambda: sorted(row.state for row in watched.rows()) == ["duplicate", "filed"])
    finally:
        poller.stop()
        thread.join()
    assert len(watched.dovecot.letters(folder="Done")) == 1
    with db.reading() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM tickets")) == 1
        (balance,) = queries.balances(session, now=db.now(), silence=timedelta(minutes=5))
    assert (balance.listed, balance.balanced) == (2, True)


def test_a_target_that_does_not_exist_is_said_and_holds_up_no_mail(
    watched: Watched, installation: Settings, blobs: BlobStore
) -> None:
    wish(watched, "move", "No such folder")
    poller = Poller(installation.model_copy(update={"poll_seconds": 1}), blobs)
    thread = threading.Thread(target=poller.run)
    thread.start()
    try:
        for number in range(2):
            watched.dovecot.append(letter(f"number {number}"))
            wait_until(
                lambda wanted=number + 1: [row.state for row in watched.rows()] == ["filed"] * wanted, 30
            )
        wait_until(lambda: "No such folder" in last_error() or "doesn't exist" in last_error())
    finally:
        poller.stop()
        thread.join()
    assert len(watched.dovecot.letters(ADDRESS)) == 2


def last_error() -> str:
    with db.reading() as session:
        return session.scalars(sa.select(Mailbox.last_error)).one()
