"""The nightly look at what is stored: are the bytes of every mail still the ones that were received?

In slices that are small enough to run between other work. A file that is gone counts as damaged; one that is back (from
a backup) is whole again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app import db
from app.blobs import BlobStore
from app.mailboxes.models import RawMail, RawState

log = logging.getLogger(__name__)

SLICE_MAILS = 100
SLICE_BYTES = 8 * 1024 * 1024
NIGHT = range(6)  # hours of the company's clock
# At night everything is looked at again; by day only what was missed for days, as where nothing runs at night.
BY_NIGHT, BY_DAY = timedelta(hours=18), timedelta(days=3)
PAUSE = timedelta(hours=1)


@dataclass
class BytesCheck:
    """Goes through the journal again and again. One for each process that does it, and one process does."""

    blobs: BlobStore
    timezone: str = "UTC"
    _after: int = 0
    _rest_until: datetime | None = field(default=None)

    def step(self, now: datetime) -> int:
        """Check the next slice, if it is time; how many mails were looked at."""
        if self._rest_until is not None and now < self._rest_until:
            return 0
        night = now.astimezone(ZoneInfo(self.timezone)).hour in NIGHT
        rows = self._due(now - (BY_NIGHT if night else BY_DAY))
        if not rows:
            self._after, self._rest_until = 0, now + PAUSE
            return 0
        whole = {raw_id: self.blobs.is_whole(digest) for raw_id, digest in rows}
        with db.transaction() as session:
            for damaged in (False, True):
                ids = [raw_id for raw_id, fine in whole.items() if fine is not damaged]
                session.execute(
                    sa.update(RawMail)
                    .where(RawMail.id.in_(ids))
                    .values(checked_at=now, damaged=damaged)
                    .execution_options(synchronize_session=False)
                )
        for raw_id in (raw_id for raw_id, fine in whole.items() if not fine):
            log.error("the stored bytes of mail %d are not what was received", raw_id)
        self._after = rows[-1][0]
        return len(rows)

    def _due(self, before: datetime) -> list[tuple[int, str]]:
        """The next rows that were last looked at before this moment; the first in any case, however large."""
        query = (
            sa.select(RawMail.id, RawMail.sha256, RawMail.size)
            .where(
                RawMail.id > self._after,
                RawMail.sha256 != "",
                RawMail.state != RawState.DELETED,
                sa.func.coalesce(RawMail.checked_at, RawMail.stored_at) < before,
            )
            .order_by(RawMail.id)
            .limit(SLICE_MAILS)
        )
        with db.reading() as session:
            found = session.execute(query).all()
        rows: list[tuple[int, str]] = []
        weight = 0
        for raw_id, digest, size in found:
            weight += size
            if rows and weight > SLICE_BYTES:
                break
            rows.append((raw_id, digest))
        return rows
