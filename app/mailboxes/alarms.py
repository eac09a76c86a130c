"""What people must be told about the mail: nothing comes in, something waits or is broken. On by default, two queries.

An alarm ends by itself when its cause does. Counts of what stands on higher floors (deliveries) come in as selects.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.mailboxes.models import Mailbox, OAuthGrant, RawMail, RawState
from app.mailboxes.queries import UNDECIDED_ALARM

WITHHELD = "The server lists {number} mail(s) that it does not hand over; they are asked for again."
_WITHHELD = re.compile(re.escape(WITHHELD).replace(r"\{number\}", r"(\d+)"))
# A permission that ends this soon is to be renewed by a person.
TOKEN_WARNING = timedelta(days=7)
_M, _G = Mailbox.__table__.c, OAuthGrant.__table__.c
# Every list asks this: rows, not entities.
_PAIRS = (
    sa.select(
        _M.id, _M.address, _M.automatic_stopped_at, _M.active, _M.imap_host, _M.last_success_at, _M.created_at,
        _M.last_error, _M.last_error_at, _G.mailbox_id.label("granted"), _G.failing_since, _G.refresh_until,
        _G.last_error.label("grant_error"),
    )
    .select_from(Mailbox.__table__.outerjoin(OAuthGrant.__table__, _G.mailbox_id == _M.id))
    .order_by(_M.id)
)  # fmt: skip


class AlarmKind(StrEnum):
    """In the order of their weight."""

    DISK = "disk"
    DAMAGED = "damaged"
    SILENT = "silent"
    TOKEN = "token"  # noqa: S105 (a kind, not a secret)
    UNDECIDED = "undecided"
    WITHHELD = "withheld"
    AUTOMATIC = "automatic"
    DELIVERY = "delivery"
    PARKED = "parked"


@dataclass(frozen=True)
class Alarm:
    """`number`: how many mails, or megabytes free, or days left; 0 where nothing is counted.

    `words`: what a server said.
    """

    kind: AlarmKind
    mailbox: str = ""
    mailbox_id: int | None = None
    since: datetime | None = None
    number: int = 0
    words: str = ""


@dataclass(frozen=True)
class Count:
    """A select of (kind, mailbox id, number, since), one row for each mailbox that has any, and its parameters."""

    select: sa.Select[str, int, int, datetime | None]
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Granted:
    """What is asked of a permission."""

    failing_since: datetime | None
    refresh_until: datetime | None
    last_error: str


def alarms(
    session: Session,
    *,
    now: datetime,
    silence: timedelta,
    low_disk_mb: int | None = None,
    counts: Sequence[Count] = (),
) -> list[Alarm]:
    """Everything that is wrong now, the gravest first.

    low_disk_mb: megabytes that are free on the disk of the mail, when they are too few.
    counts: what else is counted.
    """
    found = [] if low_disk_mb is None else [Alarm(AlarmKind.DISK, number=low_disk_mb)]
    names: dict[int, str] = {}
    for row in session.connection().execute(_PAIRS):
        names[row.id] = row.address
        grant = (
            None if row.granted is None else Granted(row.failing_since, row.refresh_until, row.grant_error)
        )
        found += mailbox_alarms(row, grant, now=now, silence=silence)
    values: dict[str, object] = {"undecided_since": now - UNDECIDED_ALARM}
    for count in counts:
        values.update(count.values)
    numbers = _numbers(*(count.select for count in counts))
    for kind, mailbox_id, number, since in session.connection().execute(numbers, values):
        found.append(Alarm(AlarmKind(kind), names.get(mailbox_id, ""), mailbox_id, _moment(since), number))
    order = list(AlarmKind)
    return sorted(found, key=lambda alarm: order.index(alarm.kind))


def mailbox_alarms(
    mailbox: Any, grant: Granted | None, *, now: datetime, silence: timedelta
) -> Iterator[Alarm]:
    """What the row of a mailbox itself tells; of its columns, those of `_PAIRS`."""
    name, row_id = mailbox.address, mailbox.id
    if mailbox.automatic_stopped_at is not None:
        yield Alarm(AlarmKind.AUTOMATIC, name, row_id, mailbox.automatic_stopped_at)
    if not mailbox.active or not mailbox.imap_host:
        return
    last = mailbox.last_success_at or mailbox.created_at
    withheld = _WITHHELD.fullmatch(mailbox.last_error)
    if now - last > silence:
        yield Alarm(AlarmKind.SILENT, name, row_id, last, words=mailbox.last_error)
    elif withheld:
        yield Alarm(AlarmKind.WITHHELD, name, row_id, mailbox.last_error_at, int(withheld[1]))
    if grant is not None:
        yield from _token_alarm(mailbox, grant, now)


def _token_alarm(mailbox: Any, grant: Granted, now: datetime) -> Iterator[Alarm]:
    if grant.failing_since is not None:
        yield Alarm(AlarmKind.TOKEN, mailbox.address, mailbox.id, grant.failing_since, words=grant.last_error)
    elif grant.refresh_until is not None and grant.refresh_until - now < TOKEN_WARNING:
        days = max(0, (grant.refresh_until - now).days)
        yield Alarm(AlarmKind.TOKEN, mailbox.address, mailbox.id, number=days)


@lru_cache(maxsize=10)
def _numbers(
    *more: sa.Select[str, int, int, datetime | None],
) -> sa.CompoundSelect[str, int, int, datetime | None]:
    """Built once. Each of them is served by an index that holds only such rows."""
    return sa.union_all(
        _count(AlarmKind.PARKED, RawMail.decided_at, RawMail.state == RawState.PARKED),
        _count(
            AlarmKind.UNDECIDED,
            RawMail.stored_at,
            RawMail.state == RawState.STORED,
            RawMail.stored_at < sa.bindparam("undecided_since"),
        ),
        _count(AlarmKind.DAMAGED, RawMail.checked_at, RawMail.damaged),
        *more,
    )


def _count(kind: AlarmKind, since: Any, *where: Any) -> sa.Select[str, int, int, datetime | None]:
    return (
        sa.select(sa.literal(kind.value), RawMail.mailbox_id, sa.func.count(), sa.func.min(since))
        .where(*where)
        .group_by(RawMail.mailbox_id)
    )


def _moment(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None
