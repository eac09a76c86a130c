"""What the poller does beside fetching: it says that it is alive, tries servers for admins and connects mailboxes."""

from __future__ import annotations

from app import db
from app.reports import heartbeats
from app.settings import Settings
from mail_ingest.connection_check import Checks
from mail_ingest.setups import Setups


class Chores:
    """Called every few seconds; whatever may take long runs in a thread of its own."""

    def __init__(self, settings: Settings) -> None:
        self._alive = heartbeats.Beating("poller", now=db.now())
        self._checks = Checks(settings)
        self._setups = Setups(settings)

    def step(self) -> None:
        heartbeats.beat(self._alive)
        self._checks.start_wanted()
        self._setups.start_wanted()
