"""What stands beside a ticket: who watches it, which tickets belong to it, and whether the reader has notices of it.

No query of its own: every ticket page asks it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.accounts.rights import Rights
from app.tickets.models import Ticket
from app.tickets.whole_queries import small
from app.together.models import Notice, TicketLink, Watch

MOST_AFTER = 20
_TICKET: sa.BindParameter[int] = sa.bindparam("ticket")
_READER: sa.BindParameter[int] = sa.bindparam("reader")
_SELF = Ticket.__table__.alias()


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


def asked(mailboxes: frozenset[int] | None) -> tuple[sa.Select[Any], ...]:
    """For `app.tickets.whole.ticket`: travels in a statement that is asked anyway."""
    watch, notice, link, ticket = (model.__table__.c for model in (Watch, Notice, TicketLink, Ticket))
    mine = Rights(0, "", mailboxes).within(ticket.mailbox_id)
    continued = sa.select(_SELF.c.related_id).where(_SELF.c.id == _TICKET).scalar_subquery()
    after = (
        # With a time, since PostgreSQL takes a bare NULL in an inner selection for a text.
        small("after", ticket.id, ticket.subject, ticket.status, at=ticket.last_message_at)
        .where(ticket.related_id == _TICKET, mine)
        .limit(MOST_AFTER)
        .subquery()
    )
    return (
        small("watch", watch.agent_id).where(watch.ticket_id == _TICKET, watch.watching.is_(True)),
        small("notice", notice.id).where(
            notice.agent_id == _READER, notice.ticket_id == _TICKET, notice.read_at.is_(None)
        ),
        *(
            small("linked", ticket.id, ticket.subject, ticket.status, n=link.message_id)
            .join(TicketLink.__table__, other == ticket.id)
            .where(this == _TICKET, mine)
            for this, other in ((link.low_id, link.high_id), (link.high_id, link.low_id))
        ),
        small("before", ticket.id, ticket.subject, ticket.status).where(ticket.id == continued, mine),
        sa.select(*after.c),
    )


def found(small: Mapping[str, Sequence[Any]]) -> Beside:
    """From the rows by kind. A ticket that is linked by hand as well as by its letters is shown once."""
    related: dict[int, Related] = {}
    for how in ("linked", "before", "after"):
        for row in small.get(how, ()):
            related.setdefault(row.id, Related(row.id, row.a, row.b, how, row.n or None))
    watchers = frozenset(row.id for row in small.get("watch", ()))
    return Beside(watchers, [related[key] for key in sorted(related)], bool(small.get("notice")))
