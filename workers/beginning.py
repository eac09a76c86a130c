"""How a process begins that works on its own until it is told to end: settings, database, queue and the stop."""

from __future__ import annotations

import logging
import signal
import threading

from app import db, installation, queue
from app.settings import Settings, load_settings


def begin() -> tuple[Settings, threading.Event]:
    """The settings of this mode, and an event that is set by the first signal to end."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    settings = installation.settle(load_settings())
    db.configure(settings.database)
    queue.configure(settings.queue_url)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return settings, stop
