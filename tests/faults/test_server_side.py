"""What we do on the mail server, where a mailbox wants it: mark as read, move, file a copy of what was sent.

Killed at every step: only mail that we hold is touched, and each letter stands on the server exactly once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from app import db
from app.mailboxes.models import AfterFetch, Mailbox
from tests.faults import observer
from tests.faults.ground import Ground
from tests.faults.observer import Findings, ServerMail
from tests.faults.replies import write_replies
from tests.support.proxy import Fault
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.dovecot, pytest.mark.faults]

Play = Callable[..., None]
DONE = "Done"


def want(ground: Ground, **wishes: object) -> None:
    with db.transaction() as session:
        mailbox = session.scalars(sa.select(Mailbox).where(Mailbox.id == ground.mailbox_id)).one()
        mailbox.after_fetch_at = mailbox.created_at
        for name, value in wishes.items():
            setattr(mailbox, name, value)


def in_folder(ground: Ground, folder: str) -> list[ServerMail]:
    return observer.server_mails(ground.servers.dovecot, ground.address, folder)


@pytest.mark.fault_slice("after_fetch.told")
@pytest.mark.parametrize("point", ["journal.committed", "after_fetch.told", "after_fetch.noted"])
def test_killed_while_marking_as_read(play: Play, point: str, seed: int) -> None:
    def case(ground: Ground) -> Findings:
        want(ground, after_fetch=AfterFetch.SEEN)
        ground.append(ground.write(4))
        before = ground.on_server()
        ground.poll_until_killed(f"{point}:1:kill")
        ground.append(ground.write(2))
        ground.poll_until_settled()
        wait_until(lambda: all(b"\\Seen" in mail.flags for mail in ground.on_server()))
        found = ground.look()
        after = {mail.uid: mail for mail in ground.on_server()}
        found.wrong += [f"UID {mail.uid} was changed" for mail in before if after[mail.uid].raw != mail.raw]
        found.wrong += [
            f"UID {uid} has {mail.flags}" for uid, mail in after.items() if mail.flags != (b"\\Seen",)
        ]
        return found

    play(case, "F5-F6 killed, marking as read", point)


MOVING = ("journal.committed", "after_fetch.told", "after_fetch.noted")
COPYING = (
    "after_fetch.copy_noted",
    "after_fetch.copied",
    "after_fetch.marked",
    "after_fetch.deleted",
    "after_fetch.told",
)


@pytest.mark.fault_slice("MOVE-after_fetch.told", "COPY-after_fetch.copied", "COPY-after_fetch.marked")
@pytest.mark.parametrize(
    ("how", "point"), [*(("MOVE", point) for point in MOVING), *(("COPY", point) for point in COPYING)]
)
def test_killed_while_moving(play: Play, how: str, point: str, seed: int) -> None:
    """With MOVE, and on a server that can only copy and delete."""

    def case(ground: Ground) -> Findings:
        with ground.servers.dovecot.connected(ground.address) as imap:
            imap.create(DONE)
        want(ground, after_fetch=AfterFetch.MOVE, after_fetch_folder=DONE)
        if how == "COPY":
            # The server says that it can MOVE; nobody hears it.
            ground.imap.break_with(Fault("replace", after=b" MOV", text=b"X", skip=1, times=1000))
        ground.append(ground.write(4))
        before = ground.on_server()
        ground.poll_until_killed(f"{point}:1:kill")
        ground.start("poller")
        wait_until(lambda: not ground.on_server())
        wait_until(
            lambda: ground.database.number("SELECT count(*) FROM raw_mails WHERE state = 'stored'") == 0, 20
        )
        found = observer.observe_capture(ground.database, ground.settings.blob_dir, before, ground.address)
        found.add(ground.look())
        there = Counter(mail.digest for mail in in_folder(ground, DONE))
        found.lost += [f"UID {mail.uid} is in no folder" for mail in before if not there[mail.digest]]
        found.doubled += [f"{number} copies on the server" for number in there.values() if number > 1]
        return found

    play(case, f"F5-F6 killed, moving by {how}", point)


@pytest.mark.fault_slice("sent.after_append")
@pytest.mark.parametrize("point", ["sent.before_append", "sent.after_append"])
def test_killed_while_filing_what_was_sent(play: Play, point: str, seed: int) -> None:
    """A copy of each reply in the Sent folder, once, whatever happens while it is put there."""

    def case(ground: Ground) -> Findings:
        want(ground, sent_copy=True)
        write_replies(ground, 3)
        ground.sent_all(clocks=[0])
        filer = ground.start("filer", f"{point}:{ground.dice.randint(1, 3)}:kill", clock=60)
        assert filer.wait() == -9, f"{point} was not reached"
        for clock in (3600, 7200):
            ground.start("filer", clock=clock).wait()
        found = ground.look()
        copies = Counter(
            mail.raw.lower().split(b"message-id: <")[1].split(b">")[0] for mail in in_folder(ground, "Sent")
        )
        found.doubled += [f"{number} copies in Sent" for number in copies.values() if number > 1]
        if len(copies) != 3:
            found.lost.append(f"{len(copies)} of 3 copies in Sent")
        return found

    play(case, "F24 killed, filing a copy in Sent", point)
