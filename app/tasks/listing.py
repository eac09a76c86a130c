"""Lists of tasks: what is open, in the order of its time, and what was done. Only of tickets that the asker may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.accounts.rights import Rights
from app.cursors import read_cursor, write_cursor
from app.errors import NotFound
from app.ratings.models import Rating
from app.tasks.task_models import Task
from app.tickets.kinds import Kind
from app.tickets.models import Message, Ticket

PAGE = 50
MINE, OPEN, DONE = "mine", "open", "done"
VIEWS = (MINE, OPEN, DONE)


@dataclass(frozen=True)
class Page:
    tasks: list[Task]
    # The cursor of the next page, '' on the last one.
    next: str


@dataclass(frozen=True)
class Counts:
    """Open ones: the asker's own, all that they see, and how many of those are late."""

    mine: int
    open: int
    late: int


def page(session: Session, rights: Rights, view: str, *, after: str = "") -> Page:
    """Open ones with the first due on top; done ones newest first."""
    done = view == DONE
    at: Any = Task.closed_at if done else Task.due_at
    query = _seen(rights).where(Task.closed_at.is_not(None) if done else Task.closed_at.is_(None))
    if view == MINE:
        query = query.where(Task.owner_id == rights.agent_id)
    cursor = read_cursor(after, 1)
    if cursor is not None:
        moment, (last,) = cursor
        query = query.where(
            sa.or_(at < moment, sa.and_(at == moment, Task.id < last))
            if done
            else sa.or_(at > moment, sa.and_(at == moment, Task.id > last))
        )
    order = (at.desc(), Task.id.desc()) if done else (at, Task.id)
    found = list(session.scalars(query.order_by(*order).limit(PAGE + 1)))
    shown = found[:PAGE]
    if len(found) <= PAGE:
        return Page(shown, "")
    end = shown[-1].closed_at if done else shown[-1].due_at
    assert end is not None
    return Page(shown, write_cursor(end, shown[-1].id))


def counts(session: Session, rights: Rights, *, now: datetime) -> Counts:
    one = sa.select(
        sa.func.count(sa.case((Task.owner_id == rights.agent_id, 1))),
        sa.func.count(),
        sa.func.count(sa.case((Task.due_at < now, 1))),
    )
    seen = one.select_from(Task).join(Ticket, Ticket.id == Task.ticket_id)
    row = session.execute(seen.where(Task.closed_at.is_(None), rights.within(Ticket.mailbox_id))).one()
    return Counts(*row)


def task_for(session: Session, rights: Rights, task_id: int) -> Task:
    """Raises NotFound for what the asker may not see."""
    task = session.scalar(_seen(rights).where(Task.id == task_id))
    if task is None:
        raise NotFound("There is no such task.")
    return task


def newest_letter_id(session: Session, ticket_id: int) -> int | None:
    """What an answer with the suggested article would be about."""
    query = sa.select(Message.id).where(
        Message.ticket_id == ticket_id, Message.kind == Kind.INCOMING, Message.held.is_(False)
    )
    return session.scalar(query.order_by(Message.arrived_at.desc(), Message.id.desc()).limit(1))


def outcomes(session: Session, agent_id: int | None, rights: Rights) -> dict[str, int]:
    """outcome → how many tasks that began with a rating of this agent's replies ended so; '' are open."""
    query = (
        sa.select(Task.outcome, sa.func.count())
        .join(Rating, Rating.id == Task.rating_id)
        .join(Ticket, Ticket.id == Task.ticket_id)
        .where(rights.within(Ticket.mailbox_id))
        .group_by(Task.outcome)
    )
    if agent_id is not None:
        query = query.where(Rating.agent_id == agent_id)
    return {row[0]: row[1] for row in session.execute(query)}


def _seen(rights: Rights) -> sa.Select[Task]:
    return (
        sa.select(Task)
        .join(Ticket, Ticket.id == Task.ticket_id)
        .where(rights.within(Ticket.mailbox_id))
        .options(
            joinedload(Task.ticket).joinedload(Ticket.customer),
            joinedload(Task.rating).joinedload(Rating.agent),
            joinedload(Task.owner),
            joinedload(Task.closed_by),
            joinedload(Task.article),
        )
    )
