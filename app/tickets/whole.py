"""A whole ticket for its page: itself, its messages, files, drafts and history, and the card of its customer.

Everything comes as lines (app.tickets.lines), in a fixed number of statements that are built once for each set of
mailboxes somebody may see. What belongs to no column of one table travels in unions: `_around` brings everything
small that hangs on a ticket, `_papers` all drafts and files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import Rights, Who, rights_of
from app.customers.models import Customer, CustomerAddress, CustomerPhone, Organisation, customer_tags
from app.errors import Merged, NotFound
from app.mailboxes.models import Mailbox
from app.tags.models import Tag
from app.tickets import lines
from app.tickets.models import Attachment, Draft, Event, Kind, Message, Status, Ticket, ticket_tags
from app.tickets.timeline import Figures

# A ticket this long is shown from its newest end.
MOST_MESSAGES = 200
# Of a card beside a ticket: so many lines of each sort, from so many of the customer's newest tickets.
LATEST = 6
RECENT_TICKETS = 5
LOOKED_AT = 20
EXCERPT = 600

_T, _M, _D, _A, _E = (model.__table__ for model in (Ticket, Message, Draft, Attachment, Event))
_TICKET, _CUSTOMER, _CARD = sa.bindparam("ticket"), sa.bindparam("customer"), Customer.__table__
_MAILBOX = [Mailbox.__table__.c[name] for name in lines.MailboxLine.__annotations__]
_MESSAGE = [column for column in _M.c if column.name != "html"]
_MESSAGE_NAMES = [*(column.name for column in _MESSAGE), "html", "has_html"]
_ENTRY_NAMES = [name for name in lines.EntryLine.__annotations__ if name != "author"]


@dataclass(frozen=True)
class Around:
    """What hangs on a ticket and its customer, and who works here, by name."""

    agents: dict[int, lines.AgentLine]
    own_addresses: set[str]
    recent: list[lines.Line]
    figures: Figures


@dataclass(frozen=True)
class Papers:
    """Drafts of a ticket, and the files of its messages by their ids."""

    drafts: list[lines.DraftLine]
    files: dict[int, list[lines.FileLine]]


def ticket(session: Session, who: Who, ticket_id: int) -> tuple[lines.TicketLine, Around]:
    """As thread.ticket_for, with the same errors: two statements."""
    rights = rights_of(session, who)
    connection = session.connection()
    row = connection.execute(_ticket(rights.mailboxes), {"ticket": ticket_id}).first()
    if row is None:
        raise NotFound("There is no such ticket.")
    of_ticket, of_card, of_mailbox, company = _cut(row, (len(_T.c), len(_CARD.c), len(_MAILBOX), 2))
    found = lines.TicketLine(_T.c.keys(), of_ticket)
    if found.merged_into_id is not None:
        raise Merged("This ticket was merged into another one. Reload the page.", found.merged_into_id)
    card = lines.CustomerLine(_CARD.c.keys(), of_card)
    organisation = lines.OrganisationLine(("id", "name"), company) if company[0] is not None else None
    mailbox = lines.MailboxLine((column.name for column in _MAILBOX), of_mailbox)
    asked = {"ticket": ticket_id, "customer": found.customer_id}
    small = _sorted_out(connection.execute(_around(rights.mailboxes), asked))
    card.__dict__.update(
        organisation=organisation,
        addresses=[
            lines.AddressLine.of(id=row.id, email=row.a, bounce_reason=row.b, bounced_at=row.at)
            for row in small["address"]
        ],
        phones=[lines.PhoneLine.of(id=row.id, number=row.a) for row in small["phone"]],
        tags=[lines.TagLine.of(id=row.id, name=row.a) for row in small["card tag"]],
    )
    around = _around_of(small)
    found.__dict__.update(
        customer=card,
        mailbox=mailbox,
        assignee=around.agents.get(found.assignee_id or 0),
        tags=[lines.TagLine.of(id=row.id, name=row.a) for row in small["tag"]],
    )
    return found, around


def messages(
    session: Session,
    ticket_id: int,
    agents: dict[int, lines.AgentLine],
    files: dict[int, list[lines.FileLine]],
) -> list[lines.MessageLine]:
    """Oldest first."""
    found = session.connection().execute(_MESSAGES, {"ticket": ticket_id}).all()
    said = [lines.MessageLine(_MESSAGE_NAMES, row) for row in reversed(found)]
    for one in said:
        one.__dict__.update(author=agents.get(one.author_id or 0), attachments=files.get(one.id, ()))
    return said


def papers(session: Session, ticket_id: int, agents: dict[int, lines.AgentLine]) -> Papers:
    drafts: dict[int, lines.DraftLine] = {}
    files: dict[int, list[lines.FileLine]] = {}
    for row in session.connection().execute(_PAPERS, {"ticket": ticket_id}):
        of_draft, of_file = _cut(row, (len(_D.c), len(_A.c)))
        file = lines.FileLine(_A.c.keys(), of_file)
        if file.message_id is not None:
            files.setdefault(file.message_id, []).append(file)
            continue
        draft = lines.DraftLine(_D.c.keys(), of_draft)
        draft.__dict__.update(agent=agents[draft.agent_id], attachments=[])
        draft = drafts.setdefault(draft.id, draft)
        if file.id is not None:
            draft.attachments.append(file)  # type: ignore[attr-defined]
    return Papers(list(drafts.values()), files)


def events(
    session: Session, who: Who, ticket_id: int, customer_id: int, agents: dict[int, lines.AgentLine]
) -> tuple[list[lines.EventLine], list[lines.EventLine]]:
    """The ticket's own, oldest first, and the card's latest, newest first."""
    asked = {"ticket": ticket_id, "customer": customer_id}
    of_ticket, of_card = [], []
    for *values, part in session.connection().execute(_events(rights_of(session, who).mailboxes), asked):
        event = lines.EventLine(_E.c.keys(), values)
        event.__dict__["agent"] = agents.get(event.agent_id or 0)
        (of_ticket if part == 0 else of_card).append(event)
    of_ticket.sort(key=lambda event: event.id)
    of_card.sort(key=lambda event: (event.at, event.id), reverse=True)
    return of_ticket, of_card


def latest_messages(
    session: Session, who: Who, customer_id: int, agents: dict[int, lines.AgentLine]
) -> list[lines.EntryLine]:
    """What the customer wrote and was written to last, newest first."""
    query = _latest(rights_of(session, who).mailboxes)
    said = [
        lines.EntryLine(_ENTRY_NAMES, row)
        for row in session.connection().execute(query, {"customer": customer_id})
    ]
    for one in said:
        one.__dict__["author"] = agents.get(one.author_id or 0)
    return said


def _cut(row: Sequence[Any], widths: Sequence[int]) -> list[Sequence[Any]]:
    """The values of several tables in one row, table by table."""
    pieces, at = [], 0
    for width in widths:
        pieces.append(row[at : at + width])
        at += width
    return pieces


def _sorted_out(rows: sa.CursorResult[Any]) -> dict[str, list[Any]]:
    sorts = ("agent", "own", "tag", "card tag", "address", "phone", "recent", "figures")
    found: dict[str, list[Any]] = {sort: [] for sort in sorts}
    for row in rows:
        found[row[0]].append(row)
    for sort in ("agent", "tag", "card tag"):
        found[sort].sort(key=lambda row: (row.a, row.id))
    found["address"].sort(key=lambda row: (row.n, row.id))
    found["phone"].sort(key=lambda row: row.id)
    found["recent"].sort(key=lambda row: (row.at, row.id), reverse=True)
    return found


def _around_of(small: dict[str, list[Any]]) -> Around:
    agents = {
        row.id: lines.AgentLine.of(id=row.id, name=row.a, email=row.b, role=row.c, active=bool(row.n))
        for row in small["agent"]
    }
    recent = [
        lines.Line.of(id=row.id, subject=row.a, status=row.b, last_message_at=row.at)
        for row in small["recent"]
    ]
    counted = small["figures"][0]
    return Around(
        agents,
        {row.a.lower() for row in small["own"]},
        recent[:RECENT_TICKETS],
        Figures(counted.id, counted.n or 0, counted.at),
    )


def _within(column: sa.Column[Any], mailboxes: frozenset[int] | None) -> sa.ColumnElement[bool]:
    return Rights(0, "", mailboxes).within(column)


@lru_cache(maxsize=200)
def _ticket(mailboxes: frozenset[int] | None) -> sa.Select[Any]:
    company = Organisation.__table__
    return (
        sa.select(*_T.c, *_CARD.c, *_MAILBOX, company.c.id, company.c.name)
        .set_label_style(sa.LABEL_STYLE_TABLENAME_PLUS_COL)
        .join(_CARD, _CARD.c.id == _T.c.customer_id)
        .join(Mailbox.__table__, Mailbox.__table__.c.id == _T.c.mailbox_id)
        .outerjoin(company, company.c.id == _CARD.c.organisation_id)
        .where(_T.c.id == _TICKET, _within(_T.c.mailbox_id, mailboxes))
    )


@lru_cache(maxsize=200)
def _around(mailboxes: frozenset[int] | None) -> sa.CompoundSelect[Any]:
    """kind, id, a, b, c, n, at: what each stands for is in `_around_of` and `ticket`."""
    address, phone, agent, own = (
        model.__table__.c for model in (CustomerAddress, CustomerPhone, Agent, Mailbox)
    )
    active = sa.case((agent.active, 1), else_=0)
    shown = sa.and_(
        _T.c.customer_id == _CUSTOMER, _T.c.merged_into_id.is_(None), _within(_T.c.mailbox_id, mailboxes)
    )
    running = sa.func.count(sa.case((_T.c.status.in_((Status.OPEN, Status.WAITING, Status.SNOOZED)), 1)))
    recent = (
        _small("recent", _T.c.id, _T.c.subject, _T.c.status, at=_T.c.last_message_at)
        .where(shown, _T.c.id != _TICKET)
        .order_by(_T.c.last_message_at.desc(), _T.c.id.desc())
        .limit(RECENT_TICKETS)
        .subquery()
    )
    return sa.union_all(
        _small("address", address.id, address.email, address.bounce_reason, n=address.position, at=address.bounced_at)
        .where(address.customer_id == _CUSTOMER),
        _small("phone", phone.id, phone.number).where(phone.customer_id == _CUSTOMER),
        _small("agent", agent.id, agent.name, agent.email, agent.role, n=active),
        _small("own", own.id, own.address),
        _tags_of("tag", ticket_tags, ticket_tags.c.ticket_id == _TICKET),
        _tags_of("card tag", customer_tags, customer_tags.c.customer_id == _CUSTOMER),
        sa.select(*recent.c),
        _small("figures", sa.func.count(), n=running, at=sa.func.max(_T.c.last_message_at))
        .where(shown, _T.c.status != Status.SPAM),
    )  # fmt: skip


def _small(
    sort: str,
    row_id: sa.ColumnElement[int],
    *texts: sa.ColumnElement[Any],
    n: sa.ColumnElement[Any] | None = None,
    at: sa.ColumnElement[Any] | None = None,
) -> sa.Select[Any]:
    a, b, c = (*texts, *(sa.literal_column("''") for _ in range(3 - len(texts))))
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
    return _small(sort, tag.c.id, tag.c.name).join(links, links.c.tag_id == tag.c.id).where(condition)


_MESSAGES = (
    sa.select(
        *_MESSAGE,
        sa.case((_M.c.kind != Kind.INCOMING, _M.c.html)).label("html"),
        _M.c.html.is_not(None).label("has_html"),
    )
    .where(_M.c.ticket_id == _TICKET)
    .order_by(_M.c.arrived_at.desc(), _M.c.id.desc())
    .limit(sa.literal_column(str(MOST_MESSAGES)))
)
_PAPERS = sa.union_all(
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
def _events(mailboxes: frozenset[int] | None) -> sa.CompoundSelect[Any]:
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
def _latest(mailboxes: frozenset[int] | None) -> sa.Select[Any]:
    shown = [
        sa.func.substr(_M.c.visible, 1, EXCERPT).label(name) if name == "visible" else _M.c[name]
        for name in _ENTRY_NAMES
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
