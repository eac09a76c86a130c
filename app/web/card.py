"""The client card beside a ticket: the card itself, and what tickets and ratings know about the person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.queries import agent_names
from app.accounts.rights import Rights, Who
from app.customers import queries
from app.customers.models import Customer
from app.ratings.beside import RatingLine
from app.ratings.models import Rating
from app.tickets import lines, whole
from app.tickets.models import Ticket
from app.tickets.service import changed
from app.tickets.timeline import Figures, figures, recent_tickets
from app.together import presence
from app.web import timeline

LATEST = 6
LAST_RATINGS = 5


@dataclass(frozen=True)
class Column:
    """What templates/customers/_card.html shows; it calls this `card`. `ticket_id` is the ticket on the screen."""

    customer: Customer | lines.CustomerLine
    figures: Figures
    faces: Sequence[Rating | RatingLine]
    tickets: Sequence[Ticket | lines.Line]
    entries: list[timeline.Entry]
    agents: dict[int, str]
    ticket_id: int | None


def column(
    session: Session, customer_id: int, *, ticket_id: int | None = None, rights: Rights | None = None
) -> Column:
    """A fixed number of queries, however long the history; `rights` of who looks. Raises NotFound."""
    return Column(
        queries.card(session, customer_id),
        figures(session, [customer_id], rights=rights)[customer_id],
        timeline.last_ratings(session, customer_id, rights=rights),
        recent_tickets(session, customer_id, but=ticket_id, rights=rights),
        timeline.page(session, customer_id, limit=LATEST, rights=rights).entries,
        agent_names(session),
        ticket_id,
    )


def tell(session: Session, customer_id: int, *, at: datetime) -> None:
    """The card looks different now: pages that show it beside one of its tickets hear of it."""
    for ticket_id in presence.looked_at(session, customer_id, now=at):
        changed(session, ticket_id, "card", at)


def page(session: Session, customer_id: int, rights: Rights) -> tuple[Column, whole.Around]:
    """The card on its own page, which shows the whole history below: three queries. Raises NotFound."""
    customer, around = whole.card(session, rights, customer_id)
    faces = timeline.last_ratings(session, customer_id, rights=rights)
    names = {one.id: one.name for one in around.agents.values()}
    return Column(customer, around.figures, faces, around.recent, [], names, None), around


def beside(
    session: Session,
    who: Who,
    ticket: lines.TicketLine,
    around: whole.Around,
    events: list[lines.EventLine],
    ratings: list[RatingLine],
) -> Column:
    """The card beside a ticket, from what the page has read already and one statement more."""
    said = whole.latest_messages(session, who, ticket.customer_id, around.agents)
    entries = [timeline.Entry(one.arrived_at, message=one) for one in said]
    entries += [timeline.Entry(one.at, event=one) for one in events]
    entries += [timeline.Entry(one.changed_at, rating=one) for one in ratings]
    entries.sort(key=lambda entry: entry.place, reverse=True)
    return Column(
        ticket.customer,
        around.figures,
        ratings[:LAST_RATINGS],
        around.recent,
        entries[:LATEST],
        {one.id: one.name for one in around.agents.values()},
        ticket.id,
    )
