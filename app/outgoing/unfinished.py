"""How many replies ended badly and still wait for somebody: counted for the alarms, by mailbox."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from app.mailboxes.alarms import Count
from app.outgoing.models import Outbox
from app.tickets.models import Delivery, Message, Status, Ticket

# What nobody cared about for so long is not news any more; the ticket still says it.
LOOK_BACK = timedelta(days=30)


_SELECT: sa.Select[str, int, int, datetime | None] = (
    sa.select(
        sa.literal("delivery"),
        Ticket.mailbox_id,
        sa.func.count(sa.distinct(Outbox.message_id)),
        sa.func.min(Outbox.done_at),
    )
    .join(Message, Message.id == Outbox.message_id)
    .join(Ticket, Ticket.id == Message.ticket_id)
    .where(
        Outbox.state.in_((Delivery.FAILED, Delivery.UNCERTAIN)),
        Outbox.done_at > sa.bindparam("unfinished_since"),
        Ticket.status == Status.OPEN,
    )
    .group_by(Ticket.mailbox_id)
)


def unfinished(now: datetime) -> Count:
    """How many replies of each mailbox failed or are uncertain, in tickets that are open because of it."""
    return Count(_SELECT, {"unfinished_since": now - LOOK_BACK})
