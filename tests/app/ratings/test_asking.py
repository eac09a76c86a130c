"""Who is asked to rate a reply, in which words and with which faces."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.accounts.models import Agent
from app.blobs import BlobStore
from app.mailboxes.models import Mailbox
from app.outgoing.compose import compose
from app.outgoing.letter_rows import letter_to
from app.outgoing.models import Outbox
from app.outgoing.reply import Reply
from app.outgoing.service import undo, write_reply
from app.ratings import whom_to_ask
from app.ratings.asking_models import Asking
from app.ratings.models import NotAsked, RatingInvitation
from app.ratings.whom_to_ask import Occasion, Recipient, why_not
from app.settings import Settings
from app.tickets.models import Kind, Message, Status, Ticket
from tests.app.ratings.conftest import add_people

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
SMILEYS = Path(__file__).resolve().parents[3] / "app" / "static" / "smileys"
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_the_table_of_reasons(database: str) -> None:
    asks, person = Occasion(asks=True), Recipient()
    closing = replace(asks, moment=whom_to_ask.ON_CLOSING)
    week = replace(asks, every_days=7)
    table = [
        (asks, person, ""),
        (Occasion(asks=False), person, "off"),
        (replace(asks, spam=True), person, "spam"),
        (replace(asks, aside=True), person, "aside"),
        (replace(asks, begun=True), person, "begun"),
        (replace(asks, automatic=True), person, "automatic"),
        (asks, Recipient(colleague=True), "colleague"),
        (asks, Recipient(outsider=True), "outsider"),
        (closing, person, "not_closing"),
        (replace(closing, closes=True), person, ""),
        (week, Recipient(asked_at=AT - timedelta(days=7)), ""),
        (week, Recipient(asked_at=AT - timedelta(days=6, hours=23)), "lately"),
        (asks, Recipient(asked_at=AT), ""),
    ]
    for occasion, recipient, reason in table:
        assert why_not(occasion, recipient, AT) == reason, (occasion, recipient)


class Desk:
    """A customer who writes, and Ben who answers."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.number = settings, 0
        with db.transaction() as session:
            ben, olga = add_people(session, AT)
            olga.language = "ru"
            mailbox = Mailbox(address="support@orbit.example", name="Orbit", created_at=AT)
            session.add(mailbox)
            session.flush()
            self.ben, self.olga, self.mailbox = ben.id, olga.id, mailbox.id

    def letter(self, **more: object) -> int:
        """A new ticket with one letter; its number."""
        with db.transaction() as session:
            ticket = Ticket(mailbox_id=self.mailbox, customer_id=self.olga, subject="Where?", opened_at=AT,
                            last_message_at=AT)  # fmt: skip
            session.add(ticket)
            session.flush()
            session.add(Message(ticket_id=ticket.id, kind=Kind.INCOMING, sender_email="olga@client.example",
                                visible="Where is it?", arrived_at=AT, rfc_message_id=f"{ticket.id}@client.example",
                                **more))  # fmt: skip
            return ticket.id

    def answer(self, ticket_id: int, at: datetime = AT, **more: object) -> int:
        self.number += 1
        reply = Reply(**{"html": "<div>Here</div>", "to": ["olga@client.example"], "cc": [], "then_status": "",
                         "nonce": f"nonce-{self.number:020}", **more})  # fmt: skip
        with db.transaction() as session:
            ticket, ben = session.get_one(Ticket, ticket_id), session.get_one(Agent, self.ben)
            return write_reply(session, ticket, reply, by=ben, now=at, settings=self.settings).id

    def choose(self, **values: object) -> None:
        with db.transaction() as session:
            session.execute(sa.delete(Asking))
            session.add(Asking(mailbox_id=self.mailbox, **values))

    def outcome(self, message_id: int) -> tuple[list[str], list[str]]:
        """Who was asked, and why others were not."""
        with db.reading() as session:
            asked = sa.select(RatingInvitation.recipient).where(RatingInvitation.message_id == message_id)
            unasked = sa.select(NotAsked.reason).where(NotAsked.message_id == message_id)
            return sorted(session.scalars(asked)), sorted(session.scalars(unasked))

    def mail(self, message_id: int) -> tuple[str, str, list[tuple[str, str, bytes]]]:
        """Text, HTML and pictures of the mail that leaves."""
        with db.reading() as session:
            row = session.scalars(sa.select(Outbox).where(Outbox.message_id == message_id)).one()
            blobs = BlobStore(self.settings.blob_dir)
            whole = compose(letter_to(session, row, self.settings, blobs))
        parts = {
            part.get_content_subtype(): part.get_content()
            for part in whole.walk()
            if part.get_content_maintype() == "text"
        }
        pictures = [
            (part["Content-ID"].strip("<>"), part.get_content_type(), part.get_content())
            for part in whole.walk()
            if part.get_content_maintype() == "image"
        ]
        return parts["plain"], parts["html"], pictures


@pytest.fixture
def desk(installation: Settings) -> Desk:
    return Desk(installation)


