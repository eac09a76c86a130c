"""What we know of the addresses of a letter: our own mailboxes among them, colleagues, and client cards. One query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.customers.models import Customer, CustomerAddress
from app.customers.service import tidy_address
from app.mailboxes.models import Mailbox


@dataclass(frozen=True)
class Card:
    """As much of a client card as a letter needs."""

    id: int
    name: str
    language: str


@dataclass(frozen=True)
class Known:
    """Everything by address, in lower case."""

    ours: frozenset[str]
    colleagues: frozenset[str]
    cards: Mapping[str, Card]


def known(session: Session, emails: Iterable[str]) -> Known:
    """`ours` are all our mailboxes; colleagues and cards are those of these addresses."""
    asked = {"emails": sorted({tidy_address(email) for email in emails})}
    found: dict[str, list[Any]] = {"ours": [], "colleague": [], "card": []}
    for row in session.connection().execute(_QUERY, asked):
        found[row.kind].append(row)
    return Known(
        frozenset(row.email.lower() for row in found["ours"]),
        frozenset(row.email.lower() for row in found["colleague"]),
        {row.email: Card(row.id, row.name, row.language) for row in found["card"]},
    )


def _build() -> sa.CompoundSelect[Any]:
    emails: sa.BindParameter[Any] = sa.bindparam("emails", expanding=True, type_=sa.String())
    mailbox, agent, address, card = (
        model.__table__.c for model in (Mailbox, Agent, CustomerAddress, Customer)
    )
    cards = CustomerAddress.__table__.join(Customer.__table__, card.id == address.customer_id)
    return sa.union_all(
        _line("ours", mailbox.address),
        _line("colleague", agent.email).where(sa.func.lower(agent.email).in_(emails)),
        _line("card", address.email, card.id, card.name, card.language)
        .select_from(cards)
        .where(address.email.in_(emails)),
    )


def _line(
    kind: str,
    email: sa.ColumnElement[Any],
    row_id: sa.ColumnElement[Any] | None = None,
    *texts: sa.ColumnElement[Any],
) -> sa.Select[Any]:
    name, language = [*texts, *[sa.literal_column("''")] * 2][:2]
    number = sa.literal_column("0") if row_id is None else row_id
    return sa.select(
        sa.literal_column(f"'{kind}'").label("kind"),
        email.label("email"),
        number.label("id"),
        name.label("name"),
        language.label("language"),
    )


_QUERY = _build()
