"""From a written reply to an accepted mail, over a real SMTP server, and what the rows say on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.blobs import BlobStore
from app.mailboxes.models import Mailbox
from app.outgoing import deliver, service, states
from app.outgoing.ids import read_token
from app.outgoing.models import Outbox
from app.outgoing.service import Reply
from app.ratings.models import RatingInvitation
from app.ratings.service import invitation_token
from app.security import seal
from app.tickets import service as tickets
from app.tickets.models import Attachment, Draft, Message, Ticket
from tests.app.outgoing.conftest import World
from tests.support.smtp_sink import SmtpSink

_numbers = count(1)


@pytest.fixture
def sink(world: World, smtp_sink: SmtpSink) -> SmtpSink:
    with db.transaction() as session:
        mailbox = session.get_one(Mailbox, world.mailbox)
        mailbox.smtp_host, mailbox.smtp_port, mailbox.smtp_user = (
            smtp_sink.host,
            smtp_sink.port,
            smtp_sink.user,
        )
        mailbox.smtp_password = seal(world.settings.secret_key, smtp_sink.password)
    return smtp_sink


def reply(
    world: World,
    *,
    to: tuple[str, ...] = ("olga@client.example",),
    cc: tuple[str, ...] = (),
    with_file: bool = False,
    status: str = "waiting",
) -> int:
    """A reply whose time to undo is over."""
    now = db.now() - timedelta(minutes=1)
    with db.transaction() as session:
        ticket, ben = session.get_one(Ticket, world.ticket), session.get_one(Agent, world.ben)
        draft_id = None
        if with_file:
            digest = BlobStore(world.settings.blob_dir).put(b"%PDF label")
            draft = Draft(ticket_id=ticket.id, agent_id=ben.id, updated_at=now)
            session.add(draft)
            session.flush()
            session.add(
                Attachment(
                    draft_id=draft.id,
                    filename="Накладная.pdf",
                    content_type="application/pdf",
                    size=10,
                    sha256=digest,
                )
            )
            draft_id = draft.id
        form = Reply(
            "<div>It is on its way.</div>", to, cc, status, f"nonce {next(_numbers)} {now}", draft_id
        )
        message_id = service.write_reply(session, ticket, form, by=ben, now=now, settings=world.settings).id
    with db.transaction() as session:
        service.release_due(session, db.now())
    return message_id


def hand_over(world: World, message_id: int) -> None:
    deliver.deliver_message(message_id, world.settings, BlobStore(world.settings.blob_dir))


def rows() -> dict[str, Outbox]:
    with db.reading() as session:
        return {row.recipient: row for row in session.scalars(sa.select(Outbox))}


def delivery(message_id: int) -> str:
    with db.reading() as session:
        return session.get_one(Message, message_id).delivery


def test_each_recipient_gets_one_mail_with_links_of_their_own(world: World, sink: SmtpSink) -> None:
    message_id = reply(world, cc=("igor@client.example",), with_file=True)
    hand_over(world, message_id)
    assert [one.recipients for one in sink.accepted] == [("olga@client.example",), ("igor@client.example",)]
    assert {one.sender for one in sink.accepted} == {"support@orbit.example"}
    first, second = (one.mail for one in sink.accepted)
    for name in ("From", "To", "Cc", "Subject", "Message-ID", "In-Reply-To", "References", "Date"):
        assert str(first[name]) == str(second[name])
    with db.reading() as session:
        tokens = {
            one.recipient: invitation_token(one, world.settings.secret_key)
            for one in session.scalars(sa.select(RatingInvitation))
        }
    for mail, recipient, other in (
        (first, "olga@client.example", "igor@client.example"),
        (second, "igor@client.example", "olga@client.example"),
    ):
        html = mail.get_body(("html",)).get_content()
        assert f"{world.settings.public_url}/r/{tokens[recipient]}/good" in html
        assert tokens[other] not in mail.as_string()
        assert [(part.get_filename(), part.get_content()) for part in mail.iter_attachments()] == [
            ("Накладная.pdf", b"%PDF label")
        ]
    assert delivery(message_id) == "accepted"


def test_run_twice_it_sends_once(world: World, sink: SmtpSink) -> None:
    message_id = reply(world)
    hand_over(world, message_id)
    hand_over(world, message_id)
    assert len(sink.accepted) == 1


def test_a_held_reply_is_not_sent(world: World, sink: SmtpSink) -> None:
    with db.transaction() as session:
        ticket, ben = session.get_one(Ticket, world.ticket), session.get_one(Agent, world.ben)
        form = Reply("<div>Hi</div>", ["olga@client.example"], [], "", "n")
        message_id = service.write_reply(
            session, ticket, form, by=ben, now=db.now(), settings=world.settings
        ).id
    hand_over(world, message_id)
    assert sink.accepted == []
    assert delivery(message_id) == "held"


def test_a_retry_after_a_temporary_refusal_is_the_same_mail_to_the_byte(world: World, sink: SmtpSink) -> None:
    message_id = reply(world, cc=("igor@client.example",))
    sink.refuse["igor@client.example"] = "451 4.7.1 greylisted"
    hand_over(world, message_id)
    assert delivery(message_id) == "deferred"
    assert rows()["igor@client.example"].answer == "451 4.7.1 greylisted"
    with db.reading() as session:
        row = session.scalar(sa.select(Outbox).where(Outbox.recipient == "igor@client.example"))
        before = deliver._mail(session, row, world.settings, BlobStore(world.settings.blob_dir)).content
    sink.refuse.clear()
    with db.transaction() as session:
        session.execute(sa.update(Outbox).where(Outbox.state == "deferred").values(due_at=db.now()))
        assert service.sweep(session, db.now()) == [message_id]
    hand_over(world, message_id)
    assert [one.recipients for one in sink.accepted] == [("olga@client.example",), ("igor@client.example",)]
    assert sink.accepted[1].raw.replace(b"\r\n", b"\n") == before.replace(b"\r\n", b"\n")
    assert delivery(message_id) == "accepted"


def test_a_final_refusal_puts_the_ticket_back_into_the_queue(world: World, sink: SmtpSink) -> None:
    sink.refuse["olga@client.example"] = "550 5.1.1 no such user"
    message_id = reply(world, status="closed")
    hand_over(world, message_id)
    assert delivery(message_id) == "failed"
    with db.reading() as session:
        ticket = session.get_one(Ticket, world.ticket)
        assert (ticket.status, ticket.unread, ticket.waiting_since is None) == ("open", True, False)
    assert rows()["olga@client.example"].answer == "550 5.1.1 no such user"


def test_taken_but_never_answered_is_uncertain_and_not_sent_again(world: World, sink: SmtpSink) -> None:
    sink.drop_at_data = True
    message_id = reply(world)
    hand_over(world, message_id)
    sink.drop_at_data = False
    with db.transaction() as session:
        assert service.sweep(session, db.now() + timedelta(days=1)) == []
    hand_over(world, message_id)
    assert len(sink.accepted) == 1
    assert delivery(message_id) == "uncertain"


def test_after_one_lost_connection_the_others_still_get_theirs(world: World, sink: SmtpSink) -> None:
    message_id = reply(world, cc=("igor@client.example",))

    def drop_only_the_first() -> None:
        sink.drop_at_data = len(sink.accepted) == 0

    drop_only_the_first()
    original = sink.handle_DATA

    async def once(*more: object) -> str:
        answer = await original(*more)  # type: ignore[arg-type]
        sink.drop_at_data = False
        return answer

    sink.handle_DATA = once  # type: ignore[method-assign]
    hand_over(world, message_id)
    assert [row.state for row in rows().values()] == ["uncertain", "accepted"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"smtp_port": 1}, "Nothing answers"),
        (
            {"smtp_host": "nowhere.invalid", "smtp_security": "tls"},
            "There is no server called nowhere.invalid",
        ),
        ({"smtp_user": "somebody"}, "refused the login"),
        ({"smtp_security": "starttls"}, "does not offer STARTTLS"),
        ({"smtp_password": "not sealed by us"}, "SECRET_KEY"),
    ],
)
def test_trouble_with_the_mailbox_waits_and_says_what_it_is(
    world: World, sink: SmtpSink, change: dict[str, object], words: str
) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Mailbox).values(**change))
    message_id = reply(world, cc=("igor@client.example",))
    hand_over(world, message_id)
    assert [row.state for row in rows().values()] == ["deferred", "deferred"]
    assert all(words in row.answer for row in rows().values())
    assert sink.accepted == []


def test_a_missing_attachment_fails_in_plain_words(world: World, sink: SmtpSink) -> None:
    message_id = reply(world, with_file=True)
    for path in world.settings.blob_dir.rglob("*"):
        if path.is_file():
            path.unlink()
    hand_over(world, message_id)
    assert delivery(message_id) == "failed"
    assert "missing" in rows()["olga@client.example"].answer
    assert sink.accepted == []


def test_a_lease_lost_before_the_letter_sends_nothing(
    world: World, sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    message_id = reply(world)
    genuine: Callable[..., bool] = states.start_data

    def late(session: object, row: Outbox, now: object, **more: object) -> bool:
        # The worker slept through its lease: the sweep gave the row back in the meantime.
        session.execute(sa.update(Outbox).values(state="queued", lease_token=""))  # type: ignore[attr-defined]
        return genuine(session, row, now, **more)

    monkeypatch.setattr(states, "start_data", late)
    with db.transaction() as session:
        session.execute(sa.update(Outbox).values(due_at=db.now()))
    hand_over_once(world, message_id, monkeypatch)
    assert sink.accepted == []


def hand_over_once(world: World, message_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One turn of the loop: the row is due again at once, and the next turn would lose its lease again."""
    claims = iter([states.claim])
    monkeypatch.setattr(
        states, "claim", lambda *more, **options: next(claims, lambda *_, **__: None)(*more, **options)
    )
    hand_over(world, message_id)


