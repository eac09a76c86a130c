"""The trash: out of every view, still whole, and back with one click or with the customer's next letter. What has lain
there long enough is deleted for good at night (app.tickets.shredding).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app import db
from app.accounts.models import Agent
from app.blobs import BlobStore
from app.cursors import row_number
from app.errors import Conflict, NotFound
from app.tickets import shredding
from app.tickets.models import Status, Ticket
from app.tickets.order_models import DeletedTicket
from app.tickets.preferences import trash_days
from app.tickets.remembered import remembered
from app.tickets.service import changed, lock, record
from app.tickets.spam import back_to_work

log = logging.getLogger(__name__)
PAGE = 100
# Tickets deleted in one round; the next round takes the rest.
TOGETHER = 50
NIGHT = range(6)  # hours of the company's clock
# Where nothing runs at night it happens by day, this much later.
OVERDUE = timedelta(days=2)


def throw_away(session: Session, ticket: Ticket, *, by: Agent | None, now: datetime) -> bool:
    """Into the trash; False when it is there already."""
    session.flush()
    lock(session, ticket)
    if ticket.status == Status.TRASH:
        return False
    record(session, "trashed", ticket=ticket, by=by, now=now, **remembered(ticket))
    ticket.status_before = ticket.status
    ticket.status, ticket.trashed_at = Status.TRASH, now
    ticket.waiting_since, ticket.closed_at, ticket.unread = None, None, False
    changed(session, ticket.id, "status", now)
    session.flush()
    return True


def restore(session: Session, ticket: Ticket, *, by: Agent | None, now: datetime) -> bool:
    """Out of the trash, to what it was before; False when it is not there."""
    session.flush()
    lock(session, ticket)
    if ticket.status != Status.TRASH:
        return False
    before = ticket.status_before
    event = record(session, "restored", ticket=ticket, by=by, now=now, **remembered(ticket))
    if before == Status.SPAM:
        ticket.status, ticket.status_before = Status.SPAM, ""
    else:
        back_to_work(session, ticket, before, now=now)
    event.detail = {**event.detail, "after": ticket.status}
    changed(session, ticket.id, "status", now)
    session.flush()
    return True


def due(session: Session, now: datetime, *, days: int) -> list[int]:
    """Tickets whose time in the trash is over, oldest first; one look into an index of the trash alone."""
    if days <= 0:
        return []
    query = sa.select(Ticket.id).where(
        Ticket.trashed_at <= now - timedelta(days=days), Ticket.status == Status.TRASH
    )
    return list(session.scalars(query.order_by(Ticket.trashed_at, Ticket.id).limit(TOGETHER)))


def empty(now: datetime, timezone: str, blobs: BlobStore) -> int:
    """One round of the nightly job, each ticket in a transaction of its own; how many were deleted for good."""
    night = now.astimezone(ZoneInfo(timezone)).hour in NIGHT
    with db.reading() as session:
        days = trash_days(session)
        found = due(session, now if night else now - OVERDUE, days=days)
    gone = 0
    for ticket_id in found:
        try:
            with db.transaction() as session:
                if ticket_id in due(session, now, days=days):
                    shredding.delete_for_good(session, ticket_id, by=None, days=days, now=now)
                    gone += 1
        except (Conflict, NotFound) as error:
            log.info("ticket %d stays in the trash: %s", ticket_id, error)
        except sa.exc.IntegrityError:  # one that cannot go must not keep the others
            log.exception("ticket %d stays in the trash", ticket_id)
    shredding.drop_blobs(blobs, now)
    return gone


def deleted_page(session: Session, after: str) -> tuple[Sequence[DeletedTicket], str]:
    """Traces of what was deleted for good, the newest number first, and the mark of the next page."""
    query = (
        sa.select(DeletedTicket)
        .options(joinedload(DeletedTicket.agent))
        .order_by(DeletedTicket.ticket_id.desc())
        .limit(PAGE + 1)
    )
    last = row_number(after)
    if last is not None:
        query = query.where(DeletedTicket.ticket_id < last)
    rows = session.scalars(query).all()
    return rows[:PAGE], str(rows[PAGE - 1].ticket_id) if len(rows) > PAGE else ""
