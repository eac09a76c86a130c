"""Deleting a ticket for good: every row of it, and every stored file that nothing else has.

The journal keeps its balance: the row of each letter stays, without sender and subject, with the outcome "deleted", so
that the mail is neither fetched nor filed again (I1, I2, I7). Files go later, in `drop_blobs`: a mail that arrives with
the same bytes at this moment must not lose them.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.accounts.models import Agent
from app.blobs import BlobStore
from app.db import Base
from app.errors import Conflict, NotFound
from app.mailboxes.models import RawMail, RawState
from app.tickets import search_index
from app.tickets.models import Attachment, Delivery, Draft, Message, Status, Ticket
from app.tickets.order_models import DeletedTicket, UnwantedBlob
from app.tickets.service import changed

# A letter that may still leave, or may have left without our knowing.
ON_ITS_WAY = (Delivery.HELD, Delivery.QUEUED, Delivery.SENDING, Delivery.DATA_STARTED, Delivery.DEFERRED)
# Whoever stores a file commits the row that names it well within this time.
STORED_LONG_AGO = timedelta(days=1)
BLOBS_TOGETHER = 500
DEEPEST_MERGE = 20
# These could stand without the ticket, but repeat what was said in it.
QUOTING = frozenset(("notice_mails",))
# Open pages must hear of it; the trace itself; and a learnt sender is about later letters.
KEPT = frozenset(("changes", "deleted_tickets", "spam_senders"))


def delete_for_good(
    session: Session, ticket_id: int, *, by: Agent | None, now: datetime, days: int = 0
) -> None:
    """Delete a ticket of the trash with everything in it. Raises NotFound, or Conflict while a reply is on its way.

    `by` nobody: its `days` in the trash are over.
    """
    mine = sa.select(Ticket).where(Ticket.id == ticket_id).with_for_update(of=Ticket)
    ticket = session.scalar(mine.execution_options(populate_existing=True))
    if ticket is None:
        raise NotFound("There is no such ticket.")
    if ticket.status != Status.TRASH:
        raise Conflict("Only what is in the trash can be deleted for good.")
    ids = _with_merged(session, ticket_id)
    here = Message.ticket_id.in_(ids)
    on_its_way = sa.select(Message.id).where(here, Message.delivery.in_(ON_ITS_WAY)).limit(1)
    if session.scalar(on_its_way) is not None:
        raise Conflict("A reply of this ticket is still on its way.")
    why = f"deleted by {by.name}" if by else f"deleted after {days} days in the trash"
    letters = _forget_letters(session, ids, why, now)
    _mark_files(session, ids, now)
    for message_id in session.scalars(sa.select(Message.id).where(here)).all():
        search_index.remove(session, message_id)
    session.execute(
        _core_delete(Attachment, Attachment.draft_id.in_(sa.select(Draft.id).where(Draft.ticket_id.in_(ids))))
    )
    _delete_mentions(session, ids)
    _delete_below(session, Base.metadata.tables["tickets"], sa.column("id").in_(ids))
    session.execute(_core_delete(Ticket, Ticket.id.in_(ids)))
    session.add_all(
        DeletedTicket(
            ticket_id=one,
            agent_id=by.id if by else None,
            deleted_at=now,
            letters=letters if one == ticket_id else 0,
        )
        for one in ids
    )
    changed(session, ticket_id, "deleted", now)
    session.flush()
    session.expunge(ticket)


def drop_blobs(blobs: BlobStore, now: datetime) -> int:
    """Remove files that nothing has any more; how many. Files of a letter that came again meanwhile stay."""
    with db.transaction() as session:
        query = sa.select(UnwantedBlob.sha256).where(UnwantedBlob.since <= now - STORED_LONG_AGO)
        digests = list(session.scalars(query.limit(BLOBS_TOGETHER)))
        wanted = _wanted(session, digests)
        gone = [one for one in digests if one not in wanted and blobs.remove(one, now - STORED_LONG_AGO)]
        done = [one for one in digests if one in wanted or not blobs.has(one)]
        session.execute(_core_delete(UnwantedBlob, UnwantedBlob.sha256.in_(done)))
    return len(gone)


def unwanted(session: Session, digests: Collection[str], now: datetime) -> None:
    """These files may go, unless something else has them."""
    known = set(session.scalars(sa.select(UnwantedBlob.sha256).where(UnwantedBlob.sha256.in_(digests))))
    session.add_all(UnwantedBlob(sha256=one, since=now) for one in sorted(set(digests) - known) if one)


def _with_merged(session: Session, ticket_id: int) -> list[int]:
    """The ticket and the emptied ones that lead to it."""
    found, fresh = [ticket_id], [ticket_id]
    for _ in range(DEEPEST_MERGE):
        fresh = list(session.scalars(sa.select(Ticket.id).where(Ticket.merged_into_id.in_(fresh))))
        fresh = [one for one in fresh if one not in found]
        if not fresh:
            break
        found += fresh
    return found


def _forget_letters(session: Session, ids: list[int], why: str, now: datetime) -> int:
    """Journal rows of its letters, and of further copies of them: only the outcome stays. How many letters."""
    own = sa.select(Message.raw_mail_id).where(Message.ticket_id.in_(ids), Message.raw_mail_id.is_not(None))
    letters = list(session.scalars(own))
    copies = sa.select(RawMail.id).where(
        RawMail.duplicate_of_id.in_(letters), RawMail.state == RawState.DUPLICATE
    )
    every = letters + list(session.scalars(copies))
    unwanted(session, set(session.scalars(sa.select(RawMail.sha256).where(RawMail.id.in_(every)))), now)
    session.execute(
        sa.update(RawMail)
        .where(RawMail.id.in_(every))
        .values(
            state=RawState.DELETED, reason=why, decided_at=now, sender="", subject="", instruction=sa.null(),
            damaged=False,
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    return len(letters)


def _mark_files(session: Session, ids: list[int], now: datetime) -> None:
    drafts = sa.select(Draft.id).where(Draft.ticket_id.in_(ids))
    messages = sa.select(Message.id).where(Message.ticket_id.in_(ids))
    files = sa.select(Attachment.sha256).where(
        sa.or_(Attachment.message_id.in_(messages), Attachment.draft_id.in_(drafts))
    )
    unwanted(session, set(session.scalars(files)), now)


def _delete_mentions(session: Session, ids: list[int]) -> None:
    """Rows of any feature that only keep the number of the ticket: what an action on many did to it, and the like."""
    for table in Base.metadata.tables.values():
        column = table.c.get("ticket_id")
        if column is not None and not column.foreign_keys and table.name not in KEPT:
            session.execute(sa.delete(table).where(column.in_(ids)))


def _delete_below(session: Session, parent: sa.Table, which: sa.ColumnElement[bool]) -> None:
    """Every row that belongs to these rows, whichever feature it is of: what may stand alone is let go of, the rest is
    deleted, the deepest first."""
    for table in Base.metadata.tables.values():
        for key in table.foreign_keys:
            if key.column.table is not parent:
                continue
            belonging = key.parent.in_(sa.select(key.column).where(which).correlate(None))
            if key.parent.nullable and key.ondelete != "CASCADE" and table.name not in QUOTING:
                session.execute(sa.update(table).where(belonging).values({key.parent: sa.null()}))
            elif table is not parent:
                _delete_below(session, table, belonging)
                session.execute(sa.delete(table).where(belonging))


def _core_delete(model: type[Base], which: sa.ColumnElement[bool]) -> sa.Delete:
    return sa.delete(model).where(which).execution_options(synchronize_session=False)


def _wanted(session: Session, digests: Collection[str]) -> set[str]:
    """Of these files, those that a row of any feature names."""
    found: set[str] = set()
    for table in Base.metadata.tables.values():
        if "sha256" not in table.c or table.name == UnwantedBlob.__tablename__:
            continue
        named = sa.select(table.c.sha256).where(table.c.sha256.in_(digests))
        if table.name == RawMail.__tablename__:
            named = named.where(table.c.state != RawState.DELETED)
        found.update(session.scalars(named))
    return found
