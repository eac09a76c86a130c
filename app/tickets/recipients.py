"""Whom an agent may mean while typing an address: customers they may see, and colleagues."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import Rights
from app.customers.models import Customer, CustomerAddress
from app.tickets.models import Ticket

MOST = 8
SHORTEST = 2


@dataclass(frozen=True)
class Known:
    """Somebody with an address; `kind` is 'customer' or 'agent'."""

    name: str
    email: str
    kind: str


def suggest(session: Session, text: str, rights: Rights) -> list[Known]:
    """The best few: an address or a word of a name begins with what was typed. Nothing for a single letter."""
    typed = text.strip().lower()
    if len(typed) < SHORTEST:
        return []
    colleagues = [
        Known(row.name, row.email, "agent")
        for row in session.execute(
            sa.select(Agent.name, Agent.email)
            .where(
                Agent.active,
                sa.or_(_begins(Agent.name, typed), Agent.email.startswith(typed, autoescape=True)),
            )
            .order_by(Agent.name)
            .limit(MOST)
        )
    ]
    known = {one.email.lower() for one in colleagues}
    customers = [one for one in _customers(session, typed, rights) if one.email not in known]
    return (
        (customers + colleagues)[:MOST]
        if len(customers) < MOST
        else [*customers[: MOST - 2], *colleagues[:2]]
    )


def _customers(session: Session, typed: str, rights: Rights) -> list[Known]:
    query = (
        sa.select(Customer.name, CustomerAddress.email)
        .join(Customer, Customer.id == CustomerAddress.customer_id)
        .where(
            sa.or_(CustomerAddress.email.startswith(typed, autoescape=True), _begins(Customer.name, typed)),
            CustomerAddress.email.not_like("%.invalid"),
        )
        .order_by(CustomerAddress.bounced_at.is_not(None), CustomerAddress.id.desc())
        .limit(MOST)
    )
    if rights.mailboxes is not None:
        seen = sa.select(Ticket.id).where(Ticket.customer_id == Customer.id, rights.within(Ticket.mailbox_id))
        query = query.where(seen.exists())
    return [Known(row.name, row.email, "customer") for row in session.execute(query)]


def _begins(column: sa.orm.InstrumentedAttribute[str], typed: str) -> sa.ColumnElement[bool]:
    """The name, or a later word of it. SQLite folds the case of ASCII letters only, so usual spellings are tried."""
    spellings = sorted({typed, typed.capitalize(), typed.title()})
    return sa.or_(
        *(column.istartswith(one, autoescape=True) for one in spellings),
        *(column.icontains(f" {one}", autoescape=True) for one in spellings),
    )
