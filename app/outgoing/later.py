"""Letters whose time has come: each becomes a reply as if its author had sent it now, without the time to undo.

The draft turns into a message and its outbox rows in one commit, so that a crash leaves either a draft that is still
due or a letter that is on its way, never both and never neither. What cannot be sent is given back to its author.
"""

from __future__ import annotations

import logging
import secrets
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.errors import Conflict, SincerelyError
from app.outgoing.reply import Reply
from app.outgoing.service import write_reply
from app.settings import Settings
from app.tickets import scheduled
from app.tickets.models import Draft, Message, Status, Ticket

log = logging.getLogger(__name__)

MOST_AT_ONCE = 20


def is_due(session: Session, now: datetime) -> bool:
    """Whether a letter's time has come: asked every few seconds, so it locks nothing."""
    return session.scalar(sa.select(Draft.id).where(Draft.send_at <= now).limit(1)) is not None


def send_due(session: Session, now: datetime, settings: Settings) -> list[int]:
    """Everything that is due. Ids of the messages it became, to ring for."""
    due = (
        sa.select(Draft.id).where(Draft.send_at <= now).order_by(Draft.send_at, Draft.id).limit(MOST_AT_ONCE)
    )
    # Whoever has a row in hand, an agent or a letter that is being filed, decides what becomes of it.
    ids = session.scalars(due.with_for_update(skip_locked=True)).all()
    sent = [_leave_or_stop(session, draft_id, now, settings) for draft_id in ids]
    return [message_id for message_id in sent if message_id is not None]


def send_now(
    session: Session, ticket: Ticket, draft_id: int, *, by: Agent, now: datetime, settings: Settings
) -> Message:
    """Its author does not want to wait: it leaves as any reply does, with the time to undo."""
    draft = scheduled.waiting(session, ticket, draft_id)
    return _write(session, ticket, draft, by, now, settings, held=True)


def form_of(draft: Draft, *, held: bool) -> Reply:
    """The reply that a draft is."""
    return Reply(
        html=draft.html,
        to=draft.to,
        cc=draft.cc,
        bcc=draft.bcc,
        then_status=draft.then_status,
        # The draft's row is locked and goes with this letter, so nothing has to be known again by its nonce. It must
        # not be made of the draft's number: SQLite gives that to the next draft, whose letter would count as sent.
        nonce=f"later-{secrets.token_hex(16)}",
        draft_id=draft.id,
        kind=draft.kind,
        about_id=draft.about_id,
        about_files=draft.about_files,
        held=held,
    )


def _leave_or_stop(session: Session, draft_id: int, now: datetime, settings: Settings) -> int | None:
    draft = session.get_one(Draft, draft_id, populate_existing=True)
    ticket = session.get_one(Ticket, draft.ticket_id)
    why = _why_not(session, ticket, draft)
    if not why:
        try:
            with session.begin_nested():
                author = session.get_one(Agent, draft.agent_id)
                return _write(session, ticket, draft, author, now, settings, held=False).id
        except SincerelyError as error:
            why = str(error)
        log.warning("draft %d was not sent: %s", draft_id, why)
        session.expire_all()
        draft, ticket = session.get_one(Draft, draft_id), session.get_one(Ticket, draft.ticket_id)
    scheduled.stop(session, ticket, draft, why, now=now)
    return None


def _why_not(session: Session, ticket: Ticket, draft: Draft) -> str:
    if ticket.merged_into_id is not None:
        return scheduled.MERGED
    if ticket.status in (Status.SPAM, Status.TRASH):
        return str(Conflict("The ticket is in the trash, or marked as spam."))
    return scheduled.LETTER if scheduled.overtaken(session, ticket, draft) else ""


def _write(
    session: Session,
    ticket: Ticket,
    draft: Draft,
    by: Agent,
    now: datetime,
    settings: Settings,
    *,
    held: bool,
) -> Message:
    form = form_of(draft, held=held)
    # From here on it is like any draft: a reply takes it, an undo gives it back as one.
    draft.send_at = None
    session.flush()
    return write_reply(session, ticket, form, by=by, now=now, settings=settings)
