"""Reports about our replies, the whole way: what they change, and what an invented one changes (nothing)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import db
from app.customers.models import CustomerAddress
from app.mailboxes.models import Mailbox, RawMail
from app.outgoing import ids, service, states
from app.outgoing.models import Outbox
from app.outgoing.service import Reply, write_reply
from app.tickets.models import Event, Message, Status, Ticket
from tests.mail_ingest.test_bounce_families import FAMILIES
from tests.mail_ingest.test_ingest import Post, all_tickets, post
from tests.mail_ingest.test_loops import Clock, Desk, clock, desk
from tests.support.letters import answer_to, letter
from tests.support.web import add_agent

__all__ = ["clock", "desk", "post"]
OLGA = "olga@buyer.example"
EVE = "Eve <eve@elsewhere.example>"


class Replied:
    """A customer's letter, and our reply to it that a server has accepted."""

    def __init__(self, post: Post, *cc: str) -> None:
        self.post = post
        post.deliver(letter(message_id="a@buyer.example"))
        agent = add_agent("ben@help.example", "Ben Falk")
        past = db.now() - timedelta(hours=1)
        with db.transaction() as session:
            ticket = session.scalars(sa.select(Ticket)).one()
            reply = Reply("<div>On its way.</div>", [OLGA], cc, "waiting", "nonce")
            message = write_reply(session, ticket, reply, by=agent, now=past, settings=post.settings)
            self.ticket_id, self.message_id, self.our_id = ticket.id, message.id, message.rfc_message_id
        with db.transaction() as session:
            service.release_due(session, db.now())
            while (row := states.claim(session, self.message_id, db.now(), seconds=60)) is not None:
                states.accept(session, row, "250 OK", db.now())

    def report(
        self, action: str = "failed", our_id: str = "", recipient: str = OLGA, headers: str = ""
    ) -> bytes:
        return (
            f"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nTo: support@help.example\nSubject: Report\n{headers}"
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
            "--b\nContent-Type: text/plain\n\nA report.\n--b\nContent-Type: message/delivery-status\n\n"
            f"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; {recipient}\nAction: {action}\n"
            "Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 nobody here\n\n"
            f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{our_id or self.our_id}>\n--b--\n"
        ).encode()

    def states(self) -> list[str]:
        with db.reading() as session:
            return list(session.scalars(sa.select(Outbox.state).order_by(Outbox.id)))

    def ticket(self) -> Ticket:
        with db.reading() as session:
            return session.get_one(Ticket, self.ticket_id)


@pytest.fixture
def replied(post: Post) -> Replied:
    return Replied(post)


def address(email: str = OLGA) -> CustomerAddress:
    with db.reading() as session:
        return session.scalars(sa.select(CustomerAddress).where(CustomerAddress.email == email)).one()


def events() -> Sequence[str]:
    with db.reading() as session:
        return session.scalars(sa.select(Event.kind).order_by(Event.id)).all()


def test_a_bounce_marks_the_reply_and_the_address_and_is_our_turn_again(replied: Replied) -> None:
    assert replied.post.deliver(replied.report()) == {"automatic": 1}
    assert replied.states() == ["bounced"]
    assert (address().bounced_at is not None, "5.1.1" in address().bounce_reason) == (True, True)
    ticket = replied.ticket()
    assert (ticket.status, ticket.unread, ticket.waiting_since is not None) == (Status.OPEN, True, True)
    assert "delivery_bounced" in events()
    assert len(all_tickets()) == 1


def test_a_delay_is_only_noted(replied: Replied) -> None:
    replied.post.deliver(replied.report("delayed"))
    assert replied.states() == ["accepted"]
    assert address().bounced_at is None
    assert replied.ticket().status == Status.WAITING
    assert "delivery_delayed" in events()


@pytest.mark.parametrize(
    "name", ["exim", "qmail", "exchange_fr", "gmail", "yahoo", "rambler", "notes_old", "exim_delayed"]
)
def test_prose_counts_as_well_as_the_standard(replied: Replied, name: str) -> None:
    raw = FAMILIES[name].replace(b"out.7.abc@orbit.example", replied.our_id.encode())
    raw = raw.replace(b"lost@customer.example", OLGA.encode())
    if name == "exim_delayed":
        raw = raw.replace(b"Subject: ", f"In-Reply-To: <{replied.our_id}>\nSubject: ".encode(), 1)
    replied.post.deliver(raw)
    assert replied.states() == ["accepted" if name == "exim_delayed" else "bounced"]
    assert len(all_tickets()) == 1


def test_an_invented_bounce_marks_nothing(replied: Replied) -> None:
    """F30: ids that were guessed, the letter's own id, another installation's key, a token that was cut or changed."""
    token = replied.our_id.partition("@")[0]
    foreign = ids.make_message_id(replied.ticket_id, replied.message_id, "help.example", b"x" * 32, nonce="n")
    guesses = [
        "a@buyer.example", "out.1@help.example", foreign, f"{token[:-1]}@help.example",
        f"n.{replied.ticket_id}.{replied.message_id}.{'a' * 26}@help.example",
        f"n.{replied.ticket_id}.{replied.message_id}.@help.example", replied.our_id.replace(token[-4:], "aaaa"),
    ]  # fmt: skip
    for number, guess in enumerate(guesses):
        replied.post.deliver(replied.report(our_id=guess, headers=f"X-Number: {number}\n"))
    assert replied.states() == ["accepted"]
    assert address().bounced_at is None
    assert replied.ticket().status == Status.WAITING


