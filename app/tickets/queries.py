"""Reading lists of tickets: pages by keyset (never OFFSET), and the counts beside the views, each in one query."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import Rights, Who, rights_of
from app.customers.models import Customer, CustomerAddress
from app.db import UtcDateTime
from app.mailboxes.models import Mailbox, RawMail, RawState
from app.tags.models import Tag
from app.tickets.models import Delivery, Draft, Kind, Message, Status, Ticket, ticket_tags
from app.tickets.search_text import Piece
from app.tickets.views import View

PAGE = 50
NEEDS_AN_EYE = (Delivery.FAILED, Delivery.UNCERTAIN, Delivery.BOUNCED)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MARK = re.compile(r"(\d{1,18})-(\d{1,18})\Z")


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
    # Of a search: the words around what was found.
    excerpt: tuple[Piece, ...] = ()

    @property
    def customer(self) -> str:
        return self.customer_name or self.customer_email


@dataclass(frozen=True)
class Page:
    """Fifty rows, and the mark from which the next page goes on ('' on the last page)."""

    rows: list[TicketRow]
    after: str


@dataclass(frozen=True)
class Place:
    """A mailbox or a tag beside the list, with its open tickets."""

    row_id: int
    name: str
    count: int


@dataclass(frozen=True)
class Counts:
    """Numbers beside the views; `parked` counts mails nobody could file."""

    views: dict[str, int] = field(default_factory=dict)
    mailboxes: list[Place] = field(default_factory=list)
    tags: list[Place] = field(default_factory=list)
    parked: int = 0


def list_page(session: Session, view: View, who: Who, *, after: str = "", limit: int = PAGE) -> Page:
    """A page of a view, newest first. `after` is the mark of the page before."""
    rights = rights_of(session, who)
    return _page(session, _of_view(view, rights.agent_id), rights, after, limit)


def condition_page(
    session: Session,
    conditions: Sequence[sa.ColumnElement[bool]],
    who: Who,
    *,
    after: str = "",
    limit: int = PAGE,
) -> Page:
    """A page of the tickets that meet all conditions, newest first."""
    return _page(session, conditions, rights_of(session, who), after, limit)


def rows_of(session: Session, ticket_ids: Sequence[int], who: Who) -> dict[int, TicketRow]:
    """Lines of those of these tickets that this agent may see, by their ids."""
    if not ticket_ids:
        return {}
    rights = rights_of(session, who)
    tags = _tags_of(session, list(ticket_ids))
    query = _rows(rights.agent_id).where(Ticket.id.in_(ticket_ids), rights.within(Ticket.mailbox_id))
    return {row.id: _row(row, tags.get(row.id, ())) for row in session.execute(query)}


def _page(
    session: Session, conditions: Sequence[sa.ColumnElement[bool]], rights: Rights, after: str, limit: int
) -> Page:
    allowed = rights.within(Ticket.mailbox_id)
    query = _rows(rights.agent_id).where(*conditions, allowed, *_beyond(after)).limit(limit + 1)
    found = session.execute(query.order_by(Ticket.last_message_at.desc(), Ticket.id.desc())).all()
    shown = found[:limit]
    tags = _tags_of(session, [row.id for row in shown])
    rows = [_row(row, tags.get(row.id, ())) for row in shown]
    return Page(rows, _mark(rows[-1]) if len(found) > limit else "")


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


def _row(row: Any, tags: tuple[str, ...]) -> TicketRow:
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
    )


def _of_view(view: View, agent_id: int) -> list[sa.ColumnElement[bool]]:
    open_ones: sa.ColumnElement[bool] = Ticket.status == Status.OPEN
    if view.name == "mine":
        return [open_ones, Ticket.assignee_id == agent_id]
    if view.name == "unassigned":
        return [open_ones, Ticket.assignee_id.is_(None)]
    if view.name == "mailbox":
        return [open_ones, Ticket.mailbox_id == view.row_id]
    if view.name == "tag":
        tagged = sa.select(ticket_tags.c.ticket_id).where(ticket_tags.c.tag_id == view.row_id)
        return [open_ones, Ticket.id.in_(tagged)]
    # A ticket that was merged is closed, but no longer one of its own.
    return [Ticket.status == view.name, Ticket.merged_into_id.is_(None)]


def _mark(row: TicketRow) -> str:
    return f"{(row.last_message_at - _EPOCH) // timedelta(microseconds=1)}-{row.id}"


def _beyond(after: str) -> list[sa.ColumnElement[bool]]:
    match = _MARK.match(after)
    if match is None:
        return []
    at = _EPOCH + timedelta(microseconds=min(int(match.group(1)), 10**16))
    mark = sa.tuple_(sa.literal(at, UtcDateTime()), sa.literal(int(match.group(2))))
    return [sa.tuple_(Ticket.last_message_at, Ticket.id) < mark]


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


def counts(session: Session, who: Who) -> Counts:
    """All numbers beside the views, in one query."""
    views: dict[str, int] = {}
    mailboxes, tags, parked = [], [], 0
    for kind, row_id, name, number in session.execute(_count_query(rights_of(session, who))):
        if kind == "mailbox":
            mailboxes.append(Place(row_id, name, number))
        elif kind == "tag":
            tags.append(Place(row_id, name, number))
        elif kind == "parked":
            parked = number
        else:
            views[name] = views.get(name, 0) + number
            if kind == "status" and name == Status.OPEN and row_id:
                views["mine" if row_id == 1 else "unassigned"] = number
    by_name = sorted(mailboxes, key=lambda place: place.name.casefold())
    return Counts(views, by_name, sorted(tags, key=lambda place: (-place.count, place.name))[:12], parked)


def _count_query(rights: Rights) -> sa.CompoundSelect[Any]:
    allowed = rights.within(Ticket.mailbox_id)
    whose = sa.case(
        (Ticket.assignee_id == rights.agent_id, 1), (Ticket.assignee_id.is_(None), 2), else_=0
    ).label("row_id")
    counted = (Status.OPEN, Status.WAITING, Status.SNOOZED, Status.SPAM)
    by_status = (
        sa.select(
            sa.literal("status").label("kind"),
            whose,
            Ticket.status.label("name"),
            sa.func.count().label("number"),
        )
        .where(Ticket.status.in_(counted), allowed)
        .group_by(Ticket.status, whose)
    )
    by_mailbox = (
        sa.select(
            sa.literal("mailbox"),
            Mailbox.id,
            sa.func.coalesce(sa.func.nullif(Mailbox.name, ""), Mailbox.address),
            sa.func.count(Ticket.id),
        )
        .outerjoin(Ticket, sa.and_(Ticket.mailbox_id == Mailbox.id, Ticket.status == Status.OPEN))
        .where(Mailbox.active.is_(True), rights.within(Mailbox.id))
        .group_by(Mailbox.id, Mailbox.name, Mailbox.address)
    )
    by_tag = (
        sa.select(sa.literal("tag"), Tag.id, Tag.name, sa.func.count())
        .join(ticket_tags, ticket_tags.c.tag_id == Tag.id)
        .join(Ticket, Ticket.id == ticket_tags.c.ticket_id)
        .where(Ticket.status == Status.OPEN, allowed)
        .group_by(Tag.id, Tag.name)
    )
    parked = (
        sa.select(sa.literal("parked"), sa.literal(0), sa.literal(""), sa.func.count(RawMail.id))
        .join(Mailbox, Mailbox.id == RawMail.mailbox_id)
        .where(RawMail.state == RawState.PARKED, rights.within(RawMail.mailbox_id))
    )
    return sa.union_all(by_status, by_mailbox, by_tag, parked)
