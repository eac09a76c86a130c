"""Copies of our replies in the Sent folder of a real Dovecot, and what that folder tells about uncertain letters."""

from __future__ import annotations

import email
from datetime import UTC, datetime, timedelta
from email.policy import default

import pytest
import sqlalchemy as sa

from app import db
from app.blobs import BlobStore
from app.errors import TemporaryFailure
from app.mailboxes import service as mailboxes
from app.mailboxes.models import Folder, Mailbox, RawMail
from app.outgoing import states
from app.outgoing.models import CopyState, SentCopy
from app.outgoing.sent_copies import Plan, Step, next_step
from app.security import seal
from app.tickets.models import Event, Message, Ticket
from mail_ingest import sent_copies
from mail_ingest.capture import account_of, look_into_folder
from mail_ingest.fetch import ImapSource
from mail_ingest.ingest import Ingest
from mail_ingest.sent_folder import SentFolder
from tests.app.outgoing.conftest import World, world
from tests.app.outgoing.test_deliver import delivery, hand_over, reply, sink
from tests.support.dovecot import Dovecot
from tests.support.smtp_sink import SmtpSink

__all__ = ["sink", "world"]

HOUSE = "support@help.example"


@pytest.fixture
def desk(world: World, sink: SmtpSink, dovecot: Dovecot) -> World:
    """The mailbox has a real IMAP account and wants copies."""
    connect(world, dovecot)
    return world


def connect(world: World, dovecot: Dovecot, **more: object) -> None:
    with db.transaction() as session:
        values = {
            "imap_host": dovecot.host,
            "imap_port": dovecot.port,
            "imap_security": "none",
            "imap_user": HOUSE,
            "imap_password": seal(world.settings.secret_key, dovecot.password),
            "sent_copy": True,
            **more,
        }
        session.execute(sa.update(Mailbox).values(**values))


def look(world: World, *, after: timedelta = timedelta(minutes=1)) -> None:
    """The clock and a worker, once that time has passed."""
    with db.transaction() as session:
        session.execute(
            sa.update(SentCopy)
            .where(SentCopy.due_at <= db.now() + after)
            .values(due_at=db.now() - timedelta(seconds=1))
        )
    sent_copies.file_copies(world.mailbox, world.settings, BlobStore(world.settings.blob_dir))


def copy_of(message_id: int) -> SentCopy | None:
    with db.reading() as session:
        return session.get(SentCopy, message_id)


def state_of(message_id: int) -> str:
    copy = copy_of(message_id)
    return copy.state if copy is not None else ""


@pytest.mark.dovecot
def test_a_sent_reply_has_one_read_copy_in_the_sent_folder(
    desk: World, sink: SmtpSink, dovecot: Dovecot
) -> None:
    message_id = reply(desk, cc=("igor@client.example",), with_file=True)
    hand_over(desk, message_id)
    assert state_of(message_id) == "waiting"
    look(desk)
    look(desk)
    assert state_of(message_id) == "stored"
    (raw,) = dovecot.letters(HOUSE, "Sent")
    copy, first = email.message_from_bytes(raw, policy=default), sink.accepted[0].mail
    for name in ("Message-ID", "From", "To", "Cc", "Subject", "Date", "In-Reply-To", "References"):
        assert str(copy[name]) == str(first[name])
    assert [part.get_filename() for part in copy.iter_attachments()] == ["Накладная.pdf"]
    assert "It is on its way." in copy.get_body(("plain",)).get_content()
    with dovecot.connected(HOUSE) as imap:
        imap.select("Sent", readonly=True)
        (answer,) = [one for one in imap.uid("FETCH", "1:*", "(FLAGS INTERNALDATE)")[1] if one]
    assert b"\\Seen" in answer


@pytest.mark.dovecot
def test_the_copy_holds_no_link_to_rate(desk: World, sink: SmtpSink, dovecot: Dovecot) -> None:
    hand_over(desk, reply(desk))
    look(desk)
    html = sink.accepted[0].mail.get_body(("html",)).get_content()
    assert "/r/" in html
    (raw,) = dovecot.letters(HOUSE, "Sent")
    copy = email.message_from_bytes(raw, policy=default)
    for kind in ("html", "plain"):
        assert "/r/" not in copy.get_body((kind,)).get_content()
    assert b"good.png" not in raw


