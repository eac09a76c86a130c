"""Two agents, or an agent and the clock, with the same ticket at the same moment.

One has read it, the other changes it and is done, and then the first one writes. SQLite lets only one of them begin, so
these are PostgreSQL's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.accounts.models import Agent
from app.accounts.rights import Rights
from app.customers import merging as cards
from app.customers import service as customers
from app.customers.models import Customer, CustomerAddress
from app.errors import Conflict, InvalidInput, Merged, NotFound
from app.outgoing import service, states
from app.outgoing.service import Reply
from app.tags.service import find_or_make
from app.tickets import drafts, merging, moving, splitting, statuses, thread
from app.tickets import service as tickets
from app.tickets.drafts import Written
from app.tickets.filing import IncomingLetter, file_letter
from app.tickets.models import Draft, Kind, Message, Status, Ticket
from tests.app.outgoing.conftest import NOW, World
from tests.app.outgoing.test_at_once import at_once
from tests.app.outgoing.test_outbox_leases import _somebody_waits_for_a_lock
from tests.app.outgoing.test_service import write
from tests.support.waiting import wait_until

EVERYTHING = Rights(0, "admin", None)


@pytest.fixture(autouse=True)
def _two_writers(world: World) -> None:
    if db.engine().dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")


@pytest.fixture
def other(world: World) -> int:
    """A second ticket of the same customer."""
    return _ticket(world, "And my invoice?")


def _ticket(world: World, subject: str) -> int:
    with db.transaction() as session:
        first = session.get_one(Ticket, world.ticket)
        ticket = Ticket(
            mailbox_id=first.mailbox_id, customer_id=first.customer_id, subject=subject, opened_at=NOW,
            last_message_at=NOW, waiting_since=NOW, message_count=0,
        )  # fmt: skip
        session.add(ticket)
        session.flush()
        letter = Message(
            ticket_id=ticket.id, kind=Kind.INCOMING, sender_email="olga@client.example", subject=subject,
            visible=subject, arrived_at=NOW,
        )  # fmt: skip
        tickets.add_message(session, ticket, letter, now=NOW)
        return ticket.id


def meanwhile(act: Callable[[Session, Agent], object], world: World) -> None:
    """Somebody else's whole transaction."""
    with db.transaction() as session:
        act(session, session.get_one(Agent, world.vera))


def in_one_go(act: Callable[[Session, Agent], object], world: World) -> None:
    """Ben's transaction."""
    with db.transaction() as session:
        act(session, session.get_one(Agent, world.ben))


def _merged(world: World, source: int, target: int) -> None:
    meanwhile(lambda session, vera: merging.merge(session, source, target, by=vera, now=NOW), world)


def test_two_tickets_do_not_become_part_of_each_other(world: World, other: int) -> None:
    def merge(session: Session, ben: Agent) -> None:
        seen = [thread.ticket_for(session, EVERYTHING, one) for one in (world.ticket, other)]
        _merged(world, world.ticket, other)
        merging.merge(session, seen[1].id, seen[0].id, by=ben, now=NOW)

    with pytest.raises(InvalidInput):
        in_one_go(merge, world)
    with db.reading() as session:
        assert merging.end_of(session, world.ticket) == other
        assert session.get_one(Ticket, other).merged_into_id is None


def test_nothing_is_written_into_a_ticket_that_has_just_become_part_of_another(
    world: World, other: int
) -> None:
    def reply(session: Session, ticket: Ticket, ben: Agent) -> None:
        form = Reply("<div>Hi</div>", ["olga@client.example"], [], "", "nonce-of-a-late-reply")
        service.write_reply(session, ticket, form, by=ben, now=NOW, settings=world.settings)

    def note(session: Session, ticket: Ticket, ben: Agent) -> None:
        tickets.add_note(session, ticket, "<div>Look</div>", by=ben, now=NOW, nonce="nonce-of-a-late-note")

    def late(act: Callable[..., object], source: int, session: Session, ben: Agent) -> None:
        ticket = thread.ticket_for(session, EVERYTHING, source)
        _merged(world, source, other)
        act(session, ticket, ben)

    acts: list[Callable[[Session, Ticket, Agent], object]] = [reply, note]
    for act in acts:
        source = _ticket(world, "One more thing")
        with pytest.raises(Merged) as refused:
            in_one_go(partial(late, act, source), world)
        assert refused.value.ticket_id == other
        with db.reading() as session:
            assert session.scalar(sa.select(Message.id).where(Message.ticket_id == source)) is None


