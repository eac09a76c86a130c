"""How many letters one sender may file within an hour; what is above waits, parked, and nobody else is held up.

Between deciding and applying. Counted by the moment the server received them, so that a backlog fetched at once is no
flood.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.mailboxes.models import RawMail, RawState

WINDOW = timedelta(hours=1)


class Flood:
    """The letters of these senders around the moments of a batch; `limit` 0 is none."""

    def __init__(self, session: Session, letters: Sequence[tuple[RawMail, str]], *, limit: int) -> None:
        self._limit = limit
        self._moments: dict[str, list[datetime]] = defaultdict(list)
        asked = [(moment(raw), sender) for raw, sender in letters if sender and _counts(raw)]
        if not limit or not asked:
            return
        moments = [at for at, _sender in asked]
        query = (
            sa.select(RawMail.sender, RawMail.internal_date)
            .where(
                RawMail.sender.in_({sender for _at, sender in asked}),
                RawMail.internal_date > min(moments) - WINDOW,
                RawMail.internal_date <= max(moments),
                RawMail.state.in_((RawState.FILED, RawState.AUTOMATIC)),
            )
            .order_by(RawMail.internal_date)
        )
        for sender, at in session.execute(query):
            if at is not None:
                self._moments[sender].append(at)

    def is_over(self, raw: RawMail, sender: str) -> bool:
        """True when this sender has filed as much as may be in the hour before; else this letter counts from now on.

        Never for old mail, nor for a letter that was set aside before: an agent has let it through.
        """
        if not self._limit or not sender or not _counts(raw):
            return False
        moments, at = self._moments[sender], moment(raw)
        within = bisect_right(moments, at) - bisect_right(moments, at - WINDOW)
        if within >= self._limit:
            return True
        insort(moments, at)
        return False


def moment(raw: RawMail) -> datetime:
    return raw.internal_date or raw.stored_at


def _counts(raw: RawMail) -> bool:
    return not raw.history and raw.attempts == 0 and raw.instruction is None
