"""How fast letters leave, as a table and as a property."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.outgoing.pace import PAUSE, Pace, asks_for_less

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def test_no_limit_never_waits() -> None:
    assert Pace(0, None, None).after_one(NOW) is None
    assert Pace(0, None, None).free_at(NOW) == NOW


def departures(pace: Pace, asked: list[float]) -> list[datetime]:
    """When letters leave that are asked for at these seconds, each as soon as it may."""
    left = []
    for second in sorted(asked):
        at = pace.free_at(max(NOW + timedelta(seconds=second), left[-1] if left else NOW))
        left.append(at)
        pace = Pace(pace.per_minute, pace.after_one(at), pace.slowly_until)
    return left


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 400), st.lists(st.floats(0, 600), min_size=1, max_size=120))
def test_no_minute_has_more_than_the_limit(per_minute: int, asked: list[float]) -> None:
    left = departures(Pace(per_minute, None, None), asked)
    for place, first in enumerate(left):
        within = [at for at in left[place:] if at < first + timedelta(seconds=59.9)]
        assert len(within) <= per_minute


def test_a_quiet_account_may_send_a_few_at_once_and_then_evenly() -> None:
    left = departures(Pace(30, None, None), [0] * 31)
    assert left[:4] == [NOW] * 4
    assert left[4] > NOW
    assert NOW + timedelta(seconds=55) < left[29] <= NOW + timedelta(seconds=60)


def test_a_backlog_is_worked_off_at_the_limit() -> None:
    left = departures(Pace(60, None, None), [0] * 600)
    assert left[-1] - left[0] < timedelta(minutes=11.5)


def test_a_slowed_account_goes_slowly_and_then_as_before() -> None:
    slowed = Pace(0, NOW + PAUSE, NOW + timedelta(minutes=15))
    assert slowed.free_at(NOW) == NOW + PAUSE
    at = slowed.free_at(NOW)
    assert slowed.after_one(at) == at + timedelta(seconds=10)
    assert slowed.after_one(NOW + timedelta(minutes=15)) is None


@pytest.mark.parametrize(
    "answer",
    [
        "421 4.7.28 Our system has detected an unusual rate of unsolicited mail",
        "450 4.7.1 Error: too much mail from 192.0.2.1",
        "451 4.7.500 Server busy. Please try again later",
        "452 4.5.3 too many messages in this connection",
        "421 4.7.0 Too many connections from your host",
        "mail.example, port 465 turned us away: 421 Too many concurrent SMTP connections",
        "451 4.7.1 Sending rate exceeded, slow down",
    ],
)
def test_answers_that_ask_for_less(answer: str) -> None:
    assert asks_for_less(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "451 4.7.1 Greylisted, please try again in 300 seconds",
        "450 4.2.0 <olga@client.example>: Recipient address rejected: Greylisting in action",
        "452 4.2.2 mailbox full: quota exceeded",
        "450 4.2.1 The user you are trying to contact is receiving mail too quickly, rate limit",
        "451 temporary local problem",
        "550 5.7.1 too many complaints",
        "421 closing",
    ],
)
def test_answers_about_something_else(answer: str) -> None:
    assert not asks_for_less(answer)