def test_messages_do_not_move_into_a_ticket_that_has_just_become_part_of_another(
    world: World, other: int
) -> None:
    third = _ticket(world, "A third matter")
    with db.transaction() as session:
        letter = Message(
            ticket_id=third, kind=Kind.INCOMING, sender_email="olga@client.example", subject="x", visible="x",
            arrived_at=NOW,
        )  # fmt: skip
        tickets.add_message(session, session.get_one(Ticket, third), letter, now=NOW)
        letter_id = letter.id

    def move(session: Session, ben: Agent) -> None:
        ticket, seen = session.get_one(Ticket, third), session.get_one(Ticket, other)
        _merged(world, other, world.ticket)
        splitting.move(session, ticket, [letter_id], seen.id, by=ben, now=NOW)

    with pytest.raises(Conflict):
        in_one_go(move, world)
    with db.reading() as session:
        assert session.get_one(Message, letter_id).ticket_id == third


def test_a_letter_is_not_put_back_into_a_ticket_that_is_part_of_another(world: World, other: int) -> None:
    with db.transaction() as session:
        first, ben = session.get_one(Ticket, world.ticket), session.get_one(Agent, world.ben)
        letter = Message(
            ticket_id=first.id, kind=Kind.INCOMING, sender_email="igor@client.example", subject="Mine", visible="x",
            arrived_at=NOW,
        )  # fmt: skip
        tickets.add_message(session, first, letter, now=NOW)
        new = moving.move_to_new_ticket(session, letter, by=ben, now=NOW).id
        letter_id = letter.id
    _merged(world, world.ticket, other)

    def back(session: Session, ben: Agent) -> None:
        moving.move_back(session, session.get_one(Message, letter_id), by=ben, now=NOW)

    with pytest.raises(Conflict):
        in_one_go(back, world)
    with db.reading() as session:
        assert session.get_one(Message, letter_id).ticket_id == new


def test_a_reply_is_not_taken_back_while_it_moves(world: World, other: int) -> None:
    message_id = write(world)

    def undo(session: Session, ben: Agent) -> None:
        seen = session.get_one(Message, message_id), session.get_one(Ticket, world.ticket)
        _merged(world, world.ticket, other)
        service.undo(session, seen[0].id, by=ben, now=NOW)

    with pytest.raises(Conflict):
        in_one_go(undo, world)
    with db.transaction() as session:
        draft = service.undo(session, message_id, by=session.get_one(Agent, world.ben), now=NOW)
        assert draft.ticket_id == other


def test_who_closes_a_ticket_sees_it_as_it_is_and_not_as_it_was(world: World) -> None:
    """A reply fails while an agent closes: closed is then closed, and nobody is said to wait in it."""
    message_id = write(world, then_status="waiting")
    with db.transaction() as session:
        service.release_due(session, NOW + timedelta(minutes=1))
        row = states.claim(session, message_id, NOW + timedelta(minutes=1), seconds=60)
        assert row is not None
    with db.transaction() as session:
        ben = session.get_one(Agent, world.ben)
        seen = session.get_one(Ticket, world.ticket)
        with db.transaction() as theirs:
            states.fail(theirs, row, "550 no such user", NOW + timedelta(minutes=2))
        ticket = thread.ticket_to_change(session, EVERYTHING, seen.id)
        assert ticket.status == Status.OPEN
        statuses.change(session, ticket, "closed", by=ben, now=NOW + timedelta(minutes=2))
    with db.reading() as session:
        ticket = session.get_one(Ticket, world.ticket)
        assert (ticket.status, ticket.waiting_since) == ("closed", None)


def test_a_letter_and_a_note_at_the_same_moment_are_both_counted(world: World) -> None:
    def letter() -> None:
        with db.transaction() as session:
            known = session.scalars(
                sa.select(Ticket).where(Ticket.id == world.ticket).with_for_update()
            ).one()
            card = session.scalars(sa.select(Customer)).first()
            came = IncomingLetter(
                None, world.mailbox, "", "olga@client.example", "Re", "Hello?", "", "", None, "en", NOW
            )
            file_letter(session, known, came, card, wakes=True, now=NOW)

    def note(number: int) -> Callable[[], None]:
        def write_note() -> None:
            with db.transaction() as session:
                ticket = thread.ticket_for(session, EVERYTHING, world.ticket)
                ben = session.get_one(Agent, world.ben)
                tickets.add_note(
                    session, ticket, f"<div>Note {number}</div>", by=ben, now=NOW, nonce=f"nonce-{number}"
                )

        return write_note

    assert at_once(letter, note(1), letter, note(2), note(3), letter) == [None] * 6
    with db.reading() as session:
        counted = sa.select(sa.func.count()).select_from(Message).where(Message.ticket_id == world.ticket)
        assert session.get_one(Ticket, world.ticket).message_count == session.scalar(counted) == 7


