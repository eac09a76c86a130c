"""Winning unhappy customers back: a task for each unhappy rating, who is told at once, and what became of it.

Never commits. A page that stores a rating calls `after_rating` in the same transaction. Nothing is made of an anonymous
rating: its customer was promised that nobody knows who it was.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent, Role
from app.accounts.rights import can_take
from app.accounts.teams import Team, TeamMember
from app.errors import InvalidInput, NotFound
from app.knowledge.who_sees import fits_mailbox
from app.ratings.models import Face, Rating
from app.tasks import clock, recovery_settings
from app.tasks.calendars import hours_for
from app.tasks.task_models import RecoveryOutcome, Task, TaskKind
from app.tickets import service as tickets
from app.tickets.models import Ticket

LONGEST_NOTE = 2000


def after_rating(session: Session, rating: Rating, *, now: datetime) -> Task | None:
    """What follows from a rating that was given or changed. The same again changes nothing."""
    if rating.anonymous or rating.ticket_id is None:
        return None
    if rating.face == Face.BAD:
        return _make(session, rating, now)
    if rating.face == Face.GOOD:
        _propose(session, rating, now)
    return None


def record(session: Session, task: Task, outcome: str, note: str, *, by: Agent, now: datetime) -> bool:
    """Close the task with what became of it; a closed one takes another outcome. False when it was so already."""
    if outcome not in list(RecoveryOutcome):
        raise InvalidInput("Choose what became of it.", "outcome")
    note = _tidy(note)
    if task.closed_at is not None and (task.outcome, task.note) == (outcome, note):
        return False
    task.outcome, task.note, task.proposed_at = outcome, note, None
    task.closed_at, task.closed_by_id = task.closed_at or now, by.id
    _tell(session, task, "recovered", by=by, now=now, outcome=outcome, text=note)
    _mark(session, task.ticket_id)
    return True


def reopen(session: Session, task: Task, *, by: Agent, now: datetime) -> None:
    """It was closed by mistake."""
    if task.closed_at is None:
        return
    task.outcome, task.closed_at, task.closed_by_id = "", None, None
    _tell(session, task, "recovery_reopened", by=by, now=now)
    _mark(session, task.ticket_id)


def hand_over(
    session: Session, task: Task, owner_id: int | None, due_at: datetime, *, by: Agent, now: datetime
) -> bool:
    """Another owner or another time. Raises InvalidInput for who cannot answer in this mailbox."""
    given = owner_id is not None and owner_id != task.owner_id
    if given and not can_take(session, owner_id or 0, task.ticket.mailbox_id):
        raise InvalidInput("Choose somebody who answers in this mailbox.", "owner")
    if (task.owner_id, task.due_at) == (owner_id, due_at):
        return False
    task.owner_id, task.due_at = owner_id, due_at
    tell = {"whom": [owner_id]} if given else {}
    _tell(session, task, "recovery_given", by=by, now=now, owner_id=owner_id, **tell)
    _mark(session, task.ticket_id)
    return True


def leads_of(session: Session, agent_id: int) -> list[int]:
    """Who answers for this agent: active leads of their teams; without such, every lead; without any, the admins."""
    teams = sa.select(TeamMember.team_id).join(Team, Team.id == TeamMember.team_id)
    own = teams.where(TeamMember.agent_id == agent_id, Team.active.is_(True))
    mates = sa.select(TeamMember.agent_id).where(TeamMember.team_id.in_(own))
    active = sa.select(Agent.id).where(Agent.active.is_(True)).order_by(Agent.id)
    for query in (
        active.where(Agent.role == Role.LEAD, Agent.id.in_(mates)),
        active.where(Agent.role == Role.LEAD),
        active.where(Agent.role == Role.ADMIN),
    ):
        found = list(session.scalars(query))
        if found:
            return found
    return []


def _make(session: Session, rating: Rating, now: datetime) -> Task:
    task = session.scalar(sa.select(Task).where(Task.rating_id == rating.id))
    if task is not None:
        # Happy for a while, and unhappy again: there is nothing to propose any more.
        task.proposed_at = None
        return task
    ticket = session.get_one(Ticket, rating.ticket_id)
    leads = leads_of(session, rating.agent_id)
    task = Task(
        kind=TaskKind.RECOVERY,
        ticket_id=ticket.id,
        rating_id=rating.id,
        owner_id=_owner(session, ticket, rating, leads),
        # The owner may change: it has to fit whoever answers in this mailbox.
        article_id=recovery_settings.article_for(
            session, rating.invitation.language, fits_mailbox(ticket.mailbox_id)
        ),
        due_at=due(session, ticket.mailbox_id, now),
        created_at=now,
    )
    session.add(task)
    session.flush()
    # The author is told of the rating itself.
    whom = [one for one in dict.fromkeys([*leads, task.owner_id]) if one not in (None, rating.agent_id)]
    _tell(session, task, "recovery", by=None, now=now, text=rating.comment[:300], whom=whom)
    _mark(session, ticket.id)
    return task


def due(session: Session, mailbox_id: int, now: datetime) -> datetime:
    """So many business hours of the mailbox from now."""
    amount = timedelta(hours=recovery_settings.hours(session))
    kept = hours_for(session, mailbox_id)
    return (clock.after(kept, now, amount) if kept is not None else None) or now + amount


def _owner(session: Session, ticket: Ticket, rating: Rating, leads: list[int]) -> int | None:
    """Whoever has the ticket, else who wrote the reply, else the lead: the first who may still answer here."""
    for one in (ticket.assignee_id, rating.agent_id, *leads):
        if one is not None and can_take(session, one, ticket.mailbox_id):
            return one
    return None


def _propose(session: Session, rating: Rating, now: datetime) -> None:
    """A happy customer whom somebody tried to win back: it looks as if they were."""
    query = (
        sa.select(Task)
        .join(Rating, Rating.id == Task.rating_id)
        .where(
            Task.kind == TaskKind.RECOVERY,
            Task.closed_at.is_(None),
            Task.proposed_at.is_(None),
            Rating.customer_id == rating.customer_id,
            Rating.created_at <= rating.changed_at,
        )
        .with_for_update(of=Task)
    )
    for task in session.scalars(query):
        task.proposed_at = now
        _tell(session, task, "recovery_proposed", by=None, now=now, whom=[task.owner_id])


def _tell(session: Session, task: Task, kind: str, *, by: Agent | None, now: datetime, **detail: Any) -> None:
    """A line of history. `whom`: agents who are told of it."""
    ticket = session.get_one(Ticket, task.ticket_id)
    message_id = task.rating.invitation.message_id if task.rating is not None else None
    tickets.record(
        session, kind, ticket=ticket, by=by, now=now, task_id=task.id, message_id=message_id, **detail
    )
    tickets.changed(session, task.ticket_id, "task", now)
    session.flush()


def _mark(session: Session, ticket_id: int) -> None:
    """The ticket itself says which of its tasks is due first: lists and pages look nowhere else."""
    first = (
        sa.select(Task.id, Task.due_at)
        .where(Task.ticket_id == ticket_id, Task.kind == TaskKind.RECOVERY, Task.closed_at.is_(None))
        .order_by(Task.due_at, Task.id)
        .limit(1)
    )
    found = session.execute(first).first()
    ticket = session.get_one(Ticket, ticket_id)
    ticket.recovery_id, ticket.recovery_due_at = (found.id, found.due_at) if found else (None, None)
    session.flush()


def _tidy(note: str) -> str:
    text = note.replace("\r\n", "\n").strip()
    if len(text) > LONGEST_NOTE or "\0" in text:
        raise InvalidInput("This is too long, or has characters that do not belong there.", "note")
    return text


def task_open(session: Session, task_id: int) -> Task:
    """The row, locked. Raises NotFound."""
    task = session.scalar(sa.select(Task).where(Task.id == task_id).with_for_update())
    if task is None:
        raise NotFound("There is no such task.")
    return task
