"""Letters that leave by themselves at a time: drafts with `send_at`.

A letter that was put off stays a draft until its time has come, so that nothing of it can leave before. The customer
who writes first takes it back: the draft is open again, and says why. app.outgoing.later sends what is due.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import require_answer
from app.errors import Conflict, InvalidInput, NotFound
from app.tickets import third_parties
from app.tickets.models import Draft, DraftKind, Kind, Message, Ticket
from app.tickets.service import changed, record

LETTER, MERGED = "letter", "merged"
KINDS = (DraftKind.REPLY, DraftKind.FORWARD)
LONGEST_WAIT = timedelta(days=366)


def put_off(
    session: Session,
    ticket: Ticket,
    draft: Draft,
    at: datetime,
    *,
    then_status: str,
    by: Agent,
    now: datetime,
) -> None:
    """This draft leaves at `at` (aware). Raises InvalidInput for a time that has passed or is too far away."""
    require_answer(session, by)
    if draft.kind not in KINDS:
        raise InvalidInput("This cannot be sent later.", "send_at")
    if at <= now:
        raise InvalidInput("This time has passed. Choose a later one.", "send_at")
    if at > now + LONGEST_WAIT:
        raise InvalidInput("Choose a time within a year.", "send_at")
    newest = sa.select(sa.func.max(Message.id)).where(Message.ticket_id == ticket.id)
    draft.seen_message_id = session.scalar(newest)
    draft.send_at, draft.then_status, draft.stopped = at, then_status, ""
    draft.version += 1
    draft.updated_at = now
    session.flush()
    record(session, "later", ticket=ticket, by=by, now=now, at=at.isoformat(), agent_id=draft.agent_id)
    changed(session, ticket.id, "draft", now)


def waiting(session: Session, ticket: Ticket, draft_id: int) -> Draft:
    """A letter of this ticket that waits for its time, and until we commit for nothing else. Raises Conflict."""
    query = sa.select(Draft).where(Draft.id == draft_id, Draft.ticket_id == ticket.id)
    draft = session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if draft is None:
        raise NotFound("There is no such letter: it was sent or thrown away.")
    if draft.send_at is None:
        raise Conflict("This letter does not wait any more.")
    return draft


def withdraw(session: Session, ticket: Ticket, draft_id: int, *, by: Agent, now: datetime) -> Draft:
    """An agent takes it back: the draft is open again."""
    draft = waiting(session, ticket, draft_id)
    require_answer(session, by)
    _open(draft, "", now)
    record(session, "later_withdrawn", ticket=ticket, by=by, now=now, agent_id=draft.agent_id)
    changed(session, ticket.id, "draft", now)
    return draft


def stop(session: Session, ticket: Ticket, draft: Draft, why: str, *, now: datetime) -> None:
    """It does not leave by itself any more: `why` is 'letter', 'merged', or a sentence of ours."""
    _open(draft, why, now)
    record(session, "later_cancelled", ticket=ticket, now=now, agent_id=draft.agent_id, why=why[:300])
    changed(session, ticket.id, "draft", now)


def customer_wrote(session: Session, filed: Iterable[tuple[Message, Any]], *, now: datetime | None) -> None:
    """Letters that were just filed, each with what it was read from: what was to be said to their writers later is
    looked at by a person first. Mail from before the mailbox was connected is no news."""
    written = [
        one
        for one, letter in filed
        if one.kind == Kind.INCOMING and not one.held and one.automatic is None and not letter.history
    ]
    if not written or now is None:
        return
    query = sa.select(Draft).where(
        Draft.send_at.is_not(None), Draft.ticket_id.in_({one.ticket_id for one in written})
    )
    for draft in session.scalars(query.with_for_update()).all():
        ticket = session.get_one(Ticket, draft.ticket_id)
        others = third_parties.of_ticket(session, ticket)
        if any(one.ticket_id == ticket.id and not third_parties.is_aside(one, others) for one in written):
            stop(session, ticket, draft, LETTER, now=now)


def overtaken(session: Session, ticket: Ticket, draft: Draft) -> bool:
    """Whether the customer wrote since the draft was put off: asked once more before it leaves."""
    query = sa.select(Message).where(
        Message.ticket_id == ticket.id,
        Message.id > (draft.seen_message_id or 0),
        Message.kind == Kind.INCOMING,
        Message.held.is_(False),
        Message.automatic.is_(None),
    )
    letters = session.scalars(query.options(sa.orm.defer(Message.html))).all()
    others = third_parties.of_ticket(session, ticket) if letters else set()
    return any(not third_parties.is_aside(one, others) for one in letters)


def _open(draft: Draft, why: str, now: datetime) -> None:
    draft.send_at, draft.stopped = None, why[:300]
    draft.version += 1
    draft.updated_at = now
