"""When a letter that is put off leaves, for agents in different places."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.errors import InvalidInput
from app.outgoing.when import leaves_at, offers

# A Sunday evening in UTC, Monday already in Vladivostok.
NOW = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("choice", "zone", "expected"),
    [
        ("hour", "UTC", "2026-11-22T21:30+00:00"),
        ("tomorrow", "UTC", "2026-11-23T09:00+00:00"),
        ("monday", "UTC", "2026-11-23T09:00+00:00"),
        ("tomorrow", "Asia/Vladivostok", "2026-11-23T23:00+00:00"),
        ("monday", "Asia/Vladivostok", "2026-11-29T23:00+00:00"),
        ("tomorrow", "America/New_York", "2026-11-23T14:00+00:00"),
    ],
)
def test_mornings_are_the_agents_own(choice: str, zone: str, expected: str) -> None:
    assert leaves_at(choice, "", NOW, zone).isoformat(timespec="minutes") == expected


def test_an_exact_time_is_read_in_the_agents_zone() -> None:
    at = leaves_at("exact", "2026-12-01T08:15", NOW, "Europe/Moscow")
    assert at == datetime(2026, 12, 1, 5, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("choice", "exact"),
    [
        ("exact", ""),
        ("exact", "soon"),
        ("exact", "2026-12-01T08:15+03:00"),
        ("exact", "0001-01-01"),
        ("next year", ""),
        ("", ""),
    ],
)
def test_anything_else_is_asked_for_again(choice: str, exact: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        leaves_at(choice, exact, NOW, "Europe/Moscow")
    assert refused.value.field == "send_at"


def test_every_offer_lies_ahead() -> None:
    assert all(at > NOW for _choice, at in offers(NOW, "Asia/Vladivostok"))
