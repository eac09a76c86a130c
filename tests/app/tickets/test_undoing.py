"""The last thing an agent did can be taken back, and only that, and only as long as nobody changed it since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.errors import Conflict, InvalidInput, NotAllowed
from app.tickets import merging, service, snoozing, spam, splitting, statuses, trash, undoing
from app.tickets.models import Event, Message, Ticket
from app.tickets.order_models import SpamSender
from tests.app.tickets.test_snoozing import NOW, letter

LATER = NOW + timedelta(minutes=1)


class Desk:
    def __init__(self, session: Session) -> None:
        self.session = session
        self.ticket = letter(session)
        self.nora = Agent(email="nora@help.example", name="Nora", created_at=NOW)
        self.ben = Agent(email="ben@help.example", name="Ben", created_at=NOW, role="admin")
        session.add_all([self.nora, self.ben])
        session.flush()
        self.at = NOW

    def last(self, agent: Agent | None = None) -> Event | None:
        self.session.flush()
        found = self.session.scalars(sa.select(Event).where(Event.ticket_id == self.ticket.id)).all()
        return undoing.last_action(found, (agent or self.nora).id, LATER)  # type: ignore[return-value, arg-type]

    def undo(self, agent: Agent | None = None) -> Ticket:
        event = self.last(agent)
        assert event is not None
        return undoing.undo(self.session, event, by=agent or self.nora, now=LATER)

    @property
    def now(self) -> datetime:
        """Every act has a moment of its own, unless it was one act."""
        self.at += timedelta(seconds=1)
        return self.at

    def stand(self) -> tuple[object, ...]:
        one = self.ticket
        self.session.flush()
        learnt = tuple(self.session.scalars(sa.select(SpamSender.pattern)))
        return (one.status, one.waiting_since, one.closed_at, one.snoozed_until, one.trashed_at, one.assignee_id,
                tuple(tag.name for tag in one.tags), learnt)  # fmt: skip


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


TOMORROW = NOW + timedelta(days=1)
ACTS: dict[str, Callable[[Desk], Any]] = {
    "close": lambda d: statuses.change(d.session, d.ticket, "closed", by=d.nora, now=d.now),
    "wait": lambda d: statuses.change(d.session, d.ticket, "waiting", by=d.nora, now=d.now),
    "snooze": lambda d: snoozing.snooze(d.session, d.ticket, TOMORROW, by=d.nora, now=d.now),
    "spam": lambda d: spam.mark(d.session, d.ticket, by=d.nora, now=d.now),
    "trash": lambda d: trash.throw_away(d.session, d.ticket, by=d.nora, now=d.now),
    "assign": lambda d: service.assign(d.session, d.ticket, d.ben.id, by=d.nora, now=d.now),
    "tag": lambda d: service.set_tags(d.session, d.ticket, ["urgent"], by=d.nora, now=d.now),
}


@pytest.mark.parametrize("act", ACTS)
def test_taken_back_the_ticket_is_as_it_was(desk: Desk, act: str) -> None:
    before = desk.stand()
    ACTS[act](desk)
    assert desk.stand() != before
    desk.undo()
    assert desk.stand() == before
    # What was taken back, and the taking back, are no "last action".
    assert desk.last() is None


@pytest.mark.parametrize("first", ["close", "wait", "snooze", "spam", "trash"])
@pytest.mark.parametrize("act", ["close", "snooze", "spam", "trash"])
def test_so_it_is_from_every_status(desk: Desk, first: str, act: str) -> None:
    ACTS[first](desk)
    before = desk.stand()
    try:
        ACTS[act](desk)
    except InvalidInput:
        assert act == "snooze" and first in ("spam", "trash")
        return
    if desk.stand() == before:
        assert act == first
        return
    desk.undo()
    after = desk.stand()
    assert after[:4] + after[5:] == before[:4] + before[5:]
    # And now the first is the last again.
    desk.undo()
    assert desk.ticket.status == "open"


def test_not_spam_taken_back_learns_again(desk: Desk) -> None:
    spam.mark(desk.session, desk.ticket, by=desk.nora, now=desk.now)
    before = desk.stand()
    spam.unmark(desk.session, desk.ticket, by=desk.nora, now=desk.now)
    assert desk.stand()[-1] == ()
    desk.undo()
    assert desk.stand() == before


def test_restoring_taken_back_throws_away_again(desk: Desk) -> None:
    trash.throw_away(desk.session, desk.ticket, by=desk.nora, now=desk.now)
    trash.restore(desk.session, desk.ticket, by=desk.nora, now=desk.now)
    desk.undo()
    assert (desk.ticket.status, desk.ticket.trashed_at) == ("trash", LATER)


def test_woken_by_hand_it_sleeps_again(desk: Desk) -> None:
    snoozing.snooze(desk.session, desk.ticket, TOMORROW, by=desk.nora, now=desk.now)
    snoozing.wake(desk.session, desk.ticket, by=desk.nora, now=desk.now)
    desk.undo()
    assert (desk.ticket.status, desk.ticket.snoozed_until) == ("snoozed", TOMORROW)


def test_what_somebody_else_did_is_theirs(desk: Desk) -> None:
    service.set_status(desk.session, desk.ticket, "closed", by=desk.ben, now=NOW)
    assert desk.last() is None
    event = desk.last(desk.ben)
    assert event is not None
    with pytest.raises(NotAllowed):
        undoing.undo(desk.session, event, by=desk.nora, now=LATER)


def test_what_was_changed_since_is_left_alone(desk: Desk) -> None:
    service.set_status(desk.session, desk.ticket, "closed", by=desk.nora, now=NOW)
    event = desk.last()
    assert event is not None
    service.set_status(desk.session, desk.ticket, "waiting", by=desk.ben, now=NOW)
    desk.session.flush()
    with pytest.raises(Conflict):
        undoing.undo(desk.session, event, by=desk.nora, now=LATER)
    assert desk.ticket.status == "waiting"


def test_after_ten_minutes_it_is_history(desk: Desk) -> None:
    service.set_status(desk.session, desk.ticket, "closed", by=desk.nora, now=NOW - timedelta(minutes=10))
    assert desk.last() is None


def test_twice_is_once(desk: Desk) -> None:
    service.set_status(desk.session, desk.ticket, "closed", by=desk.nora, now=NOW)
    event = desk.last()
    desk.undo()
    assert event is not None
    with pytest.raises(Conflict):
        undoing.undo(desk.session, event, by=desk.nora, now=LATER)


def test_a_merge_is_taken_apart(desk: Desk) -> None:
    other = letter(desk.session)
    desk.session.flush()
    merging.merge(desk.session, other.id, desk.ticket.id, by=desk.nora, now=NOW)
    desk.undo()
    assert (other.merged_into_id, other.message_count, desk.ticket.message_count) == (None, 1, 1)
    assert desk.last() is None


def test_a_split_is_taken_back_from_either_side(desk: Desk) -> None:
    letter(desk.session, desk.ticket, at=NOW + timedelta(seconds=1))
    second = desk.session.scalars(sa.select(Message).order_by(Message.id.desc())).first()
    assert second is not None
    new = splitting.split(desk.session, desk.ticket, [second.id], by=desk.nora, now=NOW)
    there = desk.session.scalars(sa.select(Event).where(Event.ticket_id == new.id)).all()
    event = undoing.last_action(there, desk.nora.id, LATER)
    assert event is not None
    assert undoing.undo(desk.session, event, by=desk.nora, now=LATER) is desk.ticket  # type: ignore[arg-type]
    assert (desk.ticket.message_count, new.message_count, new.merged_into_id) == (2, 0, desk.ticket.id)
    assert desk.last() is None
