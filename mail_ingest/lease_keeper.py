"""Keeps the leases of this process alive while their watches are busy, and tells a watch when its lease is lost.

Fetching one large mail over a slow line may take longer than a lease lasts. Without renewal another poller would take
the mailbox, fetch the same mail as slowly, lose the lease in its turn, and so on for ever.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Protocol

import sqlalchemy as sa

from app import db
from app.errors import Conflict
from app.mailboxes import service
from app.mailboxes.models import Mailbox
from app.mailboxes.service import Lease

log = logging.getLogger(__name__)

EVERY_SECONDS = 10.0


class Holder(Protocol):
    """A watch: the lease it holds now, and what it does when that went to another poller."""

    @property
    def held(self) -> Lease | None: ...

    def lost(self) -> None: ...


class LeaseKeeper(threading.Thread):
    """One thread for all watches of a process. Ends with the process, or when `stop` is set."""

    def __init__(
        self, holders: Callable[[], Iterable[Holder]], stop: threading.Event, every: float | None = None
    ) -> None:
        super().__init__(name="leases", daemon=True)
        self._holders = holders
        self._stopped = stop
        self._every = EVERY_SECONDS if every is None else every

    def run(self) -> None:
        while not self._stopped.wait(self._every):
            try:
                keep(self._holders())
            except Exception:
                log.exception("could not renew leases; trying again")


def keep(holders: Iterable[Holder]) -> None:
    """Renew what has used up a third of its time; a lease that another took is told to its former holder."""
    held = [(holder, lease) for holder in holders if (lease := holder.held) is not None]
    if not held:
        return
    wanted = sa.select(Mailbox.id, Mailbox.lease_token, Mailbox.lease_until).where(
        Mailbox.id.in_([lease.mailbox_id for _holder, lease in held])
    )
    with db.reading() as session:
        rows = {row.id: row for row in session.execute(wanted)}
    soon = db.now() + timedelta(seconds=service.LEASE_SECONDS * 2 / 3)
    for holder, lease in held:
        row = rows.get(lease.mailbox_id)
        if row is None or row.lease_token != lease.token:
            holder.lost()
        elif row.lease_until is not None and row.lease_until < soon:
            _renew(holder, lease)


def _renew(holder: Holder, lease: Lease) -> None:
    try:
        with db.transaction() as session:
            service.hold_lease(session, lease, now=db.now())
    except Conflict:
        holder.lost()
