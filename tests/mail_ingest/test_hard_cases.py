"""Letters, servers and moments that want to lose, double or misfile something."""

from __future__ import annotations

import dataclasses
import errno
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from app import db
from app.blobs import BlobStore
from app.errors import PermanentFailure, TemporaryFailure
from app.mailboxes import service
from app.mailboxes.models import Folder, Mailbox
from app.mailboxes.service import Account
from app.settings import PROJECT, Settings
from mail_ingest import strikes as strikes_module
from mail_ingest.fetch import check_login
from mail_ingest.lease_owner import is_gone, new_owner
from mail_ingest.poller import Poller
from mail_ingest.strikes import Strikes
from tests.mail_ingest.test_capture import Watched, watched
from tests.mail_ingest.test_ingest import Post, post
from tests.support.dovecot import Dovecot
from tests.support.letters import letter
from tests.support.waiting import wait_until

__all__ = ["post", "watched"]


def damage(dovecot: Dovecot, uid: int) -> None:
    """Cut the server's own file of a mail: Dovecot then fails any FETCH that touches it, and hangs up."""
    (file,) = (dovecot.directory / "mail").rglob(f"u.{uid}")
    file.write_bytes(file.read_bytes()[:300])


def look_until_it_works(watched: Watched, strikes: Strikes) -> int:
    """As the poller does: connect again after each failure. Returns how many mails are held back in the end."""
    for _ in range(8):
        with suppress(TemporaryFailure):
            return watched.look(strikes=strikes).withheld
    raise AssertionError("the folder never came through")


@pytest.mark.dovecot
def test_a_mail_its_server_cannot_read_holds_up_no_other(watched: Watched) -> None:
    for number in range(4):
        watched.dovecot.append(letter(f"letter {number}"))
    damage(watched.dovecot, 2)
    strikes = Strikes()
    assert look_until_it_works(watched, strikes) == 1
    assert sorted(row.uid for row in watched.rows()) == [1, 3, 4]
    watched.dovecot.append(letter("the next one"))
    assert watched.look(strikes=strikes).stored == 1


def test_a_mail_that_breaks_the_line_is_asked_for_last_and_put_off_but_never_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    strikes = Strikes()
    assert strikes.turns(1, [3, 1, 2]) == [[1, 2, 3]]
    fails(strikes, [1, 2, 3])
    assert strikes.turns(1, [1, 2, 3, 4]) == [[4], [1], [2], [3]]
    with strikes.watching([1]):
        pass
    for _ in range(3):
        fails(strikes, [2])
    assert strikes.turns(1, [2, 3]) == [[3]]
    assert strikes.put_off([2, 3]) == 1
    later = time.monotonic() + strikes_module.PUT_OFF_SECONDS + 1
    monkeypatch.setattr(strikes_module, "time", SimpleNamespace(monotonic=lambda: later))
    assert strikes.turns(1, [2, 3]) == [[3], [2]]
    assert strikes.turns(2, [2, 3]) == [[2, 3]], "a renumbered folder starts afresh"


def fails(strikes: Strikes, turn: list[int]) -> None:
    with suppress(TemporaryFailure), strikes.watching(turn):
        raise TemporaryFailure("the server hung up")


@pytest.mark.dovecot
def test_a_letter_between_connecting_a_mailbox_and_the_first_look_is_answered(
    installation: Settings, blobs: BlobStore, dovecot: Dovecot
) -> None:
    """The helpdesk may be started hours after `flask add-mailbox`, or the first sign-ins fail."""
    dovecot.append(letter("from before"), at=db.now() - timedelta(hours=2))
    watched = Watched(installation, blobs, dovecot)
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(created_at=db.now() - timedelta(hours=1)))
    dovecot.append(letter("meanwhile"))
    watched.look()
    assert [(row.state, row.history) for row in watched.rows()] == [("ignored", True), ("stored", False)]


