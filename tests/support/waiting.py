"""Waiting for a condition instead of sleeping for luck."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")


def wait_until(condition: Callable[[], Value], deadline: float = 60, *, every: float = 0.05) -> Value:
    """Ask `condition` until it answers something true and return that. Fails after `deadline` seconds."""
    end = time.monotonic() + deadline
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            what = getattr(condition, "__doc__", None) or getattr(condition, "__name__", repr(condition))
            raise AssertionError(f"not true after {deadline:g} s: {what} (last answer {answer!r})")
        time.sleep(every)
