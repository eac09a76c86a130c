"""One action on many tickets, as one transaction, and its undo as a whole.

The rows are locked in the order of their numbers before anything is changed. What cannot be done to a ticket is left
out and said: somebody merged it meanwhile, it is not this agent's to see, it is so already. What was done is kept with
the values before and after; undoing it touches only tickets that still are as the action left them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app.accounts.models import Agent
from app.accounts.rights import rights_of
from app.errors import Conflict, InvalidInput, NotFound, SincerelyError
from app.tickets import bulk_kinds
from app.tickets.bulk_kinds import Touched, Wish
from app.tickets.models import Ticket
from app.tickets.queue_models import BulkAction, BulkChange

MOST = 500
DONE, SAME, MERGED, GONE, REFUSED, CHANGED = "done", "same", "merged", "gone", "refused", "changed"
# The ticket that the others of a merge went into.
TARGET = "target"


@dataclass(frozen=True)
class Report:
    """What became of a bulk action, or of its undo. `skipped`: why → ids; `texts`: sentences of what was refused."""

    bulk_id: int
    kind: str
    value: str
    done: list[int] = field(default_factory=list)
    skipped: dict[str, list[int]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    undone: bool = False

    @property
    def touched(self) -> list[int]:
        return sorted([*self.done, *(one for ids in self.skipped.values() for one in ids)])


def act(session: Session, ticket_ids: Sequence[int], wish: Wish, *, by: Agent, now: datetime) -> Report:
    """Do it to all of them that it can be done to. Raises InvalidInput for a wish that makes no sense at all."""
    ids = sorted(set(ticket_ids))
    if not ids:
        raise InvalidInput("Choose at least one ticket.", "ticket")
    if len(ids) > MOST:
        raise InvalidInput("At most 500 tickets at once.", "ticket")
    bulk_kinds.check(wish, now=now)
    rows = _locked(session, ids, by)
    action = BulkAction(agent_id=by.id, kind=wish.kind, detail={"value": wish.value}, at=now)
    session.add(action)
    session.flush()
    report = Report(action.id, wish.kind, wish.value)
    wish = bulk_kinds.prepared(session, wish, rows)
    changes = [_one(session, rows.get(one), one, wish, by=by, now=now) for one in ids]
    action.detail = {"value": wish.value, "texts": sorted({one.text for one in changes if one.text})}
    session.add_all(
        BulkChange(
            bulk_id=action.id,
            ticket_id=one.ticket_id,
            outcome=one.outcome,
            before=one.before,
            after=one.after,
        )
        for one in changes
    )
    session.flush()
    return _reported(report, wish, changes)


def undo(session: Session, bulk_id: int, *, by: Agent, now: datetime) -> Report:
    """Put back what was before. Raises NotFound for somebody else's action, Conflict when it was undone already."""
    action = session.get(BulkAction, bulk_id, with_for_update=True)
    if action is None or action.agent_id != by.id:
        raise NotFound("There is nothing to undo.")
    if action.undone_at is not None:
        raise Conflict("This was undone already.")
    query = sa.select(BulkChange).where(BulkChange.bulk_id == bulk_id, BulkChange.outcome == DONE)
    changes = {change.ticket_id: change for change in session.scalars(query)}
    rows = _locked(session, sorted(changes), by)
    action.undone_at = now
    wish = Wish(action.kind, str(action.detail.get("value", "")))
    report = Report(action.id, wish.kind, wish.value, undone=True)
    # Merged tickets come apart in the opposite order.
    for ticket_id in sorted(changes, reverse=wish.kind == "merge"):
        outcome = _back(session, rows.get(ticket_id), changes[ticket_id], wish, by=by, now=now)
        changes[ticket_id].outcome = outcome
        _note(report, outcome, ticket_id)
    session.flush()
    return report


def report_of(session: Session, bulk_id: int, agent_id: int) -> Report:
    """What an action did, to be said again. Raises NotFound for somebody else's."""
    action = session.get(BulkAction, bulk_id)
    if action is None or action.agent_id != agent_id:
        raise NotFound("There is nothing to undo.")
    report = Report(
        action.id,
        action.kind,
        str(action.detail.get("value", "")),
        texts=list(action.detail.get("texts", [])),
        undone=action.undone_at is not None,
    )
    query = sa.select(BulkChange.ticket_id, BulkChange.outcome).where(BulkChange.bulk_id == bulk_id)
    for ticket_id, outcome in session.execute(query.order_by(BulkChange.ticket_id)):
        _note(report, outcome, ticket_id)
    return report


def forget_old(session: Session, *, before: datetime) -> None:
    """Nobody undoes what is so old."""
    session.execute(
        sa.delete(BulkAction).where(BulkAction.at < before).execution_options(synchronize_session=False)
    )


def _locked(session: Session, ids: Sequence[int], by: Agent) -> dict[int, Ticket]:
    """Those of them that this agent may see, as they are now; nobody else changes them until we are done."""
    query = (
        sa.select(Ticket)
        .where(Ticket.id.in_(ids), rights_of(session, by).within(Ticket.mailbox_id))
        .order_by(Ticket.id)
        .options(selectinload(Ticket.tags))
        .with_for_update(of=Ticket)
        .execution_options(populate_existing=True)
    )
    return {ticket.id: ticket for ticket in session.scalars(query)}


@dataclass(frozen=True)
class _Change:
    ticket_id: int
    outcome: str
    before: Touched = field(default_factory=dict)
    after: Touched = field(default_factory=dict)
    text: str = ""


def _one(
    session: Session, ticket: Ticket | None, ticket_id: int, wish: Wish, *, by: Agent, now: datetime
) -> _Change:
    if ticket is None:
        return _Change(ticket_id, GONE)
    if ticket.merged_into_id is not None:
        return _Change(ticket_id, MERGED)
    try:
        touched = bulk_kinds.change(session, ticket, wish, by=by, now=now)
    except SincerelyError as error:
        return _Change(ticket_id, REFUSED, text=str(error))
    if touched is None:
        return _Change(ticket_id, TARGET if wish.kind == "merge" else SAME)
    return _Change(ticket_id, DONE, *touched)


def _back(
    session: Session, ticket: Ticket | None, change: BulkChange, wish: Wish, *, by: Agent, now: datetime
) -> str:
    if ticket is None:
        return GONE
    if ticket.merged_into_id is not None and wish.kind != "merge":
        return MERGED
    try:
        done = bulk_kinds.restore(session, ticket, wish, change.before, change.after, by=by, now=now)
    except SincerelyError:
        return CHANGED
    return DONE if done else CHANGED


def _reported(report: Report, wish: Wish, changes: Sequence[_Change]) -> Report:
    for change in changes:
        _note(report, change.outcome, change.ticket_id)
    texts = sorted({change.text for change in changes if change.text})
    return Report(report.bulk_id, wish.kind, wish.value, report.done, report.skipped, texts)


def _note(report: Report, outcome: str, ticket_id: int) -> None:
    if outcome == DONE:
        report.done.append(ticket_id)
    elif outcome != TARGET:
        report.skipped.setdefault(outcome, []).append(ticket_id)
