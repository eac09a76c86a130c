"""Ratings beside a ticket: those of its replies, and the last of its customer, as lines in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.rights import Who, rights_of
from app.customers.models import Customer, CustomerAddress
from app.ratings.models import Rating, RatingInvitation
from app.tickets.lines import AgentLine, CustomerLine, Line
from app.tickets.models import Message, Ticket

# What a card shows of a customer, and one more that is not shown.
LATEST = 7
_R, _I, _C, _A = (model.__table__ for model in (Rating, RatingInvitation, Customer, CustomerAddress))
_NAMES = [*_R.c.keys(), "message_id", "customer_name", "customer_email"]


class RatingLine(Line):
    """Of the table ratings."""

    id: int
    message_id: int
    ticket_id: int
    agent_id: int
    face: str
    comment: str
    agent: AgentLine | None
    customer: CustomerLine


def ratings(
    session: Session, who: Who, ticket_id: int, customer_id: int, agents: dict[int, AgentLine]
) -> tuple[dict[int, list[RatingLine]], list[RatingLine]]:
    """message id → ratings of that reply, oldest first; and the customer's latest of tickets that `who` may see, newest
    first."""
    asked = {"ticket": ticket_id, "customer": customer_id}
    found: tuple[list[RatingLine], list[RatingLine]] = ([], [])
    row: Sequence[Any]
    for row in session.connection().execute(_query(rights_of(session, who).mailboxes), asked):
        rating, part = RatingLine(_NAMES, row[:-1]), row[-1]
        name, email = row[-3], row[-2]
        customer = CustomerLine.of(name=name, addresses=[Line.of(email=email)] if email else [])
        rating.__dict__.update(agent=agents.get(rating.agent_id), customer=customer)
        found[part].append(rating)
    of_replies: dict[int, list[RatingLine]] = {}
    for rating in sorted(found[0], key=lambda one: one.id):
        of_replies.setdefault(rating.message_id, []).append(rating)
    return of_replies, sorted(found[1], key=lambda one: (one.changed_at, one.id), reverse=True)  # type: ignore[attr-defined]


@lru_cache(maxsize=200)
def _query(mailboxes: frozenset[int] | None) -> sa.CompoundSelect[Any]:
    address = (
        sa.select(_A.c.email)
        .where(_A.c.customer_id == _C.c.id)
        .order_by(_A.c.position, _A.c.id)
        .limit(1)
        .correlate(_C)
        .scalar_subquery()
    )
    base = (
        sa.select(*_R.c, _I.c.message_id, _C.c.name.label("customer_name"), address.label("customer_email"))
        .join(_I, _I.c.id == _R.c.invitation_id)
        .join(_C, _C.c.id == _R.c.customer_id)
    )
    told = Message.__table__
    of_ticket = base.join(told, told.c.id == _I.c.message_id).where(
        told.c.ticket_id == sa.bindparam("ticket")
    )
    latest = base.where(_R.c.customer_id == sa.bindparam("customer"))
    if mailboxes is not None:
        # A card is common to all mailboxes, what was said in each is not.
        seen = sa.select(Ticket.id).where(Ticket.mailbox_id.in_(sorted(mailboxes)))
        latest = latest.where(_R.c.ticket_id.in_(seen))
    newest = latest.order_by(_R.c.changed_at.desc(), _R.c.id.desc()).limit(LATEST).subquery()
    return sa.union_all(
        of_ticket.add_columns(sa.literal_column("0").label("part")),
        sa.select(*newest.c, sa.literal_column("1").label("part")),
    )
