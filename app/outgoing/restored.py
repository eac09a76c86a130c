"""A database put back from an older copy has forgotten what left since; a small file beside it has not.

After each delivery the file says how far the database had come. If the database is behind it before the next one, what
still waits there may have left already: it becomes `uncertain`, and an agent decides, instead of going out twice.
"""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import db
from app.db import Base
from app.errors import Conflict
from app.outgoing import states
from app.outgoing.models import Outbox
from app.settings import Settings
from app.tickets import scheduled
from app.tickets.models import Change, Delivery, Draft, Ticket

log = logging.getLogger(__name__)

NAME = "last-sent"
WAITING = (Delivery.HELD, Delivery.QUEUED, Delivery.SENDING, Delivery.DEFERRED)
ANSWER = str(Conflict("The database was put back from an older copy; this letter may have left already."))


def remember(settings: Settings, now: datetime) -> None:
    """Write down how far the database is, after a delivery was recorded. A disk that refuses costs only this."""
    with db.reading() as session:
        reached = _reached(session)
    try:
        path = _path(settings)
        new = path.with_name(f"{NAME}.new")
        new.write_text(f"{reached} {now.isoformat()}", "utf-8")
        new.replace(path)
    except OSError as error:
        log.warning("cannot write down the last sending: %s", error)


def hold_back(settings: Settings, now: datetime) -> int:
    """Before anything is sent: stop what an older database would send again. How many deliveries. Safe to run twice."""
    known = _known(settings)
    if known is None:
        return 0
    with db.transaction() as session:
        if _reached(session) >= known[0]:
            return 0
        query = sa.select(Outbox).where(Outbox.state.in_(WAITING), Outbox.created_at <= known[1])
        rows = session.scalars(query.order_by(Outbox.id).with_for_update()).all()
        for row in rows:
            row.state, row.due_at, row.done_at = Delivery.UNCERTAIN, None, now
            row.lease_token, row.lease_until, row.answer = "", None, ANSWER
            session.flush()
            states.back_to_queue(session, row, Delivery.UNCERTAIN, ANSWER, now)
            states.refresh(session, row.message_id, now)
        _stop_drafts(session, known[1], now)
        _stop_notices(session, known[1], now)
    log.warning("the database is older than what was sent: %d deliveries wait for an agent", len(rows))
    remember(settings, now)
    return len(rows)


def _stop_drafts(session: Session, sent_at: datetime, now: datetime) -> None:
    """Letters put off until a time before the last sending: they may have left then, as messages that are forgotten."""
    due = sa.select(Draft).where(Draft.send_at <= sent_at).order_by(Draft.id).with_for_update()
    for draft in session.scalars(due).all():
        scheduled.stop(session, session.get_one(Ticket, draft.ticket_id), draft, ANSWER, now=now)


def _stop_notices(session: Session, sent_at: datetime, now: datetime) -> None:
    """Mails to agents about notices: the notices are on their pages anyway, so a second copy is worth less than none.
    That feature stands above this one, so its rows are named here."""
    mails = Base.metadata.tables.get("notice_mails")
    if mails is None:
        return
    waiting = sa.and_(mails.c.state.in_((Delivery.QUEUED, Delivery.SENDING)), mails.c.created_at <= sent_at)
    gone = {
        "state": Delivery.UNCERTAIN,
        "due_at": None,
        "done_at": now,
        "lease_token": "",
        "lease_until": None,
    }
    session.execute(
        sa.update(mails).where(waiting).values(answer=ANSWER, subject="", text="", html="", **gone)
    )


def _reached(session: Session) -> int:
    """The newest change: its number only grows, and the newest is never cleared away."""
    return session.scalar(sa.select(sa.func.max(Change.id))) or 0


def _known(settings: Settings) -> tuple[int, datetime] | None:
    try:
        number, at = _path(settings).read_text("utf-8").split()
        return int(number), datetime.fromisoformat(at)
    except (OSError, ValueError):
        return None


def _path(settings: Settings) -> Path:
    return settings.blob_dir.parent / NAME
