"""Passing a letter on: what leaves, who may answer, and that the third party is never taken for the customer."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.blobs import BlobStore
from app.errors import InvalidInput
from app.outgoing import service
from app.outgoing.compose import compose
from app.outgoing.letter_rows import letter_to
from app.outgoing.models import Outbox
from app.outgoing.service import Reply
from app.ratings.models import RatingInvitation
from app.tickets.inline_images import content_id
from app.tickets.models import Attachment, Draft, Kind, Message, Participant, Ticket
from tests.app.outgoing.conftest import LATER, NOW, World

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40
LETTER = (
    '<p>Look at <b>this</b>: <img src="cid:shot"></p><img src="https://spy.example/open.gif">'
    "<script>alert(1)</script>"
)


def send(world: World, **more: object) -> int:
    form = {
        "html": "<div>Can you look?</div>",
        "to": ["Lab <lab@bench.example>"],
        "cc": [],
        "then_status": "",
        "nonce": "nonce-of-a-forward",
        "kind": "forward",
        "about_id": world.letter,
        **more,
    }
    with db.transaction() as session:
        ticket, ben = session.get_one(Ticket, world.ticket), session.get_one(Agent, world.ben)
        reply = Reply(**form)  # type: ignore[arg-type]
        return service.write_reply(session, ticket, reply, by=ben, now=NOW, settings=world.settings).id


def mails(world: World, message_id: int) -> dict[str, object]:
    """recipient → the mail as it goes over the wire, read again by the library."""
    blobs = BlobStore(world.settings.blob_dir)
    with db.reading() as session:
        of_message = sa.select(Outbox).where(Outbox.message_id == message_id)
        rows = session.scalars(of_message.order_by(Outbox.id)).all()
        return {
            row.recipient: message_from_bytes(
                compose(letter_to(session, row, world.settings, blobs)).as_bytes(), policy=policy.default
            )
            for row in rows
        }


def with_files(world: World) -> dict[str, int]:
    """The customer's letter has a picture in its text and two files beside it."""
    blobs = BlobStore(world.settings.blob_dir)
    with db.transaction() as session:
        letter = session.get_one(Message, world.letter)
        letter.html = LETTER
        files = {
            "shot": Attachment(filename="shot.png", content_type="image/png", content_id="shot", inline=True),
            "bill": Attachment(filename="bill.pdf", content_type="application/pdf"),
            "secret": Attachment(filename="secret.txt", content_type="text/plain"),
        }
        for name, file in files.items():
            content = PNG if name == "shot" else name.encode()
            file.message_id, file.size, file.sha256 = letter.id, len(content), blobs.put(content)
        session.add_all(files.values())
        session.flush()
        return {name: file.id for name, file in files.items()}


def third_party_writes(world: World, text: str = "It is the valve.") -> int:
    with db.transaction() as session:
        letter = Message(
            ticket_id=world.ticket,
            kind=Kind.INCOMING,
            sender_name="Lab",
            sender_email="lab@bench.example",
            subject="Re: Fwd: Where is my order?",
            visible=text,
            rfc_message_id="answer@bench.example",
            arrived_at=NOW + timedelta(hours=1),
        )
        session.add(letter)
        session.flush()
        return letter.id


def test_the_letter_goes_on_whole_with_a_head_in_the_language_of_the_ticket(world: World) -> None:
    files = with_files(world)
    mail = mails(world, send(world, about_files=[files["bill"]]))["lab@bench.example"]
    assert mail["Subject"] == "Fwd: Where is my order?"
    assert mail["References"] is None and mail["In-Reply-To"] is None
    text = mail.get_body(("plain",)).get_content()
    assert "Can you look?" in text
    head = text[text.index("---------- Forwarded message") :]
    assert "From: Olga Petrova <olga@client.example>" in head
    assert "Subject: Where is my order?" in head and "November 22, 2026" in head
    assert "where is my order 17?" in head
    names = [part.get_filename() for part in mail.iter_attachments()]
    assert names == ["bill.pdf"]
    html = mail.get_body(("html",)).get_content()
    related = next(part for part in mail.walk() if part.get_content_type() == "multipart/related")
    picture = next(part for part in related.iter_parts() if part.get_content_type() == "image/png")
    assert f"cid:{picture['Content-ID'].strip('<>')}" in html
    assert picture.get_content() == PNG and picture.get_content_disposition() == "inline"
    assert "spy.example" not in html and "alert" not in html


def test_a_russian_ticket_has_a_russian_head(world: World) -> None:
    with db.transaction() as session:
        session.get_one(Ticket, world.ticket).language = "ru"
    text = mails(world, send(world))["lab@bench.example"].get_body(("plain",)).get_content()
    assert "Пересылаемое сообщение" in text and "От: Olga Petrova" in text and "Тема: " in text


def test_a_forward_asks_nobody_for_a_rating_and_the_customer_still_waits(world: World) -> None:
    send(world)
    with db.reading() as session:
        assert session.scalars(sa.select(RatingInvitation)).all() == []
        ticket = session.get_one(Ticket, world.ticket)
        assert ticket.waiting_since == NOW
        assert session.get(Participant, (world.ticket, "lab@bench.example")).how == "agent"


