"""From journalled bytes to tickets: every letter ends in one recorded outcome, in the right place."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from app import db
from app.blobs import BlobStore
from app.customers.models import Customer
from app.mailboxes import parked
from app.mailboxes.models import Folder, Mailbox, RawMail, RawState
from app.outgoing import letter_rows
from app.outgoing.ids import make_message_id
from app.outgoing.service import Reply, instance_id, token_key, write_reply
from app.settings import Settings
from app.tickets import service as tickets
from app.tickets.models import Event, Message, Status, Ticket
from mail_ingest import apply as apply_module
from mail_ingest import journal
from mail_ingest.ingest import Ingest
from mail_ingest.journal import Fetched
from mail_ingest.parse import ParsedMail
from tests.support.letters import answer_to, letter
from tests.support.web import add_agent

ARRIVED = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


class Post:
    """A mailbox whose letters come from the test: stores them as the poller would, then decides them."""

    def __init__(self, settings: Settings, blobs: BlobStore, address: str = "support@help.example") -> None:
        self.settings, self.blobs = settings, blobs
        self.ingest = Ingest(settings, blobs)
        self.uid = 0
        with db.transaction() as session:
            mailbox = Mailbox(address=address, imap_host="127.0.0.1", created_at=ARRIVED, lease_token=1)
            folder = Folder(
                mailbox=mailbox, name="INBOX", uidvalidity=1, first_listed_at=ARRIVED, history_uidvalidity=1
            )
            session.add_all([mailbox, folder])
            session.flush()
            self.mailbox, self.folder = mailbox, folder

    def store(self, *raws: bytes) -> list[int]:
        mails = []
        for raw in raws:
            self.uid += 1
            mails.append(Fetched(self.uid, raw, ARRIVED + timedelta(minutes=self.uid), len(raw)))
        return journal.store(journal.Lease(self.mailbox.id, 1), self.folder, 1, mails, self.blobs)

    def deliver(self, *raws: bytes) -> dict[str, int]:
        return self.ingest.ingest(self.store(*raws)).outcomes


@pytest.fixture
def post(installation: Settings, blobs: BlobStore) -> Post:
    return Post(installation, blobs)


def all_tickets() -> Sequence[Ticket]:
    with db.reading() as session:
        return session.scalars(sa.select(Ticket).order_by(Ticket.id)).all()


def messages(ticket_id: int) -> Sequence[Message]:
    with db.reading() as session:
        return session.scalars(
            sa.select(Message).where(Message.ticket_id == ticket_id).order_by(Message.id)
        ).all()


def states() -> list[str]:
    with db.reading() as session:
        return list(session.scalars(sa.select(RawMail.state).order_by(RawMail.id)))


def our_message_id(post: Post, ticket_id: int, message_id: int = 1) -> str:
    return make_message_id(ticket_id, message_id, "help.example", token_key(post.settings), nonce="n")


def test_a_letter_becomes_a_ticket_on_a_new_client_card(post: Post) -> None:
    assert post.deliver(letter("Hello,\n\nwhere is it?", subject="My parcel")) == {"filed": 1}
    (ticket,) = all_tickets()
    assert (ticket.subject, ticket.status, ticket.unread, ticket.message_count) == (
        "My parcel",
        "open",
        True,
        1,
    )
    assert ticket.waiting_since == ARRIVED + timedelta(minutes=1)
    with db.reading() as session:
        card = session.scalars(sa.select(Customer)).one()
        assert (card.name, card.email) == ("Olga Petrova", "olga@buyer.example")
    (message,) = messages(ticket.id)
    assert "where is it?" in message.visible
    assert message.suggest_state == "pending"


def test_an_answer_continues_the_ticket_and_reopens_it(post: Post) -> None:
    post.deliver(letter(message_id="a@buyer.example"))
    with db.transaction() as session:
        tickets.set_status(session, session.get_one(Ticket, 1), Status.CLOSED, by=None, now=db.now())
    post.deliver(answer_to("a@buyer.example"))
    (ticket,) = all_tickets()
    assert (ticket.status, ticket.closed_at, ticket.message_count) == ("open", None, 2)


@pytest.mark.parametrize("together", [True, False])
def test_the_order_of_arrival_does_not_matter(post: Post, together: bool) -> None:
    """Root, two answers that name only the root, an answer to an answer: one ticket in any order."""
    raws = [
        letter(message_id="root@buyer.example"),
        answer_to("root@buyer.example", message_id="b@buyer.example"),
        answer_to("root@buyer.example", message_id="c@buyer.example"),
        answer_to("root@buyer.example", "b@buyer.example", message_id="d@buyer.example"),
    ]
    random.Random(7).shuffle(raws)
    raws.reverse()
    for batch in [raws] if together else [[raw] for raw in raws]:
        post.deliver(*batch)
    assert [ticket.message_count for ticket in all_tickets()] == [4]


def test_a_strangers_letter_never_lands_in_a_customers_ticket(post: Post) -> None:
    post.deliver(letter(message_id="a@buyer.example"))
    post.deliver(answer_to("a@buyer.example", sender="Eve <eve@elsewhere.example>"))
    first, second = all_tickets()
    assert (first.message_count, second.message_count, second.related_id) == (1, 1, first.id)


def test_our_token_from_a_stranger_is_held_and_gives_no_rights(post: Post) -> None:
    post.deliver(letter())
    ours = our_message_id(post, 1)
    post.deliver(answer_to(ours, sender="Eve <eve@elsewhere.example>", message_id="eve@elsewhere.example"))
    assert [message.held for message in messages(1)] == [False, True]
    post.deliver(answer_to("eve@elsewhere.example", sender="Eve <eve@elsewhere.example>"))
    assert [ticket.message_count for ticket in all_tickets()] == [2, 1], (
        "a held letter must not open the door for the next"
    )


def test_another_address_of_the_same_card_may_speak(post: Post) -> None:
    post.deliver(letter(message_id="a@buyer.example"))
    with db.transaction() as session:
        session.execute(
            sa.insert(sa.inspect(Customer).relationships["addresses"].mapper.class_).values(
                customer_id=1, email="olga@home.example", bounce_reason=""
            )
        )
    post.deliver(answer_to("a@buyer.example", sender="olga@home.example"))
    assert [ticket.message_count for ticket in all_tickets()] == [2]


def test_the_same_bytes_again_are_a_duplicate(post: Post) -> None:
    raw = letter()
    post.deliver(raw)
    assert post.deliver(raw) == {"duplicate": 1}
    assert len(all_tickets()) == 1


@pytest.mark.parametrize("together", [True, False])
def test_one_letter_to_two_mailboxes_is_one_ticket_that_says_so(
    post: Post, installation: Settings, blobs: BlobStore, together: bool
) -> None:
    sales = Post(installation, blobs, "sales@help.example")
    raw = letter(message_id="a@buyer.example")
    first = post.store(b"Received: by one.example\r\n" + raw)
    if not together:
        post.ingest.ingest(first)
    second = sales.store(b"Received: by two.example\r\n" + raw)
    assert sales.ingest.ingest([*first, *second]).outcomes["duplicate"] == 1
    with db.reading() as session:
        event = session.scalars(sa.select(Event).where(Event.kind == "also-sent-to")).one()
        assert event.detail == {"mailbox": "sales@help.example"}
    (ticket,) = all_tickets()
    assert event.ticket_id == ticket.id


def test_a_reused_message_id_with_other_content_is_kept_and_flagged(post: Post) -> None:
    post.deliver(letter("Parcel 1 has arrived", message_id="same@carrier.example", subject="Parcel 1"))
    post.deliver(letter("Parcel 2 has arrived", message_id="same@carrier.example", subject="Parcel 2"))
    assert len(all_tickets()) == 2
    assert any("same Message-ID" in defect for defect in messages(2)[0].defects)


def test_letters_without_message_id_are_kept(post: Post) -> None:
    post.deliver(letter("one", message_id=None, subject="one"), letter("two", message_id=None, subject="two"))
    assert len(all_tickets()) == 2


def test_automatic_mail_is_filed_but_wakes_nobody(post: Post) -> None:
    post.deliver(letter(message_id="a@buyer.example"))
    with db.transaction() as session:
        tickets.set_status(session, session.get_one(Ticket, 1), Status.WAITING, by=None, now=db.now())
    raw = answer_to("a@buyer.example", subject="Automatic reply: My parcel").replace(
        b"Subject:", b"Auto-Submitted: auto-replied\nSubject:", 1
    )
    assert post.deliver(raw) == {"automatic": 1}
    (ticket,) = all_tickets()
    assert (ticket.status, ticket.waiting_since) == ("waiting", None)
    assert messages(1)[1].automatic
    assert messages(1)[1].suggest_state == ""


def test_our_own_mail_coming_back_opens_nothing(post: Post) -> None:
    raw = letter(sender="support@help.example", headers={"X-Sincerely-Instance": instance_id(post.settings)})
    assert post.deliver(raw) == {"own": 1}
    assert not all_tickets()


def test_a_letter_with_an_unreadable_sender_is_not_lost(post: Post) -> None:
    raw = letter().replace(b"From: Olga Petrova <olga@buyer.example>", b"From: ")
    assert post.deliver(raw) == {"filed": 1}
    assert len(all_tickets()) == 1


def test_an_empty_letter_and_one_with_only_a_file_are_tickets(post: Post) -> None:
    assert post.deliver(letter(""), letter("", files={"photo.bin": b"\x00\x01" * 500})) == {"filed": 2}
    with db.reading() as session:
        (attachment,) = session.scalars(sa.select(Message).where(Message.id == 2)).one().attachments
    assert (attachment.filename, attachment.size) == ("photo.bin", 1000)
    assert post.blobs.get(attachment.sha256) == b"\x00\x01" * 500


def test_history_is_closed_unread_by_nobody_and_never_suggested_to(post: Post) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Folder).values(history_uid=10))
    post.folder.history_uid = 10
    post.folder.mailbox.created_at = ARRIVED + timedelta(days=1)
    post.deliver(letter())
    (ticket,) = all_tickets()
    assert (ticket.status, ticket.unread, ticket.waiting_since) == ("closed", False, None)
    assert messages(1)[0].suggest_state == ""


def test_a_mail_that_breaks_ingest_is_parked_and_its_neighbours_are_filed(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = letter("poison", subject="poison")
    real = apply_module.decide

    def choke(mail: ParsedMail, *more: object) -> object:
        if mail.subject == "poison":
            raise RuntimeError("choked")
        return real(mail, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(apply_module, "decide", choke)
    assert post.deliver(letter(subject="before"), poison, letter(subject="after")) == {
        "filed": 2,
        "parked": 1,
    }
    assert states() == [RawState.FILED, RawState.PARKED, RawState.FILED]
    monkeypatch.undo()
    with db.transaction() as session:
        parked.replay(session, sa.select(RawMail.id), limit=10**6)
    assert post.ingest.drain().outcomes == {"filed": 1}
    assert len(all_tickets()) == 3


def test_deciding_twice_files_once(post: Post) -> None:
    ids = post.store(letter())
    post.ingest.ingest(ids)
    assert post.ingest.ingest(ids).outcomes == {}
    assert [ticket.message_count for ticket in all_tickets()] == [1]


def test_quoted_text_is_folded_and_words_inside_it_stay(post: Post) -> None:
    """Our own mail is recognised whatever the customer's program makes of it, rating links and signature included."""
    post.deliver(letter(message_id="a@buyer.example"))
    nora = add_agent("nora@help.example", "Nora Lind")
    with db.transaction() as session:
        nora.signature_html = (
            '<div><b>Nora</b><br>Our <a href="https://lamps.example">shop</a></div><ul><li>9 to 5</li></ul>'
        )
        nora.signature = "Nora"
        reply = Reply("<div>We will deliver it on Monday.</div>", ["olga@buyer.example"], [], "", "n" * 20)
        sent = write_reply(
            session, session.get_one(Ticket, 1), reply, by=nora, now=db.now(), settings=post.settings
        )
    with db.reading() as session:
        (went_out,) = letter_rows.sent_texts(session, 1, post.settings)
    assert "/good" in went_out and "Our shop <https://lamps.example>\n- 9 to 5" in went_out
    quoted = "".join(f"> {line}\n" for line in went_out.splitlines())
    quoted = quoted.replace(
        "> We will deliver it on Monday.\n", "> We will deliver it on Monday.\nMonday suits me\n"
    )
    text = f"Thanks!\n\nOn Fri, Nov 20, 2026 at 10:00, Support wrote:\n{quoted}"
    post.deliver(answer_to(sent.rfc_message_id, text=text))
    last = messages(1)[-1]
    assert "Thanks!" in last.visible
    assert "Monday suits me" in last.visible
    assert "We will deliver it" in last.folded
    assert "/good" not in last.visible
    assert "9 to 5" in last.folded and "shop" not in last.visible + last.signature
