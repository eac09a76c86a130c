"""Mail that was set aside, and taking it up again."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app import db
from app.mailboxes.models import RawMail, RawState

PAGE = 50
# Reasons, as they stand in the journal; pages say them in the reader's language.
TOO_LARGE = "larger than the limit"
READ_TOO_LONG = "reading this letter took more than {seconds} seconds"
READ_TOO_MUCH = "reading this letter needed more than {megabytes} MB of memory"
READ_CRASHED = "the reader process crashed over this letter"
READ_BADLY = "reading this letter failed ({name})"


def parked_mails(session: Session, *, before: int | None = None) -> list[RawMail]:
    """Newest first, one more than a page so that the caller sees whether there is a next one."""
    query = sa.select(RawMail).where(RawMail.state == RawState.PARKED).options(joinedload(RawMail.mailbox))
    if before is not None:
        query = query.where(RawMail.id < before)
    return list(session.scalars(query.order_by(RawMail.id.desc()).limit(PAGE + 1)))


def parked_count(session: Session) -> int:
    return (
        session.scalar(
            sa.select(sa.func.count()).select_from(RawMail).where(RawMail.state == RawState.PARKED)
        )
        or 0
    )


def replay(session: Session, chosen: sa.Select[int], *, limit: int) -> int:
    """Let these parked mails be decided again; one that was too large is fetched anew if it fits `limit` by now."""
    mine = sa.and_(RawMail.state == RawState.PARKED, RawMail.id.in_(chosen))
    fresh = {"state": RawState.STORED, "reason": "", "decided_at": None}
    again = session.execute(
        sa.update(RawMail)
        .where(mine, RawMail.reason != TOO_LARGE)
        .values(**fresh)
        .execution_options(synchronize_session=False)
    )
    # Only its header was kept: without bytes the next full look fetches the whole mail.
    fetched = session.execute(
        sa.update(RawMail)
        .where(mine, RawMail.reason == TOO_LARGE, RawMail.size <= limit)
        .values(sha256="", **fresh)
        .execution_options(synchronize_session=False)
    )
    return db.changed_rows(again) + db.changed_rows(fetched)
