"""How far the first import of a mailbox is."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.mailboxes.models import Folder, Mailbox, RawMail, RawState

IN_PLACE = (RawState.FILED, RawState.AUTOMATIC, RawState.DUPLICATE, RawState.OWN, RawState.SPAM)


@dataclass(frozen=True)
class ImportCount:
    """`on_server`: mails the server lists. `known`: of those in our journal. `settled`: the server was looked at to its
    end once, and nothing of what was fetched waits to be filed."""

    on_server: int
    known: int
    filed: int
    left_out: int
    parked: int
    waiting: int
    settled: bool
    error: str

    @property
    def percent(self) -> int:
        done = self.filed + self.left_out + self.parked
        return min(100, round(100 * done / self.on_server)) if self.on_server else 0


def import_count(session: Session, mailbox: Mailbox) -> ImportCount:
    watched = sa.select(sa.func.sum(Folder.on_server)).where(Folder.mailbox_id == mailbox.id, Folder.watched)
    counted = sa.select(RawMail.state, sa.func.count()).where(RawMail.mailbox_id == mailbox.id)
    counts: dict[str, int] = {row[0]: row[1] for row in session.execute(counted.group_by(RawMail.state))}
    on_server, known = session.scalar(watched) or 0, sum(counts.values())
    waiting = counts.get(RawState.STORED, 0)
    return ImportCount(
        on_server=on_server,
        known=known,
        filed=sum(counts.get(state, 0) for state in IN_PLACE),
        left_out=counts.get(RawState.IGNORED, 0),
        parked=counts.get(RawState.PARKED, 0),
        waiting=waiting,
        settled=mailbox.last_success_at is not None and waiting == 0 and known >= on_server,
        error=mailbox.last_error,
    )
