"""Letters, servers and moments that want to lose, double or misfile something."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
import sqlalchemy as sa

from app import db
from app.errors import TemporaryFailure
from app.mailboxes.models import Folder, Mailbox
from mail_ingest import strikes as strikes_module
from mail_ingest.poller import Poller
from mail_ingest.strikes import Strikes
from tests.mail_ingest.test_capture import Watched, watched
from tests.support.dovecot import Dovecot
from tests.support.letters import letter
from tests.support.waiting import wait_until

__all__ = ["watched"]


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
def test_a_mail_its_server_cannot_read_holds_up_no_other(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        watched.dovecot.append(letter(f"letter {number}"))
    damage(watched.dovecot, 2)
    strikes = Strikes()
    assert look_until_it_works(watched, strikes) == 1
    assert sorted(row.uid for row in watched.rows()) == [1, 3, 4]
    watched.dovecot.append(letter("the next one"))
    assert watched.look(strikes=strikes).stored == 1
    monkeypatch.setattr(strikes_module, "PUT_OFF_SECONDS", 0.0)
    with pytest.raises(TemporaryFailure):  # it is not forgotten
        for _ in range(8):
            watched.look(strikes=Strikes())


@pytest.mark.dovecot
def test_a_folder_that_is_gone_holds_up_no_other(watched: Watched) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Folder).values(name="Removed by somebody"))
        session.add(Folder(mailbox_id=watched.mailbox.id, name="INBOX"))
    watched.dovecot.append(letter("in the second folder"))
    with polling(watched):
        wait_until(lambda: [row.state for row in watched.rows()] == ["filed"], 20)
        wait_until(lambda: "Mailbox doesn't exist" in last_error(), 10)


@contextmanager
def polling(watched: Watched) -> Iterator[Poller]:
    poller = Poller(watched.settings.model_copy(update={"poll_seconds": 1}), watched.blobs)
    thread = threading.Thread(target=poller.run)
    thread.start()
    try:
        yield poller
    finally:
        poller.stop()
        thread.join()


def last_error() -> str:
    with db.reading() as session:
        return session.scalars(sa.select(Mailbox.last_error)).one()