def test_notes_and_held_letters_are_in_no_mail(world: World, sink: SmtpSink) -> None:
    with db.transaction() as session:
        ticket, ben = session.get_one(Ticket, world.ticket), session.get_one(Agent, world.ben)
        for number in range(3):
            tickets.add_note(
                session, ticket, f"<div>CANARY{number}</div>", by=ben, now=db.now(), nonce=f"note {number}"
            )
        session.add(
            Message(
                ticket_id=ticket.id,
                kind="incoming",
                held=True,
                visible="CANARY held",
                arrived_at=db.now(),
                rfc_message_id="canary@evil.example",
            )
        )
    hand_over(world, reply(world))
    mail = sink.accepted[0].mail
    everything = "".join(str(part.get_content()) for part in mail.walk() if not part.is_multipart()) + str(
        mail.items()
    )
    assert "CANARY" not in everything.upper()


def test_reply_to_carries_the_token_only_when_the_provider_takes_it(world: World, sink: SmtpSink) -> None:
    hand_over(world, reply(world))
    with db.transaction() as session:
        session.get_one(Mailbox, world.mailbox).reply_subaddress = True
    message_id = reply(world)
    hand_over(world, message_id)
    assert sink.accepted[0].mail["Reply-To"] is None
    reply_to = sink.accepted[1].mail["Reply-To"].addresses[0].addr_spec
    assert read_token(reply_to, service.token_key(world.settings)) == (world.ticket, message_id)
