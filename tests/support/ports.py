"""Ports for servers that have to be told theirs before they start.

A port that the system gave out and got back may be anybody's by the time the server asks for it: another runner's
server, or one end of a connection. These lie below what systems give out by themselves, and no process of the tests
offers one twice.
"""

from __future__ import annotations

import os
import socket
from itertools import count

LOWEST, HOW_MANY = 20_000, 12_000
# Runners begin far from each other, whatever their process ids.
_turns = count(os.getpid() * 7919)


def free_port() -> int:
    """One that nobody has, and that nobody else is about to take."""
    while True:
        port = LOWEST + next(_turns) % HOW_MANY
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