def test_links_to_rate_that_the_customer_quoted_stay_behind(world: World) -> None:
    link = f"{world.settings.public_url}/r/token-of-the-customer/good"
    with db.transaction() as session:
        letter = session.get_one(Message, world.letter)
        letter.folded = f"> Great: {link}\n> the rest"
        letter.html = f'<p>Hello</p><blockquote><a href="{link}">Great</a> the rest</blockquote>'
    mail = mails(world, send(world))["lab@bench.example"]
    assert b"token-of-the-customer" not in mail.as_bytes()
    assert "the rest" in mail.get_body(("plain",)).get_content()


def test_what_the_third_party_wrote_is_not_quoted_to_the_customer(world: World) -> None:
    send(world)
    third_party_writes(world)
    reply_id = send(
        world, kind="outgoing", about_id=None, to=["olga@client.example"], nonce="a-reply-to-the-customer"
    )
    with db.reading() as session:
        reply = session.get_one(Message, reply_id)
        assert "where is my order 17?" in reply.folded and "valve" not in reply.folded
        assert reply.in_reply_to == "first@client.example"
        references = mails(world, reply_id)["olga@client.example"]["References"]
        assert "bench.example" not in references
        guests = session.scalars(sa.select(RatingInvitation.recipient)).all()
        assert guests == ["olga@client.example"]
        assert session.get_one(Ticket, world.ticket).waiting_since is None


def test_an_answer_to_the_third_party_is_of_their_thread_and_quotes_them_alone(world: World) -> None:
    send(world)
    third_party_writes(world)
    reply_id = send(
        world, kind="outgoing", about_id=None, to=["lab@bench.example"], nonce="a-reply-to-the-lab-bench"
    )
    with db.reading() as session:
        reply = session.get_one(Message, reply_id)
        assert "valve" in reply.folded and "order 17" not in reply.folded
        assert reply.in_reply_to == "answer@bench.example"
        assert reply.subject == "Re: Fwd: Where is my order?"
        assert session.scalars(sa.select(RatingInvitation)).all() == []
        assert session.get_one(Ticket, world.ticket).waiting_since == NOW


@pytest.mark.parametrize("about", [None, 987654, "note"])
def test_only_a_letter_of_this_ticket_is_passed_on(world: World, about: object) -> None:
    if about == "note":
        with db.transaction() as session:
            note = Message(
                ticket_id=world.ticket, kind=Kind.NOTE, author_id=world.ben, visible="For us", arrived_at=NOW
            )
            session.add(note)
            session.flush()
            about = note.id
    with pytest.raises(InvalidInput) as refused:
        send(world, about_id=about)
    assert refused.value.field == "about_id"


def test_an_undone_forward_is_a_draft_of_a_forward_again(world: World) -> None:
    files = with_files(world)
    message_id = send(world, about_files=[files["bill"]], bcc=["boss@orbit.example"])
    with db.transaction() as session:
        service.undo(session, message_id, by=session.get_one(Agent, world.ben), now=NOW)
    with db.reading() as session:
        draft = session.scalars(sa.select(Draft)).one()
        assert (draft.kind, draft.about_id, draft.about_files) == ("forward", world.letter, [files["bill"]])
        assert draft.bcc == ["boss@orbit.example"] and draft.attachments == []
        assert session.get(Participant, (world.ticket, "lab@bench.example")) is None
        # The letter's own files are all there still.
        assert len(session.get_one(Message, world.letter).attachments) == 3


def test_a_blind_copy_is_in_no_header_and_has_a_delivery_of_its_own(world: World) -> None:
    message_id = send(
        world, kind="outgoing", about_id=None, to=["olga@client.example"], cc=["igor@client.example"],
        bcc=["Boss <boss@orbit.example>"],
    )  # fmt: skip
    sent = mails(world, message_id)
    assert list(sent) == ["olga@client.example", "igor@client.example", "boss@orbit.example"]
    for mail in sent.values():
        assert mail["Bcc"] is None and b"boss@orbit.example" not in mail.as_bytes()
    assert "/r/" not in sent["boss@orbit.example"].as_string()
    with db.transaction() as session:
        assert session.get_one(Message, message_id).bcc == [["Boss", "boss@orbit.example"]]
        states = service.release_due(session, LATER)
        assert states == [message_id]


def test_a_picture_in_the_text_travels_inside_the_letter_and_one_taken_out_does_not(world: World) -> None:
    blobs = BlobStore(world.settings.blob_dir)
    with db.transaction() as session:
        draft = Draft(ticket_id=world.ticket, agent_id=world.ben, kind="outgoing", updated_at=NOW)
        session.add(draft)
        session.flush()
        kept, dropped = (
            Attachment(
                draft_id=draft.id, filename=name, content_type="image/png", inline=True, size=len(PNG),
                sha256=blobs.put(PNG),
            )
            for name in ("kept.png", "dropped.png")
        )  # fmt: skip
        session.add_all([kept, dropped])
        session.flush()
        for one in (kept, dropped):
            one.content_id = content_id(one.id)
        html = f'<div>See <img src="cid:{kept.content_id}" alt="kept.png"></div>'
        draft_id = draft.id
    message_id = send(
        world, kind="outgoing", about_id=None, to=["olga@client.example"], html=html, draft_id=draft_id
    )
    mail = mails(world, message_id)["olga@client.example"]
    pictures = [part for part in mail.walk() if part.get_filename() in ("kept.png", "dropped.png")]
    assert [part.get_filename() for part in pictures] == ["kept.png"]
    assert pictures[0]["Content-ID"].strip("<>") in mail.get_body(("html",)).get_content()
    assert "[kept.png]" in mail.get_body(("plain",)).get_content()
