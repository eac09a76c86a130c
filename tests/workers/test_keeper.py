"""Two works in one process: they end together, and nobody goes on alone."""

from __future__ import annotations

import threading

import pytest

from app.outgoing.turns import MOST_SENDERS
from workers import household
from workers.keeper import together


def test_when_one_ends_by_itself_the_process_does(caplog: pytest.LogCaptureFixture) -> None:
    ended: list[str] = []

    def goes_on(stop: threading.Event) -> None:
        assert stop.wait(20)
        ended.append("goes on")

    def breaks(_stop: threading.Event) -> None:
        raise ValueError("of this test")

    assert together(threading.Event(), goes_on, breaks) is False, "the supervisor sees that it ended badly"
    assert together(threading.Event(), goes_on, lambda _stop: None) is False
    stop = threading.Event()
    threading.Timer(0.01, stop.set).start()
    assert together(stop, goes_on, goes_on) is True, "asked to stop, it ends well"
    assert ended == ["goes on"] * 4
    assert [record.exc_info is not None for record in caplog.records] == [True]


def test_one_more_works_than_one_slow_mail_server_can_hold_up() -> None:
    assert household.WORKERS > MOST_SENDERS
