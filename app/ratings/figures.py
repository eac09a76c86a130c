"""Scores by agent, team, mailbox, article, tag, segment or time: how many were asked and answered, and how happily.

A fixed number of queries whatever the size. Anonymous ratings count from when they are let in (app.ratings.anonymous).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Agent
from app.accounts.rights import Rights
from app.accounts.teams import Team
from app.knowledge import who_sees
from app.knowledge.models import Article
from app.mailboxes.models import Mailbox
from app.ratings import by_article, cuts
from app.ratings.asking_models import RatingReason, chosen_reasons
from app.ratings.cuts import Asked, Cut, Query, Scope
from app.ratings.models import Face, NotAsked, Rating, RatingHit, RatingInvitation
from app.ratings.score import FEWEST_TO_RANK, Score
from app.tags.models import Tag

FACES = (Face.GOOD, Face.OKAY, Face.BAD)
NONE = Score(0, 0, 0)


@dataclass(frozen=True)
class Figure:
    """One line. `asked` and `answered`: invitations of the period, and those of them that were answered by now.
    `score` are the ratings that came in it, `before` those of the period before (None where there is none).

    Every opening of a link is counted: raw = `opened` (may be people) + `filtered` (programs).
    """

    key: int
    name: str
    asked: int = 0
    answered: int = 0
    opened: int = 0
    filtered: int = 0
    score: Score = NONE
    before: Score | None = None
    active: bool = True

    @property
    def rate(self) -> float:
        """Share of those asked who answered, 0..1."""
        return self.answered / self.asked if self.asked else 0.0

    @property
    def hits(self) -> int:
        return self.opened + self.filtered

    @property
    def trend(self) -> float | None:
        """Change of the share of positive ratings, -1..1; None where either has too few to say."""
        enough = self.before is not None and min(self.before.n, self.score.n) >= FEWEST_TO_RANK
        return self.score.share - self.before.share if enough and self.before is not None else None

    @property
    def trend_is_sure(self) -> bool:
        """Chance alone would hardly make such a change: the two intervals have nothing in common."""
        if self.trend is None or self.before is None:
            return False
        return self.score.low > self.before.high or self.score.high < self.before.low


@dataclass(frozen=True)
class Openings:
    """Hits on links: those that may be people's, and programs' by reason (app.ratings.robots)."""

    opened: int
    by_reason: dict[str, int]

    @property
    def filtered(self) -> int:
        return sum(self.by_reason.values())

    @property
    def raw(self) -> int:
        return self.opened + self.filtered


def total(session: Session, cut: Cut, scope: Scope, hits: Openings | None = None) -> Figure:
    """All of a cut together: what belongs to two teams counts once here. `hits`: its openings, if they are known."""
    earlier = cut.before()
    asked, answered = _asked(session, cut, scope, None).get(0, (0, 0))
    hits = hits or openings(session, cut, scope)
    before = _faces(session, earlier, scope, None).get(0, NONE) if earlier else None
    score = _faces(session, cut, scope, None).get(0, NONE)
    return Figure(0, "", asked, answered, hits.opened, hits.filtered, score, before)


def total_of(session: Session, rows: Sequence[Figure], cut: Cut, scope: Scope) -> Figure:
    """The same from figures by agent: everything that is counted has one. Who has nothing in this period has no line,
    so the period before is asked for."""
    earlier = cut.before()
    before = _faces(session, earlier, scope, None).get(0, NONE) if earlier else None
    asked, answered = (sum(getattr(row, name) for row in rows) for name in ("asked", "answered"))
    opened, filtered = (sum(getattr(row, name) for row in rows) for name in ("opened", "filtered"))
    score = Score(*(sum(getattr(row.score, face.value) for row in rows) for face in FACES))
    return Figure(0, "", asked, answered, opened, filtered, score, before)


def figures(
    session: Session, dimension: str, cut: Cut, scope: Scope, *, rights: Rights | None = None
) -> list[Figure]:
    """A line for everything that was asked about, rated or opened in the cut. Those with enough ratings come first,
    by the lower end of the interval; nobody below that number has a rank. `rights` leave out articles that the asker
    may not read."""
    asked, hits, faces, before = _counted(session, dimension, cut, scope)
    earlier = cut.before()
    names = _names(session, dimension, {*asked, *faces, *hits}, rights)
    rows = [
        Figure(
            key,
            name,
            *asked.get(key, (0, 0)),
            *hits.get(key, (0, 0)),
            faces.get(key, NONE),
            before.get(key, NONE) if earlier else None,
            active,
        )
        for key, (name, active) in names.items()
    ]
    return sorted(
        rows, key=lambda row: (not row.score.can_be_ranked, -row.score.low, row.name.lower(), row.key)
    )


def over_time(
    session: Session, bounds: Sequence[datetime], cut: Cut, scope: Scope
) -> list[tuple[datetime, Score]]:
    """The score from each bound until before the next; the last bound only ends the one before it."""
    whole = Cut(**{**cut.__dict__, "since": bounds[0], "until": bounds[-1]})
    number = sa.case(
        *[(Rating.counted_at < bound, index) for index, bound in enumerate(bounds[1:])], else_=len(bounds)
    )
    faces = _faces(session, whole, scope, number)
    return [(bound, faces.get(index, NONE)) for index, bound in enumerate(bounds[:-1])]


def openings(session: Session, cut: Cut, scope: Scope) -> Openings:
    opened = sa.func.sum(sa.case((RatingHit.filtered == "", 1), else_=0))
    everything: Query = sa.select(sa.func.coalesce(opened, 0))
    # Most have no reason, and what is grouped must be sorted.
    programs: Query = sa.select(RatingHit.filtered, sa.func.count()).where(RatingHit.filtered != "")
    programs = programs.group_by(RatingHit.filtered)
    conditions = cuts.conditions(RatingInvitation, RatingHit.at, cut, scope)
    if replace(cut, since=None, until=None) != Cut() or scope != cuts.EVERYTHING:
        # Only then something is asked of the invitation.
        on = RatingInvitation.id == RatingHit.invitation_id
        everything, programs = everything.join(RatingInvitation, on), programs.join(RatingInvitation, on)
    found = {row[0]: row[1] for row in session.execute(programs.where(*conditions))}
    number = int(session.scalar(everything.where(*conditions)) or 0)
    return Openings(number, dict(sorted(found.items(), key=lambda one: -one[1])))


def not_asked(session: Session, cut: Cut, scope: Scope) -> dict[str, int]:
    """reason → how many recipients were not asked for it. By agent and mailbox only."""
    query = sa.select(NotAsked.reason, sa.func.count()).group_by(NotAsked.reason)
    narrowed = Cut(cut.since, cut.until, agent=cut.agent, team=cut.team, mailbox=cut.mailbox)
    # It has the same columns as an invitation where these conditions look.
    where = cuts.conditions(_Unasked, NotAsked.at, narrowed, scope)  # type: ignore[arg-type]
    rows = session.execute(query.where(*where)).all()
    return dict(sorted(((row[0], row[1]) for row in rows), key=lambda one: -one[1]))


def reason_counts(session: Session, cut: Cut, scope: Scope) -> list[tuple[RatingReason, int, int]]:
    """Each reason that was chosen, by how many of the happy and by how many of the others; most chosen first."""
    good = sa.func.sum(sa.case((Rating.face == Face.GOOD, 1), else_=0))
    query = (
        sa.select(chosen_reasons.c.reason_id, good, sa.func.count())
        .join(Rating, Rating.id == chosen_reasons.c.rating_id)
        .where(Rating.counted_at.is_not(None), *cuts.conditions(Rating, Rating.counted_at, cut, scope))
        .group_by(chosen_reasons.c.reason_id)
    )
    found = {row[0]: (int(row[1]), int(row[2])) for row in session.execute(query)}
    rows = session.scalars(sa.select(RatingReason).where(RatingReason.id.in_(sorted(found))))
    counts = [(one, found[one.id][0], found[one.id][1] - found[one.id][0]) for one in rows]
    return sorted(counts, key=lambda one: (-one[1] - one[2], one[0].position))


class _Unasked:
    """NotAsked as `cuts.conditions` reads it."""

    agent_id, mailbox_id = NotAsked.agent_id, NotAsked.mailbox_id


# What to group by: a dimension, a column, or nothing at all.
Key = str | sa.ColumnElement[Any] | None
Pairs = dict[int, tuple[int, int]]
Scores = dict[int, Score]


def _counted(session: Session, dimension: str, cut: Cut, scope: Scope) -> tuple[Pairs, Pairs, Scores, Scores]:
    """(asked and answered, openings, ratings, ratings of the period before) by the key of the dimension."""
    if dimension == cuts.ARTICLE:
        found = by_article.counted(session, cut, scope)
        now, then = ({key: Score(*row) for key, row in one.items()} for one in (found.faces, found.before))
        return found.asked, found.hits, now, then
    earlier = cut.before()
    return (
        _asked(session, cut, scope, dimension),
        _hits(session, cut, scope, dimension),
        _faces(session, cut, scope, dimension),
        _faces(session, earlier, scope, dimension) if earlier else {},
    )


def _faces(session: Session, cut: Cut, scope: Scope, key: Key) -> dict[int, Score]:
    counts = [sa.func.sum(sa.case((Rating.face == face, 1), else_=0)) for face in FACES]
    query: Query = sa.select(*counts).select_from(Rating).where(Rating.counted_at.is_not(None))
    rows = session.execute(_grouped(query, Rating, Rating.counted_at, cut, scope, key))
    return {row[-1]: Score(*(int(one or 0) for one in row[:3])) for row in rows if row[-1] is not None}


def _asked(session: Session, cut: Cut, scope: Scope, key: Key) -> dict[int, tuple[int, int]]:
    counted = sa.and_(Rating.invitation_id == RatingInvitation.id, Rating.counted_at.is_not(None))
    query: Query = (
        sa.select(sa.func.count(), sa.func.count(Rating.id))
        .select_from(RatingInvitation)
        .outerjoin(Rating, counted)
    )
    rows = session.execute(_grouped(query, RatingInvitation, RatingInvitation.created_at, cut, scope, key))
    return {row[2]: (row[0], row[1]) for row in rows if row[2] is not None}


def _hits(session: Session, cut: Cut, scope: Scope, key: Key) -> dict[int, tuple[int, int]]:
    """(may be people's, programs')"""
    programs = sa.func.sum(sa.case((RatingHit.filtered != "", 1), else_=0))
    query: Query = (
        sa.select(sa.func.count(), programs)
        .select_from(RatingInvitation)
        .join(RatingHit, RatingHit.invitation_id == RatingInvitation.id)
    )
    rows = session.execute(_grouped(query, RatingInvitation, RatingHit.at, cut, scope, key))
    return {row[2]: (row[0] - int(row[1]), int(row[1])) for row in rows if row[2] is not None}


def _grouped(query: Query, asked: Asked, at: Any, cut: Cut, scope: Scope, key: Key) -> Query:
    dimensions = (key,) if isinstance(key, str) else ()
    query = query.where(*cuts.conditions(asked, at, cut, scope, *dimensions))
    if key is None:
        return query.add_columns(sa.literal_column("0"))
    if not isinstance(key, str):
        return query.add_columns(key.label("key")).group_by("key")
    query, column = cuts.by(asked, query, key)
    return query.add_columns(column.label("key")).group_by(column)


def _names(
    session: Session, dimension: str, keys: set[int], rights: Rights | None
) -> dict[int, tuple[str, bool]]:
    model, name, active = _NAMES[dimension]
    query = sa.select(model.id, name, active).where(model.id.in_(sorted(keys)))
    if dimension == cuts.ARTICLE and rights is not None:
        query = query.where(who_sees.visible(rights))
    return {row[0]: (row[1], bool(row[2])) for row in session.execute(query)}


_YES = sa.true()
_NAMES: dict[str, tuple[Any, Any, Any]] = {
    cuts.AGENT: (Agent, Agent.name, Agent.active),
    cuts.TEAM: (Team, Team.name, Team.active),
    cuts.MAILBOX: (Mailbox, sa.func.coalesce(sa.func.nullif(Mailbox.name, ""), Mailbox.address), _YES),
    cuts.ARTICLE: (Article, Article.title, Article.archived.is_(False)),
    cuts.TAG: (Tag, Tag.name, _YES),
    cuts.SEGMENT: (Tag, Tag.name, _YES),
}
