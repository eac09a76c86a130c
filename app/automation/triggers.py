"""What rules answer to besides letters: a status that changed, a reply that left. Never commits.

Whoever changes a ticket writes down, in the same transaction, that rules may have something to do; the clock asks them
a moment later. So no page waits for a rule, nothing is lost when a process dies, and what was taken back was never
there. A reply counts when its time to undo is over.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper, Session, object_session

from app import db
from app.automation import engine, rulebook
from app.automation.engine import Occasion
from app.automation.models import RuleTrigger, When
from app.errors import Merged
from app.outgoing.models import Outbox
from app.settings import Settings
from app.tickets.models import Delivery, Event, Message, Ticket
from app.tickets.service import lock

TOGETHER = 50
# A reply that is held longer than it can be undone is looked at again when it may leave, and at least so often.
LOOK_AGAIN = timedelta(minutes=5)


def has_due(session: Session, now: datetime) -> bool:
    """A cheap look without a lock."""
    return session.scalar(sa.select(RuleTrigger.id).where(RuleTrigger.due_at <= now).limit(1)) is not None


def catch_up(session: Session, *, now: datetime, settings: Settings) -> list[int]:
    """Ask the rules about what happened, oldest first, some at a time. Ids of mails to ring for."""
    query = (
        sa.select(RuleTrigger)
        .where(RuleTrigger.due_at <= now)
        .order_by(RuleTrigger.due_at, RuleTrigger.id)
        .limit(TOGETHER)
        .with_for_update(skip_locked=True)
    )
    written: list[int] = []
    for trigger in session.scalars(query).all():
        if _is_early(session, trigger, now):
            continue
        written += _ask(session, trigger, now, settings)
        session.delete(trigger)
        session.flush()
    return written


def _ask(session: Session, trigger: RuleTrigger, now: datetime, settings: Settings) -> list[int]:
    rules = rulebook.rules_for(session, trigger.kind)
    ticket = session.get(Ticket, trigger.ticket_id)
    if not rules or ticket is None or ticket.merged_into_id is not None:
        return []
    if trigger.kind == When.REPLIED and _is_gone(session, trigger):
        return []
    try:
        lock(session, ticket)
    except Merged:
        return []
    occasion = Occasion(ticket, status_before=trigger.before, chain=tuple(trigger.chain))
    return engine.run(session, occasion, rules, now=now, settings=settings).message_ids


def _is_gone(session: Session, trigger: RuleTrigger) -> bool:
    """The reply was taken back before it left."""
    return trigger.message_id is None or session.get(Message, trigger.message_id) is None


def _is_early(session: Session, trigger: RuleTrigger, now: datetime) -> bool:
    """The reply is still held: ask again when it may leave."""
    if trigger.kind != When.REPLIED:
        return False
    held = sa.select(sa.func.min(Outbox.due_at)).where(
        Outbox.message_id == trigger.message_id, Outbox.state == Delivery.HELD
    )
    until = session.scalar(held)
    if until is None:
        return False
    trigger.due_at = min(max(until, now + timedelta(seconds=1)), now + LOOK_AGAIN)
    return True


def _write_down(connection: Connection, target: Any, kind: str, **values: Any) -> None:
    if not rulebook.rules_for(connection, kind):
        return
    session = object_session(target)
    chain = session.info.get(engine.CHAIN) if session is not None else None
    now = db.now()
    row = {
        "kind": kind,
        "chain": list(chain or ()),
        "happened_at": now,
        "due_at": now,
        "before": "",
        **values,
    }
    connection.execute(sa.insert(RuleTrigger), [row])


def _status_changed(_mapper: Mapper[Ticket], connection: Connection, ticket: Ticket) -> None:
    history = sa.inspect(ticket).attrs.status.history
    if history.has_changes() and history.deleted:
        _write_down(connection, ticket, When.STATUS, ticket_id=ticket.id, before=str(history.deleted[0]))


def _replied(_mapper: Mapper[Event], connection: Connection, row: Event) -> None:
    if row.kind == "replied" and row.ticket_id is not None:
        message_id = row.detail.get("message_id")
        _write_down(connection, row, When.REPLIED, ticket_id=row.ticket_id, message_id=message_id)


def watch() -> None:
    """From now on whatever this process changes is written down. Safe to call twice."""
    for model, name, listener in (
        (Ticket, "after_update", _status_changed),
        (Event, "after_insert", _replied),
    ):
        if not event.contains(model, name, listener):
            event.listen(model, name, listener)


watch()
