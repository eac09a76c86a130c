"""Reading gaps: their size, words, letters, answers and who answered; of tickets that the asker may see, and no others.

A gap of which the asker sees fewer letters than make a gap is not there for them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from app.accounts.models import Agent
from app.accounts.rights import Rights
from app.cursors import row_number
from app.errors import NotFound
from app.knowledge.gap_drafts import Answer
from app.knowledge.gaps import FEWEST_LETTERS, typical_words
from app.knowledge.lessons import Lesson
from app.ratings.models import Rating, RatingInvitation
from app.tickets.models import Kind, Message, Status, Ticket
from app.upkeep.article_figures import counted_rating
from app.upkeep.gap_search import unanswered
from app.upkeep.models import AskedLetter, Gap

PAGE = 30
LETTERS = 50
# The words and the example of a gap are read from so many of its middle letters.
_READ = 40
_WEEKS = 4
_EXCERPT = 300
_MOST_ANSWERS = 60
_FACES = ("bad", "okay", "good")
_Reply = aliased(Message)
_Other = aliased(Message)


@dataclass(frozen=True)
class Line:
    """A gap in the list. `weekly`: letters a week in the last four. `agents`: (name, answers), most first."""

    gap: Gap
    letters: int
    weekly: float
    last_at: datetime
    words: tuple[str, ...]
    example: str
    agents: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Lines:
    rows: list[Line]
    # The mark of the next page, '' on the last one.
    next: str


@dataclass(frozen=True)
class Letter:
    """A letter of a gap, and the answer somebody wrote to it."""

    message_id: int
    ticket_id: int
    subject: str
    text: str
    asked_at: datetime
    agent: str
    answer: str


def lines(
    session: Session, rights: Rights, state: str, *, now: datetime, after: str = "", limit: int = PAGE
) -> Lines:
    """Largest first."""
    found = session.execute(_counted(rights, state, now, after).limit(limit + 1)).all()
    rows = found[:limit]
    ids = [row.gap_id for row in rows]
    gaps = {gap.id: gap for gap in session.scalars(sa.select(Gap).where(Gap.id.in_(ids)))}
    middles, agents = _middles(session, rights, ids), _agents(session, rights, ids)
    made = [
        _line(gaps[row.gap_id], row, middles.get(row.gap_id, []), agents.get(row.gap_id, ())) for row in rows
    ]
    more = f"{rows[-1].letters}_{rows[-1].gap_id}" if len(found) > limit else ""
    return Lines(made, more)


def one(session: Session, rights: Rights, gap_id: int, *, now: datetime) -> Line:
    """Raises NotFound, also for a gap of which the asker sees too little."""
    gap = session.get(Gap, gap_id)
    counted = _counted(rights, gap.state, now, "").where(AskedLetter.gap_id == gap_id) if gap else None
    row = session.execute(counted).first() if counted is not None else None
    if gap is None or row is None:
        raise NotFound("There is no such gap.")
    middles, agents = _middles(session, rights, [gap_id]), _agents(session, rights, [gap_id])
    return _line(gap, row, middles.get(gap_id, []), agents.get(gap_id, ()))


def letters(session: Session, rights: Rights, gap_id: int, *, after: str = "") -> tuple[list[Letter], str]:
    """Newest first, and the mark of the next page."""
    query = (
        _seen(
            sa.select(
                Message.id,
                Ticket.id,
                Ticket.subject,
                sa.func.substr(Message.visible, 1, _EXCERPT),
                Message.arrived_at,
                sa.func.coalesce(Agent.name, ""),
                sa.func.coalesce(sa.func.substr(_Reply.visible, 1, _EXCERPT), ""),
            ),
            rights,
        )
        .outerjoin(_Reply, _Reply.id == _answer_of())
        .outerjoin(Agent, Agent.id == _Reply.author_id)
        .where(AskedLetter.gap_id == gap_id)
        .order_by(Message.id.desc())
        .limit(LETTERS + 1)
    )
    mark = row_number(after)
    if mark is not None:
        query = query.where(Message.id < mark)
    found = [Letter(*row) for row in session.execute(query)]
    return found[:LETTERS], str(found[LETTERS - 1].message_id) if len(found) > LETTERS else ""


def answers(session: Session, rights: Rights, gap_id: int) -> list[Answer]:
    """What agents wrote to the letters nearest to the middle, with the worst face that each reply got."""
    face = (
        sa.select(sa.func.min(sa.case((Rating.face == "bad", 0), (Rating.face == "okay", 1), else_=2)))
        .join(RatingInvitation, RatingInvitation.id == Rating.invitation_id)
        .where(RatingInvitation.message_id == _Reply.id, counted_rating())
        .scalar_subquery()
    )
    query = (
        _seen(
            sa.select(
                _Reply.id,
                Ticket.id,
                sa.func.coalesce(Agent.name, ""),
                _Reply.arrived_at,
                _Reply.visible,
                face,
            ),
            rights,
        )
        .join(_Reply, _Reply.id == _answer_of())
        .outerjoin(Agent, Agent.id == _Reply.author_id)
        .where(AskedLetter.gap_id == gap_id)
        .order_by(AskedLetter.closeness.desc(), Message.id)
        .limit(_MOST_ANSWERS)
    )
    return [
        Answer(row[0], row[1], row[2], row[3], row[4], "" if row[5] is None else _FACES[row[5]])
        for row in session.execute(query)
    ]


def middle(session: Session, rights: Rights, gap_id: int, limit: int) -> list[Lesson]:
    """What the letters ask, nearest to the middle first."""
    query = (
        _seen(sa.select(Message.visible, Ticket.mailbox_id), rights)
        .where(AskedLetter.gap_id == gap_id)
        .order_by(AskedLetter.closeness.desc(), Message.id)
        .limit(limit)
    )
    return [Lesson(row[0], row[1]) for row in session.execute(query)]


def names(session: Session, ticket_ids: Collection[int]) -> set[str]:
    """Everybody who wrote in these tickets."""
    senders = sa.select(Message.sender_name).where(Message.ticket_id.in_(ticket_ids))
    authors = (
        sa.select(Agent.name)
        .join(Message, Message.author_id == Agent.id)
        .where(Message.ticket_id.in_(ticket_ids))
    )
    return {name for query in (senders, authors) for name in session.scalars(query.distinct()) if name}


def _seen(query: Any, rights: Rights) -> Any:
    """A query of asked letters with message and ticket."""
    return (
        query.select_from(AskedLetter)
        .join(Message, Message.id == AskedLetter.message_id)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(
            rights.within(Ticket.mailbox_id), Ticket.status.not_in((Status.SPAM, Status.TRASH)), unanswered()
        )
    )


def _counted(rights: Rights, state: str, now: datetime, after: str) -> Any:
    n = sa.func.count()
    fresh = sa.func.count(sa.case((AskedLetter.asked_at >= now - timedelta(weeks=_WEEKS), 1)))
    query = (
        _seen(
            sa.select(
                AskedLetter.gap_id,
                n.label("letters"),
                fresh.label("fresh"),
                sa.func.max(AskedLetter.asked_at).label("last_at"),
            ),
            rights,
        )
        .join(Gap, Gap.id == AskedLetter.gap_id)
        .where(Gap.state == state)
        .group_by(AskedLetter.gap_id)
        .having(n >= FEWEST_LETTERS)
        .order_by(n.desc(), AskedLetter.gap_id.desc())
    )
    size, _, last = after.partition("_")
    mark = (row_number(size), row_number(last))
    if None not in mark:
        query = query.having(
            sa.tuple_(n, AskedLetter.gap_id) < sa.tuple_(sa.literal(mark[0]), sa.literal(mark[1]))
        )
    return query


def _middles(session: Session, rights: Rights, ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """gap → (words, text) of the letters nearest to its middle. One query."""
    place = sa.func.row_number().over(
        partition_by=AskedLetter.gap_id, order_by=(AskedLetter.closeness.desc(), AskedLetter.message_id)
    )
    near = (
        _seen(
            sa.select(
                AskedLetter.gap_id,
                AskedLetter.words,
                sa.func.substr(Message.visible, 1, _EXCERPT).label("text"),
                place.label("place"),
            ),
            rights,
        )
        .where(AskedLetter.gap_id.in_(ids))
        .subquery()
    )
    query = sa.select(near.c.gap_id, near.c.words, near.c.text).where(near.c.place <= _READ)
    found: dict[int, list[tuple[str, str]]] = {}
    for gap_id, words, text in session.execute(query.order_by(near.c.gap_id, near.c.place)):
        found.setdefault(gap_id, []).append((words, text))
    return found


def _agents(session: Session, rights: Rights, ids: Sequence[int]) -> dict[int, tuple[tuple[str, int], ...]]:
    """gap → who answered its letters and how many. One query."""
    n = sa.func.count()
    query = (
        _seen(sa.select(AskedLetter.gap_id, Agent.name, n), rights)
        .join(_Reply, _Reply.id == _answer_of())
        .join(Agent, Agent.id == _Reply.author_id)
        .where(AskedLetter.gap_id.in_(ids))
        .group_by(AskedLetter.gap_id, Agent.id, Agent.name)
        .order_by(n.desc(), Agent.name)
    )
    found: dict[int, tuple[tuple[str, int], ...]] = {}
    for gap_id, name, count in session.execute(query):
        found[gap_id] = (*found.get(gap_id, ()), (name, count))
    return found


def _answer_of() -> Any:
    """The first reply after the letter that an agent wrote to the customer."""
    return (
        sa.select(sa.func.min(_Other.id))
        .where(
            _Other.ticket_id == Message.ticket_id,
            _Other.kind == Kind.OUTGOING,
            _Other.id > Message.id,
            _Other.author_id.is_not(None),
            _Other.automatic.is_(None),
            _Other.forwarded_id.is_(None),
        )
        .correlate(Message)
        .scalar_subquery()
    )


def _line(gap: Gap, row: Any, near: list[tuple[str, str]], agents: tuple[tuple[str, int], ...]) -> Line:
    words = tuple(typical_words([said.split() for said, _ in near]))
    return Line(gap, row.letters, row.fresh / _WEEKS, row.last_at, words, near[0][1] if near else "", agents)
