"""Which tickets a view shows, as conditions; what an agent may see is asked for beside them."""

from __future__ import annotations

import sqlalchemy as sa

from app.tickets.models import Status, Ticket, ticket_tags
from app.tickets.views import Order, View

Condition = sa.ColumnElement[bool]


def has_status(status: str) -> Condition:
    """Written out, not bound: a database can tell from the text alone that an index of open tickets serves."""
    return Ticket.status == sa.literal_column(f"'{Status(status).value}'")


def of_view(view: View, agent_id: int | sa.ColumnElement[int], order: Order | None = None) -> list[Condition]:
    """Of every view but a saved one, which is a search."""
    if view.name == Status.SNOOZED and order == Order.WAKES:
        # Only snoozed tickets have such a time, and the index of it holds no others.
        return [Ticket.snoozed_until.is_not(None)]
    tagged = sa.select(ticket_tags.c.ticket_id).where(ticket_tags.c.tag_id == view.row_id)
    places: dict[str, Condition] = {
        "mine": Ticket.assignee_id == agent_id,
        "unassigned": Ticket.assignee_id.is_(None),
        "mailbox": Ticket.mailbox_id == view.row_id,
        "team": Ticket.team_id == view.row_id,
        "tag": Ticket.id.in_(tagged),
    }
    if view.name in places:
        return [has_status(Status.OPEN), places[view.name]]
    if view.name in (Status.OPEN, Status.WAITING, Status.SNOOZED):
        return [has_status(view.name)]
    # A ticket that was merged is closed, but no longer one of its own.
    return [has_status(view.name), Ticket.merged_into_id.is_(None)]