def test_a_bounce_about_somebody_else_marks_nobody(replied: Replied) -> None:
    replied.post.deliver(replied.report(recipient="other@buyer.example"))
    assert replied.states() == ["accepted"]
    assert address().bounced_at is None


def test_of_two_recipients_one_bounces(post: Post) -> None:
    replied = Replied(post, "igor@buyer.example")
    post.deliver(replied.report(recipient="IGOR@buyer.example"))
    assert replied.states() == ["accepted", "bounced"]


def test_the_address_it_came_to_names_the_reply_when_the_report_quotes_nothing(replied: Replied) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(reply_subaddress=True))
    key = service.token_key(replied.post.settings)
    ours = ids.reply_address("support@help.example", replied.ticket_id, replied.message_id, key)
    raw = replied.report(our_id="unknown@elsewhere.example", headers=f"Delivered-To: {ours}\n")
    replied.post.deliver(raw)
    assert replied.states() == ["bounced"]


def test_a_bounce_again_changes_nothing_more(replied: Replied) -> None:
    replied.post.deliver(replied.report())
    before = events()
    replied.post.deliver(replied.report(headers="X-Again: 1\n"))
    assert [kind for kind in events()[len(before) :] if kind.startswith("delivery")] == []


@pytest.mark.parametrize("how", ["letter", "report"])
def test_the_mark_goes_when_the_address_works_again(replied: Replied, how: str) -> None:
    replied.post.deliver(replied.report())
    assert address().bounced_at is not None
    replied.post.deliver(
        letter("I am back.", subject="New") if how == "letter" else replied.report("delivered")
    )
    assert (address().bounced_at, address().bounce_reason) == (None, "")


def test_automatic_mail_does_not_take_the_mark_away(replied: Replied) -> None:
    replied.post.deliver(replied.report())
    replied.post.deliver(letter("I am away.", headers={"Auto-Submitted": "auto-replied"}))
    assert address().bounced_at is not None


def test_reports_about_nothing_of_ours_wait_for_nobody(post: Post) -> None:
    for number in range(3):
        raw = FAMILIES["postfix"].replace(b"Subject: ", f"X-Number: {number}\nSubject: ".encode(), 1)
        post.deliver(raw)
    assert [ticket.waiting_since for ticket in all_tickets()] == [None] * 3
    assert receipts() == 0


def test_a_person_who_passes_a_bounce_on_opens_a_ticket_that_waits(post: Post) -> None:
    text = f"What is this?\n\n---------- Forwarded message ---------\n{FAMILIES['exim'].decode()}"
    post.deliver(letter(text, subject="Fwd: Mail delivery failed: returning message to sender"))
    (ticket,) = all_tickets()
    assert ticket.waiting_since is not None


def receipts() -> int:
    with db.reading() as session:
        return len(session.scalars(sa.select(Message).where(Message.automatic == "receipt")).all())


def test_a_new_ticket_gets_its_receipt_and_an_answer_gets_none(desk: Desk, clock: Clock) -> None:
    desk.deliver(letter(message_id="a@buyer.example"))
    assert receipts() == 1
    with db.reading() as session:
        ours = session.scalars(sa.select(Message).where(Message.automatic == "receipt")).one()
        assert session.scalars(sa.select(Outbox)).one().recipient == OLGA
    desk.deliver(answer_to(ours.rfc_message_id, sender=OLGA), letter("Another question", subject="Other"))
    assert receipts() == 1
    assert [ticket.message_count for ticket in all_tickets()] == [3, 1]


def test_receipts_go_to_proven_senders_where_senders_are_checked(desk: Desk, clock: Clock) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(authserv_id="mx.help.example"))
    passed = {"Authentication-Results": "mx.help.example; dmarc=pass header.from=buyer.example"}
    failed = {"Authentication-Results": "mx.help.example; dmarc=fail header.from=elsewhere.example"}
    desk.deliver(letter(sender=EVE, headers=failed), letter("b", sender="Igor <igor@elsewhere.example>"))
    assert receipts() == 0
    desk.deliver(letter("c", headers=passed))
    assert receipts() == 1


def test_a_replayed_letter_gets_none(desk: Desk, clock: Clock) -> None:
    (raw_id,) = desk.store(letter())
    with db.transaction() as session:
        session.get_one(RawMail, raw_id).attempts = 1
    desk.ingest.ingest([raw_id])
    assert receipts() == 0
    assert len(all_tickets()) == 1


def test_history_gets_none(desk: Desk, clock: Clock) -> None:
    (raw_id,) = desk.store(letter())
    with db.transaction() as session:
        session.get_one(RawMail, raw_id).history = True
    desk.ingest.ingest([raw_id])
    assert receipts() == 0
