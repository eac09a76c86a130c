"""How much we send by ourselves: at most one mail a day to an address, so many an hour from a mailbox, then none.

Whatever the other side does (I12): a responder that hides, a forged sender, ten thousand of them. The counting is
done by single statements on the table, so that two processes cannot both find room for the last one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.mailboxes.models import Mailbox
from app.outgoing.models import AutomaticMail

ONCE_IN = timedelta(hours=24)
HOUR = timedelta(hours=1)
# Rows of addresses that nobody wrote from since are of no use any more.
FORGET_AFTER = timedelta(days=3)
# With the mailbox's id the key of an advisory lock; any fixed number does.
_LOCK = 7_305_412


def take(session: Session, mailbox: Mailbox, address: str, now: datetime, *, per_hour: int) -> str:
    """Claim the right to send one automatic mail to this (bare) address now. '' when it is given, else why not.

    Never more than `per_hour` in any hour: one more closes the mailbox's breaker, and nothing automatic leaves until
    fewer were wanted in an hour.
    """
    _alone(session, mailbox.id)
    refusal = _refusal(session, mailbox, address, now, per_hour)
    if not refusal:
        _forget(session, mailbox.id, now)
        refusal = "" if _claim(session, mailbox.id, address, now) else _HAD_ONE
    if refusal:
        _withhold(session, mailbox.id, address, now)
    return refusal


_HAD_ONE = "this address had an automatic mail within a day"


def _refusal(session: Session, mailbox: Mailbox, address: str, now: datetime, per_hour: int) -> str:
    if per_hour == 0:
        return "automatic mail is switched off"
    if not close_if_quiet(session, mailbox, now, per_hour=per_hour):
        return "automatic mail of this mailbox is stopped"
    if _sent_lately(session, mailbox.id, address, now):
        return _HAD_ONE
    if sent_in_last_hour(session, mailbox.id, now) >= per_hour:
        mailbox.automatic_stopped_at = now
        return "too many automatic mails in an hour: stopped"
    return ""


def sent_in_last_hour(session: Session, mailbox_id: int, now: datetime) -> int:
    """Automatic mails of this mailbox in the last hour: one a row, since no address gets two in a day."""
    return _count(session, mailbox_id, AutomaticMail.last_at > now - HOUR)


def wanted_in_last_hour(session: Session, mailbox_id: int, now: datetime) -> int:
    """Addresses that would have got an automatic mail in the last hour, had there been no limit."""
    return _count(session, mailbox_id, AutomaticMail.wanted_at > now - HOUR)


def _is_quiet(session: Session, mailbox_id: int, now: datetime, per_hour: int) -> bool:
    """Fewer were wanted in the last hour than may leave in one. Counts no further than it must."""
    mine = sa.select(sa.literal(1)).where(
        AutomaticMail.mailbox_id == mailbox_id, AutomaticMail.wanted_at > now - HOUR
    )
    counted = sa.select(sa.func.count()).select_from(mine.limit(per_hour).subquery())
    return (session.scalar(counted) or 0) < per_hour


def close_if_quiet(session: Session, mailbox: Mailbox, now: datetime, *, per_hour: int) -> bool:
    """Let automatic mail leave again when it has been stopped for an hour and fewer were wanted. True when it may."""
    stopped_at = mailbox.automatic_stopped_at
    if stopped_at is None:
        return True
    if now - stopped_at < HOUR or not _is_quiet(session, mailbox.id, now, per_hour):
        return False
    mailbox.automatic_stopped_at = None
    return True


def close_quiet_breakers(session: Session, now: datetime, *, per_hour: int) -> list[int]:
    """As close_if_quiet, for every mailbox. Ids of those that send again."""
    stopped = sa.select(Mailbox).where(Mailbox.automatic_stopped_at.is_not(None)).order_by(Mailbox.id)
    return [
        mailbox.id
        for mailbox in session.scalars(stopped)
        if close_if_quiet(session, mailbox, now, per_hour=per_hour)
    ]


def resume(mailbox: Mailbox) -> None:
    """An admin says that it may go on. The limit of an hour still counts what left before."""
    mailbox.automatic_stopped_at = None


def _alone(session: Session, mailbox_id: int) -> None:
    """One at a time for a mailbox. SQLite has one writer anyway, and that is this transaction."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK, mailbox_id)))


def _forget(session: Session, mailbox_id: int, now: datetime) -> None:
    old = sa.delete(AutomaticMail).where(
        AutomaticMail.mailbox_id == mailbox_id, AutomaticMail.wanted_at < now - FORGET_AFTER
    )
    session.execute(old.execution_options(synchronize_session=False))


def _withhold(session: Session, mailbox_id: int, address: str, now: datetime) -> None:
    values = {"mailbox_id": mailbox_id, "address": address, "wanted_at": now, "withheld": 1}
    session.execute(_upsert(session, values, {"wanted_at": now, "withheld": AutomaticMail.withheld + 1}))


def _claim(session: Session, mailbox_id: int, address: str, now: datetime) -> bool:
    """One statement: of two that try at once, the second finds the first one's time."""
    values = {"mailbox_id": mailbox_id, "address": address, "last_at": now, "wanted_at": now, "withheld": 0}
    free = sa.or_(AutomaticMail.last_at.is_(None), AutomaticMail.last_at <= now - ONCE_IN)
    claimed = _upsert(session, values, {"last_at": now, "withheld": 0}, only_if=free)
    return session.scalar(claimed.returning(AutomaticMail.address)) is not None


def _upsert(
    session: Session,
    values: dict[str, object],
    change: dict[str, object],
    *,
    only_if: sa.ColumnElement[bool] | None = None,
) -> sa.Insert:
    """INSERT … ON CONFLICT … DO UPDATE, as both databases have it."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return (
        insert(AutomaticMail)
        .values(**values)
        .on_conflict_do_update(index_elements=["mailbox_id", "address"], set_=change, where=only_if)
    )


def _sent_lately(session: Session, mailbox_id: int, address: str, now: datetime) -> bool:
    mine = sa.select(AutomaticMail.address).where(
        AutomaticMail.mailbox_id == mailbox_id,
        AutomaticMail.address == address,
        AutomaticMail.last_at > now - ONCE_IN,
    )
    return session.scalar(mine) is not None


def _count(session: Session, mailbox_id: int, which: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).select_from(AutomaticMail)
    return session.scalar(query.where(AutomaticMail.mailbox_id == mailbox_id, which)) or 0
