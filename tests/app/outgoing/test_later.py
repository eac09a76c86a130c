"""Letters that leave by themselves: when, how often, and what takes them back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from app import db
from app.accounts.models import Agent
from app.customers.models import Customer
from app.errors import Conflict, InvalidInput
from app.outgoing import later, restored, service
from app.outgoing.models import Outbox
from app.tickets import drafts, merging, scheduled
from app.tickets.drafts import Written
from app.tickets.filing import IncomingLetter, file_letter
from app.tickets.models import Change, Draft, Event, Kind, Message, Ticket
from tests.app.outgoing.conftest import NOW, World

MORNING = NOW + timedelta(hours=20)


def put_off(world: World, *, at: datetime = MORNING, then_status: str = "waiting", **more: object) -> int:
    values = {"html": "<div>Good morning</div>", "to": ["olga@client.example"], **more}
    with db.transaction() as session:
        ticket, ben = session.get_one(Ticket, world.ticket), session.get_one(Agent, world.ben)
        written = Written(**values)  # type: ignore[arg-type]
        draft = drafts.save(session, ticket, "outgoing", written, version=0, by=ben, now=NOW)
        scheduled.put_off(session, ticket, draft, at, then_status=then_status, by=ben, now=NOW)
        return draft.id


def tick(world: World, now: datetime) -> list[int]:
    with db.transaction() as session:
        return later.send_due(session, now, world.settings)


def letter_comes(
    world: World, *, ticket: int = 0, sender: str = "olga@client.example", **more: object
) -> None:
    values = {
        "raw_mail_id": None, "mailbox_id": world.mailbox, "sender_name": "", "sender_email": sender,
        "subject": "Re: order", "visible": "Never mind!", "folded": "", "signature": "", "html": None,
        "language": "en", "arrived_at": NOW + timedelta(hours=2), **more,
    }  # fmt: skip
    with db.transaction() as session:
        found = session.get_one(Ticket, ticket or world.ticket)
        card = session.scalars(sa.select(Customer)).first()
        letter = IncomingLetter(**values)  # type: ignore[arg-type]
        file_letter(session, found, letter, card, wakes=True, now=NOW + timedelta(hours=2))


def drafts_now() -> list[Draft]:
    with db.reading() as session:
        return list(session.scalars(sa.select(Draft).order_by(Draft.id)))


def said(kind: str) -> list[Event]:
    with db.reading() as session:
        return list(session.scalars(sa.select(Event).where(Event.kind == kind).order_by(Event.id)))


def outgoing() -> list[Message]:
    with db.reading() as session:
        return list(session.scalars(sa.select(Message).where(Message.kind == Kind.OUTGOING)))


def test_nothing_leaves_before_its_time_and_then_it_is_on_its_way_at_once(world: World) -> None:
    put_off(world)
    assert tick(world, MORNING - timedelta(seconds=1)) == []
    assert outgoing() == []
    with db.reading() as session:
        assert session.get_one(Ticket, world.ticket).waiting_since == NOW
    [message_id] = tick(world, MORNING)
    [message] = outgoing()
    assert (message.id, message.visible, message.arrived_at) == (message_id, "Good morning", MORNING)
    with db.reading() as session:
        assert session.scalars(sa.select(Outbox.state)).all() == ["queued"]
        ticket = session.get_one(Ticket, world.ticket)
        assert (ticket.status, ticket.waiting_since) == ("waiting", None)
    assert drafts_now() == []


def test_two_ticks_send_one_letter(world: World) -> None:
    put_off(world)
    tick(world, MORNING)
    assert tick(world, MORNING + timedelta(minutes=1)) == []
    assert len(outgoing()) == 1


def test_a_crash_before_the_commit_leaves_a_draft_that_is_still_due(world: World) -> None:
    put_off(world)

    def crash() -> None:
        with db.transaction() as session:
            later.send_due(session, MORNING, world.settings)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crash()
    assert outgoing() == []
    assert len(tick(world, MORNING + timedelta(hours=1))) == 1


def test_the_customer_who_writes_first_takes_it_back(world: World) -> None:
    put_off(world)
    letter_comes(world)
    [draft] = drafts_now()
    assert (draft.send_at, draft.stopped, "Good morning" in draft.html) == (None, "letter", True)
    [event] = said("later_cancelled")
    assert event.detail == {"agent_id": world.ben, "why": "letter"}
    assert tick(world, MORNING) == [] and outgoing() == []


def test_a_program_or_a_third_party_takes_nothing_back(world: World) -> None:
    with db.transaction() as session:
        form = service.Reply(
            "<div>Look</div>", ["lab@bench.example"], [], "", "nonce-of-a-forward",
            kind="forward", about_id=world.letter,
        )  # fmt: skip
        ticket, ben = session.get_one(Ticket, world.ticket), session.get_one(Agent, world.ben)
        service.write_reply(session, ticket, form, by=ben, now=NOW, settings=world.settings)
    put_off(world)
    letter_comes(world, automatic="auto-replied")
    letter_comes(world, sender="lab@bench.example")
    letter_comes(world, sender="stranger@else.example", held=True)
    assert len(tick(world, MORNING)) == 1


def test_a_letter_that_nobody_told_of_is_found_before_it_leaves(world: World) -> None:
    """A letter that was moved here, or let in, does not go through filing."""
    put_off(world)
    with db.transaction() as session:
        session.add(
            Message(
                ticket_id=world.ticket, kind=Kind.INCOMING, sender_email="olga@client.example", visible="Wait",
                arrived_at=NOW,
            )
        )  # fmt: skip
    assert tick(world, MORNING) == []
    assert drafts_now()[0].stopped == "letter"


def test_a_merge_takes_it_back_and_keeps_both_drafts(world: World) -> None:
    put_off(world)
    with db.transaction() as session:
        first, ben = session.get_one(Ticket, world.ticket), session.get_one(Agent, world.ben)
        other = Ticket(
            mailbox_id=world.mailbox, customer_id=first.customer_id, opened_at=NOW, last_message_at=NOW,
            subject="Other", message_count=0,
        )  # fmt: skip
        session.add(other)
        session.flush()
        drafts.save(session, other, "outgoing", Written("<div>Also this</div>"), version=0, by=ben, now=NOW)
        merging.merge(session, world.ticket, other.id, by=ben, now=NOW)
        target = other.id
    [draft] = drafts_now()
    assert (draft.ticket_id, draft.send_at, draft.stopped) == (target, None, "merged")
    assert "Also this" in draft.html and "Good morning" in draft.html
    assert draft.to == ["olga@client.example"]


def test_what_cannot_be_sent_any_more_comes_back_with_the_reason(world: World) -> None:
    put_off(world)
    with db.transaction() as session:
        session.execute(sa.update(Draft).values(to=["support@orbit.example"]))
    assert tick(world, MORNING) == []
    [draft] = drafts_now()
    assert draft.send_at is None and "our own mailbox" in draft.stopped
    assert len(said("later_cancelled")) == 1


def test_one_that_cannot_be_sent_keeps_no_other_from_leaving(world: World) -> None:
    put_off(world, at=MORNING - timedelta(minutes=1), to=["support@orbit.example"])
    with db.transaction() as session:
        first, vera = session.get_one(Ticket, world.ticket), session.get_one(Agent, world.vera)
        written = Written("<div>Second</div>", ["olga@client.example"])
        draft = drafts.save(session, first, "outgoing", written, version=0, by=vera, now=NOW)
        scheduled.put_off(session, first, draft, MORNING, then_status="", by=vera, now=NOW)
    assert len(tick(world, MORNING)) == 1
    assert [message.visible for message in outgoing()] == ["Second"]


def test_an_agent_takes_it_back_or_sends_it_now(world: World) -> None:
    draft_id = put_off(world)
    with db.transaction() as session:
        ticket, ben = session.get_one(Ticket, world.ticket), session.get_one(Agent, world.ben)
        scheduled.withdraw(session, ticket, draft_id, by=ben, now=NOW)
        draft = session.get_one(Draft, draft_id)
        scheduled.put_off(session, ticket, draft, MORNING, then_status="", by=ben, now=NOW)
        message = later.send_now(session, ticket, draft_id, by=ben, now=NOW, settings=world.settings)
        assert message.delivery == "held"
        service.undo(session, message.id, by=ben, now=NOW)
    [draft] = drafts_now()
    assert draft.send_at is None and "Good morning" in draft.html
    with pytest.raises(Conflict), db.transaction() as session:
        scheduled.withdraw(
            session,
            session.get_one(Ticket, world.ticket),
            draft.id,
            by=session.get_one(Agent, world.ben),
            now=NOW,
        )


def test_a_letter_that_waits_is_not_written_on(world: World) -> None:
    put_off(world)
    with db.transaction() as session:
        ticket, ben = session.get_one(Ticket, world.ticket), session.get_one(Agent, world.ben)
        with pytest.raises(Conflict):
            drafts.save(session, ticket, "outgoing", Written("<div>x</div>"), version=2, by=ben, now=NOW)


@pytest.mark.parametrize("at", [NOW, NOW - timedelta(hours=1), NOW + timedelta(days=400)])
def test_only_a_time_to_come_within_a_year(world: World, at: datetime) -> None:
    with pytest.raises(InvalidInput) as refused:
        put_off(world, at=at)
    assert refused.value.field == "send_at"


def test_a_database_from_an_older_copy_sends_no_letter_that_may_have_left(world: World) -> None:
    put_off(world)
    put_off_by(world, world.vera, at=MORNING + timedelta(days=2))
    restored.remember(world.settings, MORNING + timedelta(hours=1))
    with db.transaction() as session:
        session.execute(sa.delete(Change))
    assert schedule_tick(world, MORNING + timedelta(hours=2)) == []
    stopped, waits = drafts_now()
    assert stopped.send_at is None and "older copy" in stopped.stopped
    assert waits.send_at == MORNING + timedelta(days=2)
    assert len(schedule_tick(world, MORNING + timedelta(days=3))) == 1


def put_off_by(world: World, agent: int, *, at: datetime) -> None:
    with db.transaction() as session:
        ticket, by = session.get_one(Ticket, world.ticket), session.get_one(Agent, agent)
        written = Written("<div>Later still</div>", ["olga@client.example"])
        draft = drafts.save(session, ticket, "outgoing", written, version=0, by=by, now=NOW)
        scheduled.put_off(session, ticket, draft, at, then_status="", by=by, now=NOW)


def schedule_tick(world: World, now: datetime) -> list[int]:
    """What the clock does: it first asks whether this database has seen everything."""
    restored.hold_back(world.settings, now)
    return tick(world, now)


def test_a_second_letter_is_sent_although_its_draft_has_the_number_of_the_first(world: World) -> None:
    first = put_off(world)
    assert len(tick(world, MORNING)) == 1
    again = put_off(world, html="<div>And one thing more</div>", at=MORNING + timedelta(hours=2))
    # SQLite gives the number of a row that is gone to the next one.
    assert again == first or db.engine().dialect.name != "sqlite"
    assert len(tick(world, MORNING + timedelta(hours=2))) == 1
    assert [one.visible for one in outgoing()] == ["Good morning", "And one thing more"]
