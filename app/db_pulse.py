"""Whether a pooled connection to PostgreSQL still lives, mostly without asking the server.

A connection is looked at each time it is taken from the pool, twice a page, and to ask costs as much as a query. One
that answered lately and has nothing to read lives: a server that ends or restarts closes its end, and that is seen
here. Only a host that vanishes without a word is noticed later, by the next question.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Engine

ASK_EVERY_SECONDS = 10.0


class Pulse:
    """`ask` is the question to the server: True, or it raises."""

    def __init__(self, ask: Callable[[Any], bool]) -> None:
        self._ask = ask
        self._answered: WeakKeyDictionary[Any, float] = WeakKeyDictionary()

    def is_there(self, connection: Any) -> bool:
        now = time.monotonic()
        answered = self._answered.get(connection)
        if answered is not None and now - answered < ASK_EVERY_SECONDS and _is_quiet(connection):
            return True
        alive = self._ask(connection)
        self._answered[connection] = now
        return alive


def ask_seldom(engine: Engine) -> None:
    """What the engine's pool asks before it hands out a connection."""
    engine.dialect.do_ping = Pulse(engine.dialect.do_ping).is_there  # type: ignore[assignment, method-assign]


def _is_quiet(connection: Any) -> bool:
    """Open, and nothing has come by itself: neither a farewell nor an end."""
    if connection.closed:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return not poll.poll(0)