def _draft(world: World) -> int:
    with db.transaction() as session:
        ticket, ben = session.get_one(Ticket, world.ticket), session.get_one(Agent, world.ben)
        written = Written("<div>First words</div>")
        return drafts.save(session, ticket, "outgoing", written, version=0, by=ben, now=NOW).id


def test_words_of_two_windows_do_not_overwrite_each_other(world: World) -> None:
    _draft(world)

    def save(session: Session, words: str) -> int:
        ticket, ben = session.get_one(Ticket, world.ticket), session.get_one(Agent, world.ben)
        return drafts.save(session, ticket, "outgoing", Written(words), version=1, by=ben, now=NOW).version

    def late(session: Session, _ben: Agent) -> None:
        seen = drafts.mine(session, world.ticket, world.ben, "outgoing")
        assert seen is not None and seen.version == 1
        meanwhile(lambda theirs, _vera: save(theirs, "<div>From the other window</div>"), world)
        save(session, "<div>From this one</div>")

    with pytest.raises(Conflict):
        in_one_go(late, world)
    with db.reading() as session:
        assert "other window" in session.scalars(sa.select(Draft.html)).one()


def test_a_draft_that_is_taken_over_is_not_written_on_by_its_first_author(world: World) -> None:
    draft_id = _draft(world)

    def take(session: Session, vera: Agent) -> None:
        drafts.take_over(session, session.get_one(Ticket, world.ticket), draft_id, by=vera, now=NOW)

    def late(session: Session, ben: Agent) -> None:
        ticket, seen = (
            session.get_one(Ticket, world.ticket),
            drafts.mine(session, world.ticket, ben.id, "outgoing"),
        )
        assert seen is not None and seen.version == 1
        meanwhile(take, world)
        drafts.save(session, ticket, "outgoing", Written("<div>Mine!</div>"), version=1, by=ben, now=NOW)

    with pytest.raises((Conflict, NotFound)):
        in_one_go(late, world)
    with db.reading() as session:
        draft = session.scalars(sa.select(Draft)).one()
        assert (draft.agent_id, "First words" in draft.html) == (world.vera, True)


def _card(email: str) -> int:
    with db.transaction() as session:
        card = Customer(name=email, created_at=NOW, addresses=[CustomerAddress(email=email)])
        session.add(card)
        session.flush()
        return card.id


def test_two_cards_do_not_become_part_of_each_other(world: World) -> None:
    one, two = _card("one@client.example"), _card("two@client.example")

    def merge(session: Session, ben: Agent) -> None:
        seen = [session.get_one(Customer, card_id) for card_id in (one, two)]
        meanwhile(lambda theirs, vera: cards.merge(theirs, one, two, by=vera, now=NOW), world)
        cards.merge(session, seen[1].id, seen[0].id, by=ben, now=NOW)

    with pytest.raises(InvalidInput):
        in_one_go(merge, world)
    with db.reading() as session:
        assert cards.end_of(session, one) == two
        assert customers.find_by_address(session, "one@client.example").id == two


def test_two_agents_think_of_one_tag_at_the_same_moment(world: World) -> None:
    def tag(session: Session, _vera: Agent) -> None:
        tickets.set_tags(session, session.get_one(Ticket, world.ticket), ["refund"], by=None, now=NOW)

    with db.transaction() as session:
        assert find_or_make(session, ["vip"])
        # The other one has begun and not committed: its word is not to be seen yet.
        waiting = threading.Thread(target=meanwhile, args=(tag, world))
        find_or_make(session, ["refund"])
        waiting.start()
        wait_until(_somebody_waits_for_a_lock)
    waiting.join(20)
    with db.reading() as session:
        assert [one.name for one in session.get_one(Ticket, world.ticket).tags] == ["refund"]
