"""How many replies ended badly and still wait for somebody: counted for the alarms, by mailbox."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from app.outgoing.models import Outbox
from app.tickets.models import Delivery, Message, Status, Ticket

# What nobody cared about for so long is not news any more; the ticket still says it.
LOOK_BACK = timedelta(days=30)


def unfinished(now: datetime) -> sa.Select[str, int, int, datetime | None]:
    """(kind, mailbox id, number of replies, since): failed or uncertain, in tickets that are open because of it."""
    return (
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
            Outbox.done_at > now - LOOK_BACK,
            Ticket.status == Status.OPEN,
        )
        .group_by(Ticket.mailbox_id)
    )