def test_servers_given_to_an_imported_mailbox_connect_it_now(post: Post) -> None:
    long_ago = db.now() - timedelta(days=90)
    with db.transaction() as session:
        service.add_mailbox(session, Mailbox(address="old@help.example", created_at=long_ago), folders=())
    now = db.now()
    with db.transaction() as session:
        given = dict.fromkeys(service._CONNECTION, "") | {
            "imap_port": 993,
            "smtp_port": 465,
            "created_at": now,
        }
        servers = Mailbox(address="old@help.example", **{**given, "imap_host": "imap.help.example"})
        assert service.add_mailbox(session, servers).created_at == now


@pytest.mark.dovecot
def test_a_folder_that_is_gone_holds_up_no_other(watched: Watched) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Folder).values(name="Removed by somebody"))
        session.add(Folder(mailbox_id=watched.mailbox.id, name="INBOX"))
    watched.dovecot.append(letter("in the second folder"))
    with polling(watched):
        wait_until(lambda: [row.state for row in watched.rows()] == ["filed"])
        wait_until(lambda: "Mailbox doesn't exist" in last_error())


@pytest.mark.dovecot
def test_a_stopped_poller_leaves_its_mailbox_to_the_next_one_at_once(watched: Watched) -> None:
    with polling(watched, poll_seconds=25):
        wait_until(lambda: mailbox().last_success_at is not None)
    assert mailbox().lease_until is None


@pytest.mark.dovecot
def test_the_lease_of_a_killed_poller_is_taken_over_at_once(watched: Watched) -> None:
    say = "from mail_ingest.lease_owner import new_owner; print(new_owner())"
    dead = subprocess.run(
        [sys.executable, "-c", say], capture_output=True, text=True, check=True, cwd=PROJECT
    )
    with db.transaction() as session:
        lease = service.acquire_lease(session, watched.mailbox.id, dead.stdout.strip(), now=db.now())
    assert lease is not None
    watched.dovecot.append(letter())
    with polling(watched):
        wait_until(lambda: len(watched.rows()) == 1)


@pytest.mark.dovecot
def test_a_full_disk_is_said_in_words_and_the_letter_comes_in_when_there_is_room(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    watched.dovecot.append(letter())
    with polling(watched):
        with monkeypatch.context() as patch:
            patch.setattr("app.blobs.os.fsync", full)
            wait_until(lambda: last_error() == "Mail cannot be stored here: No space left on device.")
            assert watched.rows() == []
        wait_until(lambda: [row.state for row in watched.rows()] == ["filed"])
    assert not [file for file in watched.blobs.root.rglob(".*") if file.is_file()], "no half files stay"


@pytest.mark.dovecot
def test_a_password_in_any_script_signs_in(dovecot: Dovecot) -> None:
    with (dovecot.directory / "passwd").open("a") as file:
        file.write("olga@help.example:{PLAIN}пароль-Ж::::::\n")
    account = Account("127.0.0.1", dovecot.port, "none", "olga@help.example", "пароль-Ж", 10)

    def signs_in() -> bool:
        """Dovecot reads its list of accounts anew after a moment"""
        with suppress(PermanentFailure):
            return check_login(account) == ["INBOX"]
        return False

    wait_until(signs_in, every=0.5)
    with pytest.raises(PermanentFailure, match="refused the user name or password"):
        check_login(dataclasses.replace(account, password="чужой"))


def test_only_a_process_of_this_machine_is_known_to_be_gone() -> None:
    mine = new_owner()
    assert not is_gone(mine)
    assert not is_gone(f"elsewhere/1:{2**22 + 1}:abcd")
    assert not is_gone("")


@contextmanager
def polling(watched: Watched, *, poll_seconds: int = 1) -> Iterator[Poller]:
    poller = Poller(watched.settings.model_copy(update={"poll_seconds": poll_seconds}), watched.blobs)
    thread = threading.Thread(target=poller.run)
    thread.start()
    try:
        yield poller
    finally:
        poller.stop()
        thread.join()


def last_error() -> str:
    return mailbox().last_error


def mailbox() -> Mailbox:
    with db.reading() as session:
        return session.scalars(sa.select(Mailbox)).one()
