"""Finding or making the client card of an address."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.customers.models import Customer, CustomerAddress

LONGEST_NAME = 200
LONGEST_ADDRESS = 320


def find_by_address(session: Session, email: str) -> Customer | None:
    """The card that has this address (any case), or None."""
    query = sa.select(Customer).join(Customer.addresses).where(CustomerAddress.email == tidy_address(email))
    return session.scalar(query)


def hold_by_addresses(session: Session, emails: Iterable[str]) -> dict[str, Customer]:
    """Cards by lower-cased address, none of which becomes part of another before the transaction ends."""
    wanted = {tidy_address(email) for email in emails}
    query = (
        sa.select(CustomerAddress.email, Customer)
        .join(CustomerAddress.customer)
        .where(CustomerAddress.email.in_(wanted))
        .order_by(Customer.id)  # two who hold the same cards cannot wait for each other
        .with_for_update(read=True, key_share=True, of=Customer)
        .execution_options(populate_existing=True)
    )
    cards = {row.email: row.Customer for row in session.execute(query)}
    if any(card.merged_into_id is not None for card in cards.values()):
        # We waited for a merge, and have read whose the address was before it.
        cards = {row.email: row.Customer for row in session.execute(query)}
    return cards


def find_or_create(session: Session, email: str, name: str, *, now: datetime, language: str = "") -> Customer:
    """The card of this address; a new one when nobody has it. A card without a name takes this one."""
    customer = find_by_address(session, email)
    if customer is None:
        customer = make(session, email, name, now=now, language=language)
        session.flush()
    elif name and not customer.name:
        customer.name = name[:LONGEST_NAME]
    return customer


def make(session: Session, email: str, name: str, *, now: datetime, language: str = "") -> Customer:
    """A new card with one address, written with the next flush. The caller has checked that no card has it."""
    customer = Customer(name=name[:LONGEST_NAME], language=language, notes="", created_at=now)
    customer.addresses.append(CustomerAddress(email=tidy_address(email), bounce_reason=""))
    session.add(customer)
    return customer


def tidy_address(email: str) -> str:
    """Lower-case, trimmed, cut to what an address may have (RFC 5321: 64 + 1 + 255)."""
    return email.strip().lower()[:LONGEST_ADDRESS]
