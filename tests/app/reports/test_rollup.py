"""The facts that reports are counted from: what they say of one ticket, and that they are the same however made."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from app import cli, db
from app.accounts.models import Agent
from app.reports import rollup
from app.reports.derive import Facts, RawEvent, RawMessage, RawTicket, facts_of, steps_of
from app.reports.models import LetterFacts, ReplyFacts, ReportProgress, TicketFacts, TicketStep
from app.tasks.clock import Hours
from app.tasks.models import Calendar
from app.tickets import service, trash
from app.tickets.models import Change, Ticket
from tests.app.reports.conftest import NOW, ZONE, Desk, act, catch_up, rollup_step

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Hours("Europe/Berlin", (((540, 1080),),) * 5 + ((), ()))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def ticket(messages: list[RawMessage], events: list[RawEvent] = (), **more: object) -> RawTicket:  # type: ignore[assignment]
    base = {
        "id": 1, "mailbox_id": 1, "team_id": None, "assignee_id": None, "customer_id": 1, "status": "open",
        "merged": False, "opened_at": messages[0].at, "closed_at": None, "last_message_at": messages[-1].at,
        "waiting_since": None, "hours": None,
    }  # fmt: skip
    return RawTicket(**{**base, **more, "messages": messages, "events": list(events)})  # type: ignore[arg-type]


def letter(number: int, when: str) -> RawMessage:
    return RawMessage(number, at(when), ours=False, theirs=True)


def reply(number: int, when: str, **more: object) -> RawMessage:
    return RawMessage(number, at(when), ours=True, theirs=False, author_id=7, **more)  # type: ignore[arg-type]


def nothing(number: int, when: str) -> RawMessage:
    return RawMessage(number, at(when), ours=False, theirs=False)


def event(kind: str, when: str, **detail: object) -> RawEvent:
    return RawEvent(kind, at(when), detail)


def test_times_of_a_ticket_across_the_end_of_summer_time() -> None:
    """Asked on Saturday evening in summer time, answered on Monday in winter time: the night had 25 hours."""
    facts = facts_of(
        ticket(
            [
                letter(1, "2026-10-24 18:00"),  # 20:00 in Berlin, a Saturday
                nothing(2, "2026-10-24 18:01"),  # our receipt answers nothing
                reply(3, "2026-10-26 09:30", composing=90),  # 10:30, a Monday
                letter(4, "2026-10-26 10:00"),
                letter(5, "2026-10-26 10:20"),
                reply(6, "2026-10-26 11:00", article_id=5),
            ],
            [event("status", "2026-10-26 11:00", before="open", after="closed")],
            status="closed",
            closed_at=at("2026-10-26 11:00"),
            hours=OFFICE,
        ),
        BERLIN,
    )
    row = facts.ticket
    assert row is not None
    assert (row["first_seconds"], row["first_business"]) == (39.5 * 3600, 1.5 * 3600)
    assert (row["full_seconds"], row["full_business"]) == (41 * 3600, 3 * 3600)
    assert (row["solved_seconds"], row["solved_business"]) == (41 * 3600, 3 * 3600)
    assert (row["letters"], row["replies"], row["reopened"], row["open"]) == (3, 2, 0, False)
    assert datetime.fromordinal(row["day"]).isoformat()[:10] == "2026-10-24"
    assert [one["hour"] for one in facts.letters] == [20, 11, 11]
    # The second reply answers two letters: the customer waited since the first of them.
    assert [one["waited_seconds"] for one in facts.replies] == [39.5 * 3600, 3600]
    assert [(one["composing"], one["article_id"]) for one in facts.replies] == [(90, None), (None, 5)]


def test_what_counts_for_nothing() -> None:
    begun_by_us = facts_of(ticket([reply(1, "2026-03-01 10:00"), letter(2, "2026-03-01 12:00")]), BERLIN)
    assert begun_by_us.ticket is not None
    # Nobody had asked: there is no first reply yet, and a letter waits.
    assert begun_by_us.ticket["first_seconds"] is None
    assert begun_by_us.replies[0]["waited_seconds"] is None
    for left_out in ({"status": "spam"}, {"status": "trash"}, {"merged": True}):
        assert facts_of(ticket([letter(1, "2026-03-01 10:00")], **left_out), BERLIN) == Facts(None)
    waiting = facts_of(
        ticket([letter(1, "2026-03-01 10:00"), reply(2, "2026-03-01 11:00"), letter(3, "2026-03-01 12:00")]),
        BERLIN,
    )
    assert waiting.ticket is not None
    assert (waiting.ticket["first_seconds"], waiting.ticket["full_seconds"]) == (3600, None)


def test_steps_into_the_backlog_and_out_of_it() -> None:
    begin = [letter(1, "2026-03-01 10:00")]

    def closing(when: str) -> RawEvent:
        return event("status", when, before="open", after="closed")

    def signs(events: list[RawEvent], status: str = "open", **more: object) -> list[tuple[int, int]]:
        found = steps_of(ticket(begin, events, status=status, **more))
        return [(moment.day, step) for moment, step in found]

    reopened = event("reopened", "2026-03-04 10:00", before="closed")
    assert signs([closing("2026-03-02 10:00"), reopened, closing("2026-03-05 10:00")], "closed") == [
        (1, 1), (2, -1), (4, 1), (5, -1)
    ]  # fmt: skip
    # Waiting for the customer is no end, and a second closing is none either.
    waiting = event("status", "2026-03-02 10:00", before="open", after="waiting")
    assert signs([waiting, closing("2026-03-03 10:00"), closing("2026-03-05 10:00")], "closed") == [
        (1, 1),
        (3, -1),
    ]
    # A closing taken back within minutes never was; after hours it is a ticket that came back.
    assert signs([closing("2026-03-02 10:00"), event("undone", "2026-03-02 10:00:08")]) == [(1, 1)]
    undo = event("status", "2026-03-02 10:01", before="closed", after="open", undo=True)
    assert signs([closing("2026-03-02 10:00"), undo]) == [(1, 1)]
    late = event("status", "2026-03-02 18:00", before="closed", after="open", undo=True)
    assert signs([closing("2026-03-02 10:00"), late]) == [(1, 1), (2, -1), (2, 1)]
    # What nobody wrote down follows from how it stands now: imported mail is closed from the beginning.
    assert signs([], "closed", closed_at=at("2026-03-09 10:00")) == [(1, 1), (9, -1)]
    assert signs([closing("2026-03-02 10:00")], "open", waiting_since=at("2026-03-06 10:00")) == [
        (1, 1), (2, -1), (6, 1)
    ]  # fmt: skip


def everything() -> list[list[tuple[object, ...]]]:
    found = []
    with db.reading() as session:
        for model in (TicketFacts, LetterFacts, ReplyFacts, TicketStep):
            table = model.__table__
            found.append(
                [tuple(row) for row in session.execute(sa.select(table).order_by(*table.primary_key))]
            )
    return found


def test_followed_step_by_step_and_made_anew_are_the_same(desk: Desk, app: Flask) -> None:
    """Changes are followed while the first sweep is under way, and again after it; a rebuild changes nothing."""
    rng = random.Random(3)
    rollup_step()
    for _round in range(3):
        with db.transaction() as session:
            for number in rng.sample(range(1, 201), 40):
                one = session.get(Ticket, number)
                if one is not None and one.status != "trash":
                    act(session, desk, rng, one, NOW + timedelta(minutes=number), None)
            victim = session.get_one(Ticket, 100 + _round)
            trash.throw_away(session, victim, by=session.get_one(Agent, desk.agents[0]), now=NOW)
        rollup_step()
    catch_up()
    followed = everything()
    assert all(followed) and len(followed[0]) == 197
    with db.reading() as session:
        assert not rollup.is_due(session, ZONE)
        assert session.get_one(ReportProgress, 1).swept_to is None
    settings = app.config["SETTINGS"].model_copy(update={"timezone": ZONE})
    app.config["SETTINGS"] = settings
    with db.transaction() as session:
        session.execute(sa.update(TicketFacts).values(letters=77))
    if "rebuild-reports" not in app.cli.commands:
        cli.register(app)
    result = app.test_cli_runner().invoke(args=["rebuild-reports"])
    assert result.exit_code == 0, result.output
    assert everything() == followed


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_facts_rest_on_makes_them_anew(desk: Desk) -> None:
    """Another time zone, other hours, or so long without a look that changes may have been cleared away."""
    catch_up()
    before = everything()
    with db.transaction() as session:
        session.execute(sa.update(Calendar).values(week=[[]] * 7))
    with db.reading() as session:
        assert rollup.is_due(session, ZONE)
    catch_up()
    with db.reading() as session:
        business = sa.select(sa.func.max(TicketFacts.solved_business)).where(
            TicketFacts.mailbox_id == desk.mailboxes[0]
        )
        assert session.scalar(business) == 0
    catch_up("Asia/Vladivostok")
    assert everything()[1] != before[1]
    with db.transaction() as session:
        session.execute(sa.delete(TicketFacts))
        session.execute(sa.delete(Change))
    catch_up("Asia/Vladivostok", NOW + timedelta(days=2))
    assert len(everything()[0]) == len(before[0])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_killed_in_between_it_has_done_both_or_neither(desk: Desk) -> None:
    catch_up()
    before = everything()
    with db.transaction() as session:
        service.set_status(session, session.get_one(Ticket, 5), "waiting", by=None, now=NOW)
        act(session, desk, random.Random(1), session.get_one(Ticket, 5), NOW, None)
    with pytest.raises(RuntimeError):
        _killed()
    assert everything() == before
    catch_up()
    assert everything() != before


def _killed() -> None:
    with db.transaction() as session:
        rollup.step(session, ZONE, NOW)
        raise RuntimeError("killed")
