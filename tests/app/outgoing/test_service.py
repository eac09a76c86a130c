"""Writing a reply, taking it back, releasing it, and what the sweep finds."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.errors import Conflict, InvalidInput, NotAllowed, NotFound
from app.knowledge.models import Article, Suggestion
from app.outgoing import service, states
from app.outgoing.ids import read_token
from app.outgoing.models import Outbox
from app.outgoing.service import Reply
from app.ratings.models import RatingInvitation
from app.tickets import service as tickets
from app.tickets.models import Attachment, Change, Draft, Event, Kind, Message, Participant, Ticket
from tests.app.outgoing.conftest import LATER, NOW, World


def write(world: World, html: str = "<div>It is on its way.</div>", **more: object) -> int:
    reply = Reply(
        **{"html": html, "to": ["olga@client.example"], "cc": [], "then_status": "", "nonce": "n1", **more}
    )
    with db.transaction() as session:
        ticket, ben = session.get_one(Ticket, world.ticket), session.get_one(Agent, world.ben)
        return service.write_reply(session, ticket, reply, by=ben, now=NOW, settings=world.settings).id


def draft_with_file(world: World) -> int:
    with db.transaction() as session:
        draft = Draft(
            ticket_id=world.ticket,
            agent_id=world.ben,
            html="<div>It is</div>",
            to=["olga@client.example"],
            cc=[],
            article_ids=[3],
            seen_message_id=world.letter,
            updated_at=NOW,
        )
        session.add(draft)
        session.flush()
        session.add(
            Attachment(
                draft_id=draft.id,
                filename="label.pdf",
                content_type="application/pdf",
                size=3,
                sha256="0" * 64,
            )
        )
        return draft.id


def outbox(world: World) -> list[Outbox]:
    with db.reading() as session:
        return list(session.scalars(sa.select(Outbox).order_by(Outbox.id)))


def ticket_of(world: World) -> Ticket:
    with db.reading() as session:
        return session.get_one(Ticket, world.ticket)


def test_a_reply_is_held_with_a_row_and_an_invitation_for_each_recipient(world: World) -> None:
    message_id = write(world, cc=["Igor <igor@client.example>"], then_status="waiting")
    with db.reading() as session:
        message = session.get_one(Message, message_id)
        assert (message.delivery, message.subject) == ("held", "Re: Where is my order?")
        assert (message.sender_name, message.sender_email) == ("Ben — Orbit support", "support@orbit.example")
        assert message.to == [["Olga Petrova", "olga@client.example"]]
        assert message.cc == [["Igor", "igor@client.example"]]
        assert message.in_reply_to == "first@client.example"
        assert read_token(message.rfc_message_id, service.token_key(world.settings)) == (
            world.ticket,
            message_id,
        )
        assert "> where is my order 17?" in message.folded.splitlines()
        assert "Olga Petrova пишет:" in message.folded
        ticket = session.get_one(Ticket, world.ticket)
        assert (ticket.status, ticket.waiting_since, ticket.message_count) == ("waiting", None, 2)
        assert session.get(Participant, (world.ticket, "igor@client.example")) is not None
        guests = session.scalars(sa.select(RatingInvitation).order_by(RatingInvitation.id)).all()
        assert [(one.recipient, one.language, one.agent_id) for one in guests] == [
            ("olga@client.example", "ru", world.ben),
            ("igor@client.example", "ru", world.ben),
        ]
        assert session.scalar(sa.select(sa.func.count()).select_from(Change)) > 0
    rows = outbox(world)
    assert [(row.recipient, row.state, row.due_at) for row in rows] == [
        ("olga@client.example", "held", NOW + timedelta(seconds=10)),
        ("igor@client.example", "held", NOW + timedelta(seconds=10)),
    ]


def test_the_same_form_sent_twice_is_one_reply(world: World) -> None:
    assert write(world) == write(world, html="<div>Something else</div>")
    assert len(outbox(world)) == 1


def test_a_colleague_on_copy_is_not_asked_for_a_rating(world: World) -> None:
    write(world, cc=["vera@orbit.example"])
    with db.reading() as session:
        assert session.scalars(sa.select(RatingInvitation.recipient)).all() == ["olga@client.example"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"html": "<div> <br></div>"}, "html"),
        ({"to": []}, "to"),
        ({"to": ["olga"]}, "to"),
        ({"to": ["olga@client.example\r\nBcc: eve@evil.example"]}, "to"),
        ({"cc": ["<eve@evil.example>, <more@evil.example> x"]}, "cc"),
        ({"to": ["Support@Orbit.example"]}, "to"),
        ({"then_status": "spam"}, "then_status"),
        ({"cc": [f"p{number}@client.example" for number in range(60)]}, "cc"),
    ],
)
def test_what_cannot_be_sent_is_refused_and_nothing_is_written(world: World, more: dict, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        write(world, **more)
    assert caught.value.field == field
    assert outbox(world) == []


def test_undo_brings_the_draft_back_whole(world: World) -> None:
    draft_id = draft_with_file(world)
    message_id = write(world, draft_id=draft_id, then_status="closed", cc=["igor@client.example"])
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Draft)) == 0
        assert session.scalar(sa.select(Attachment.message_id)) == message_id
    with db.transaction() as session:
        draft = service.undo(session, message_id, by=session.get_one(Agent, world.ben), now=LATER)
        assert draft.html == "<div>It is on its way.</div>"
        assert (draft.article_ids, draft.seen_message_id) == ([3], world.letter)
        assert [one.filename for one in draft.attachments] == ["label.pdf"]
        assert [draft.to, draft.cc] == [["olga@client.example"], ["igor@client.example"]]
    ticket = ticket_of(world)
    assert (ticket.status, ticket.closed_at, ticket.waiting_since) == ("open", None, NOW)
    assert (ticket.message_count, ticket.preview, ticket.last_message_at) == (1, "Hello", NOW)
    with db.reading() as session:
        assert session.scalars(sa.select(Participant.email)).all() == ["olga@client.example"]
        assert session.scalars(sa.select(Message.kind)).all() == [Kind.INCOMING]
        for model in (Outbox, RatingInvitation):
            assert session.scalar(sa.select(sa.func.count()).select_from(model)) == 0


def test_whoever_answers_first_looks_after_the_ticket(world: World) -> None:
    message_id = write(world)
    assert ticket_of(world).assignee_id == world.ben
    with db.transaction() as session:
        service.undo(session, message_id, by=session.get_one(Agent, world.ben), now=LATER)
    assert ticket_of(world).assignee_id is None


def test_undo_keeps_what_the_agent_has_begun_to_write_since(world: World) -> None:
    message_id = write(world)
    with db.transaction() as session:
        session.add(
            Draft(
                ticket_id=world.ticket,
                agent_id=world.ben,
                html="<div>And one more thing</div>",
                updated_at=NOW,
            )
        )
    with db.transaction() as session:
        draft = service.undo(session, message_id, by=session.get_one(Agent, world.ben), now=LATER)
        assert draft.html == "<div>It is on its way.</div><br><div>And one more thing</div>"


def test_undo_leaves_alone_what_others_did_meanwhile(world: World) -> None:
    message_id = write(world, then_status="waiting")
    with db.transaction() as session:
        ticket = session.get_one(Ticket, world.ticket)
        tickets.set_status(session, ticket, "closed", by=session.get_one(Agent, world.vera), now=NOW)
        service.undo(session, message_id, by=session.get_one(Agent, world.ben), now=LATER)
    assert ticket_of(world).status == "closed"


def test_undo_after_it_has_left_is_a_conflict(world: World) -> None:
    message_id = write(world)
    with db.transaction() as session:
        assert service.release_due(session, LATER) == [message_id]
    with pytest.raises(Conflict), db.transaction() as session:
        service.undo(session, message_id, by=session.get_one(Agent, world.ben), now=LATER)
    assert [row.state for row in outbox(world)] == ["queued"]


def test_undo_twice_and_undo_by_a_colleague(world: World) -> None:
    message_id = write(world)
    with pytest.raises(NotAllowed), db.transaction() as session:
        service.undo(session, message_id, by=session.get_one(Agent, world.vera), now=LATER)
    with db.transaction() as session:
        service.undo(session, message_id, by=session.get_one(Agent, world.ben), now=LATER)
    with pytest.raises(NotFound), db.transaction() as session:
        service.undo(session, message_id, by=session.get_one(Agent, world.ben), now=LATER)


def test_nothing_is_released_before_its_time(world: World) -> None:
    message_id = write(world)
    with db.transaction() as session:
        assert service.release_due(session, NOW + timedelta(seconds=9)) == []
    with db.transaction() as session:
        assert service.release_due(session, NOW + timedelta(seconds=10)) == [message_id]
        assert session.get_one(Message, message_id).delivery == "queued"
    with db.transaction() as session:
        assert service.release_due(session, LATER) == []


def test_the_knowledge_base_learns_when_the_reply_has_left_and_not_before(world: World) -> None:
    with db.transaction() as session:
        article = Article(
            title="Delivery", answer="It is on its way.", language="en", created_at=NOW, updated_at=NOW
        )
        session.add(article)
        session.flush()
        session.add(
            Suggestion(
                message_id=world.letter,
                article_id=article.id,
                rank=1,
                confidence=0.9,
                outcome="inserted",
                created_at=NOW,
            )
        )
    message_id = write(world)
    with db.transaction() as session:
        assert session.scalar(sa.select(Suggestion.outcome)) == "inserted"
        service.release_due(session, LATER)
        assert session.execute(sa.select(Suggestion.outcome, Suggestion.reply_id)).one() == (
            "accepted",
            message_id,
        )


def test_without_time_to_undo_a_reply_is_queued_at_once(world: World) -> None:
    world = World(**{**vars(world), "settings": world.settings.model_copy(update={"undo_seconds": 0})})
    write(world)
    assert [row.state for row in outbox(world)] == ["queued"]


def queued(world: World, **more: object) -> int:
    message_id = write(world, **more)
    with db.transaction() as session:
        service.release_due(session, LATER)
    return message_id


def test_two_workers_cannot_claim_the_same_recipient(world: World) -> None:
    message_id = queued(world)
    with db.transaction() as session:
        assert states.claim(session, message_id, LATER, seconds=60) is not None
        assert states.claim(session, message_id, LATER, seconds=60) is None


def test_a_crash_before_the_letter_was_begun_sends_again(world: World) -> None:
    message_id = queued(world)
    with db.transaction() as session:
        states.claim(session, message_id, LATER, seconds=60)
    with db.transaction() as session:
        assert service.sweep(session, LATER + timedelta(seconds=59)) == []
    with db.transaction() as session:
        assert service.sweep(session, LATER + timedelta(seconds=61)) == [message_id]
    assert [row.state for row in outbox(world)] == ["queued"]


def test_a_crash_after_the_letter_was_begun_is_uncertain_and_never_sent_again(world: World) -> None:
    message_id = queued(world, then_status="closed")
    with db.transaction() as session:
        row = states.claim(session, message_id, LATER, seconds=60)
        assert row is not None
        assert states.start_data(session, row, LATER, seconds=60)
    with db.transaction() as session:
        assert service.sweep(session, LATER + timedelta(minutes=30)) == []
        assert service.sweep(session, LATER + timedelta(days=3)) == []
        assert session.get_one(Message, message_id).delivery == "uncertain"
    ticket = ticket_of(world)
    assert (ticket.status, ticket.unread) == ("open", True)


def test_a_worker_that_wakes_up_late_sends_nothing_and_changes_nothing(world: World) -> None:
    message_id = queued(world)
    with db.transaction() as session:
        late = states.claim(session, message_id, LATER, seconds=60)
    after = LATER + timedelta(minutes=5)
    with db.transaction() as session:
        service.sweep(session, after)
        current = states.claim(session, message_id, after, seconds=60)
        assert current is not None
    assert late is not None
    with db.transaction() as session:
        assert not states.start_data(session, late, after, seconds=60)
        assert not states.accept(session, late, "250 OK", after)
    assert [row.state for row in outbox(world)] == ["sending"]


def test_temporary_refusals_back_off_for_five_days_and_then_fail(world: World) -> None:
    message_id = queued(world, then_status="closed")
    now, waits = LATER, []
    while True:
        with db.transaction() as session:
            service.sweep(session, now)
            row = states.claim(session, message_id, now, seconds=60)
            assert row is not None
            states.defer(session, row, "451 try later", now)
        row = outbox(world)[0]
        if row.state == "failed":
            break
        assert row.due_at is not None
        waits.append(round((row.due_at - now).total_seconds() / 60))
        now = row.due_at
    assert waits[:6] == [1, 5, 15, 60, 60, 60]
    assert timedelta(days=4, hours=22) < now - LATER <= timedelta(days=5)
    assert ticket_of(world).status == "open"
    with db.reading() as session:
        told = session.scalars(
            sa.select(Event.kind).where(Event.kind.startswith("delivery")).order_by(Event.id)
        ).all()
    assert told == ["delivery_delayed", "delivery_delayed", "delivery_failed"]


def test_a_deferred_row_waits_for_its_time(world: World) -> None:
    message_id = queued(world)
    with db.transaction() as session:
        row = states.claim(session, message_id, LATER, seconds=60)
        states.defer(session, row, "451 greylisted", LATER)
        assert session.get_one(Message, message_id).delivery == "deferred"
    with db.transaction() as session:
        assert service.sweep(session, LATER + timedelta(seconds=50)) == []
    with db.transaction() as session:
        assert service.sweep(session, LATER + timedelta(seconds=70)) == [message_id]


def test_the_message_shows_the_recipient_that_needs_an_eye(world: World) -> None:
    message_id = queued(world, cc=["igor@client.example"])
    with db.transaction() as session:
        states.accept(session, states.claim(session, message_id, LATER, seconds=60), "250 OK", LATER)
        states.fail(session, states.claim(session, message_id, LATER, seconds=60), "550 no such user", LATER)
        assert session.get_one(Message, message_id).delivery == "failed"
    assert [(row.state, row.answer) for row in outbox(world)] == [
        ("accepted", "250 OK"),
        ("failed", "550 no such user"),
    ]


def test_an_agent_sends_again_only_to_those_who_did_not_get_it(world: World) -> None:
    message_id = queued(world, cc=["igor@client.example"])
    with db.transaction() as session:
        states.accept(session, states.claim(session, message_id, LATER, seconds=60), "250 OK", LATER)
        states.fail(session, states.claim(session, message_id, LATER, seconds=60), "550 no such user", LATER)
    with db.transaction() as session:
        assert service.retry(session, message_id, by=session.get_one(Agent, world.ben), now=LATER) == 1
    assert [row.state for row in outbox(world)] == ["accepted", "queued"]
    with pytest.raises(Conflict), db.transaction() as session:
        service.retry(session, message_id, by=session.get_one(Agent, world.ben), now=LATER)


@pytest.mark.parametrize(("arrived", "state"), [(True, "accepted"), (False, "queued")])
def test_an_agent_says_what_became_of_an_uncertain_reply(world: World, arrived: bool, state: str) -> None:
    message_id = queued(world)
    with db.transaction() as session:
        row = states.claim(session, message_id, LATER, seconds=60)
        states.start_data(session, row, LATER, seconds=60)
        states.doubt(session, row, "closed the connection", LATER)
    with db.transaction() as session:
        ben = session.get_one(Agent, world.ben)
        service.resolve_uncertain(session, message_id, arrived=arrived, by=ben, now=LATER)
        assert session.get_one(Message, message_id).delivery == state


def test_a_note_and_a_strangers_held_letter_are_never_quoted(world: World) -> None:
    with db.transaction() as session:
        ticket, ben = session.get_one(Ticket, world.ticket), session.get_one(Agent, world.ben)
        tickets.add_note(session, ticket, "<div>CANARY-NOTE</div>", by=ben, now=NOW, nonce="x")
        session.add(
            Message(
                ticket_id=world.ticket,
                kind=Kind.INCOMING,
                held=True,
                visible="CANARY-HELD",
                rfc_message_id="held@evil.example",
                arrived_at=LATER,
            )
        )
    message_id = write(world)
    with db.reading() as session:
        message = session.get_one(Message, message_id)
        assert "where is my order 17?" in message.folded
        assert "CANARY" not in message.folded + message.visible + (message.html or "")
