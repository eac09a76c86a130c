"""What stands beside a ticket: who watches it, which tickets belong to it, and whether the reader has notices of it.

One query, because every ticket page asks it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.rights import Rights
from app.tickets.models import Ticket
from app.together.models import Notice, TicketLink, Watch

MOST_AFTER = 20
_TICKET: sa.BindParameter[int] = sa.bindparam("ticket")


@dataclass(frozen=True)
class Related:
    """Another ticket. `how`: "linked" by hand, "before" when this one continues it, "after" when it continues this."""

    ticket_id: int
    subject: str
    status: str
    how: str
    message_id: int | None = None


@dataclass(frozen=True)
class Beside:
    watchers: frozenset[int] = frozenset()
    related: list[Related] = field(default_factory=list)
    # The reader has unread notices of this ticket.
    noticed: bool = False


def beside(session: Session, ticket_id: int, continues: int | None, rights: Rights) -> Beside:
    """`continues`: the number of the ticket that this one follows. Tickets that the reader may not see are left out."""
    watchers: set[int] = set()
    related: dict[int, Related] = {}
    noticed = False
    asked = {"ticket": ticket_id, "continues": continues or 0, "agent": rights.agent_id}
    found = session.connection().execute(_query(rights.mailboxes), asked)
    for kind, number, subject, status, message_id in found:
        if kind == "watch":
            watchers.add(number)
        elif kind == "notice":
            noticed = True
        else:
            related.setdefault(number, Related(number, subject, status, kind, message_id))
    return Beside(frozenset(watchers), sorted(related.values(), key=lambda one: one.ticket_id), noticed)


@lru_cache(maxsize=100)
def _query(mailboxes: frozenset[int] | None) -> sa.CompoundSelect[Any]:
    """Built once for each set of mailboxes that somebody may see."""
    none, nothing = sa.literal(""), sa.cast(sa.null(), sa.BigInteger)
    watching = sa.select(sa.literal("watch"), Watch.agent_id, none, none, nothing).where(
        Watch.ticket_id == _TICKET, Watch.watching.is_(True)
    )
    noticing = sa.select(sa.literal("notice"), Notice.ticket_id, none, none, nothing).where(
        Notice.agent_id == sa.bindparam("agent"), Notice.ticket_id == _TICKET, Notice.read_at.is_(None)
    )
    mine = sa.true() if mailboxes is None else Ticket.mailbox_id.in_(sorted(mailboxes))
    columns = (Ticket.id, Ticket.subject, Ticket.status)
    by_hand = [
        sa.select(sa.literal("linked"), *columns, TicketLink.message_id)
        .join(TicketLink, other == Ticket.id)
        .where(this == _TICKET, mine)
        for this, other in (
            (TicketLink.low_id, TicketLink.high_id),
            (TicketLink.high_id, TicketLink.low_id),
        )
    ]
    before = sa.select(sa.literal("before"), *columns, nothing).where(
        Ticket.id == sa.bindparam("continues"), mine
    )
    after = sa.select(sa.literal("after"), *columns, nothing).where(Ticket.related_id == _TICKET, mine)
    return sa.union_all(watching, noticing, *by_hand, before, sa.select(after.limit(MOST_AFTER).subquery()))
