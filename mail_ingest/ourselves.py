"""Part of gathering: our own mailboxes and agents, so that a letter of ours or of a colleague is known as such."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.mailboxes.models import Mailbox


@dataclass(frozen=True)
class OurMailbox:
    """What a mailbox says about its letters. `authserv_id`: the server whose word on senders we take, '' for none."""

    authserv_id: str = ""
    thanks_reopen: bool = False


@dataclass(frozen=True)
class Ourselves:
    """Mailboxes by id; their addresses; active agents, address in lower case → name; addresses of those who left.

    Whoever left speaks in no ticket they were copied on (T3).
    """

    mailboxes: dict[int, OurMailbox]
    addresses: frozenset[str]
    agents: dict[str, str]
    left: frozenset[str]


def load_ourselves(session: Session) -> Ourselves:
    """In one question."""
    mailboxes = sa.select(
        Mailbox.id, Mailbox.address, Mailbox.name, Mailbox.authserv_id, Mailbox.thanks_reopen
    )
    agents = sa.select(sa.literal(0), Agent.email, Agent.name, sa.literal(""), Agent.active)
    rows = session.execute(sa.union_all(mailboxes, agents)).all()
    people = {address.lower(): (name, active) for row_id, address, name, _, active in rows if not row_id}
    return Ourselves(
        {
            row_id: OurMailbox(authserv_id, bool(thanks))
            for row_id, _, _, authserv_id, thanks in rows
            if row_id
        },
        frozenset(address for row_id, address, *_ in rows if row_id),
        {address: name for address, (name, active) in people.items() if active},
        frozenset(address for address, (_, active) in people.items() if not active),
    )
