"""A whole ticket for its page: itself, its messages, files, drafts and history, and the card of its customer.

Everything comes as lines (app.tickets.lines) in a fixed number of statements (app.tickets.whole_queries). What is
no column of one table travels in unions: `ticket` brings everything small that hangs on it, `papers` all drafts and
files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.rights import Who, rights_of
from app.customers.models import Customer
from app.errors import Merged, NotFound
from app.tickets import lines
from app.tickets.models import Attachment, Draft, Event, Ticket
from app.tickets.timeline import Figures
from app.tickets.whole_queries import (
    CARD,
    ENTRY_NAMES,
    MAILBOX_COLUMNS,
    MESSAGE_NAMES,
    MESSAGES,
    PAPERS,
    RECENT_TICKETS,
    More,
    around_query,
    events_query,
    latest_query,
    ticket_query,
)

_T, _C, _D, _A, _E = (model.__table__ for model in (Ticket, Customer, Draft, Attachment, Event))


@dataclass(frozen=True)
class Around:
    """What hangs on a ticket and its customer, and who works here, by name."""

    agents: dict[int, lines.AgentLine]
    own_addresses: set[str]
    recent: list[lines.Line]
    figures: Figures
    # By kind, everything that was asked, what a feature above tickets has asked as well.
    small: dict[str, list[Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Papers:
    """Drafts of a ticket, and the files of its messages by their ids."""

    drafts: list[lines.DraftLine]
    files: dict[int, list[lines.FileLine]]


def ticket(
    session: Session, who: Who, ticket_id: int, *, more: More | None = None
) -> tuple[lines.TicketLine, Around]:
    """As thread.ticket_for, with the same errors: two statements. `more`: see `around_query`."""
    rights = rights_of(session, who)
    connection = session.connection()
    row = connection.execute(ticket_query(rights.mailboxes), {"ticket": ticket_id}).first()
    if row is None:
        raise NotFound("There is no such ticket.")
    of_ticket, of_card, of_mailbox, company = _cut(row, (len(_T.c), len(_C.c), len(MAILBOX_COLUMNS), 2))
    found = lines.TicketLine(_T.c.keys(), of_ticket)
    if found.merged_into_id is not None:
        raise Merged("This ticket was merged into another one. Reload the page.", found.merged_into_id)
    mailbox = lines.MailboxLine((column.name for column in MAILBOX_COLUMNS), of_mailbox)
    asked = {"ticket": ticket_id, "customer": found.customer_id, "reader": rights.agent_id}
    small = _sorted_out(connection.execute(around_query(rights.mailboxes, more), asked))
    around = _around_of(small)
    found.__dict__.update(
        customer=_card(of_card, company, small),
        mailbox=mailbox,
        assignee=around.agents.get(found.assignee_id or 0),
        tags=[lines.TagLine.of(id=row.id, name=row.a, colour=row.b) for row in small["tag"]],
        fields=_fields(small["field"]),
    )
    return found, around


def card(session: Session, who: Who, customer_id: int) -> tuple[lines.CustomerLine, Around]:
    """A client card by itself: two statements. Raises NotFound."""
    rights = rights_of(session, who)
    connection = session.connection()
    row = connection.execute(CARD, {"customer": customer_id}).first()
    if row is None:
        raise NotFound("There is no such client card.")
    of_card, company = _cut(row, (len(_C.c), 2))
    asked = {"ticket": 0, "customer": customer_id, "reader": rights.agent_id}
    small = _sorted_out(connection.execute(around_query(rights.mailboxes), asked))
    return _card(of_card, company, small), _around_of(small)


def _card(values: Sequence[Any], company: Sequence[Any], small: dict[str, list[Any]]) -> lines.CustomerLine:
    found = lines.CustomerLine(_C.c.keys(), values)
    found.__dict__.update(
        organisation=lines.OrganisationLine(("id", "name"), company) if company[0] is not None else None,
        addresses=[
            lines.AddressLine.of(id=row.id, email=row.a, bounce_reason=row.b, bounced_at=row.at)
            for row in small["address"]
        ],
        phones=[lines.PhoneLine.of(id=row.id, number=row.a) for row in small["phone"]],
        tags=[lines.TagLine.of(id=row.id, name=row.a, colour=row.b) for row in small["card tag"]],
        fields=_fields(small["card field"]),
    )
    return found


def messages(
    session: Session,
    ticket_id: int,
    agents: dict[int, lines.AgentLine],
    files: dict[int, list[lines.FileLine]],
) -> list[lines.MessageLine]:
    """Oldest first."""
    found = session.connection().execute(MESSAGES, {"ticket": ticket_id}).all()
    said = [lines.MessageLine(MESSAGE_NAMES, row) for row in reversed(found)]
    for one in said:
        one.__dict__.update(author=agents.get(one.author_id or 0), attachments=files.get(one.id, ()))
    return said


def papers(session: Session, ticket_id: int, agents: dict[int, lines.AgentLine]) -> Papers:
    drafts: dict[int, lines.DraftLine] = {}
    files: dict[int, list[lines.FileLine]] = {}
    for row in session.connection().execute(PAPERS, {"ticket": ticket_id}):
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
    of_ticket: list[lines.EventLine] = []
    of_card: list[lines.EventLine] = []
    for *values, part in session.connection().execute(events_query(rights_of(session, who).mailboxes), asked):
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
    query = latest_query(rights_of(session, who).mailboxes)
    said = [
        lines.EntryLine(ENTRY_NAMES, row)
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
    sorts = (
        "agent",
        "own",
        "tag",
        "card tag",
        "field",
        "card field",
        "address",
        "phone",
        "recent",
        "figures",
    )
    found: dict[str, list[Any]] = {sort: [] for sort in sorts}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    for sort in ("agent", "tag", "card tag"):
        found[sort].sort(key=lambda row: (row.a, row.id))
    found["address"].sort(key=lambda row: (row.n, row.id))
    found["phone"].sort(key=lambda row: row.id)
    found["recent"].sort(key=lambda row: (row.at, row.id), reverse=True)
    return found


def _fields(rows: list[Any]) -> list[lines.FieldLine]:
    return [
        lines.FieldLine.of(id=row.id, name=row.a, kind=row.b, value=row.c, required=bool(row.n % 2))
        for row in sorted(rows, key=lambda row: (row.n // 2, row.id))
    ]


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
        small,
    )