def test_the_send_path_decides_and_remembers_why_not(desk: Desk) -> None:
    everybody = ["olga@client.example"]
    first = desk.answer(desk.letter(), cc=["ben@orbit.example"])
    assert desk.outcome(first) == (everybody, ["colleague"])
    assert desk.outcome(desk.answer(desk.letter(automatic="auto-reply"))) == ([], ["automatic"])
    # Only on closing, and never more often than every ten days, at whichever address of the card.
    desk.choose(moment="closing")
    ticket = desk.letter()
    assert desk.outcome(desk.answer(ticket)) == ([], ["not_closing"])
    assert desk.outcome(desk.answer(ticket, then_status=Status.CLOSED)) == (everybody, [])
    desk.choose(every_days=10)
    again = desk.answer(desk.letter(), AT + timedelta(days=9))
    assert desk.outcome(again) == ([], ["lately"])
    assert desk.outcome(desk.answer(desk.letter(), AT + timedelta(days=10))) == (everybody, [])
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(ask_ratings=False))
    off = desk.answer(desk.letter(), AT + timedelta(days=90))
    assert desk.outcome(off) == ([], ["off"])
    # Taken back before it left: nobody was asked, and nothing counts it.
    with db.transaction() as session:
        undo(session, off, by=session.get_one(Agent, desk.ben), now=AT + timedelta(days=90))
    assert desk.outcome(off) == ([], [])


def test_a_letter_asks_as_its_mailbox_says_and_keeps_asking_so(desk: Desk) -> None:
    text, html, pictures = desk.mail(desk.answer(desk.letter()))
    assert "Как вам этот ответ?" in text and "Как вам этот ответ?" in html
    assert [kind for _, kind, _ in pictures] == ["image/png"] * 3
    assert all(f"cid:{name}" in html for name, _, _ in pictures)
    # Pictures off: the emoji stands for each face, and the word is no picture anyway.
    for emoji, word in (("🙂", "Отлично"), ("😐", "Нормально"), ("🙁", "Плохо")):
        assert f'alt="{emoji}"' in html and word in html and word in text
    desk.choose(style="line", question={"ru": "Помогло?"}, anonymous="yes")
    line = desk.answer(desk.letter())
    told = desk.mail(line)
    assert "Помогло?" in told[0] and "Ваш ответ учитывается без имени." in told[1]
    assert 'width="28"' in told[1] and 'width="44"' not in told[1]
    # What is chosen later does not change a letter that was written.
    desk.choose(style="card", question={"ru": "Иначе?"})
    assert desk.mail(line)[:2] == told[:2]
    with db.reading() as session:
        assert session.scalars(sa.select(RatingInvitation.anonymous).order_by(RatingInvitation.id)).all() == [
            False,
            True,
        ]


def test_an_admin_chooses_it_in_the_browser_with_own_faces(desk: Desk, admin: FlaskClient) -> None:
    wrong = admin.post("/settings/asking", data={"every_days": "x"})
    assert wrong.status_code == 422 and "A number of days from 0 to 365." in wrong.text
    form = {"mailbox": str(desk.mailbox), "moment": "", "every_days": "3", "style": "card", "anonymous": "",
            "question_en": "", "question_ru": "Ну как?"}  # fmt: skip
    faces = {
        f"picture_{face}": ((SMILEYS / f"{face}.png").open("rb"), f"{face}.png") for face in ("good", "okay")
    }
    refused = admin.post("/settings/asking", data=form | faces, content_type="multipart/form-data")
    assert refused.status_code == 422 and "Choose a picture for each of the three faces." in refused.text
    for content in (b"<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\nbroken"):
        bad = {"picture_bad": (io.BytesIO(content), "bad.png")}
        assert (
            admin.post("/settings/asking", data=form | bad, content_type="multipart/form-data").status_code
            == 422
        )
    faces = {
        f"picture_{face}": ((SMILEYS / "bad.png").open("rb"), "own.png") for face in ("good", "okay", "bad")
    }
    assert (
        admin.post("/settings/asking", data=form | faces, content_type="multipart/form-data").status_code
        == 302
    )
    text, _html, pictures = desk.mail(desk.answer(desk.letter()))
    assert "Ну как?" in text
    assert {content for _, _, content in pictures} == {(SMILEYS / "bad.png").read_bytes()}
    page = admin.get(f"/settings/asking?mailbox={desk.mailbox}").text
    assert "Ну как?" in page and "Without own faces" in page
    for way, ground in (("light", "#ffffff"), ("dark", "#16181c"), ("bare", "#ffffff")):
        shown = admin.get(f"/settings/asking/preview?mailbox={desk.mailbox}&way={way}&in=ru")
        assert "Ну как?" in shown.text and ground in shown.text
        assert ("data:image/png" in shown.text) is (way != "bare")
        assert "cid:" not in shown.text and "default-src 'none'" in shown.headers["Content-Security-Policy"]
    off = admin.post("/settings/asking", data=form | {"moment": "off", "drop_pictures": "on"})
    assert off.status_code == 302
    assert desk.outcome(desk.answer(desk.letter(), AT + timedelta(days=50))) == ([], ["off"])
    assert "Changed how ratings are asked for" in admin.get("/settings/log").text
