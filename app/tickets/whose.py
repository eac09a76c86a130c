"""Whose ticket it is: another client card than that of whoever wrote the letter, an assistant or a wrong address.

The letters keep their senders, and who could speak in the ticket may go on. The next reply goes to the address that was
chosen; once somebody writes again, to whoever wrote, as in every ticket. What the ticket counts for (figures, facts,
loyalty, promises) follows from its card; a rating stays with the person who gave it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.customers.merging import end_of
from app.customers.models import Customer
from app.customers.service import find_or_create
from app.errors import NotFound
from app.tickets.models import Draft, DraftKind, Event, Kind, Message, Participant, Ticket
from app.tickets.service import allow, changed, record

KIND = "customer"
MOST_PEOPLE = 8


class Told(Protocol):
    """What of an event says which card was chosen."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def detail(self) -> Any: ...


@dataclass(frozen=True)
class Chosen:
    """Replies to letters up to `newest` go to `email`."""

    newest: int
    email: str


def chosen(events: Iterable[Told]) -> Chosen | None:
    """What an agent chose last and nobody took back, of a ticket's events."""
    told = [one for one in events if one.kind == KIND and not _is_undone(one.detail)]
    last = max(told, key=lambda one: one.id, default=None)
    return Chosen(last.detail["newest"], last.detail["email"]) if last is not None else None


def chosen_for(session: Session, ticket_id: int) -> Chosen | None:
    """The same, asked of the database."""
    return chosen(session.scalars(sa.select(Event).where(Event.ticket_id == ticket_id, Event.kind == KIND)))


def give_to_card(session: Session, ticket: Ticket, customer_id: int, *, by: Agent, now: datetime) -> bool:
    """Put the ticket on this card; False when it was there already. Raises NotFound."""
    card = _held(session, customer_id)
    return card.id != ticket.customer_id and _put(session, ticket, card, card.email, by=by, now=now)


def give_to_address(
    session: Session, ticket: Ticket, email: str, name: str, *, by: Agent, now: datetime
) -> bool:
    """The same with the card of this address, a new one where nobody has it."""
    found = find_or_create(session, email, name, now=now)
    card = _held(session, found.id)
    return card.id != ticket.customer_id and _put(session, ticket, card, email.lower(), by=by, now=now)


def take_back(session: Session, ticket: Ticket, detail: dict[str, Any], *, by: Agent, now: datetime) -> None:
    """Undo: the card it was on, and nobody speaks in the ticket only because of the other one."""
    card = _held(session, detail["before"])
    came = sa.and_(Participant.ticket_id == ticket.id, Participant.email.in_(detail["people"]))
    session.execute(sa.delete(Participant).where(came))
    _put(session, ticket, card, card.email, by=by, now=now, speakers=False)


def people(session: Session, ticket: Ticket, ours: Iterable[str]) -> list[tuple[str, str]]:
    """(name, address) of whoever its newest letters name beside the customer, for whom it may be."""
    letters = (
        sa.select(Message.sender_name, Message.sender_email, Message.to, Message.cc, Message.reply_to)
        .where(Message.ticket_id == ticket.id, Message.kind == Kind.INCOMING, Message.held.is_(False))
        .order_by(Message.arrived_at.desc(), Message.id.desc())
        .limit(MOST_PEOPLE)
    )
    found: dict[str, str] = {}
    skipped = {*(one.lower() for one in ours), *(one.email for one in ticket.customer.addresses), ""}
    for row in session.execute(letters):
        for name, email in ((row.sender_name, row.sender_email), *row.reply_to, *row.cc, *row.to):
            if email.lower() not in skipped and not email.lower().endswith((".invalid", "@invalid")):
                found[email.lower()] = found.get(email.lower()) or name
    return [(name, email) for email, name in found.items()][:MOST_PEOPLE]


def _held(session: Session, customer_id: int) -> Customer:
    """The card, or what it became part of; it becomes part of no other before we are done."""
    session.flush()
    for _ in range(2):
        query = sa.select(Customer).where(Customer.id == end_of(session, customer_id))
        held = query.with_for_update(read=True, key_share=True, of=Customer)
        card = session.scalar(held.execution_options(populate_existing=True))
        if card is not None and card.merged_into_id is None:
            return card
    raise NotFound("There is no such client card.")


def _put(
    session: Session,
    ticket: Ticket,
    card: Customer,
    email: str,
    *,
    by: Agent,
    now: datetime,
    speakers: bool = True,
) -> bool:
    before = ticket.customer
    newest = session.scalar(sa.select(sa.func.max(Message.id)).where(Message.ticket_id == ticket.id)) or 0
    _forget_recipients(session, ticket)
    came = _let_speak(session, ticket, email) if speakers else []
    # Of the card it leaves as well: there somebody will ask where the ticket went.
    record(
        session, KIND, ticket=ticket, customer=before, by=by, now=now, before=before.id, after=card.id,
        name=card.display_name, before_name=before.display_name, email=email, newest=newest, people=came,
    )  # fmt: skip
    ticket.customer = card
    session.flush()
    changed(session, ticket.id, KIND, now)
    return True


def _let_speak(session: Session, ticket: Ticket, email: str) -> list[str]:
    """The new customer; and whoever wrote under the old card, by an address that was allowed because of it."""
    wrote = sa.select(Message.sender_email).where(
        Message.ticket_id == ticket.id, Message.kind == Kind.INCOMING, Message.held.is_(False)
    )
    wanted = dict.fromkeys((one.lower() for one in session.scalars(wrote.distinct()) if one), "accepted")
    if email:
        wanted[email] = "customer"
    there = set(session.scalars(sa.select(Participant.email).where(Participant.ticket_id == ticket.id)))
    for address, how in wanted.items():
        allow(session, ticket, address, how)
    return sorted(set(wanted) - there)


def _forget_recipients(session: Session, ticket: Ticket) -> None:
    """A draft that goes to the old customer alone will go to the new one: nobody chose that address for it."""
    theirs = {address.email for address in ticket.customer.addresses}
    last = (
        sa.select(Message.sender_email)
        .where(Message.ticket_id == ticket.id, Message.kind == Kind.INCOMING)
        .order_by(Message.arrived_at.desc(), Message.id.desc())
    )
    theirs.add((session.scalar(last.limit(1)) or "").lower())
    query = sa.select(Draft).where(
        Draft.ticket_id == ticket.id, Draft.kind == DraftKind.REPLY, Draft.send_at.is_(None)
    )
    for draft in session.scalars(query):
        if all(_bare(one) in theirs for one in draft.to):
            draft.to = []


def _bare(typed: str) -> str:
    """ "Olga <olga@buyer.example>" and the address alone are the same."""
    return typed.rpartition("<")[2].rstrip("> ").strip().lower()


def _is_undone(detail: Any) -> bool:
    return bool(detail.get("undone") or detail.get("undo_of"))