@pytest.mark.dovecot
@pytest.mark.parametrize("crash", ["before", "after"])
def test_a_crash_around_the_append_leaves_exactly_one(
    desk: World, dovecot: Dovecot, crash: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    message_id = reply(desk)
    hand_over(desk, message_id)
    genuine = SentFolder.append

    def append(self: SentFolder, letter: bytes, at: datetime) -> None:
        if crash == "after":
            genuine(self, letter, at)
        raise KeyboardInterrupt

    monkeypatch.setattr(SentFolder, "append", append)
    with pytest.raises(KeyboardInterrupt):
        look(desk)
    assert state_of(message_id) == "appending"
    monkeypatch.setattr(SentFolder, "append", genuine)
    look(desk, after=timedelta(minutes=30))
    assert state_of(message_id) == "stored"
    assert len(dovecot.letters(HOUSE, "Sent")) == 1


@pytest.mark.dovecot
def test_a_provider_that_files_what_it_sends_gets_no_second_copy(
    desk: World, sink: SmtpSink, dovecot: Dovecot
) -> None:
    message_id = reply(desk)
    hand_over(desk, message_id)
    file_as_provider(dovecot, sink)
    look(desk)
    assert state_of(message_id) == "found"
    assert len(dovecot.letters(HOUSE, "Sent")) == 1


def file_as_provider(dovecot: Dovecot, sink: SmtpSink, folder: str = "Sent") -> None:
    with dovecot.connected(HOUSE) as imap:
        imap.create(folder)
    for taken in sink.accepted:
        dovecot.append(taken.raw, to=HOUSE, folder=folder)


@pytest.mark.dovecot
def test_mailboxes_that_want_no_copy_get_none(desk: World, dovecot: Dovecot) -> None:
    connect(desk, dovecot, sent_copy=False)
    message_id = reply(desk)
    hand_over(desk, message_id)
    assert copy_of(message_id) is None
    with dovecot.connected(HOUSE) as imap:
        assert imap.select("Sent")[0] == "NO"


@pytest.mark.dovecot
def test_a_folder_of_the_admin_s_choice(desk: World, dovecot: Dovecot) -> None:
    connect(desk, dovecot, sent_folder="Answers")
    message_id = reply(desk)
    hand_over(desk, message_id)
    look(desk)
    copy = copy_of(message_id)
    assert copy is not None
    assert (copy.state, "there is no folder 'Answers'" in copy.error) == ("waiting", True)
    with dovecot.connected(HOUSE) as imap:
        imap.create("Answers")
    look(desk, after=timedelta(minutes=5))
    assert state_of(message_id) == "stored"
    assert len(dovecot.letters(HOUSE, "Answers")) == 1


@pytest.mark.dovecot
def test_an_imap_server_that_is_down_harms_no_delivery(desk: World, sink: SmtpSink, dovecot: Dovecot) -> None:
    dovecot.stop()
    message_id = reply(desk)
    hand_over(desk, message_id)
    look(desk)
    copy = copy_of(message_id)
    assert copy is not None
    assert (copy.state, delivery(message_id), len(sink.accepted)) == ("waiting", "accepted", 1)
    assert "nothing listens there" in copy.error
    assert copy.due_at is not None and copy.due_at > db.now()
    dovecot.start()
    look(desk, after=timedelta(minutes=2))
    assert state_of(message_id) == "stored"


@pytest.mark.dovecot
def test_a_letter_that_is_refused_does_not_hold_up_the_others(
    desk: World, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = reply(desk), reply(desk)
    hand_over(desk, first)
    genuine, refused = SentFolder.append, []

    def append(self: SentFolder, letter: bytes, at: datetime) -> None:
        if not refused:
            refused.append(letter)
            raise TemporaryFailure("the server answered: over quota.")
        genuine(self, letter, at)

    monkeypatch.setattr(SentFolder, "append", append)
    look(desk)
    assert [state_of(first), state_of(second)] == ["appending", "stored"]
    look(desk, after=timedelta(minutes=2))
    assert [state_of(first), state_of(second)] == ["stored", "stored"]
    assert len(dovecot.letters(HOUSE, "Sent")) == 2


@pytest.mark.dovecot
def test_our_copy_in_a_watched_sent_folder_never_becomes_a_ticket(desk: World, dovecot: Dovecot) -> None:
    with dovecot.connected(HOUSE) as imap:
        imap.create("Sent")
    with db.transaction() as session:
        folder = Folder(mailbox_id=desk.mailbox, name="Sent")
        session.add(folder)
        session.flush()
        folder_id = folder.id
    fetch_and_decide(desk, folder_id)
    hand_over(desk, reply(desk))
    look(desk)
    fetch_and_decide(desk, folder_id)
    with db.reading() as session:
        (raw,) = session.scalars(sa.select(RawMail)).all()
        assert (raw.state, raw.reason) == ("own", "our own mail came back to us")
        assert session.scalar(sa.select(sa.func.count(Ticket.id))) == 1
        assert session.scalar(sa.select(sa.func.count(Message.id))) == 2


def fetch_and_decide(desk: World, folder_id: int) -> None:
    """One look of the poller into the folder, and the decision."""
    blobs = BlobStore(desk.settings.blob_dir)
    with db.transaction() as session:
        mailbox = session.get_one(Mailbox, desk.mailbox)
        lease = mailboxes.acquire_lease(session, mailbox.id, "test", now=db.now())
    assert lease is not None
    with ImapSource(account_of(mailbox, desk.settings)) as source:
        look_into_folder(source, lease, folder_id, blobs, limit=10**7)
    Ingest(desk.settings, blobs).drain()


# Uncertain letters.


@pytest.fixture
def uncertain(desk: World, sink: SmtpSink, dovecot: Dovecot) -> int:
    """Taken by a provider that files what it sends, and never answered."""
    connect(desk, dovecot, sent_copy=False)
    sink.drop_at_data = True
    message_id = reply(desk)
    hand_over(desk, message_id)
    sink.drop_at_data = False
    assert delivery(message_id) == "uncertain"
    return message_id


@pytest.mark.dovecot
def test_an_uncertain_letter_that_the_provider_filed_did_leave(
    desk: World, uncertain: int, sink: SmtpSink, dovecot: Dovecot
) -> None:
    copy = copy_of(uncertain)
    assert copy is not None and copy.due_at is not None
    assert copy.due_at > db.now() + timedelta(minutes=14), "not before the provider had time to file it"
    file_as_provider(dovecot, sink)
    look(desk, after=timedelta(minutes=16))
    assert (delivery(uncertain), state_of(uncertain)) == ("accepted", "found")
    with db.reading() as session:
        told = session.scalar(sa.select(Event).where(Event.kind == "delivery_proved"))
        assert told is not None
        assert (told.detail["recipient"], told.detail["how"]) == ("olga@client.example", "copy")


@pytest.mark.dovecot
def test_an_uncertain_letter_that_is_nowhere_stays_with_the_agent(
    desk: World, uncertain: int, sink: SmtpSink, dovecot: Dovecot
) -> None:
    for hours in (1, 2, 5):
        assert state_of(uncertain) == "waiting"
        look(desk, after=timedelta(hours=hours))
    assert (delivery(uncertain), state_of(uncertain)) == ("uncertain", "absent")
    assert len(sink.accepted) == 1, "and it was not sent again"


@pytest.mark.dovecot
def test_what_an_agent_found_out_makes_the_copy_due(desk: World, uncertain: int, dovecot: Dovecot) -> None:
    for hours in (1, 2, 5):
        look(desk, after=timedelta(hours=hours))
    connect(desk, dovecot)
    with db.transaction() as session:
        assert states.proved_arrived(session, uncertain, "Olga@client.example", db.now(), how="reply")
    look(desk)
    assert (state_of(uncertain), len(dovecot.letters(HOUSE, "Sent"))) == ("stored", 1)


@pytest.mark.dovecot
def test_our_own_copy_proves_nothing(desk: World, sink: SmtpSink, dovecot: Dovecot) -> None:
    """One of two accepted, the other uncertain: the copy that we made ourselves is no witness."""
    message_id = reply(desk, cc=("igor@client.example",))
    original = sink.handle_DATA

    async def drop_the_second(*more: object) -> str:
        sink.drop_at_data = len(sink.accepted) == 1
        return await original(*more)  # type: ignore[arg-type]

    sink.handle_DATA = drop_the_second  # type: ignore[method-assign]
    hand_over(desk, message_id)
    look(desk)
    look(desk, after=timedelta(hours=6))
    assert (state_of(message_id), delivery(message_id)) == ("stored", "uncertain")
    assert len(dovecot.letters(HOUSE, "Sent")) == 1


def plan(**more: object) -> Plan:
    whole = {
        "message_id": 1,
        "rfc_message_id": "x@orbit.example",
        "state": CopyState.WAITING,
        "ours": True,
        "handed": 1,
        "uncertain": (),
        "outbox_id": 1,
        "at": datetime(2026, 11, 22, tzinfo=UTC),
    }
    return Plan(**{**whole, **more})  # type: ignore[arg-type]


OLGA = ("olga@client.example",)


@pytest.mark.parametrize(
    ("known", "copies", "step"),
    [
        (plan(), 0, Step.APPEND),
        (plan(), 1, Step.FOUND),
        (plan(state=CopyState.APPENDING), 0, Step.APPEND),
        (plan(state=CopyState.APPENDING), 1, Step.STORED),
        (plan(state=CopyState.APPENDING, uncertain=OLGA, handed=2), 2, Step.STORED),
        (plan(ours=False, uncertain=OLGA), 0, Step.LOOK_AGAIN),
        (plan(ours=False, uncertain=OLGA), 1, Step.PROVED),
        (plan(ours=False, uncertain=OLGA, handed=2), 1, Step.FOUND),
        (plan(ours=False, uncertain=OLGA, handed=2), 2, Step.PROVED),
        (plan(ours=True, uncertain=OLGA, handed=2), 0, Step.APPEND),
        (plan(ours=False), 0, Step.ABSENT),
    ],
)
def test_what_copies_in_the_folder_mean(known: Plan, copies: int, step: Step) -> None:
    assert next_step(known, copies) is step
