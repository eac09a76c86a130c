"""Reading lists of tickets: pages by keyset, never by OFFSET (see app.tickets.orders)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import Rights, Who, rights_of
from app.customers.models import Customer, CustomerAddress
from app.mailboxes.models import Mailbox
from app.tags.models import Tag
from app.tickets import orders
from app.tickets.models import BY_A_PERSON, BY_A_PROGRAM, FAILED, Draft, Message, Ticket, ticket_tags
from app.tickets.search_text import Piece
from app.tickets.view_conditions import of_view
from app.tickets.views import Order, View

PAGE = 50
_BETWEEN_TAGS, _BEFORE_COLOUR = "\x1f", "\x1e"
_AGENT: sa.BindParameter[int] = sa.bindparam("agent", type_=sa.BigInteger)


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
    priority: str = "normal"
    # Until when something is promised to the customer, and what; None and '' for nothing.
    due_at: datetime | None = None
    due_kind: str = ""
    # Of the tags, in their order; '' for none.
    colours: tuple[str, ...] = ()
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
    order = orders.order_in(after, order or view.orders[0])
    if order not in view.orders:
        order = view.orders[0]
    asked: dict[str, object] = {"agent": rights.agent_id, "most": limit + 1}
    place = orders.place(order, after)
    if place is not None:
        asked |= {"after_at": place[0], "after_id": place[1]}
    query = _of_view(view, rights.mailboxes, order, place is not None)
    return _cut(session.connection().execute(query, asked).all(), order, limit)


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


def ids_of(
    session: Session, conditions: Sequence[sa.ColumnElement[bool]], who: Who, *, order: Order, limit: int
) -> list[int]:
    """The first so many tickets that meet all conditions, as the list would show them."""
    here = (*conditions, *orders.within(order), rights_of(session, who).within(Ticket.mailbox_id))
    query = sa.select(Ticket.id).where(*here)
    return list(session.scalars(query.order_by(*orders.sorted_by(order)).limit(limit)))


def rows_of(session: Session, ticket_ids: Sequence[int], who: Who) -> dict[int, TicketRow]:
    """Lines of those of these tickets that this agent may see, by their ids."""
    if not ticket_ids:
        return {}
    rights = rights_of(session, who)
    query = _rows().where(Ticket.id.in_(ticket_ids), rights.within(Ticket.mailbox_id))
    return {row.id: _row(row) for row in session.execute(query, {"agent": rights.agent_id})}


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
    query = _sorted(order).where(*here).limit(limit + 1)
    return _cut(session.execute(query, {"agent": rights.agent_id}).all(), order, limit)


def _cut(found: Sequence[Any], order: Order, limit: int) -> Page:
    shown = found[:limit]
    rows = [_row(row, row.sorted_at) for row in shown]
    more = orders.mark(order, shown[-1].sorted_at, shown[-1].id) if len(found) > limit else ""
    return Page(rows, more, order)


@lru_cache(maxsize=300)
def _of_view(view: View, mailboxes: frozenset[int] | None, order: Order, goes_on: bool) -> sa.Select[Any]:
    """Built once for each view and set of mailboxes; `agent`, `most` and the place are given when it is asked."""
    here = [*of_view(view, _AGENT, order), Rights(0, "", mailboxes).within(Ticket.mailbox_id)]
    if goes_on:
        here.append(orders.behind(order))
    return _sorted(order).where(*here).limit(sa.bindparam("most", type_=sa.Integer))


@lru_cache(maxsize=10)
def _sorted(order: Order) -> sa.Select[Any]:
    rows = _rows().add_columns(orders.key(order).label("sorted_at"))
    return rows.where(*orders.within(order)).order_by(*orders.sorted_by(order))


@lru_cache(maxsize=1)
def _rows() -> sa.Select[Any]:
    address = (
        sa.select(CustomerAddress.email)
        .where(CustomerAddress.customer_id == Customer.id)
        .order_by(CustomerAddress.id)
        .limit(1)
        .correlate(Customer)
        .scalar_subquery()
    )
    failed = sa.exists().where(Message.ticket_id == Ticket.id, FAILED).correlate(Ticket)
    drafting = (
        sa.select(sa.func.max(sa.case((Draft.agent_id == _AGENT, 2), else_=1)))
        .where(Draft.ticket_id == Ticket.id)
        .correlate(Ticket)
        .scalar_subquery()
    )
    by_people, by_programs = (
        sa.exists().where(Message.ticket_id == Ticket.id, written).correlate(Ticket)
        for written in (BY_A_PERSON, BY_A_PROGRAM)
    )
    tags = (
        sa.select(sa.func.aggregate_strings(Tag.name + _BEFORE_COLOUR + Tag.colour, _BETWEEN_TAGS))
        .join(ticket_tags, ticket_tags.c.tag_id == Tag.id)
        .where(ticket_tags.c.ticket_id == Ticket.id)
        .correlate(Ticket)
        .scalar_subquery()
    )
    columns: list[Any] = [
        Ticket.id,
        Ticket.subject,
        Ticket.preview,
        Ticket.status,
        Ticket.unread,
        Ticket.last_message_at,
        Ticket.message_count,
        Ticket.waiting_since,
        Ticket.priority,
        Ticket.due_at,
        Ticket.due_kind,
        Customer.name.label("customer_name"),
        address.label("customer_email"),
        sa.func.coalesce(sa.func.nullif(Mailbox.name, ""), Mailbox.address).label("mailbox"),
        Agent.name.label("assignee"),
        Agent.email.label("assignee_email"),
        failed.label("failed"),
        drafting.label("drafting"),
        sa.and_(by_programs, sa.not_(by_people)).label("automatic"),
        tags.label("tags"),
    ]
    return (
        sa.select(*columns)
        .join(Customer, Customer.id == Ticket.customer_id)
        .join(Mailbox, Mailbox.id == Ticket.mailbox_id)
        .outerjoin(Agent, Agent.id == Ticket.assignee_id)
    )


def _row(row: Any, sorted_at: datetime | None = None) -> TicketRow:
    tags = sorted(row.tags.split(_BETWEEN_TAGS)) if row.tags else []
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
        tags=tuple([one.partition(_BEFORE_COLOUR)[0] for one in tags]),
        colours=tuple([one.partition(_BEFORE_COLOUR)[2] for one in tags]),
        automatic=bool(row.automatic),
        waiting_since=row.waiting_since,
        priority=row.priority,
        due_at=row.due_at,
        due_kind=row.due_kind,
        stamp=orders.stamp(sorted_at),
    )
