"""Remembering that an agent searched, and that it led somewhere. Told by the page; never commits.

A click is useful when the agent stays with what it opened (ten seconds, see app/static/js/finding.js); whoever comes
back sooner goes on searching. What is told twice counts once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.rights import Rights
from app.reports.search_models import EarlierSearch
from app.tickets.models import Ticket

SEARCH, CARD = "search", "card"
# Whoever comes back to a list after half an hour has done something else meanwhile.
LONGEST_MS = 30 * 60 * 1000
_KEY = re.compile(r"[0-9a-f]{32}\Z")


@dataclass(frozen=True)
class Told:
    """By a page. Tickets that the agent does not see, and times that cannot be, are left out."""

    key: str
    ticket_id: int | None = None
    found_id: int | None = None
    ms: int | None = None


def begun(session: Session, rights: Rights, told: Told, *, now: datetime) -> None:
    """A search whose results are on the screen."""
    if _KEY.match(told.key) and _known(session, told.key) is None:
        _add(session, rights, told, SEARCH, now)


def found(session: Session, rights: Rights, told: Told) -> None:
    """The first useful click of a search of this agent; later ones say nothing new."""
    row = _known(session, told.key)
    ms = told.ms if told.ms is not None and told.ms <= LONGEST_MS else None
    if row is None or row.agent_id != rights.agent_id or row.found_ms is not None or ms is None:
        return
    row.found_ms, row.found_id = ms, _seen(session, rights, told.found_id)
    session.flush()


def opened(session: Session, rights: Rights, told: Told, *, now: datetime) -> None:
    """An earlier letter, from the client card."""
    if _KEY.match(told.key) and _known(session, told.key) is None:
        _add(session, rights, told, CARD, now)


def _known(session: Session, key: str) -> EarlierSearch | None:
    return session.scalar(sa.select(EarlierSearch).where(EarlierSearch.key == key))


def _add(session: Session, rights: Rights, told: Told, kind: str, now: datetime) -> None:
    session.add(
        EarlierSearch(
            key=told.key,
            kind=kind,
            agent_id=rights.agent_id,
            ticket_id=_seen(session, rights, told.ticket_id),
            found_id=_seen(session, rights, told.found_id),
            at=now,
        )
    )
    session.flush()


def _seen(session: Session, rights: Rights, ticket_id: int | None) -> int | None:
    if ticket_id is None:
        return None
    query = sa.select(Ticket.id).where(Ticket.id == ticket_id, rights.within(Ticket.mailbox_id))
    return session.scalar(query)
