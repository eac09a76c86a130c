"""What people are told about the mail: each alarm begins with its cause and ends with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.blobs import BlobStore
from app.customers.models import Customer
from app.errors import TemporaryFailure
from app.mailboxes import alarms as alarms_module
from app.mailboxes.alarms import WITHHELD, Alarm, AlarmKind, alarms
from app.mailboxes.bytes_check import BytesCheck
from app.mailboxes.models import Folder, Mailbox, OAuthGrant, RawMail, RawState
from app.outgoing.models import Outbox
from app.outgoing.unfinished import unfinished
from app.tickets.models import Delivery, Kind, Message, Status, Ticket

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SILENCE = timedelta(minutes=15)


@pytest.fixture
def mailbox(database: str) -> Mailbox:
    """A mailbox that was looked into a minute ago."""
    with db.transaction() as session:
        made = Mailbox(
            address="support@help.example", imap_host="127.0.0.1", created_at=NOW - timedelta(days=9),
            last_success_at=NOW - timedelta(minutes=1),
        )  # fmt: skip
        session.add_all([made, Folder(mailbox=made, name="INBOX", uidvalidity=1)])
    return made


def change(**values: object) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(**values))


def add_raw(uid: int, **values: object) -> None:
    with db.transaction() as session:
        session.add(
            RawMail(
                **{"mailbox_id": 1, "folder_id": 1, "uidvalidity": 1, "uid": uid, "stored_at": NOW, **values}
            )
        )


def now_wrong() -> list[Alarm]:
    with db.reading() as session:
        return alarms(session, now=NOW, silence=SILENCE, counts=[unfinished(NOW)])


def kinds() -> list[str]:
    return [alarm.kind for alarm in now_wrong()]


def test_all_is_well(mailbox: Mailbox) -> None:
    add_raw(1, state=RawState.FILED)
    add_raw(2, stored_at=NOW - timedelta(minutes=9))
    change(last_error="a name server was slow", last_error_at=NOW)
    assert now_wrong() == []


@pytest.mark.parametrize("error", ["", "no such host"])
def test_nobody_could_look_for_a_while(mailbox: Mailbox, error: str) -> None:
    long_ago = NOW - timedelta(minutes=16)
    change(last_success_at=long_ago, last_error=error)
    assert now_wrong() == [Alarm(AlarmKind.SILENT, mailbox.address, mailbox.id, long_ago, words=error)]
    change(last_success_at=None)
    assert [alarm.since for alarm in now_wrong()] == [mailbox.created_at], "never since it was connected"
    change(active=False)
    assert now_wrong() == []


def test_the_server_withholds_mail(mailbox: Mailbox) -> None:
    change(last_error=WITHHELD.format(number=3), last_error_at=NOW)
    assert [(alarm.kind, alarm.number) for alarm in now_wrong()] == [("withheld", 3)]


@pytest.mark.parametrize(
    ("grant", "number"),
    [
        ({"failing_since": NOW, "last_error": "withdrawn"}, 0),
        ({"refresh_until": NOW + timedelta(days=3, hours=1)}, 3),
        ({"refresh_until": NOW + timedelta(days=8)}, None),
        ({}, None),
    ],
)
def test_a_permission_is_about_to_die(mailbox: Mailbox, grant: dict[str, object], number: int | None) -> None:
    with db.transaction() as session:
        session.add(OAuthGrant(mailbox_id=mailbox.id, client_id="id", **grant))
    assert [(alarm.kind, alarm.number) for alarm in now_wrong()] == (
        [] if number is None else [("token", number)]
    )


def test_automatic_mail_is_stopped(mailbox: Mailbox) -> None:
    change(automatic_stopped_at=NOW)
    assert kinds() == ["automatic"]


def test_mail_that_waits_is_parked_or_damaged_is_counted_by_mailbox(mailbox: Mailbox) -> None:
    for uid in (1, 2):
        add_raw(uid, state=RawState.PARKED, decided_at=NOW)
    add_raw(3, stored_at=NOW - timedelta(minutes=11))
    add_raw(4, state=RawState.FILED, damaged=True, checked_at=NOW)
    found = [(alarm.kind, alarm.number, alarm.mailbox) for alarm in now_wrong()]
    assert found == [
        ("damaged", 1, mailbox.address),
        ("undecided", 1, mailbox.address),
        ("parked", 2, mailbox.address),
    ]


def test_replies_that_failed_count_until_somebody_cares(mailbox: Mailbox) -> None:
    with db.transaction() as session:
        card = Customer(name="Olga", notes="", created_at=NOW)
        ticket = Ticket(mailbox_id=1, customer=card, opened_at=NOW, last_message_at=NOW)
        message = Message(ticket=ticket, kind=Kind.OUTGOING, arrived_at=NOW)
        for number, state in enumerate((Delivery.FAILED, Delivery.UNCERTAIN, Delivery.ACCEPTED)):
            session.add(
                Outbox(
                    message=message, recipient=f"{number}@b.example", state=state, done_at=NOW, created_at=NOW
                )
            )
    assert [(alarm.kind, alarm.number) for alarm in now_wrong()] == [("delivery", 1)]
    with db.transaction() as session:
        session.execute(sa.update(Ticket).values(status=Status.CLOSED))
    assert now_wrong() == []


def test_two_queries_whatever_is_wrong(mailbox: Mailbox) -> None:
    asked: list[str] = []
    with db.reading() as session:
        connection = session.connection()
        sa.event.listen(connection, "before_cursor_execute", lambda *more: asked.append(more[2]))
        alarms(session, now=NOW, silence=SILENCE, counts=[unfinished(NOW)])
    assert len(asked) == 2


def test_every_agent_sees_them_and_only_admins_are_sent_to_the_mailboxes(
    agent: FlaskClient, admin: FlaskClient, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(last_success_at=db.now() - timedelta(hours=1), last_error="<b>no such host</b>")
    monkeypatch.setattr(BlobStore, "free_mb", lambda _store: 100)
    for client, links in ((agent, 0), (admin, 2)):
        page = client.get("/inbox/open").get_data(as_text=True)
        banner = page[
            page.index('<details class="alarms') : page.index(
                "</details>", page.index('<details class="alarms')
            )
        ]
        assert "2 matters need attention" in banner
        assert "&lt;b&gt;no such host" in banner
        assert "100 MB free" in banner
        assert banner.count("<a ") == links
    change(last_success_at=db.now())
    monkeypatch.undo()
    assert 'class="alarms' not in agent.get("/inbox/open").get_data(as_text=True)


def test_every_kind_has_its_words() -> None:
    from app.web.alarms import _WORDINGS

    assert set(_WORDINGS) == set(alarms_module.AlarmKind)


def test_a_disk_that_is_nearly_full_stops_fetching_and_only_that(blobs: BlobStore) -> None:
    blobs.need_room(0)
    with pytest.raises(TemporaryFailure, match="almost full"):
        blobs.need_room(blobs.free_mb() + 10_000)


class TestBytesCheck:
    """The nightly look at the stored bytes."""

    def store(self, blobs: BlobStore, *contents: bytes) -> None:
        for uid, content in enumerate(contents, 1):
            add_raw(uid, sha256=blobs.put(content), size=len(content), stored_at=NOW - timedelta(days=2))

    def damaged(self) -> list[bool]:
        with db.reading() as session:
            return list(session.scalars(sa.select(RawMail.damaged).order_by(RawMail.id)))

    def test_damage_is_found_and_a_backup_mends_it(self, mailbox: Mailbox, blobs: BlobStore) -> None:
        self.store(blobs, b"one", b"two", b"three")
        path = blobs._path(blobs.put(b"two"))
        path.write_bytes(b"tvo")
        blobs._path(blobs.put(b"three")).unlink()
        check = BytesCheck(blobs)
        assert check.step(NOW) == 3
        assert self.damaged() == [False, True, True]
        assert kinds() == ["damaged", "undecided"]
        assert check.step(NOW) == 0, "everything has been looked at tonight"
        path.write_bytes(b"two")
        blobs.put(b"three")
        check = BytesCheck(blobs)
        assert check.step(NOW + timedelta(days=1)) == 3
        assert self.damaged() == [False] * 3

    def test_slices_are_small(
        self, mailbox: Mailbox, blobs: BlobStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.store(blobs, *(b"x" * size for size in (5, 6, 20, 1)))
        monkeypatch.setattr("app.mailboxes.bytes_check.SLICE_BYTES", 11)
        check = BytesCheck(blobs)
        assert [check.step(NOW) for _ in range(4)] == [2, 1, 1, 0]

    def test_by_day_only_what_was_missed_for_days(self, mailbox: Mailbox, blobs: BlobStore) -> None:
        self.store(blobs, b"one")
        noon = NOW.replace(hour=12)
        assert BytesCheck(blobs).step(noon) == 0
        assert BytesCheck(blobs).step(noon + timedelta(days=2)) == 1
        assert BytesCheck(blobs, "Asia/Tokyo").step(NOW.replace(hour=16)) == 0, "looked at within the day"

    def test_it_rests_when_it_is_through(self, mailbox: Mailbox, blobs: BlobStore) -> None:
        check = BytesCheck(blobs)
        assert check.step(NOW) == 0
        self.store(blobs, b"one")
        assert check.step(NOW + timedelta(minutes=10)) == 0
        assert check.step(NOW + timedelta(minutes=61)) == 1
