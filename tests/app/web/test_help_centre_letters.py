""" "Write to us": a form becomes a mail, and the mail a ticket, as any other; but nobody believes its sender."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from html import unescape

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from app import db
from app.accounts.models import Role
from app.blobs import BlobStore
from app.customers.models import Customer, CustomerAddress
from app.knowledge import public_settings
from app.knowledge.public_settings import Centre
from app.mailboxes import form_letters
from app.mailboxes.models import Folder, Mailbox, RawMail, RawState
from app.outgoing.models import Outbox
from app.settings import Settings
from app.tickets.models import Attachment, Kind, Message, Status, Ticket
from app.web import help_centre_letters
from app.web.limits import limiter
from mail_ingest.ingest import Ingest
from tests.app.web.conftest import Desk
from tests.support.web import add_agent

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

WRITTEN = {
    "name": "Olga Petrova",
    "email": "Olga@Buyer.example",
    "subject": "My kettle",
    "text": "It leaks.\nHelp!",
}


class Form:
    """The form in a reader's browser, opened a while ago."""

    def __init__(self, app: Flask, settings: Settings, mailbox: Mailbox) -> None:
        self.app, self.settings, self.mailbox = app, settings, mailbox

    def mark(self, language: str = "en") -> str:
        page = self.app.test_client().get(f"/help/{language}/write").text
        found = re.search(r'name="form" value="([^"]+)"', page)
        assert found, page[:300]
        return unescape(found.group(1))

    def send(self, mark: str = "", *, language: str = "en", files: object = (), **more: str) -> TestResponse:
        form: dict[str, object] = {**WRITTEN, "form": mark or self.mark(language), **more}
        if files:
            form["files"] = files
        return self.app.test_client().post(f"/help/{language}/write", data=form)

    def ingest(self) -> None:
        Ingest(self.settings, BlobStore(self.settings.blob_dir)).drain()


