"""A letter that an agent forwards to us, from its bytes to the ticket of its first writer and the answer to them."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.message import Message as Mail

import pytest
import sqlalchemy as sa

from app import db
from app.customers.models import Customer
from app.mailboxes.models import Mailbox, RawMail
from app.outgoing import letter_rows
from app.outgoing.compose import compose
from app.outgoing.models import Outbox
from app.outgoing.service import Reply, write_reply
from app.tickets.models import Kind, Message, Ticket
from tests.mail_ingest.test_forward import PROGRAMS
from tests.mail_ingest.test_ingest import Post, all_tickets, messages, post
from tests.support.letters import answer_to, letter
from tests.support.web import add_agent

__all__ = ["post"]
NORA = "Nora Lind <nora@help.example>"
TRUSTED = "mx.help.example"
ORIGINAL = "first@buyer.example"
CANARY = "She is always in a hurry"


@pytest.fixture
def nora(post: Post) -> int:
    return add_agent("nora@help.example", "Nora Lind").id


def believe(authserv_id: str = TRUSTED) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(authserv_id=authserv_id))


def checked(raw: bytes, verdict: str = "pass", domain: str = "help.example") -> bytes:
    """The letter as our mail server hands it over, with its finding on top."""
    return f"Authentication-Results: {TRUSTED}; dmarc={verdict} header.from={domain}\n".encode() + raw


def forward(text: str = "", *, sender: str = NORA, subject: str = "Fwd: My parcel", **more: object) -> bytes:
    body = text or PROGRAMS["gmail"][1].replace("Please answer her.", CANARY)
    return answer_to(ORIGINAL, text=body, sender=sender, subject=subject, **more)


def with_letter_attached(inner: bytes, *, sender: str = NORA, text: str = CANARY, files: int = 1) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "support@help.example", "Fwd: My parcel"
    mail["Message-ID"], mail["Date"] = "<outer@help.example>", "Fri, 20 Nov 2026 10:00:00 +0000"
    mail.set_content(text)
    for _ in range(files):
        mail.add_attachment(message_from_bytes(inner, _class=EmailMessage))
    return mail.as_bytes()


def rules(message: Message) -> list[str]:
    return [item["rule"] for item in message.evidence]


@pytest.mark.usefixtures("nora")
def test_a_forward_becomes_a_ticket_of_the_first_writer(post: Post) -> None:
    assert post.deliver(forward()) == {"filed": 1}
    (ticket,) = all_tickets()
    assert (ticket.subject, ticket.status, ticket.preview) == (
        "My parcel",
        "open",
        "Where is my parcel? Olga",
    )
    with db.reading() as session:
        card = session.get_one(Customer, ticket.customer_id)
        assert (card.name, card.email) == ("Olga Petrova", "olga@buyer.example")
        assert session.scalar(sa.select(sa.func.count(Customer.id))) == 1, "no card for a colleague"
        assert session.scalars(sa.select(RawMail.sender)).one() == "nora@help.example"
    original, note = messages(ticket.id)
    assert (original.sender_name, original.sender_email) == ("Olga Petrova", "olga@buyer.example")
    assert original.visible == "Where is my parcel?\n\nOlga"
    assert rules(original) == ["forwarded", "forwarder-unproven"]
    assert original.evidence[0]["detail"] == "Nora Lind <nora@help.example>"
    assert (note.kind, note.visible, note.sender_email, note.author_id) == (
        Kind.NOTE,
        CANARY,
        "nora@help.example",
        None,
    )


@pytest.mark.parametrize(
    "program", ["outlook desktop", "apple mail", "russian apple", "yandex", "german outlook"]
)
@pytest.mark.usefixtures("nora")
def test_whatever_program_it_was_forwarded_with(post: Post, program: str) -> None:
    subject, text = PROGRAMS[program]
    post.deliver(forward(text, subject=subject))
    (ticket,) = all_tickets()
    assert ticket.subject == "My parcel"
    assert messages(ticket.id)[0].sender_email == "olga@buyer.example"


@pytest.mark.usefixtures("nora")
def test_an_attached_letter_brings_its_own_headers_and_files(post: Post) -> None:
    inner = letter(
        "Where is my parcel?",
        message_id=ORIGINAL,
        files={"photo.bin": b"\x01\x02"},
        headers={"Cc": "Igor <igor@buyer.example>", "Reply-To": "olga@home.example"},
    )
    post.deliver(with_letter_attached(inner))
    (ticket,) = all_tickets()
    original, note = messages(ticket.id)
    assert (original.sender_email, original.rfc_message_id) == ("olga@buyer.example", ORIGINAL)
    assert original.visible == "Where is my parcel?"
    assert original.cc == [["Igor", "igor@buyer.example"]]
    assert original.reply_to == [["", "olga@home.example"]]
    assert note.visible == CANARY
    with db.reading() as session:
        files = session.get_one(Message, original.id).attachments
        assert [file.filename for file in files] == ["photo.bin", "My parcel.eml"]
        assert post.blobs.get(files[0].sha256) == b"\x01\x02"


@pytest.mark.usefixtures("nora")
def test_of_several_attached_letters_none_is_the_matter(post: Post) -> None:
    post.deliver(with_letter_attached(letter(), files=2))
    (ticket,) = all_tickets()
    assert messages(ticket.id)[0].sender_email == "nora@help.example"


@pytest.mark.usefixtures("nora")
def test_files_of_an_inline_forward_are_carried(post: Post) -> None:
    post.deliver(forward(files={"scan.bin": b"\x05"}))
    with db.reading() as session:
        assert [one.filename for one in session.get_one(Message, 1).attachments] == ["scan.bin"]


@pytest.mark.usefixtures("nora")
def test_the_customers_later_answers_join_the_ticket(post: Post) -> None:
    post.deliver(forward())
    post.deliver(answer_to(ORIGINAL, text="Anything new?"))
    (ticket,) = all_tickets()
    assert [message.visible for message in messages(ticket.id)][-1] == "Anything new?"


@pytest.mark.parametrize("attached", [False, True])
def test_the_answer_goes_to_the_first_writer_and_says_nothing_of_the_note(
    post: Post, nora: int, attached: bool
) -> None:
    from app.accounts.models import Agent
    from app.web.ticket_page import gather

    post.deliver(with_letter_attached(letter(message_id=ORIGINAL)) if attached else forward())
    with db.transaction() as session:
        agent = session.get_one(Agent, nora)
        page = gather(session, 1, agent, compose="reply")
        assert page.reply.to == "Olga Petrova <olga@buyer.example>"
        reply = Reply("<div>On its way.</div>", [page.reply.to], [], "", "n" * 20)
        write_reply(
            session, session.get_one(Ticket, 1), reply, by=agent, now=db.now(), settings=post.settings
        )
    with db.reading() as session:
        (row,) = session.scalars(sa.select(Outbox)).all()
        mail = compose(letter_rows.letter_to(session, row, post.settings, post.blobs))
    assert row.recipient == "olga@buyer.example"
    assert mail["In-Reply-To"] == f"<{ORIGINAL}>"
    assert "Where is my parcel?" in text_of(mail)
    assert CANARY not in mail.as_string() + text_of(mail)
    assert CANARY.split()[-1] not in text_of(mail)


def text_of(mail: Mail) -> str:
    return "".join(
        part.get_payload(decode=True).decode("utf-8", "replace")  # type: ignore[union-attr]
        for part in mail.walk()
        if part.get_content_maintype() == "text"
    )


def test_whoever_is_no_agent_keeps_the_letter(post: Post) -> None:
    post.deliver(forward(sender="Eve <eve@elsewhere.example>"))
    (ticket,) = all_tickets()
    (only,) = messages(ticket.id)
    assert only.sender_email == "eve@elsewhere.example"
    assert CANARY in only.visible
    assert "forwarded" not in rules(only)


def test_an_agent_who_left_is_no_agent(post: Post, nora: int) -> None:
    from app.accounts.models import Agent

    with db.transaction() as session:
        session.get_one(Agent, nora).active = False
    post.deliver(forward())
    assert messages(1)[0].sender_email == "nora@help.example"


@pytest.mark.usefixtures("nora")
def test_with_a_server_to_believe_only_a_proven_agent_counts(post: Post) -> None:
    believe()
    post.deliver(checked(forward()))
    assert rules(messages(1)[0]) == ["forwarded", "forwarder-proven"]


@pytest.mark.parametrize(
    "raw",
    [
        forward(),
        checked(forward(), "fail"),
        checked(forward(), "none"),
        checked(forward(), domain="elsewhere.example"),
        b"Authentication-Results: mx.elsewhere.example; dmarc=pass header.from=help.example\n" + forward(),
        b"Authentication-Results: mx.elsewhere.example; none\n" + checked(forward()),
        with_letter_attached(checked(letter())),
    ],
    ids=["nothing", "fail", "none", "other domain", "other server", "forged below", "inside"],
)
@pytest.mark.usefixtures("nora")
def test_a_forged_agent_cannot_speak_for_a_customer(post: Post, raw: bytes) -> None:
    believe()
    post.deliver(raw)
    (ticket,) = all_tickets()
    (only,) = messages(ticket.id)
    assert only.sender_email == "nora@help.example"
    assert "forward-refused" in rules(only)


@pytest.mark.parametrize("proven", [False, True])
@pytest.mark.usefixtures("nora")
def test_a_forward_never_enters_a_ticket_that_is_there(post: Post, proven: bool) -> None:
    """Whoever can forge an agent's From must not be able to put words into a customer's ticket."""
    if proven:
        believe()
    post.deliver(letter(message_id=ORIGINAL))
    post.deliver(checked(forward()))
    first, second = all_tickets()
    assert (first.message_count, second.related_id) == (1, first.id)
    assert second.customer_id == first.customer_id


@pytest.mark.parametrize(
    "sender", ["Support <support@help.example>", "Nora <nora@help.example>", "Ben <ben@help.example>"]
)
@pytest.mark.usefixtures("nora")
def test_our_own_letters_passed_on_make_no_client_card_of_ourselves(post: Post, sender: str) -> None:
    add_agent("ben@help.example", "Ben Hart")
    post.deliver(forward(PROGRAMS["gmail"][1].replace("Olga Petrova <olga@buyer.example>", sender)))
    assert messages(1)[0].sender_email == "nora@help.example"


@pytest.mark.usefixtures("nora")
def test_a_letter_that_went_through_two_colleagues(post: Post) -> None:
    add_agent("ben@help.example", "Ben Hart")
    inner = PROGRAMS["outlook desktop"][1].replace("Please answer her.", "Nora, is this yours?")
    text = (
        "Not mine.\n\n---------- Forwarded message ---------\nFrom: Ben Hart <ben@help.example>\n"
        f"Date: Fri, Nov 20, 2026 at 9:45 AM\nSubject: FW: My parcel\nTo: <nora@help.example>\n\n{inner}"
    )
    post.deliver(forward(text, subject="Fwd: FW: My parcel"))
    original, note = messages(1)
    assert (original.sender_email, original.subject) == ("olga@buyer.example", "My parcel")
    assert note.visible == "Not mine.\n\nNora, is this yours?"


@pytest.mark.usefixtures("nora")
def test_an_agents_own_letter_is_a_letter(post: Post) -> None:
    post.deliver(letter("My keyboard is broken", sender=NORA))
    assert messages(1)[0].sender_email == "nora@help.example"


@pytest.mark.usefixtures("nora")
def test_the_first_writer_of_a_forward_gets_no_receipt(post: Post) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(auto_ack=True))
    post.deliver(forward())
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Outbox.id))) == 0


@pytest.mark.usefixtures("nora")
def test_the_same_forward_again_is_a_duplicate(post: Post) -> None:
    raw = forward()
    post.deliver(raw)
    assert post.deliver(raw, b"Received: from elsewhere.example\n" + raw) == {"duplicate": 2}
    assert len(all_tickets()) == 1


@pytest.mark.usefixtures("nora")
def test_many_forwards_of_one_agent_stay_apart(post: Post) -> None:
    """Letters of one sender at a pace no person keeps are put together; those that are passed on are many people's."""
    original = PROGRAMS["gmail"][1]
    for number in range(9):
        text = original.replace("olga@buyer.example", f"customer-{number}@buyer.example")
        post.deliver(letter(text, sender=NORA, subject="Fwd: My parcel"))
    post.deliver(letter("Anybody can write this From", sender=NORA, subject="Hello"))
    assert [ticket.message_count for ticket in all_tickets()] == [2] * 9 + [1]
