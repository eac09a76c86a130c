"""Receipts for new tickets: who gets one, what it says, how it travels, and when none leaves any more."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app import db
from app.blobs import BlobStore
from app.mailboxes.models import Mailbox
from app.outgoing import deliver, receipts, receipts_limit, states, thread, turns
from app.outgoing.bounce import record_bounce
from app.outgoing.ids import read_token
from app.outgoing.models import AutomaticMail, Outbox
from app.outgoing.receipts import Opening, Verdict, maybe_send
from app.outgoing.receipts_policy import ALIGNED, NOT_ALIGNED, bare_address, is_role, why_no_receipt
from app.outgoing.receipts_text import as_html, receipt_text
from app.outgoing.service import token_key
from app.ratings.models import RatingInvitation
from app.security import seal
from app.tickets.models import Message, Ticket
from mail_ingest.parse import parse_mail
from tests.app.outgoing.conftest import NOW, World
from tests.app.outgoing.test_service import queued
from tests.support.smtp_sink import SmtpSink

OLGA = "olga@client.example"
PERSON = Opening(sender=OLGA, arrived_at=NOW)


@pytest.fixture
def world(world: World) -> World:
    with db.transaction() as session:
        session.get_one(Mailbox, world.mailbox).auto_ack = True
    return world


def send(world: World, opening: Opening = PERSON, now: datetime = NOW) -> Verdict:
    with db.transaction() as session:
        ticket, letter = session.get_one(Ticket, world.ticket), session.get_one(Message, world.letter)
        return maybe_send(session, ticket, letter, opening, now=now, settings=world.settings)


def set_mailbox(world: World, **values: object) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).where(Mailbox.id == world.mailbox).values(**values))


def receipt(message_id: int | None) -> Message:
    with db.reading() as session:
        return session.get_one(Message, message_id)


def test_a_receipt_is_written_and_the_customer_goes_on_waiting(world: World) -> None:
    verdict = send(world)
    message = receipt(verdict.message_id)
    assert (message.author_id, message.automatic, message.delivery) == (None, "receipt", "queued")
    assert message.to == [["", OLGA]]
    assert message.in_reply_to == "first@client.example"
    with db.reading() as session:
        ticket = session.get_one(Ticket, world.ticket)
        assert (ticket.status, ticket.waiting_since, ticket.unread, ticket.preview) == (
            "open",
            NOW,
            True,
            "Hello",
        )
        assert ticket.last_message_at == NOW
        assert session.scalar(sa.select(sa.func.count()).select_from(RatingInvitation)) == 0
        assert turns.waiting(session, NOW) == [verdict.message_id]


def test_it_is_in_the_customer_s_language_and_has_the_number_only(world: World) -> None:
    message = receipt(send(world).message_id)
    assert message.subject == f"[#{world.ticket}] Ваше письмо получено"
    assert f"номер — {world.ticket}." in message.visible
    for word in ("order", "Olga", "Petrova", "17"):
        assert word not in message.visible + message.subject + (message.html or "")


def test_the_mailbox_s_own_text_is_taken_as_it_stands(world: World) -> None:
    set_mailbox(
        world, auto_ack_text="Got it: {{number}} {{ number }} {{subject}} {0} %s {% raw %} <b>\n\nBye"
    )
    message = receipt(send(world).message_id)
    assert (
        message.visible
        == f"Got it: {world.ticket} {{{{ number }}}} {{{{subject}}}} {{0}} %s {{% raw %}} <b>\n\nBye"
    )
    assert "&lt;b&gt;</p><p>Bye</p>" in (message.html or "")


def test_texts_are_built_in_for_both_languages() -> None:
    assert "number 7." in receipt_text(7, "en")
    assert "номер — 7." in receipt_text(7, "ru")
    assert receipt_text(7, "fr") == receipt_text(7, "en")
    assert as_html("a\nb\n\n\nc") == "<p>a<br>b</p><p>c</p>"


def test_a_mailbox_sends_none_unless_it_wants_to(world: World) -> None:
    set_mailbox(world, auto_ack=False)
    assert send(world) == Verdict(None, "this mailbox sends no receipts")


REFUSED = {
    "automatic": replace(PERSON, automatic="mailing list"),
    "null sender": replace(PERSON, null_sender=True),
    "another helpdesk": replace(PERSON, from_an_instance=True),
    "history": replace(PERSON, history=True),
    "replayed": replace(PERSON, again=True),
    "held": replace(PERSON, held=True),
    "late": replace(PERSON, arrived_at=NOW - timedelta(days=2)),
    "no address": replace(PERSON, sender=""),
    "no domain": replace(PERSON, sender="olga"),
    "ourselves": replace(PERSON, sender="Support+x@orbit.example"),
    "no-reply": replace(PERSON, sender="no-reply@shop.example"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_some_letters_get_none(world: World, name: str) -> None:
    verdict = send(world, REFUSED[name])
    assert verdict.message_id is None
    assert verdict.reason
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(AutomaticMail)) == 0


@pytest.mark.parametrize(
    "email",
    """noreply@a.example no-reply@a.example no_reply@a.example no.reply@a.example noreply-17@a.example
    do-not-reply@a.example donotreply@a.example DoNotReply@a.example dont-reply@a.example reply-no-reply@a.example
    mailer-daemon@a.example MAILER-DAEMON@a.example postmaster@a.example bounce@a.example bounces+x=y@a.example
    bounce-17-a=b.example@a.example list-bounces@a.example owner-list@a.example list-owner@a.example
    list-request@a.example majordomo@a.example listserv@a.example mailman@a.example root@a.example
    www-data@a.example nagios@a.example zabbix@a.example alerts@a.example notifications@a.example
    newsletter@a.example news@a.example auto-reply@a.example autoresponder@a.example robot@a.example
    srs0=abc=de=x.example=olga@a.example prvs=123=olga@a.example neotvechat@a.example ne-otvechat@a.example
    hostmaster@a.example +x@a.example""".split(),
)
def test_addresses_that_programs_use(email: str) -> None:
    assert is_role(email)


@pytest.mark.parametrize(
    "email",
    """olga@a.example info@a.example sales@a.example office@a.example buh@a.example zakaz@a.example hello@a.example
    roberta@a.example norbert.reply@a.example newsome@a.example rooth@a.example
    admin@a.example webmaster@a.example support@a.example service@a.example kontakt@a.example bob@a.example
    abbot@a.example nora.eply@a.example ivan-2019@a.example x@a.example robin@a.example 1234567@a.example
    requestor@a.example maria.system@a.example alert.anna@a.example""".split(),
)
def test_addresses_of_people(email: str) -> None:
    assert not is_role(email)


def test_an_address_is_one_person_s_whatever_its_case_and_tag() -> None:
    assert bare_address(" Olga+Shop+2@Client.Example") == OLGA
    assert bare_address("olga@bücher.example") == "olga@xn--bcher-kva.example"
    assert bare_address("+@x.example") == "+@x.example"


@pytest.mark.parametrize(
    ("checked", "verdict", "known", "allowed"),
    [
        (False, "", False, True),
        (False, NOT_ALIGNED, False, True),
        (True, ALIGNED, False, True),
        (True, "", False, False),
        (True, NOT_ALIGNED, False, False),
        (True, NOT_ALIGNED, True, True),
    ],
)
def test_a_sender_is_proven_or_known_where_senders_are_checked(
    checked: bool, verdict: str, known: bool, allowed: bool
) -> None:
    opening = replace(PERSON, authentication=verdict, known=known)
    assert (why_no_receipt(opening, ours=[], checked=checked, now=NOW) == "") is allowed


def test_only_somebody_we_wrote_to_is_known(world: World) -> None:
    with db.reading() as session:
        assert not receipts.knows(session, OLGA)
    message_id = queued(world)
    with db.transaction() as session:
        assert not receipts.knows(session, OLGA), "not before it has left"
        row = states.claim(session, message_id, db.now() + timedelta(days=9), seconds=60)
        assert row is not None
        states.accept(session, row, "250", NOW)
        assert receipts.knows(session, OLGA.upper())


def test_one_a_day_whatever_the_case_or_tag_of_the_address(world: World) -> None:
    assert send(world).message_id
    again = replace(PERSON, sender="OLGA+order@client.example")
    assert "within a day" in send(world, again, NOW + timedelta(hours=23, minutes=59)).reason
    later = NOW + timedelta(hours=24)
    assert send(world, replace(again, arrived_at=later), later).message_id


def test_another_mailbox_counts_for_itself(world: World) -> None:
    with db.transaction() as session:
        second = Mailbox(address="sales@orbit.example", created_at=NOW)
        session.add(second)
        session.flush()
        first = session.get_one(Mailbox, world.mailbox)
        assert receipts_limit.take(session, first, OLGA, NOW, per_hour=5) == ""
        assert receipts_limit.take(session, second, OLGA, NOW, per_hour=5) == ""


def test_too_many_in_an_hour_close_the_breaker_until_an_hour_was_quiet(world: World) -> None:
    def take(address: str, now: datetime) -> str:
        with db.transaction() as session:
            mailbox = session.get_one(Mailbox, world.mailbox)
            return receipts_limit.take(session, mailbox, address, now, per_hour=3)

    def stopped_at() -> datetime | None:
        with db.reading() as session:
            return session.get_one(Mailbox, world.mailbox).automatic_stopped_at

    def minutes(number: float) -> datetime:
        return NOW + timedelta(minutes=number)

    assert [take(f"a{number}@x.example", minutes(number)) for number in range(3)] == ["", "", ""]
    assert stopped_at() is None
    assert "too many" in take("a3@x.example", minutes(3))
    assert stopped_at() == minutes(3)
    # An hour later the flood goes on: nothing leaves.
    for number in range(4, 70):
        assert "stopped" in take(f"a{number}@x.example", minutes(number))
    with db.transaction() as session:
        assert receipts_limit.close_quiet_breakers(session, minutes(100), per_hour=3) == []
        assert receipts_limit.close_quiet_breakers(session, minutes(130), per_hour=3) == [world.mailbox]
    assert take("b@x.example", minutes(131)) == ""


def test_an_admin_lets_it_go_on(world: World) -> None:
    set_mailbox(world, automatic_stopped_at=NOW)
    assert "stopped" in send(world).reason
    with db.transaction() as session:
        receipts_limit.resume(session.get_one(Mailbox, world.mailbox))
    assert send(world).message_id


def test_a_clock_that_is_set_back_gives_no_second_mail(world: World) -> None:
    assert send(world, now=NOW).message_id
    assert send(world, now=NOW - timedelta(hours=30)).message_id is None


def test_old_rows_are_forgotten(world: World) -> None:
    with db.transaction() as session:
        mailbox = session.get_one(Mailbox, world.mailbox)
        receipts_limit.take(session, mailbox, "a@x.example", NOW, per_hour=9)
        receipts_limit.take(session, mailbox, "b@x.example", NOW + timedelta(days=4), per_hour=9)
        assert list(session.scalars(sa.select(AutomaticMail.address))) == ["b@x.example"]


def test_of_many_at_once_one_gets_it(world: World) -> None:
    """Eight processes ask for the same address and for the last place in the hour at the same time."""
    given: list[str] = []
    ready = threading.Barrier(8)

    def take(number: int) -> None:
        ready.wait()
        with db.transaction() as session:
            mailbox = session.get_one(Mailbox, world.mailbox)
            given.extend(
                address
                for address in ("same@x.example", f"other{number}@x.example")
                if receipts_limit.take(session, mailbox, address, NOW, per_hour=3) == ""
            )

    threads = [threading.Thread(target=take, args=(number,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert given.count("same@x.example") == 1
    assert len(given) == 3


@pytest.fixture
def sink(world: World, smtp_sink: SmtpSink) -> SmtpSink:
    set_mailbox(
        world,
        smtp_host=smtp_sink.host,
        smtp_port=smtp_sink.port,
        smtp_user=smtp_sink.user,
        smtp_password=seal(world.settings.secret_key, smtp_sink.password),
    )
    return smtp_sink


def hand_over(world: World) -> int:
    verdict = send(world, replace(PERSON, arrived_at=db.now()), db.now())
    assert verdict.message_id is not None
    deliver.deliver_message(verdict.message_id, world.settings, BlobStore(world.settings.blob_dir))
    return verdict.message_id


def test_it_says_that_a_program_wrote_it_and_asks_for_no_answer(world: World, sink: SmtpSink) -> None:
    hand_over(world)
    (copy,) = sink.accepted
    assert (copy.sender, copy.recipients) == ("", (OLGA,))
    mail = copy.mail
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["X-Loop"] == "support@orbit.example"
    assert mail["In-Reply-To"] == "<first@client.example>"
    assert mail["X-Sincerely-Instance"]
    assert "/r/" not in copy.raw.decode()
    parsed = parse_mail(copy.raw)
    assert parsed.automatic
    assert parsed.is_own


@pytest.mark.parametrize("place", ["MAIL", "DATA"])
def test_a_relay_that_takes_no_null_sender_gets_our_address_once(
    world: World, sink: SmtpSink, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if place == "MAIL":
        sink.refuse[""] = "550 5.7.60 not permitted to send as this sender"
    else:
        refuse_null_at_data(sink, monkeypatch)
    message_id = hand_over(world)
    assert [copy.sender for copy in sink.accepted] == ["support@orbit.example"]
    assert receipt(message_id).delivery == "accepted"


def test_a_reply_s_envelope_names_it_where_such_addresses_arrive(world: World, sink: SmtpSink) -> None:
    set_mailbox(world, reply_subaddress=True)
    message_id = queued(world)
    with db.transaction() as session:
        session.execute(sa.update(Outbox).values(due_at=db.now() - timedelta(seconds=1)))
    deliver.deliver_message(message_id, world.settings, BlobStore(world.settings.blob_dir))
    (copy,) = sink.accepted
    assert read_token(copy.sender, token_key(world.settings)) == (world.ticket, message_id)


def refuse_null_at_data(sink: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = sink.handle_DATA

    async def handle_data(server, session, envelope):  # type: ignore[no-untyped-def]
        return (
            await taken(server, session, envelope)
            if envelope.mail_from not in (None, "", "<>")
            else "554 5.2.252 SendAsDenied"
        )

    monkeypatch.setattr(sink, "handle_DATA", handle_data, raising=True)


def test_a_receipt_that_comes_back_marks_the_address_but_not_the_turn(world: World, sink: SmtpSink) -> None:
    message_id = hand_over(world)
    with db.transaction() as session:
        session.get_one(Ticket, world.ticket).status = "waiting"
    with db.transaction() as session:
        assert record_bounce(session, message_id, [OLGA], "5.1.1", "no such user", "failed", db.now()) == [
            OLGA
        ]
    with db.reading() as session:
        assert session.get_one(Ticket, world.ticket).status == "waiting"
        assert session.scalar(sa.select(Outbox.state)) == "bounced"


def test_the_first_reply_still_answers_the_letter(world: World) -> None:
    send(world)
    message_id = queued(world)
    with db.reading() as session:
        answered = thread.answered_letters(session, session.get_one(Message, message_id))
        assert [letter.id for letter in answered] == [world.letter]


def test_the_claim_itself_is_given_once(world: World) -> None:
    """Beside the look before it: of two that have looked at the same moment, one statement decides."""
    with db.transaction() as session:
        claims = [receipts_limit._claim(session, world.mailbox, OLGA, NOW) for _ in range(2)]
        later = receipts_limit._claim(session, world.mailbox, OLGA, NOW + timedelta(hours=24))
    assert (claims, later) == ([True, False], True)


def test_zero_an_hour_means_none_and_no_alarm(world: World) -> None:
    with db.transaction() as session:
        mailbox = session.get_one(Mailbox, world.mailbox)
        assert "switched off" in receipts_limit.take(session, mailbox, OLGA, NOW, per_hour=0)
        assert mailbox.automatic_stopped_at is None


def test_the_ticket_page_shows_a_receipt_as_one_line(agent: FlaskClient, world: World) -> None:
    send(world)
    page = agent.get(f"/tickets/{world.ticket}").get_data(as_text=True)
    assert f"A receipt was sent to {OLGA}" in page
