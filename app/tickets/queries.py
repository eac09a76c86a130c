"""Reading lists of tickets: pages by keyset, never by OFFSET (see app.tickets.orders)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import Rights, Who, rights_of
from app.customers.models import Customer, CustomerAddress
from app.mailboxes.models import Mailbox
from app.tags.models import Tag
from app.tickets import orders
from app.tickets.models import Delivery, Draft, Kind, Message, Ticket, ticket_tags
from app.tickets.search_text import Piece
from app.tickets.view_conditions import of_view
from app.tickets.views import Order, View

PAGE = 50
NEEDS_AN_EYE = (Delivery.FAILED, Delivery.UNCERTAIN, Delivery.BOUNCED)


@dataclass(frozen=True)
class TicketRow:
    """One line of a list. `draft` is '' , 'mine' or 'other'; `failed` asks for an agent's eye."""

    id: int
    subject: str
    preview: str
    status: str
    unread: bool
    last_message_at: datetime
    message_count: int
    customer_name: str
    customer_email: str
    mailbox: str
    assignee: str
    assignee_email: str
    failed: bool
    draft: str
    tags: tuple[str, ...] = ()
    # No person has written in it yet: newsletters, reports, bounces of mail that was not ours.
    automatic: bool = False
    # Since when the customer waits; None when it is not our turn.
    waiting_since: datetime | None = None
    # What the list is sorted by, for a page that puts a changed row in its place.
    stamp: int = 0
    # Of a search: the words around what was found.
    excerpt: tuple[Piece, ...] = ()

    @property
    def customer(self) -> str:
        return self.customer_name or self.customer_email


@dataclass(frozen=True)
class Page:
    """Fifty rows, the mark from which the next page goes on ('' on the last page), and how they are sorted."""

    rows: list[TicketRow]
    after: str
    order: Order = Order.NEWEST


def list_page(
    session: Session,
    view: View,
    who: Who,
    *,
    order: Order | None = None,
    after: str = "",
    limit: int = PAGE,
) -> Page:
    """A page of a view, in its usual order if none is asked for. `after` is the mark of the page before."""
    rights = rights_of(session, who)
    conditions = of_view(view, rights.agent_id)
    return _page(session, conditions, rights, order or view.orders[0], after, limit)


def condition_page(
    session: Session,
    conditions: Sequence[sa.ColumnElement[bool]],
    who: Who,
    *,
    order: Order = Order.NEWEST,
    after: str = "",
    limit: int = PAGE,
) -> Page:
    """A page of the tickets that meet all conditions, newest first."""
    return _page(session, conditions, rights_of(session, who), order, after, limit)


def rows_of(session: Session, ticket_ids: Sequence[int], who: Who) -> dict[int, TicketRow]:
    """Lines of those of these tickets that this agent may see, by their ids."""
    if not ticket_ids:
        return {}
    rights = rights_of(session, who)
    tags = _tags_of(session, list(ticket_ids))
    query = _rows(rights.agent_id).where(Ticket.id.in_(ticket_ids), rights.within(Ticket.mailbox_id))
    return {row.id: _row(row, tags.get(row.id, ())) for row in session.execute(query)}


def _page(
    session: Session,
    conditions: Sequence[sa.ColumnElement[bool]],
    rights: Rights,
    order: Order,
    after: str,
    limit: int,
) -> Page:
    order = orders.order_in(after, order)
    here = (*conditions, rights.within(Ticket.mailbox_id), *orders.beyond(order, after))
    query = _rows(rights.agent_id).add_columns(orders.key(order).label("sorted_at")).where(*here)
    found = session.execute(query.order_by(*orders.sorted_by(order)).limit(limit + 1)).all()
    shown = found[:limit]
    tags = _tags_of(session, [row.id for row in shown])
    rows = [_row(row, tags.get(row.id, ()), row.sorted_at) for row in shown]
    more = orders.mark(order, shown[-1].sorted_at, shown[-1].id) if len(found) > limit else ""
    return Page(rows, more, order)


def _rows(agent_id: int) -> sa.Select[Any]:
    address = (
        sa.select(CustomerAddress.email)
        .where(CustomerAddress.customer_id == Customer.id)
        .order_by(CustomerAddress.id)
        .limit(1)
        .correlate(Customer)
        .scalar_subquery()
    )
    failed = (
        sa.exists()
        .where(Message.ticket_id == Ticket.id, Message.delivery.in_(NEEDS_AN_EYE))
        .correlate(Ticket)
    )
    drafting = (
        sa.select(sa.func.max(sa.case((Draft.agent_id == agent_id, 2), else_=1)))
        .where(Draft.ticket_id == Ticket.id)
        .correlate(Ticket)
        .scalar_subquery()
    )
    automatic = (
        sa.select(sa.func.min(sa.case((Message.automatic.is_(None), 0), else_=1)))
        .where(Message.ticket_id == Ticket.id, Message.kind == Kind.INCOMING)
        .correlate(Ticket)
        .scalar_subquery()
    )
    return (
        sa.select(
            Ticket.id,
            Ticket.subject,
            Ticket.preview,
            Ticket.status,
            Ticket.unread,
            Ticket.last_message_at,
            Ticket.message_count,
            Ticket.waiting_since,
            Customer.name.label("customer_name"),
            address.label("customer_email"),
            sa.func.coalesce(sa.func.nullif(Mailbox.name, ""), Mailbox.address).label("mailbox"),
            Agent.name.label("assignee"),
            Agent.email.label("assignee_email"),
            failed.label("failed"),
            drafting.label("drafting"),
            automatic.label("automatic"),
        )
        .join(Customer, Customer.id == Ticket.customer_id)
        .join(Mailbox, Mailbox.id == Ticket.mailbox_id)
        .outerjoin(Agent, Agent.id == Ticket.assignee_id)
    )


def _row(row: Any, tags: tuple[str, ...], sorted_at: datetime | None = None) -> TicketRow:
    return TicketRow(
        id=row.id,
        subject=row.subject,
        preview=row.preview,
        status=row.status,
        unread=row.unread,
        last_message_at=row.last_message_at,
        message_count=row.message_count,
        customer_name=row.customer_name,
        customer_email=row.customer_email or "",
        mailbox=row.mailbox,
        assignee=row.assignee or "",
        assignee_email=row.assignee_email or "",
        failed=bool(row.failed),
        draft={2: "mine", 1: "other"}.get(row.drafting, ""),
        tags=tags,
        automatic=bool(row.automatic),
        waiting_since=row.waiting_since,
        stamp=orders.stamp(sorted_at),
    )


def _tags_of(session: Session, ticket_ids: list[int]) -> dict[int, tuple[str, ...]]:
    query = (
        sa.select(ticket_tags.c.ticket_id, Tag.name)
        .join(Tag, Tag.id == ticket_tags.c.tag_id)
        .where(ticket_tags.c.ticket_id.in_(ticket_ids))
        .order_by(Tag.name)
    )
    found: dict[int, tuple[str, ...]] = {}
    for ticket_id, name in session.execute(query):
        found[ticket_id] = (*found.get(ticket_id, ()), name)
    return found