@pytest.fixture
def form(app: Flask, installation: Settings, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Form:
    monkeypatch.setattr(help_centre_letters, "SOONEST_SECONDS", -1)
    monkeypatch.setattr(limiter, "enabled", False)
    agent = add_agent("owner@help.example", "Ada", role=Role.ADMIN)
    with db.transaction() as session:
        mailbox = session.get_one(Mailbox, desk.mailbox_id)
        centre = Centre(open=True, languages=("en", "ru"), form=True, mailbox_id=mailbox.id)
        public_settings.change(session, centre, by=agent, now=db.now())
        session.expunge(mailbox)
    return Form(app, installation, mailbox)


def rows(model: type) -> list:  # type: ignore[type-arg]
    with db.reading() as session:
        return list(session.scalars(sa.select(model).order_by(model.id)))


def test_a_letter_becomes_a_ticket(form: Form) -> None:
    files = [(io.BytesIO(b"\x89PNG\r\n\x1a\n rest"), "../pic\u202egnp.html"), (io.BytesIO(b"MZ"), "a.exe")]
    answer = form.send(files=files)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/help/en/written")
    assert (
        "Set-Cookie" not in answer.headers
        and "A person will read it" in form.app.test_client().get("/help/en/written").text
    )
    (raw,) = rows(RawMail)
    assert (raw.state, raw.sender, raw.history) == (RawState.STORED, "olga@buyer.example", False), (
        "stored before anything"
    )
    form.ingest()
    (ticket,), (message,) = rows(Ticket), rows(Message)
    assert (ticket.subject, ticket.status, ticket.mailbox_id) == ("My kettle", Status.OPEN, form.mailbox.id)
    assert (message.kind, message.sender_email, message.sender_name) == (
        Kind.INCOMING,
        "olga@buyer.example",
        "Olga Petrova",
    )
    assert message.visible.strip() == "It leaks.\nHelp!" and [one["rule"] for one in message.evidence] == [
        "form"
    ]
    names = {one.filename: one.content_type for one in rows(Attachment)}
    assert set(names.values()) == {"image/png", "application/octet-stream"} and not [
        one for one in names if "\u202e" in one or "/" in one
    ]
    assert rows(RawMail)[0].state == RawState.FILED
    assert [one.name for one in rows(Folder) if not one.watched] == [form_letters.FOLDER]


def test_a_forged_sender_reaches_no_ticket(form: Form, desk: Desk) -> None:
    """With the address of a customer, the number of their ticket, a mark of ours and whatever else a letter can say."""
    victims = desk.letter("My secret order", subject="Order")
    form.ingest()
    quoted = "> On Monday Nora wrote:\n> [ref:abc] Hello\n-----Original Message-----\nFrom: x@y.example\n\nForward it"
    for subject in (f"[#{victims}] Order", f"Re: [#{victims}]", "Fwd: Order", "Automatic reply: Order"):
        form.send(subject=subject, text=quoted)
    form.ingest()
    tickets, messages = rows(Ticket), rows(Message)
    assert len(tickets) == 5 and [one.ticket_id for one in messages] == [one.id for one in tickets]
    assert {one.customer_id for one in tickets} == {tickets[0].customer_id}, (
        "on the card that has the address"
    )
    assert all(one.evidence[0]["rule"] == "form" and not one.held for one in messages[1:])
    with db.transaction() as session:
        card = session.scalars(sa.select(Customer)).one()
        address = session.scalars(
            sa.select(CustomerAddress).where(CustomerAddress.customer_id == card.id)
        ).one()
        address.bounced_at = db.now()
    form.send(text="Once more")
    form.ingest()
    assert rows(CustomerAddress)[0].bounced_at is not None, "a form does not prove that an address takes mail"


def test_the_receipt_has_its_brakes(form: Form) -> None:
    with db.transaction() as session:
        session.get_one(Mailbox, form.mailbox.id).auto_ack = True
    for text in ("One", "Two", "Three"):
        form.send(text=text, subject="<b>cheap pills</b> https://evil.example")
    form.send(email="no-reply@shop.example")
    form.ingest()
    sent = [one for one in rows(Message) if one.kind == Kind.OUTGOING]
    assert len(rows(Ticket)) == 4 and len(sent) == 1, "one to an address a day, none to where nobody reads"
    assert len(rows(Outbox)) == 1 and "evil" not in sent[0].visible + sent[0].subject + (sent[0].html or "")


def test_the_same_letter_twice_is_one(form: Form) -> None:
    mark = form.mark()
    assert [form.send(mark).status_code for _ in range(3)] == [303, 303, 303]
    form.send(mark, text="Another letter from the same page")
    form.ingest()
    assert len(rows(RawMail)) == 2 and len(rows(Ticket)) == 2


WRONG: list[tuple[dict[str, str], str]] = [
    ({"email": ""}, "email"),
    ({"email": "olga"}, "email"),
    ({"email": "olga@localhost"}, "email"),
    ({"email": "a@b.example\r\nBcc: all@world.example"}, "email"),
    ({"email": "a@b.example, c@d.example"}, "email"),
    ({"email": "support@help.example"}, "email"),
    ({"email": "Support+x@HELP.example"}, "email"),
    ({"text": "  \n "}, "text"),
    ({"text": "x" * 50_001}, "text"),
    ({"website": "https://spam.example"}, ""),
    ({"mark": "forged"}, ""),
]


def test_what_is_wrong_comes_back_with_every_word(form: Form) -> None:
    for number, (typed, field) in enumerate(WRONG):
        answer = form.send(**typed)
        assert answer.status_code == 422 and 'role="alert"' in answer.text, typed
        assert not field or f'id="{field}-trouble"' in answer.text, typed
        kept = unescape(answer.text)
        assert 'value="Olga Petrova"' in kept and ("It leaks.\nHelp!" in kept or field == "text"), typed
        assert len(rows(RawMail)) == number
        again = re.search(r'name="form" value="([^"]+)"', answer.text)
        assert again and form.send(unescape(again.group(1))).status_code == 303, typed


def test_hostile_words_become_a_plain_letter(form: Form) -> None:
    """Nothing that is typed becomes a header, is lost, or stops the mail after it."""
    hostile = [
        "Subject\r\nBcc: all@world.example",
        "\u202e\u2066 \U0001f600 \ufffe \u2028 end",
        '"><img src=x onerror=alert(1)> =?utf-8?q?=00?=',
        "{{ticket.number}} %s {0} ${x} ../../etc",
        "я" * 300,
    ]
    for number, text in enumerate(hostile):
        answer = form.send(name=text, subject=text, text=f"{text} {number}\n.\n\nFrom x\n--\n")
        assert answer.status_code == 303, text
    form.ingest()
    messages = rows(Message)
    assert len(messages) == len(hostile) and {one.state for one in rows(RawMail)} == {RawState.FILED}
    assert all(one.to == [["", form.mailbox.address]] and not one.cc for one in messages)
    assert all(str(number) in one.visible + one.folded for number, one in enumerate(messages))
    assert (
        "Bcc: all@world.example" in messages[0].subject_line if hasattr(messages[0], "subject_line") else True
    )


def test_limits(form: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too fast, too much, too large, too many: refused with the words kept, and nothing is stored."""
    monkeypatch.setattr(help_centre_letters, "SOONEST_SECONDS", 60)
    assert form.send().status_code == 422
    monkeypatch.setattr(help_centre_letters, "SOONEST_SECONDS", -1)
    many = [(io.BytesIO(b"x"), f"{number}.txt") for number in range(11)]
    assert form.send(files=many).status_code == 422
    large = [(io.BytesIO(b"x" * (form.settings.upload_bytes + 1)), "large.bin")]
    assert form.send(files=large).status_code == 422
    huge = [(io.BytesIO(b"x" * (form.settings.upload_bytes + 2 * 1024 * 1024)), "huge.bin")]
    answer = form.send(files=huge)
    assert (
        answer.status_code == 413
        and "Go back, leave out a file" in answer.text
        and 'name="form"' in answer.text
    )
    assert not rows(RawMail)
    monkeypatch.setattr(help_centre_letters, "LETTERS_PER_HOUR", 2)
    assert [form.send(text=f"Letter {number}").status_code for number in range(4)] == [303, 303, 422, 422]
    assert len(rows(RawMail)) == 2
    with db.transaction() as session:
        session.execute(sa.update(RawMail).values(internal_date=db.now() - timedelta(hours=2)))
    assert form.send(text="Later").status_code == 303


def test_an_address_that_sends_many_waits(form: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    answers = [form.send(text=f"Letter {number}") for number in range(7)]
    assert [one.status_code for one in answers].count(303) == 5 and answers[-1].status_code == 429
    assert "Letter 6" in answers[-1].text and "wait a few minutes" in answers[-1].text


def test_a_disk_that_fails_loses_nothing(form: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> str:
        raise OSError(28, "No space left on device")

    mark = form.mark()
    with monkeypatch.context() as broken:
        broken.setattr(BlobStore, "put", full)
        answer = form.send(mark)
    assert answer.status_code == 503 and "It leaks.\nHelp!" in unescape(answer.text) and not rows(RawMail)
    assert form.send(mark).status_code == 303 and len(rows(RawMail)) == 1


def test_without_a_form_there_is_none(form: Form) -> None:
    agent = add_agent("eve@help.example", "Eve", role=Role.ADMIN)
    with db.transaction() as session:
        centre = Centre(open=True, languages=("en",), form=False, mailbox_id=form.mailbox.id)
        public_settings.change(session, centre, by=agent, now=db.now())
    reader = form.app.test_client()
    for path in ("/help/en/write", "/help/en/written"):
        assert reader.get(path).status_code == 404
    assert reader.post("/help/en/write", data=WRITTEN).status_code == 404
    assert "Write to us" not in reader.get("/help/en").text + reader.get("/help/en/search?q=x").text
