"""Reading ratings: figures per agent, and comments with their tickets. A fixed number of queries whatever the size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.accounts.models import Agent
from app.accounts.rights import Rights
from app.cursors import read_cursor, write_cursor
from app.db import UtcDateTime
from app.ratings.models import Face, Rating, RatingHit, RatingInvitation
from app.ratings.score import Score
from app.tickets.models import Ticket

PAGE = 30


@dataclass(frozen=True)
class AgentScore:
    """One line of the report. `hits` are openings of links: raw = by people + filtered."""

    agent_id: int
    name: str
    active: bool
    invitations: int
    opened: int
    filtered: int
    score: Score

    @property
    def hits(self) -> int:
        return self.opened + self.filtered


@dataclass(frozen=True)
class Comment:
    """A rating somebody explained."""

    rating: Rating
    agent: str
    customer: str
    ticket_id: int
    subject: str


@dataclass(frozen=True)
class Comments:
    rows: list[Comment]
    # The cursor of the next page, '' on the last one.
    next: str


def ratings_seen(rights: Rights | None) -> sa.ColumnElement[bool]:
    """A condition on ratings: their ticket is one that the asker may see."""
    if rights is None or rights.mailboxes is None:
        return sa.true()
    return Rating.ticket_id.in_(sa.select(Ticket.id).where(rights.within(Ticket.mailbox_id)))


def tickets_rated(face: str) -> sa.ColumnElement[bool]:
    """A condition on tickets: one of their replies was rated with this face, or with "any"."""
    rated = sa.select(Rating.ticket_id)
    return Ticket.id.in_(rated if face == "any" else rated.where(Rating.face == face))


def agent_scores(session: Session, *, since: datetime | None = None) -> list[AgentScore]:
    """Everybody who was asked about or rated in the period: ranked first, by the lower end of the interval."""
    invitations = _count(session, RatingInvitation.agent_id, RatingInvitation.created_at, since)
    faces = _faces(session, since)
    hits = _hits(session, since)
    known = set(invitations) | set(faces) | set(hits)
    agents = session.execute(sa.select(Agent.id, Agent.name, Agent.active).where(Agent.id.in_(known)))
    rows = []
    for agent_id, name, active in agents:
        opened, filtered = hits.get(agent_id, (0, 0))
        score = faces.get(agent_id, Score(0, 0, 0))
        rows.append(AgentScore(agent_id, name, active, invitations.get(agent_id, 0), opened, filtered, score))
    return sorted(rows, key=lambda row: (not row.score.can_be_ranked, -row.score.low, row.name, row.agent_id))


def total(rows: list[AgentScore]) -> AgentScore:
    """All of them together."""
    score = Score(*(sum(getattr(row.score, face) for row in rows) for face in ("good", "okay", "bad")))
    invitations, opened, filtered = (
        sum(getattr(row, name) for row in rows) for name in ("invitations", "opened", "filtered")
    )
    return AgentScore(0, "", True, invitations, opened, filtered, score)


def comments(
    session: Session,
    *,
    since: datetime | None = None,
    agent_id: int | None = None,
    face: str = "",
    after: str = "",
    rights: Rights | None = None,
) -> Comments:
    """Ratings with words, newest first; `after` is the cursor of the page before, `rights` are of who asks."""
    query = (
        sa.select(Rating, Agent.name, Ticket.subject)
        .join(Agent, Agent.id == Rating.agent_id)
        .join(Ticket, Ticket.id == Rating.ticket_id)
        .where(Rating.comment != "", sa.true() if rights is None else rights.within(Ticket.mailbox_id))
        .options(joinedload(Rating.customer))
        .order_by(Rating.created_at.desc(), Rating.id.desc())
        .limit(PAGE + 1)
    )
    if since is not None:
        query = query.where(Rating.created_at >= since)
    if agent_id is not None:
        query = query.where(Rating.agent_id == agent_id)
    if face in list(Face):
        query = query.where(Rating.face == face)
    cursor = read_cursor(after, 1)
    if cursor is not None:
        last = sa.tuple_(sa.literal(cursor[0], UtcDateTime()), sa.literal(cursor[1][0]))
        query = query.where(sa.tuple_(Rating.created_at, Rating.id) < last)
    found = session.execute(query).unique().all()
    rows = [_comment(rating, agent, subject) for rating, agent, subject in found[:PAGE]]
    more = len(found) > PAGE
    return Comments(rows, write_cursor(rows[-1].rating.created_at, rows[-1].rating.id) if more else "")


def _comment(rating: Rating, agent: str, subject: str) -> Comment:
    # No address here: the name is enough, and the card is one click away.
    return Comment(rating, agent, rating.customer.name, rating.ticket_id, subject)


def _count(
    session: Session,
    key: sa.orm.InstrumentedAttribute[int],
    at: sa.orm.InstrumentedAttribute[datetime],
    since: datetime | None,
) -> dict[int, int]:
    query = sa.select(key, sa.func.count()).group_by(key)
    if since is not None:
        query = query.where(at >= since)
    return {row[0]: row[1] for row in session.execute(query)}


def _faces(session: Session, since: datetime | None) -> dict[int, Score]:
    counts = [
        sa.func.sum(sa.case((Rating.face == face, 1), else_=0)) for face in (Face.GOOD, Face.OKAY, Face.BAD)
    ]
    query = sa.select(Rating.agent_id, *counts).group_by(Rating.agent_id)
    if since is not None:
        query = query.where(Rating.created_at >= since)
    return {
        agent_id: Score(int(good), int(okay), int(bad))
        for agent_id, good, okay, bad in session.execute(query)
    }


def _hits(session: Session, since: datetime | None) -> dict[int, tuple[int, int]]:
    """agent → (hits that may be people's, filtered hits)."""
    filtered = sa.case((RatingHit.filtered != "", 1), else_=0)
    query = (
        sa.select(RatingInvitation.agent_id, sa.func.count(), sa.func.sum(filtered))
        .join(RatingInvitation, RatingInvitation.id == RatingHit.invitation_id)
        .group_by(RatingInvitation.agent_id)
    )
    if since is not None:
        query = query.where(RatingHit.at >= since)
    return {
        agent_id: (number - int(robots), int(robots)) for agent_id, number, robots in session.execute(query)
    }
