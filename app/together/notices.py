"""An agent's page of notices: lines are added, grouped while they are unread, and read. Never commits.

Whoever changes lines of an agent locks the agent's row first, so that a line is not counted on while it is being read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.accounts.models import Agent
from app.accounts.rights import Rights, rights_of
from app.cursors import read_cursor, write_cursor
from app.db import changed_rows
from app.tickets.models import Ticket
from app.together.models import Mailing, Notice
from app.together.whom import Tell

PAGE = 50
MOST_AT_ONCE = 5
KEPT = timedelta(days=90)
# What was read on the screen is not mailed.
_NOT_MAILED_ANY_MORE = sa.case((Notice.mailing == Mailing.MAILED, Mailing.MAILED), else_=Mailing.NONE)


@dataclass(frozen=True)
class NoticeRow:
    """A line with the ticket it is about."""

    notice: Notice
    subject: str
    status: str


@dataclass(frozen=True)
class NoticePage:
    rows: list[NoticeRow]
    # Where the next page begins; '' on the last one.
    after: str


def add(session: Session, lines: Sequence[Tell], mailings: dict[tuple[int, str], Mailing]) -> None:
    """Add lines, each to the unread one of its kind and ticket if there is one.

    `mailings`: how (agent, kind) is mailed; nothing for those that are not in it.
    """
    marks = _lock(session, {line.agent_id for line in lines})
    for line in lines:
        mark = marks.get(line.agent_id)
        if mark is not None:
            _add(session, line, mark, mailings.get((line.agent_id, line.kind), Mailing.NONE))
    _count(session, marks)


def read_ticket(session: Session, agent_id: int, ticket_id: int, *, now: datetime) -> bool:
    """The agent looks at this ticket, and so at everything merged into it. False when there was nothing to read."""
    about = (
        sa.select(Ticket.id)
        .join(Notice, Notice.ticket_id == Ticket.id)
        .where(
            Notice.agent_id == agent_id,
            Notice.read_at.is_(None),
            sa.func.coalesce(Ticket.merged_into_id, Ticket.id) == ticket_id,
        )
    )
    return _read(session, agent_id, Notice.ticket_id.in_(about), now)


def read_one(session: Session, agent_id: int, notice_id: int, *, now: datetime) -> bool:
    return _read(session, agent_id, Notice.id == notice_id, now)


def read_all(session: Session, agent_id: int, *, now: datetime) -> bool:
    return _read(session, agent_id, sa.true(), now)


def page(session: Session, rights: Rights, *, after: str = "", limit: int = PAGE) -> NoticePage:
    """The asker's lines, newest first. Tickets that they may not see any more are left out."""
    query = _visible(rights).order_by(Notice.at.desc(), Notice.id.desc()).limit(limit + 1)
    mark = read_cursor(after, 1) if after else None
    if mark is not None:
        query = query.where(
            sa.or_(Notice.at < mark[0], sa.and_(Notice.at == mark[0], Notice.id < mark[1][0]))
        )
    found = [NoticeRow(row[0], row[1], row[2]) for row in session.execute(query)]
    shown = found[:limit]
    last = shown[-1].notice if len(found) > limit else None
    return NoticePage(shown, write_cursor(last.at, last.id) if last else "")


def newer(session: Session, rights: Rights, mark: int) -> list[NoticeRow]:
    """Unread lines that are new or have grown since the page that knows `mark`, newest first; a handful at most."""
    query = (
        _visible(rights)
        .where(Notice.read_at.is_(None), Notice.mark > mark)
        .order_by(Notice.at.desc(), Notice.id.desc())
        .limit(MOST_AT_ONCE)
    )
    return [NoticeRow(row[0], row[1], row[2]) for row in session.execute(query)]


def forget_old(session: Session, *, now: datetime) -> int:
    """What was read long ago."""
    gone = sa.delete(Notice).where(Notice.read_at.is_not(None), Notice.at < now - KEPT)
    return changed_rows(session.execute(gone))


def _visible(rights: Rights) -> sa.Select[Notice, str, str]:
    return (
        sa.select(Notice, Ticket.subject, Ticket.status)
        .join(Ticket, Ticket.id == Notice.ticket_id)
        .where(Notice.agent_id == rights.agent_id, rights.within(Ticket.mailbox_id))
        .options(joinedload(Notice.by))
    )


def _lock(session: Session, agent_ids: Iterable[int]) -> dict[int, int]:
    """Each agent's next mark; only of those who still work here."""
    query = (
        sa.select(Agent.id, Agent.notice_mark)
        .where(Agent.id.in_(sorted(agent_ids)), Agent.active.is_(True))
        .order_by(Agent.id)
        # Not against rows that merely name the agent: who writes in a ticket and who reads it would wait for
        # each other.
        .with_for_update(key_share=True)
    )
    return {row.id: row.notice_mark + 1 for row in session.execute(query)}


def _add(session: Session, line: Tell, mark: int, mailing: Mailing) -> None:
    newest: dict[str, Any] = {
        "by_id": line.by_id,
        "message_id": line.message_id,
        "detail": dict(line.detail),
        "at": line.at,
        "mark": mark,
    }
    grown: dict[str, Any] = {**newest, "count": Notice.count + 1}
    if mailing == Mailing.WAITING:
        grown["mailing"] = Mailing.WAITING
    again = sa.update(Notice).where(
        Notice.agent_id == line.agent_id,
        Notice.ticket_id == line.ticket_id,
        Notice.kind == line.kind,
        Notice.read_at.is_(None),
    )
    done = session.execute(again.values(**grown).execution_options(synchronize_session=False))
    if changed_rows(done):
        return
    session.execute(
        sa.insert(Notice).values(
            agent_id=line.agent_id,
            ticket_id=line.ticket_id,
            kind=line.kind,
            count=1,
            mailing=mailing,
            **newest,
        )
    )


def _read(session: Session, agent_id: int, which: sa.ColumnElement[bool], now: datetime) -> bool:
    marks = _lock(session, [agent_id])
    read = session.execute(
        sa.update(Notice)
        .where(Notice.agent_id == agent_id, Notice.read_at.is_(None), which)
        .values(read_at=now, mailing=_NOT_MAILED_ANY_MORE)
        .execution_options(synchronize_session=False)
    )
    if not changed_rows(read):
        return False
    _count(session, marks)
    return True


def recount(session: Session, agent_ids: Iterable[int]) -> None:
    """These agents see other mailboxes than before."""
    session.flush()
    known: dict[int, Rights] = session.info.get("rights", {})
    marks = _lock(session, set(agent_ids))
    for agent_id in marks:
        known.pop(agent_id, None)
    _count(session, marks)


def _count(session: Session, marks: dict[int, int]) -> None:
    """Bring the numbers beside the bell up to date: of what the page of notices shows."""
    for agent_id, mark in marks.items():
        unread = (
            sa.select(sa.func.count())
            .select_from(Notice)
            .where(Notice.agent_id == agent_id, Notice.read_at.is_(None))
        )
        rights = rights_of(session, agent_id)
        if rights.mailboxes is not None:
            unread = unread.join(Ticket, Ticket.id == Notice.ticket_id).where(
                rights.within(Ticket.mailbox_id)
            )
        session.execute(
            sa.update(Agent)
            .where(Agent.id == agent_id)
            .values(unread_notices=unread.scalar_subquery(), notice_mark=mark)
            .execution_options(synchronize_session=False)
        )
