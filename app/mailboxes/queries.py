"""Reading mailboxes: which to poll, and the balance that shows that no mail is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app.accounts.rights import Rights
from app.errors import NotFound
from app.mailboxes.models import Folder, Mailbox, RawMail, RawState

UNDECIDED_ALARM = timedelta(minutes=10)


@dataclass(frozen=True)
class Balance:
    """One mailbox's ledger: `listed` is the sum of the rest, or something is missing and `balanced` is False.

    `alarm` is '' or one of: 'error' (the last try failed and none succeeded for too long), 'silent', 'undecided'.
    """

    mailbox: Mailbox
    listed: int
    on_server: int
    counts: dict[str, int]
    undecided: int
    alarm: str

    @property
    def balanced(self) -> bool:
        return self.listed == sum(self.counts.values())


def active_mailboxes(session: Session) -> list[Mailbox]:
    """Mailboxes with a server to poll, with their folders."""
    query = (
        sa.select(Mailbox)
        .where(Mailbox.active, Mailbox.imap_host != "")
        .options(selectinload(Mailbox.folders))
        .order_by(Mailbox.id)
    )
    return list(session.scalars(query))


def mailbox_with_folders(session: Session, mailbox_id: int, *, rights: Rights | None = None) -> Mailbox:
    """Raises NotFound, also for one that the asker does not see."""
    mailbox = session.scalar(
        sa.select(Mailbox).where(Mailbox.id == mailbox_id).options(selectinload(Mailbox.folders))
    )
    if mailbox is None or (rights is not None and not rights.sees(mailbox.id)):
        raise NotFound("There is no such mailbox.")
    return mailbox


def balances(
    session: Session, *, now: datetime, silence: timedelta, rights: Rights | None = None
) -> list[Balance]:
    """The ledger of every mailbox that the asker sees, in three queries."""
    allowed = sa.true() if rights is None else rights.within(Mailbox.id)
    mailboxes = list(session.scalars(sa.select(Mailbox).where(allowed).order_by(Mailbox.id)))
    on_server: dict[int, int] = {
        row[0]: row[1]
        for row in session.execute(
            sa.select(Folder.mailbox_id, sa.func.sum(Folder.on_server))
            .where(Folder.watched)
            .group_by(Folder.mailbox_id)
        )
    }
    counts: dict[int, dict[str, int]] = {}
    oldest: dict[int, datetime] = {}
    query = sa.select(
        RawMail.mailbox_id, RawMail.state, sa.func.count(), sa.func.min(RawMail.stored_at)
    ).group_by(RawMail.mailbox_id, RawMail.state)
    for mailbox_id, state, number, first in session.execute(query):
        counts.setdefault(mailbox_id, {})[state] = number
        if state == RawState.STORED:
            oldest[mailbox_id] = first
    return [
        _balance(
            mailbox,
            counts.get(mailbox.id, {}),
            on_server.get(mailbox.id, 0),
            oldest.get(mailbox.id),
            now=now,
            silence=silence,
        )
        for mailbox in mailboxes
    ]


def _balance(
    mailbox: Mailbox,
    counts: dict[str, int],
    on_server: int,
    oldest: datetime | None,
    *,
    now: datetime,
    silence: timedelta,
) -> Balance:
    alarm = ""
    if mailbox.active and mailbox.imap_host:
        last = mailbox.last_success_at or mailbox.created_at
        if now - last > silence:
            alarm = "error" if mailbox.last_error else "silent"
    if not alarm and oldest is not None and now - oldest > UNDECIDED_ALARM:
        alarm = "undecided"
    return Balance(mailbox, sum(counts.values()), on_server, counts, counts.get(RawState.STORED, 0), alarm)


def mailbox_names(session: Session, *, rights: Rights | None = None) -> dict[int, str]:
    """id → how people call it, by name; without `rights` every one."""
    allowed = sa.true() if rights is None else rights.within(Mailbox.id)
    rows = session.execute(sa.select(Mailbox.id, Mailbox.name, Mailbox.address).where(allowed))
    names = {row.id: f"{row.name} <{row.address}>" if row.name else row.address for row in rows}
    return dict(sorted(names.items(), key=lambda pair: pair[1].casefold()))
