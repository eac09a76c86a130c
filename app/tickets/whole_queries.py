"""The statements that `app.tickets.whole` reads a ticket with, built once for each set of mailboxes somebody sees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Agent
from app.accounts.rights import Rights
from app.customers.models import Customer, CustomerAddress, CustomerPhone, Organisation, customer_tags
from app.mailboxes.models import Mailbox
from app.tags.models import Tag
from app.tickets import lines
from app.tickets.models import Attachment, Draft, Event, Kind, Message, Status, Ticket, ticket_tags
from app.tickets.order_models import CardValue, Field, TicketValue

# A ticket this long is shown from its newest end.
MOST_MESSAGES = 200
# Of a card beside a ticket: so many lines of each sort, from so many of the customer's newest tickets.
LATEST = 6
RECENT_TICKETS = 5
LOOKED_AT = 20
EXCERPT = 600

# Further selections for `around_query`, for somebody who sees these mailboxes.
More = Callable[[frozenset[int] | None], Sequence[sa.Select[Any]]]
_T, _M, _D, _A, _E = (model.__table__ for model in (Ticket, Message, Draft, Attachment, Event))
_TICKET: sa.BindParameter[int] = sa.bindparam("ticket")
_CUSTOMER: sa.BindParameter[int] = sa.bindparam("customer")
_CARD = Customer.__table__
MAILBOX_COLUMNS = [Mailbox.__table__.c[name] for name in lines.MailboxLine.__annotations__]
_MESSAGE = [column for column in _M.c if column.name != "html"]
MESSAGE_NAMES = [*(column.name for column in _MESSAGE), "html", "has_html"]
ENTRY_NAMES = [name for name in lines.EntryLine.__annotations__ if name != "author"]


def _within(column: sa.ColumnElement[Any], mailboxes: frozenset[int] | None) -> sa.ColumnElement[bool]:
    return Rights(0, "", mailboxes).within(column)


@lru_cache(maxsize=200)
def ticket_query(mailboxes: frozenset[int] | None) -> sa.Select[Any]:
    company = Organisation.__table__
    return (
        sa.select(*_T.c, *_CARD.c, *MAILBOX_COLUMNS, company.c.id, company.c.name)
        .set_label_style(sa.LABEL_STYLE_TABLENAME_PLUS_COL)
        .join(_CARD, _CARD.c.id == _T.c.customer_id)
        .join(Mailbox.__table__, Mailbox.__table__.c.id == _T.c.mailbox_id)
        .outerjoin(company, company.c.id == _CARD.c.organisation_id)
        .where(_T.c.id == _TICKET, _within(_T.c.mailbox_id, mailboxes))
    )


CARD = (
    sa.select(*_CARD.c, Organisation.__table__.c.id, Organisation.__table__.c.name)
    .set_label_style(sa.LABEL_STYLE_TABLENAME_PLUS_COL)
    .outerjoin(Organisation.__table__, Organisation.__table__.c.id == _CARD.c.organisation_id)
    .where(_CARD.c.id == _CUSTOMER)
)


@lru_cache(maxsize=200)
def around_query(mailboxes: frozenset[int] | None, more: More | None = None) -> sa.CompoundSelect[Any]:
    """kind, id, a, b, c, n, at: what each stands for is in `_around_of` and `ticket`. `more`: what a feature above
    tickets wants to know of the same ticket, made by `small`, with the parameters "ticket" and "reader"."""
    address, phone, agent, own = (
        model.__table__.c for model in (CustomerAddress, CustomerPhone, Agent, Mailbox)
    )
    active = sa.case((agent.active, 1), else_=0)
    shown = sa.and_(
        _T.c.customer_id == _CUSTOMER,
        _T.c.merged_into_id.is_(None),
        _T.c.status != Status.TRASH,
        _within(_T.c.mailbox_id, mailboxes),
    )
    running = sa.func.count(sa.case((_T.c.status.in_((Status.OPEN, Status.WAITING, Status.SNOOZED)), 1)))
    recent = (
        small("recent", _T.c.id, _T.c.subject, _T.c.status, at=_T.c.last_message_at)
        .where(shown, _T.c.id != _TICKET)
        .order_by(_T.c.last_message_at.desc(), _T.c.id.desc())
        .limit(RECENT_TICKETS)
        .subquery()
    )
    return sa.union_all(
        small("address", address.id, address.email, address.bounce_reason, n=address.position, at=address.bounced_at)
        .where(address.customer_id == _CUSTOMER),
        small("phone", phone.id, phone.number).where(phone.customer_id == _CUSTOMER),
        small("agent", agent.id, agent.name, agent.email, agent.role, n=active),
        small("own", own.id, own.address),
        _tags_of("tag", ticket_tags, ticket_tags.c.ticket_id == _TICKET),
        _tags_of("card tag", customer_tags, customer_tags.c.customer_id == _CUSTOMER),
        _fields_of("field", "ticket", TicketValue.__table__, TicketValue.__table__.c.ticket_id == _TICKET),
        _fields_of("card field", "card", CardValue.__table__, CardValue.__table__.c.customer_id == _CUSTOMER),
        sa.select(*recent.c),
        small("figures", sa.func.count(), n=running, at=sa.func.max(_T.c.last_message_at))
        .where(shown, _T.c.status != Status.SPAM),
        *(more(mailboxes) if more is not None else ()),
    )  # fmt: skip


def small(
    sort: str,
    row_id: sa.ColumnElement[int],
    *texts: sa.ColumnElement[Any],
    n: sa.ColumnElement[Any] | None = None,
    at: sa.ColumnElement[Any] | None = None,
) -> sa.Select[Any]:
    """One selection for `around_query`: its kind, a number, up to three texts, another number and a time."""
    a, b, c = [*texts, *[sa.literal_column("''")] * 3][:3]
    return sa.select(
        sa.literal_column(f"'{sort}'").label("kind"),
        row_id.label("id"),
        a.label("a"),
        b.label("b"),
        c.label("c"),
        (sa.literal_column("0") if n is None else n).label("n"),
        (sa.null() if at is None else at).label("at"),
    )


def _tags_of(sort: str, links: sa.Table, condition: sa.ColumnElement[bool]) -> sa.Select[Any]:
    tag = Tag.__table__
    return (
        small(sort, tag.c.id, tag.c.name, tag.c.colour)
        .join(links, links.c.tag_id == tag.c.id)
        .where(condition)
    )


def _fields_of(
    sort: str, scope: str, values: sa.FromClause, condition: sa.ColumnElement[bool]
) -> sa.Select[Any]:
    """Fields of our own in their order, with what they say here; `n`: twice the place, one more when required."""
    field = Field.__table__.c
    place = field.position * 2 + sa.case((field.required, 1), else_=0)
    said = sa.func.coalesce(values.c.value, "")
    return (
        small(sort, field.id, field.name, field.kind, said, n=place)
        .select_from(Field.__table__)
        .outerjoin(values, sa.and_(values.c.field_id == field.id, condition))
        .where(field.scope == scope, sa.or_(field.retired_at.is_(None), values.c.value.is_not(None)))
    )


MESSAGES = (
    sa.select(
        *_MESSAGE,
        sa.case((_M.c.kind != Kind.INCOMING, _M.c.html)).label("html"),
        _M.c.html.is_not(None).label("has_html"),
    )
    .where(_M.c.ticket_id == _TICKET)
    .order_by(_M.c.arrived_at.desc(), _M.c.id.desc())
    .limit(sa.literal_column(str(MOST_MESSAGES)))
)
PAPERS: sa.CompoundSelect[Any] = sa.union_all(
    sa.select(*_D.c, *_A.c)
    .set_label_style(sa.LABEL_STYLE_TABLENAME_PLUS_COL)
    .select_from(_D.outerjoin(_A, _A.c.draft_id == _D.c.id))
    .where(_D.c.ticket_id == _TICKET),
    sa.select(*(sa.null().label(f"d{number}") for number in range(len(_D.c))), *_A.c)
    .set_label_style(sa.LABEL_STYLE_TABLENAME_PLUS_COL)
    .select_from(_A.join(_M, _A.c.message_id == _M.c.id))
    .where(_M.c.ticket_id == _TICKET),
)


@lru_cache(maxsize=200)
def events_query(mailboxes: frozenset[int] | None) -> sa.CompoundSelect[Any]:
    own = (
        sa.select(*_E.c, sa.literal_column("0").label("part"))
        .where(_E.c.ticket_id == _TICKET)
        .order_by(_E.c.id.desc())
        .limit(sa.literal_column(str(MOST_MESSAGES)))
        .subquery()
    )
    of_card = sa.select(*_E.c).where(_E.c.customer_id == _CUSTOMER)
    if mailboxes is not None:
        seen = sa.select(_T.c.id).where(_within(_T.c.mailbox_id, mailboxes))
        of_card = of_card.where(sa.or_(_E.c.ticket_id.is_(None), _E.c.ticket_id.in_(seen)))
    # What is of both, the card and one of its tickets, comes once.
    of_tickets = sa.select(*_E.c).where(
        _E.c.ticket_id.in_(_newest_tickets(mailboxes)), _E.c.customer_id.is_distinct_from(_CUSTOMER)
    )
    both = _newest(of_card, of_tickets, _E.c.at.name)
    return sa.union_all(sa.select(*own.c), sa.select(*both.c, sa.literal_column("1").label("part")))


@lru_cache(maxsize=200)
def latest_query(mailboxes: frozenset[int] | None) -> sa.Select[Any]:
    shown = [
        sa.func.substr(_M.c.visible, 1, EXCERPT).label(name) if name == "visible" else _M.c[name]
        for name in ENTRY_NAMES
    ]
    written = sa.select(*shown).where(_M.c.customer_id == _CUSTOMER)
    if mailboxes is not None:
        seen = sa.select(_T.c.id).where(_within(_T.c.mailbox_id, mailboxes))
        written = written.where(_M.c.ticket_id.in_(seen))
    theirs = sa.select(*shown).where(
        _M.c.ticket_id.in_(_newest_tickets(mailboxes)), _M.c.customer_id.is_distinct_from(_CUSTOMER)
    )
    return sa.select(*_newest(written, theirs, _M.c.arrived_at.name).c)


def _newest(one: sa.Select[Any], other: sa.Select[Any], time: str) -> sa.Subquery:
    """The newest few of two selections of the same columns. Each is cut first, by its own index."""
    cut = []
    for query in (one, other):
        columns = query.selected_columns
        cut.append(query.order_by(columns[time].desc(), columns.id.desc()).limit(LATEST + 1).subquery())
    both = sa.union_all(*(sa.select(*part.c) for part in cut)).subquery()
    newest = sa.select(*both.c).order_by(both.c[time].desc(), both.c.id.desc())
    return newest.limit(LATEST + 1).subquery()


def _newest_tickets(mailboxes: frozenset[int] | None) -> sa.Select[Any]:
    newest = (
        sa.select(_T.c.id)
        .where(_T.c.customer_id == _CUSTOMER, _within(_T.c.mailbox_id, mailboxes))
        .order_by(_T.c.last_message_at.desc(), _T.c.id.desc())
        .limit(LOOKED_AT)
        .subquery()
    )
    return sa.select(newest.c.id)
