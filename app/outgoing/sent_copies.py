"""Which replies need a copy in their account's Sent folder, and what a look into that folder tells us. Never commits.

A copy is due for every reply that a server accepted, for mailboxes that want it. The folder is also a witness: a
provider that files what it sends shows there whether an uncertain letter was taken. `next_step` is the pure choice;
whoever speaks IMAP (mail_ingest.sent_copies) asks it and writes the outcome down with the rest of this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.mailboxes.models import Mailbox
from app.outgoing import backoff
from app.outgoing.accounts import mailbox_of
from app.outgoing.models import CopyState, Outbox, SentCopy
from app.tickets.models import Delivery, Message

# Providers that file what they send need a moment for it.
COPY_AFTER = timedelta(seconds=30)
# Nobody is asked to believe a folder before the provider had time to file the letter.
LOOK_AFTER = timedelta(minutes=15)
LOOK_AGAIN = (timedelta(hours=1), timedelta(hours=4))
# With the waits of app.outgoing.backoff about two days.
MOST_TRIES = 50
# Longer than one run may take; a run that died is begun again after it.
LEASE = timedelta(minutes=20)
BATCH = 20
# An agent hears of a copy that is not there only when it has been missing for long: no letter depends on it.
WORTH_TELLING_AFTER = timedelta(hours=4)
LONGEST_ERROR = 500
_OPEN = (CopyState.WAITING, CopyState.APPENDING)


class Step(StrEnum):
    STORED = "stored"
    FOUND = "found"
    PROVED = "proved"
    APPEND = "append"
    LOOK_AGAIN = "look again"
    ABSENT = "absent"


@dataclass(frozen=True)
class Plan:
    """One copy to see to. `handed`: how many recipients' letters went as far as DATA; `uncertain`: of these, who."""

    message_id: int
    rfc_message_id: str
    state: str
    ours: bool
    handed: int
    uncertain: tuple[str, ...]
    outbox_id: int
    at: datetime


def next_step(plan: Plan, copies: int) -> Step:
    """What `copies` letters with our Message-ID in the Sent folder mean.

    Proof of an uncertain delivery only if none of them can be ours, and if there are as many as letters were handed
    over: the copy of an accepted one proves nothing for another recipient.
    """
    if plan.state == CopyState.APPENDING:
        return Step.STORED if copies else Step.APPEND
    if copies:
        return Step.PROVED if plan.uncertain and copies >= plan.handed else Step.FOUND
    if plan.ours:
        return Step.APPEND
    return Step.LOOK_AGAIN if plan.uncertain else Step.ABSENT


def note_delivery(session: Session, message_id: int, state: str, now: datetime) -> None:
    """A delivery was accepted or became uncertain: in this commit the copy, or the look, becomes due."""
    if state not in (Delivery.ACCEPTED, Delivery.UNCERTAIN):
        return
    message = session.get_one(Message, message_id)
    mailbox = mailbox_of(session, message)
    if message.automatic is not None or not mailbox.imap_host:
        return
    due = now + (COPY_AFTER if state == Delivery.ACCEPTED else LOOK_AFTER)
    if state == Delivery.ACCEPTED and not mailbox.sent_copy:
        return
    copy = session.get(SentCopy, message_id, populate_existing=True)
    if copy is None:
        session.add(
            SentCopy(message_id=message_id, mailbox_id=mailbox.id, state=CopyState.WAITING, due_at=due)
        )
    elif copy.state in (CopyState.WAITING, CopyState.ABSENT):
        if copy.state == CopyState.ABSENT:
            copy.state, copy.attempts, copy.due_at = CopyState.WAITING, 0, None
        copy.due_at = min(copy.due_at or due, due)
    session.flush()


def due_mailboxes(session: Session, now: datetime) -> list[int]:
    query = sa.select(SentCopy.mailbox_id).where(SentCopy.state.in_(_OPEN), SentCopy.due_at <= now)
    return sorted(session.scalars(query.distinct()))


def claim(session: Session, mailbox_id: int, now: datetime) -> list[int]:
    """Message ids of copies to see to now, oldest first; they are ours until LEASE is over."""
    due = (
        sa.select(SentCopy.message_id)
        .where(SentCopy.mailbox_id == mailbox_id, SentCopy.state.in_(_OPEN), SentCopy.due_at <= now)
        .order_by(SentCopy.due_at, SentCopy.message_id)
        .limit(BATCH)
    )
    ids = list(session.scalars(due.with_for_update(skip_locked=True)))
    session.execute(
        sa.update(SentCopy)
        .where(SentCopy.message_id.in_(ids))
        .values(due_at=now + LEASE, attempts=SentCopy.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    return ids


def plan(session: Session, message_id: int) -> Plan:
    message, copy = session.get_one(Message, message_id), session.get_one(SentCopy, message_id)
    rows = list(session.scalars(sa.select(Outbox).where(Outbox.message_id == message_id).order_by(Outbox.id)))
    sent = [row for row in rows if row.state in (Delivery.ACCEPTED, Delivery.BOUNCED)]
    uncertain = tuple(row.recipient for row in rows if row.state == Delivery.UNCERTAIN)
    wanted = session.get_one(Mailbox, copy.mailbox_id).sent_copy
    return Plan(
        message_id,
        message.rfc_message_id,
        copy.state,
        bool(sent) and wanted,
        sum(1 for row in rows if row.data_started_at is not None),
        uncertain,
        (sent or rows)[0].id,
        (sent[0].done_at if sent else None) or message.arrived_at,
    )


def settle(session: Session, message_id: int, state: CopyState, now: datetime) -> None:
    """`appending` is on the way; any other state is the end."""
    copy = session.get_one(SentCopy, message_id)
    copy.state = state
    if state != CopyState.APPENDING:
        copy.due_at, copy.done_at, copy.error = None, now, ""


def look_again(session: Session, message_id: int, now: datetime) -> None:
    """Not there yet: look some hours longer, then leave it to the agent."""
    copy = session.get_one(SentCopy, message_id)
    if copy.attempts > len(LOOK_AGAIN):
        settle(session, message_id, CopyState.ABSENT, now)
    else:
        copy.due_at = now + LOOK_AGAIN[copy.attempts - 1]


def put_off(session: Session, message_id: int, error: str, now: datetime) -> None:
    """The folder could not be reached or changed: try again later, and after two days say so for good."""
    copy = session.get_one(SentCopy, message_id)
    copy.error = error[:LONGEST_ERROR]
    if copy.attempts >= MOST_TRIES:
        copy.state, copy.due_at, copy.done_at = CopyState.FAILED, None, now
    else:
        copy.due_at = now + backoff.wait_after(max(1, copy.attempts))
