"""Loops: whatever answers us, and however often, one address gets one automatic mail a day and the breaker holds.

Every responder writes a thousand times, whether we wrote or not: that is worse than any loop. Most rounds go through
reading, deciding and the real table; some dialects go the whole way, and so do two installations facing each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app import installation as installations
from app.blobs import BlobStore
from app.mailboxes.models import Mailbox
from app.outgoing import letter_rows, receipts_limit
from app.outgoing.compose import compose
from app.outgoing.models import AutomaticMail, Outbox
from app.outgoing.receipts import Opening
from app.outgoing.receipts_policy import bare_address, why_no_receipt
from app.settings import Settings
from app.tickets.models import Message, Ticket
from mail_ingest import journal
from mail_ingest.journal import Fetched
from mail_ingest.parse import parse_mail
from tests.conftest import make_settings
from tests.mail_ingest.responders import DIALECTS, SUPPORT, Dialect
from tests.mail_ingest.test_ingest import Post
from tests.support.letters import letter

START = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
DAY, HOUR = timedelta(hours=24), timedelta(hours=1)
PER_HOUR = 200

Sent = list[tuple[str, datetime]]


def our_mail(number: int) -> bytes:
    return (
        f"From: {SUPPORT}\r\nSubject: [#{number}] Your letter has arrived\r\nMessage-ID: <n.{number}.1.x@help.example>\r\n"
        "Auto-Submitted: auto-replied\r\nX-Sincerely-Instance: abc\r\n\r\nYour letter has arrived.\r\n"
    ).encode()


def new_mailbox(session: Session, name: str) -> Mailbox:
    mailbox = Mailbox(address=f"{name}@help.example", auto_ack=True, created_at=START)
    session.add(mailbox)
    session.flush()
    return mailbox


def rounds(session: Session, mailbox: Mailbox, dialect: Dialect, number: int) -> Sent:
    """So many rounds of one responder, each taken for a new ticket, which is the worst that can be."""
    sent: Sent = []
    ours = b""
    for n in range(number):
        now = START + timedelta(seconds=n * dialect.every)
        for raw in dialect.answer(n, ours):
            address = may_answer(session, mailbox, raw, now)
            if address:
                sent.append((address, now))
                ours = our_mail(n + 1)
    return sent


def may_answer(session: Session, mailbox: Mailbox, raw: bytes, now: datetime) -> str:
    """The address that gets a receipt for this mail, '' for none."""
    mail = parse_mail(raw)
    opening = Opening(
        sender=mail.sender.email,
        arrived_at=now,
        automatic=mail.automatic or ("bounce" if mail.bounce else None),
        null_sender=mail.null_sender,
        from_an_instance=bool(mail.is_own),
    )
    address = bare_address(mail.sender.email)
    refusal = why_no_receipt(opening, ours=[SUPPORT], checked=False, now=now) or receipts_limit.take(
        session, mailbox, address, now, per_hour=PER_HOUR
    )
    return "" if refusal else address


def check(sent: Sent) -> None:
    """One a day to an address, and so many an hour."""
    last: dict[str, datetime] = {}
    for number, (address, at) in enumerate(sent):
        assert address not in last or at - last[address] >= DAY
        last[address] = at
        assert number < PER_HOUR or at - sent[number - PER_HOUR][1] >= HOUR


def test_there_are_enough_of_them() -> None:
    assert len(DIALECTS) >= 40


def test_forty_rounds_of_every_responder(installation: Settings) -> None:
    with db.transaction() as session:
        for name, dialect in DIALECTS.items():
            sent = rounds(session, new_mailbox(session, name), dialect, 40)
            check(sent)
            assert len(sent) == (0 if dialect.shows else 40 if dialect.every == 5 else 1), name


@pytest.mark.faults
@pytest.mark.faults_whole
def test_a_thousand_rounds_of_every_responder(installation: Settings) -> None:
    if not installation.database.startswith("sqlite"):
        pytest.skip("forty rounds show that the databases agree")
    with db.transaction() as session:
        for name, dialect in DIALECTS.items():
            mailbox = new_mailbox(session, name)
            sent = rounds(session, mailbox, dialect, 1000)
            check(sent)
            if dialect.shows:
                assert sent == [], name
            elif dialect.every == 5:
                assert len(sent) == PER_HOUR, name
                assert mailbox.automatic_stopped_at == START + timedelta(seconds=5 * PER_HOUR)
            else:
                assert len(sent) == 4, f"{name}: a thousand rounds of five minutes are three days and a half"


def forged(number: int) -> bytes:
    who = f"victim{number}@house{number % 977}.example"
    return (
        f'From: "CANARY-name-{number}" <{who}>\nTo: {SUPPORT}\nSubject: CANARY-subject-{number}\n'
        f"Message-ID: <canary-{number}@forged.example>\n\nCANARY-text-{number} buy now\n"
    ).encode()


@pytest.mark.faults
@pytest.mark.faults_whole
def test_ten_thousand_forged_senders_get_two_hundred_mails_in_an_hour(installation: Settings) -> None:
    if not installation.database.startswith("sqlite"):
        pytest.skip("forty rounds show that the databases agree")
    with db.transaction() as session:
        mailbox = new_mailbox(session, "support")
        sent: Sent = []
        for number in range(10_000):
            now = START + timedelta(seconds=number / 4)
            if address := may_answer(session, mailbox, forged(number), now):
                sent.append((address, now))
    check(sent)
    assert len(sent) == PER_HOUR


class Desk(Post):
    """A mailbox that sends receipts; what it sends is kept as it would leave."""

    def __init__(self, settings: Settings, blobs: BlobStore, address: str = SUPPORT) -> None:
        super().__init__(settings, blobs, address)
        self.left: set[int] = set()
        with db.transaction() as session:
            session.execute(sa.update(Mailbox).values(auto_ack=True))

    def store(self, *raws: bytes) -> list[int]:
        """As they arrive at this moment."""
        mails = [Fetched(self.uid + number, raw, db.now(), len(raw)) for number, raw in enumerate(raws, 1)]
        self.uid += len(raws)
        return journal.store(journal.Lease(self.mailbox.id, 1), self.folder, 1, mails, self.blobs)

    def outbox(self) -> list[bytes]:
        """Mails that were written since the last look."""
        with db.reading() as session:
            rows = session.scalars(sa.select(Outbox).order_by(Outbox.id)).all()
            fresh = [row for row in rows if row.id not in self.left]
            self.left.update(row.id for row in fresh)
            return [
                compose(letter_rows.letter_to(session, row, self.settings, None)).as_bytes() for row in fresh
            ]


@pytest.fixture
def desk(installation: Settings, blobs: BlobStore) -> Desk:
    return Desk(installation, blobs)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(db, "now", lambda: clock.now)
    return clock


class Clock:
    def __init__(self) -> None:
        self.now = START + timedelta(minutes=1)

    def go_on(self, **step: float) -> None:
        self.now += timedelta(**step)


def tickets() -> Sequence[Ticket]:
    with db.reading() as session:
        return session.scalars(sa.select(Ticket).order_by(Ticket.id)).all()


WHOLE_WAY = (
    "webmail vacation", "subject alone, Russian", "absence that quotes", "standard report", "plain",
    "new subject each time", "no Message-ID", "another tag each time", "answers twice",
)  # fmt: skip


@pytest.mark.parametrize("name", WHOLE_WAY)
def test_a_loop_the_whole_way_ends_after_one_mail(desk: Desk, clock: Clock, name: str) -> None:
    """The first letter gets a receipt, the responder answers each mail of ours and, if it can, itself."""
    dialect = replace(DIALECTS[name], sender=DIALECTS[name].sender.replace("{n}", "1"))
    desk.deliver(letter("Hello", sender=dialect.sender, to=SUPPORT, subject="lamp"))
    receipts = desk.outbox()
    everything = list(receipts)
    for number in range(12):
        clock.go_on(minutes=1)
        desk.deliver(*dialect.answer(number, everything[-1] if everything else b""))
        everything += desk.outbox()
    assert len(everything) == (
        0 if "MAILER-DAEMON" in dialect.sender or "postmaster" in dialect.sender else 1
    )


@pytest.mark.parametrize("headers", [{}, {"Auto-Submitted": "auto-generated"}], ids=["person", "program"])
def test_letters_without_evidence_never_share_a_ticket(
    desk: Desk, clock: Clock, headers: dict[str, str]
) -> None:
    """A form on a web site writes for many customers from one address: pace alone says nothing of the matter."""
    for number in range(12):
        clock.go_on(seconds=20)
        desk.deliver(letter(f"Order {number}", to=SUPPORT, subject=f"Order {number}", headers=headers))
    assert len(tickets()) == 12


def test_nothing_of_a_forged_letter_is_in_what_we_send(
    installation: Settings, blobs: BlobStore, clock: Clock
) -> None:
    desk = Desk(installation.model_copy(update={"automatic_per_hour": 8}), blobs)
    for number in range(30):
        clock.go_on(seconds=5)
        desk.deliver(forged(number))
    sent = desk.outbox()
    assert len(sent) == 8
    assert not any(b"CANARY" in mail.replace(b"canary-", b"") for mail in sent)
    assert all(b"forged.example>" in mail for mail in sent), (
        "but for the id that says which letter it answers"
    )
    with db.reading() as session:
        assert session.scalars(sa.select(Mailbox)).one().automatic_stopped_at is not None
        assert session.scalar(sa.select(sa.func.count()).select_from(AutomaticMail)) == 30
        assert session.scalar(sa.select(sa.func.count()).select_from(Message)) == 38


class Company:
    """A whole installation of its own: database, secret and mailbox."""

    def __init__(self, home: Path, address: str) -> None:
        secret = f"tests only: the secret of {address}".ljust(40, "x")
        self.settings = make_settings(home, secret_key=secret)
        self.settings.blob_dir.mkdir(parents=True)
        self.url = f"sqlite:///{home / 'sincerely.db'}"
        installations.migrate(self.url)
        self.address = address
        db.configure(self.url)
        self.desk = Desk(self.settings, BlobStore(self.settings.blob_dir), address)

    def takes(self, *mails: bytes) -> list[bytes]:
        """Let these mails arrive; what is sent because of them."""
        db.configure(self.url)
        self.desk.deliver(*mails)
        return self.desk.outbox()

    def tickets(self) -> int:
        db.configure(self.url)
        return len(tickets())


@pytest.fixture
def companies(tmp_path: Path) -> Iterator[tuple[Company, Company]]:
    homes = (tmp_path / "one", tmp_path / "two")
    for home in homes:
        home.mkdir()
    yield Company(homes[0], "support@one.example"), Company(homes[1], "help@two.example")
    db.dispose()


def play(companies: tuple[Company, Company], clock: Clock, *, days: int, strip: bool) -> Counter[str]:
    """Letters go back and forth until nobody writes any more, and four times a day somebody writes anew."""
    one, two = companies
    sent: Counter[str] = Counter()
    for hour in range(days * 4):
        clock.go_on(hours=6)
        mails = [
            letter(
                f"n{hour}",
                sender=two.address,
                to=one.address,
                message_id=f"{hour}@two.example",
                subject=f"{hour}",
            )
        ]
        to = one
        for _ in range(20):
            mails = [stripped(mail) if strip else mail for mail in to.takes(*mails)]
            sent[to.address] += len(mails)
            to = two if to is one else one
            if not mails:
                break
    return sent


def stripped(mail: bytes) -> bytes:
    """As a gateway between them might pass it on: nothing but From, To, Subject and the text."""
    parsed = parse_mail(mail)
    return letter(
        parsed.text,
        sender=parsed.sender.email,
        to=parsed.to[0].email,
        subject=parsed.subject,
        message_id=None,
    )


def test_two_of_our_own_facing_each_other_are_silent_after_one_mail(
    companies: tuple[Company, Company], clock: Clock
) -> None:
    sent = play(companies, clock, days=2, strip=False)
    assert sent["support@one.example"] == 2, "one a day"
    assert sent["help@two.example"] == 0, "a receipt is never answered"


def test_two_of_our_own_behind_a_gateway_that_strips_headers_write_once_a_day(
    companies: tuple[Company, Company], clock: Clock
) -> None:
    sent = play(companies, clock, days=3, strip=True)
    assert sent["support@one.example"] == 3
    assert sent["help@two.example"] <= 3


def test_what_comes_through_our_own_group_is_a_letter_but_gets_no_receipt(desk: Desk, clock: Clock) -> None:
    """Many companies put a group of their provider before the mailbox; every letter then looks like list mail."""
    group = {"List-Id": "<support.help.example>", "Precedence": "list", "List-Post": f"<mailto:{SUPPORT}>"}
    desk.deliver(letter("My lamp is dark", to=SUPPORT, subject="lamp", headers=group))
    (ticket,) = tickets()
    assert ticket.waiting_since is not None
    assert desk.outbox() == []
