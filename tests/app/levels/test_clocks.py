"""When promises run, stand still, end and are broken; against a slow count of every minute."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.levels.clocks import Clock, Moment, Promise, clocks_of, nearest
from app.tasks.clock import Hours, is_open

MINUTE = timedelta(minutes=1)
# A Monday.
NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WORKING = Hours("UTC", (((540, 1080),),) * 5 + ((), ()))
ALL = Promise({"first": 60, "next": 120, "solved": 480})


def at(hours: float, what: str) -> Moment:
    return Moment(NINE + timedelta(hours=hours), what)  # type: ignore[arg-type]


def by_kind(clocks: list[Clock]) -> dict[str, list[Clock]]:
    return {kind: [one for one in clocks if one.kind == kind] for kind in ("first", "next", "solved")}


def test_a_first_letter_is_answered_in_time_and_the_next_one_late() -> None:
    moments = [at(0, "letter"), at(0.5, "reply"), at(1, "letter"), at(1.2, "letter"), at(4, "reply")]
    found = by_kind(clocks_of(moments, ALL, NINE + timedelta(hours=5)))
    (first,), (later,) = found["first"], found["next"]
    assert (first.stopped_at, first.spent) == (NINE + timedelta(minutes=30), timedelta(minutes=30))
    assert not first.is_broken(NINE)
    # From the letter that nobody had answered, not from the one after it.
    assert (later.started_at, later.spent) == (NINE + timedelta(hours=1), timedelta(hours=3))
    assert later.is_broken(NINE)


def test_what_runs_says_when_it_ends_and_the_nearest_end_counts() -> None:
    clocks = clocks_of([at(0, "letter")], ALL, NINE + timedelta(minutes=10))
    soonest = nearest(clocks)
    assert soonest is not None and soonest.kind == "first"
    assert soonest.due_at == NINE + timedelta(hours=1)
    assert not soonest.is_broken(NINE + timedelta(minutes=60))
    assert soonest.is_broken(NINE + timedelta(minutes=61))


def test_solving_stands_still_while_we_wait_for_the_customer() -> None:
    moments = [at(0, "letter"), at(1, "reply"), at(1, "wait")]
    waiting = by_kind(clocks_of(moments, ALL, NINE + timedelta(days=3)))["solved"][0]
    assert (waiting.due_at, waiting.spent, waiting.is_broken(NINE + timedelta(days=3))) == (
        None, timedelta(hours=1), False,
    )  # fmt: skip
    back = by_kind(clocks_of([*moments, at(50, "letter")], ALL, NINE + timedelta(hours=51)))["solved"][0]
    # One hour was spent: seven are left from the letter on.
    assert back.due_at == NINE + timedelta(hours=57)
    assert back.spent == timedelta(hours=2)


def test_a_ticket_that_is_opened_again_goes_on_where_it_was() -> None:
    closed = [at(0, "letter"), at(7, "reply"), at(7, "close")]
    ended = by_kind(clocks_of(closed, ALL, NINE + timedelta(days=9)))["solved"][0]
    assert ended.stopped_at == NINE + timedelta(hours=7) and not ended.is_broken(NINE)
    again = [*closed, at(100, "letter"), at(102, "close")]
    twice = by_kind(clocks_of(again, ALL, NINE + timedelta(days=9)))["solved"][0]
    assert (twice.spent, twice.stopped_at) == (timedelta(hours=9), NINE + timedelta(hours=102))
    assert twice.is_broken(NINE)


def test_closed_without_a_reply_nobody_waits_any_more() -> None:
    clocks = clocks_of([at(0, "letter"), at(0.5, "close")], ALL, NINE + timedelta(days=1))
    assert all(one.stopped_at is not None and not one.is_broken(NINE) for one in clocks)
    assert nearest(clocks) is None


def test_only_what_is_promised_has_a_clock() -> None:
    assert [one.kind for one in clocks_of([at(0, "letter")], Promise({"solved": 60}), NINE)] == ["solved"]
    assert clocks_of([at(0, "letter")], Promise({}), NINE) == []
    # A ticket that we began promises nothing before the customer writes.
    assert clocks_of([at(0, "reply"), at(1, "wait")], ALL, NINE + timedelta(hours=2)) == []


def test_business_hours_stretch_over_the_night_and_the_weekend() -> None:
    friday = datetime(2026, 11, 27, 17, 30, tzinfo=UTC)
    promise = Promise({"first": 60}, WORKING)
    (clock,) = clocks_of([Moment(friday, "letter")], promise, friday)
    assert clock.due_at == datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
    saturday = datetime(2026, 11, 28, 12, tzinfo=UTC)
    (quiet,) = clocks_of([Moment(friday, "letter"), Moment(saturday, "reply")], promise, saturday)
    assert quiet.spent == timedelta(minutes=30)


def test_the_night_in_which_the_clock_is_put_back_has_an_hour_more() -> None:
    night = Hours("Europe/Berlin", (((0, 1440),),) * 7)
    # 25 October 2026: three o'clock is two o'clock again.
    begin = datetime(2026, 10, 25, 0, 0, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    (clock,) = clocks_of([Moment(begin, "letter")], Promise({"first": 25 * 60}, night), begin)
    assert clock.due_at is not None
    assert clock.due_at.astimezone(ZoneInfo("Europe/Berlin")).hour == 0
    assert clock.due_at - begin == timedelta(hours=25)


@pytest.mark.parametrize("seed", range(10))
def test_a_slow_count_of_every_minute_finds_the_same(seed: int) -> None:
    dice = random.Random(seed)
    hours = dice.choice([None, WORKING])
    moments, minute = [Moment(NINE, "letter")], 0
    for _ in range(dice.randint(0, 8)):
        minute += dice.randint(1, 300)
        what = dice.choice(["letter", "reply", "wait", "close", "run"])
        moments.append(Moment(NINE + minute * MINUTE, what))  # type: ignore[arg-type]
    now = NINE + (minute + dice.randint(0, 900)) * MINUTE
    promise = Promise({"first": dice.randint(5, 900), "next": dice.randint(5, 900), "solved": 3000}, hours)
    found = clocks_of(moments, promise, now)
    assert [(one.kind, one.started_at, one.spent, one.stopped_at) for one in found] == slowly(
        moments, hours, now
    )
    for one in found:
        if one.due_at is not None and one.stopped_at is None and one.due_at > now:
            left = sum(counts(hours, now + n * MINUTE) for n in range(int((one.due_at - now) / MINUTE)))
            assert one.spent + left * MINUTE == one.target


def counts(hours: Hours | None, moment: datetime) -> bool:
    return hours is None or is_open(hours, moment)


def slowly(  # noqa: C901 (one minute after the other, on purpose without any cleverness)
    moments: list[Moment], hours: Hours | None, now: datetime
) -> list[tuple[str, datetime, timedelta, datetime | None]]:
    """One minute at a time: which clocks run in it is decided by what happened before it, and nothing else."""
    clocks: list[list[object]] = []
    answering: list[object] | None = None
    solving: list[object] | None = None
    runs, minute, waiting = False, NINE, list(moments)
    while minute <= now:
        while waiting and waiting[0].at <= minute:
            moment = waiting.pop(0)
            if moment.what == "letter":
                if answering is None:
                    kind = "next" if any(one[0] == "first" for one in clocks) else "first"
                    answering = [kind, moment.at, timedelta(), None]
                    clocks.append(answering)
                if solving is None:
                    solving = ["solved", moment.at, timedelta(), None]
                    clocks.append(solving)
            if moment.what in ("reply", "close") and answering is not None:
                answering[3], answering = moment.at, None
            if solving is not None:
                if moment.what in ("letter", "run"):
                    runs, solving[3] = True, None
                elif moment.what == "wait":
                    runs, solving[3] = False, None
                elif moment.what == "close":
                    runs, solving[3] = False, moment.at
        if minute < now and counts(hours, minute):
            if answering is not None:
                answering[2] += MINUTE  # type: ignore[operator]
            if solving is not None and runs:
                solving[2] += MINUTE  # type: ignore[operator]
        minute += MINUTE
    order = ("first", "next", "solved")
    return sorted((tuple(one) for one in clocks), key=lambda one: (one[1], order.index(one[0])))  # type: ignore
