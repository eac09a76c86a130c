"""Business hours: tables for what people expect, properties for what must hold whatever the calendar is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.tasks.clock import Hours, after, before, is_open, next_opening, opening, worked

NINE_TO_SIX = ((9 * 60, 18 * 60),)
WEEK = (NINE_TO_SIX,) * 5 + ((), ())
ALWAYS = (((0, 1440),),) * 7
BERLIN = Hours("Europe/Berlin", WEEK)
MOSCOW = Hours("Europe/Moscow", WEEK, frozenset({date(2026, 11, 4)}))


def at(text: str, zone: str = "Europe/Berlin") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-11-23 10:00", "2026-11-23 12:30", 2.5),  # within a Monday
        ("2026-11-23 07:00", "2026-11-23 23:00", 9),
        ("2026-11-20 17:00", "2026-11-23 10:00", 2),  # over a weekend
        ("2026-11-21 10:00", "2026-11-22 18:00", 0),
        ("2026-11-02 09:00", "2026-11-09 09:00", 45),
        ("2026-11-23 12:00", "2026-11-23 10:00", -2),
    ],
)
def test_working_time_between_two_moments(start: str, end: str, hours: float) -> None:
    assert worked(BERLIN, at(start), at(end)) == timedelta(hours=hours)


def test_a_holiday_is_closed() -> None:
    zone = "Europe/Moscow"
    assert worked(MOSCOW, at("2026-11-03 17:00", zone), at("2026-11-05 10:00", zone)) == timedelta(hours=2)
    assert not is_open(MOSCOW, at("2026-11-04 12:00", zone))
    assert after(MOSCOW, at("2026-11-03 17:00", zone), timedelta(hours=2)) == at("2026-11-05 10:00", zone)


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)],  # Berlin: forward, back, neither
)
def test_a_day_has_as_many_hours_as_it_has(day: str, hours: int) -> None:
    calendar = Hours("Europe/Berlin", ALWAYS)
    ((begin, end),) = opening(calendar, date.fromisoformat(day))
    assert end - begin == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("day", "span", "minutes"),
    [
        ("2026-03-29", (60, 180), 60),  # 1:00–3:00, of which 2:00–3:00 does not exist
        ("2026-03-29", (120, 180), 0),
        ("2026-03-29", (135, 165), 0),
        ("2026-03-29", (150, 240), 60),  # from a time that does not exist: from the jump on
        ("2026-10-25", (60, 180), 180),  # 2:00–3:00 is shown twice
        ("2026-10-25", (540, 600), 60),
    ],
)
def test_hours_that_the_clock_jumps_over_or_repeats(day: str, span: tuple[int, int], minutes: int) -> None:
    calendar = Hours("Europe/Berlin", ((span,),) * 7)
    total = sum((end - begin for begin, end in opening(calendar, date.fromisoformat(day))), timedelta())
    assert total == timedelta(minutes=minutes)


def test_a_day_that_never_was() -> None:
    """Samoa went from the 29th straight to the 31st."""
    calendar = Hours("Pacific/Apia", ALWAYS)
    assert opening(calendar, date(2011, 12, 30)) == ()


def test_midnight_that_comes_twice_is_counted_once() -> None:
    """In Havana one o'clock becomes midnight again: two days may not both have that hour."""
    calendar = Hours("America/Havana", ALWAYS)
    first, second = opening(calendar, date(2026, 10, 31))[-1], opening(calendar, date(2026, 11, 1))[0]
    assert first[1] == second[0]
    assert second[1] - second[0] == timedelta(hours=25)


def test_work_that_is_never_done() -> None:
    never = Hours("UTC", ((),) * 7)
    assert after(never, at("2026-11-23 10:00"), timedelta(minutes=1)) is None
    assert before(never, at("2026-11-23 10:00"), timedelta(minutes=1)) is None
    assert next_opening(never, at("2026-11-23 10:00")) is None


def test_when_we_open_next() -> None:
    assert next_opening(BERLIN, at("2026-11-20 18:00")) == at("2026-11-23 09:00")
    assert next_opening(BERLIN, at("2026-11-23 09:30")) == at("2026-11-23 09:30")
    assert is_open(BERLIN, at("2026-11-23 09:00"))
    assert not is_open(BERLIN, at("2026-11-23 18:00"))


zones = st.sampled_from(
    "UTC Europe/Berlin Europe/Moscow America/New_York Australia/Lord_Howe Pacific/Apia Asia/Kathmandu "
    "America/Havana Africa/Cairo Asia/Tehran America/St_Johns Pacific/Chatham".split()
)


@st.composite
def days(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    edges = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
    if len(edges) % 2:
        edges.pop()
    return tuple(zip(edges[::2], edges[1::2], strict=True))


moments = st.datetimes(datetime(2009, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
calendars = st.builds(
    Hours,
    zones,
    st.tuples(*[days()] * 7),
    st.frozensets(st.dates(date(2009, 1, 1), date(2031, 1, 1)), max_size=5),
)
# A few weeks: the law is the same for longer, and a longer one only takes longer.
spans = st.timedeltas(timedelta(), timedelta(days=40))


@settings(max_examples=150, deadline=None)
@given(calendars, moments, spans, spans)
def test_time_adds_up(hours: Hours, start: datetime, one: timedelta, two: timedelta) -> None:
    middle, end = start + one, start + one + two
    assert worked(hours, start, middle) + worked(hours, middle, end) == worked(hours, start, end)
    assert timedelta() <= worked(hours, start, middle) <= one
    assert worked(hours, middle, start) == -worked(hours, start, middle)


@settings(max_examples=150, deadline=None)
@given(calendars, moments, st.timedeltas(timedelta(seconds=1), timedelta(hours=60)))
def test_adding_work_is_the_inverse_of_counting_it(hours: Hours, start: datetime, amount: timedelta) -> None:
    end = after(hours, start, amount)
    if end is None:
        assert not any(hours.week) or amount > worked(hours, start, start + timedelta(days=30))
        return
    assert worked(hours, start, end) == amount
    assert worked(hours, start, end - timedelta(microseconds=1)) < amount  # the earliest such moment


@settings(max_examples=150, deadline=None)
@given(calendars, moments, st.timedeltas(timedelta(seconds=1), timedelta(hours=60)))
def test_everything_before_the_cutoff_has_waited_at_least_as_long(
    hours: Hours, end: datetime, amount: timedelta
) -> None:
    cutoff = before(hours, end, amount)
    if cutoff is None:
        return
    assert worked(hours, cutoff, end) == amount
    assert worked(hours, cutoff + timedelta(microseconds=1), end) < amount
    assert worked(hours, cutoff - timedelta(hours=5), end) >= amount


@settings(max_examples=100, deadline=None)
@given(zones, moments, spans)
def test_who_never_closes_counts_every_second_across_every_change_of_the_clock(
    zone: str, start: datetime, span: timedelta
) -> None:
    assert worked(Hours(zone, ALWAYS), start, start + span) == span


@settings(max_examples=150, deadline=None)
@given(calendars, moments)
def test_open_is_what_the_hours_say(hours: Hours, moment: datetime) -> None:
    minute = timedelta(minutes=1)
    if is_open(hours, moment):
        assert worked(hours, moment, moment + minute) > timedelta()
        assert next_opening(hours, moment) == moment
    else:
        opens = next_opening(hours, moment)
        assert opens is None or worked(hours, moment, opens) == timedelta()
