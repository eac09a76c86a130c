"""The client card beside a ticket: the card itself, and what tickets and ratings know about the person."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.accounts.queries import agent_names
from app.accounts.rights import Rights
from app.customers import queries
from app.customers.models import Customer
from app.ratings.models import Rating
from app.tickets.models import Ticket
from app.tickets.timeline import Figures, figures, recent_tickets
from app.web import timeline

LATEST = 6


@dataclass(frozen=True)
class Column:
    """What templates/customers/_card.html shows; it calls this `card`. `ticket_id` is the ticket on the screen."""

    customer: Customer
    figures: Figures
    faces: list[Rating]
    tickets: list[Ticket]
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
