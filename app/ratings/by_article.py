"""Scores by article, the one dimension that stands two tables away from a rating: by what was suggested for its reply.

To look that up for every rating, every invitation and every opening of a link costs three times what it costs to look
it up once. So the invitations of each article are read once, and what there is of each is counted here by its number:
lists of numbers come as one text, which both databases make in one pass.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.knowledge.models import Suggestion
from app.ratings import cuts
from app.ratings.cuts import Cut, Query, Scope
from app.ratings.models import Face, Rating, RatingHit, RatingInvitation

# Numbers in one statement.
AT_ONCE = 1000
Pair = tuple[int, int]
# Of an invitation: of another time than the period, or of it and by now without an answer or with one.
_OTHER, _ASKED, _ANSWERED = 0, 1, 2


@dataclass
class Counted:
    """article → of invitations (asked, answered), of openings (may be people's, programs'), and how many of each face
    as `Score` has them, in this period and in the one before."""

    asked: dict[int, Pair]
    hits: dict[int, Pair]
    faces: dict[int, list[int]]
    before: dict[int, list[int]]


@dataclass
class _Made:
    """Which articles the reply of an invitation was made of. A number stands in as many layers as it has articles."""

    asked: dict[int, Pair] = field(default_factory=dict)
    layers: list[dict[int, int]] = field(default_factory=list)

    def read(self, rows: Iterable[Any]) -> None:
        for article_id, state, listed in rows:
            mine = dict.fromkeys(_numbers(listed), article_id)
            if state != _OTHER:
                asked, answered = self.asked.get(article_id, (0, 0))
                self.asked[article_id] = (
                    asked + len(mine),
                    answered + (len(mine) if state == _ANSWERED else 0),
                )
            self._add(article_id, mine)

    def _add(self, article_id: int, rest: dict[int, int]) -> None:
        for layer in self.layers:
            again = rest.keys() & layer.keys()
            layer.update({one: article_id for one in rest if one not in again} if again else rest)
            rest = dict.fromkeys(again, article_id)
        if rest:
            self.layers.append(rest)

    def count(self, invitations: Sequence[int]) -> Counter[int]:
        """article → how many of these."""
        found: Counter[int | None] = Counter()
        for layer in self.layers:
            found.update(map(layer.get, invitations))
        return Counter({key: number for key, number in found.items() if key is not None})

    def table(self, lists: Sequence[Sequence[int]]) -> dict[int, list[int]]:
        columns = [self.count(one) for one in lists]
        return {key: [column[key] for column in columns] for key in set(chain(*columns))}


def counted(session: Session, cut: Cut, scope: Scope) -> Counted:
    """Of all articles at once, in a handful of queries."""
    earlier = cut.before()
    faces = _faces(session, cut, scope)
    before = _faces(session, earlier, scope) if earlier else []
    hits = _hits(session, cut)
    made = _made(session, cut, scope, [*faces, *before, *hits])
    openings = made.table(hits)
    return Counted(
        made.asked,
        {key: (row[0], row[1]) for key, row in openings.items()},
        made.table(faces),
        made.table(before),
    )


def _faces(session: Session, cut: Cut, scope: Scope) -> list[list[int]]:
    """For each face the invitations that were answered so."""
    listed = [_listed(Rating.invitation_id, Rating.face == face) for face in (Face.GOOD, Face.OKAY, Face.BAD)]
    where = cuts.conditions(Rating, Rating.counted_at, cut, scope, cuts.ARTICLE)
    row = session.execute(sa.select(*listed).where(Rating.counted_at.is_not(None), *where)).one()
    return [_numbers(text) for text in row]


def _hits(session: Session, cut: Cut) -> list[list[int]]:
    """Of every invitation: what else is asked of them is asked where their articles are looked up."""
    listed = [
        _listed(RatingHit.invitation_id, one) for one in (RatingHit.filtered == "", RatingHit.filtered != "")
    ]
    period = Cut(cut.since, cut.until)
    where = cuts.conditions(RatingInvitation, RatingHit.at, period, cuts.EVERYTHING)
    return [_numbers(text) for text in session.execute(sa.select(*listed).where(*where)).one()]


def _made(session: Session, cut: Cut, scope: Scope, wanted: Sequence[Sequence[int]]) -> _Made:
    """Of the invitations of both periods all at once, of older ones that were answered or opened now each by itself."""
    asked = RatingInvitation
    earlier = cut.before() or cut
    both = cuts.conditions(asked, asked.created_at, Cut(earlier.since, cut.until), cuts.EVERYTHING)
    first, last = session.execute(sa.select(sa.func.min(asked.id), sa.func.max(asked.id)).where(*both)).one()
    # What is asked of an invitation itself, whenever it was made.
    own = cuts.conditions(asked, asked.created_at, replace(cut, since=None, until=None), scope, cuts.ARTICLE)
    found, others = _Made(), _outside(wanted, first or 0, last or 0)
    query = _by_state(cut, own)
    if first is not None:
        found.read(session.execute(query.where(asked.id.between(first, last))))
    for place in range(0, len(others), AT_ONCE):
        found.read(session.execute(query.where(asked.id.in_(others[place : place + AT_ONCE]))))
    return found


def _outside(lists: Sequence[Sequence[int]], first: int, last: int) -> list[int]:
    found: set[int] = set()
    for one in lists:
        # Most lists have none: their ends say so at once.
        if one and (min(one) < first or max(one) > last):
            found.update(number for number in one if not first <= number <= last)
    return sorted(found)


def _by_state(cut: Cut, own: list[sa.ColumnElement[bool]]) -> Query:
    """(article, state, invitations). One stands there twice if its reply answered two letters with the same article."""
    asked = RatingInvitation
    period = cuts.conditions(asked, asked.created_at, Cut(cut.since, cut.until), cuts.EVERYTHING)
    state = sa.case(
        (sa.not_(sa.and_(sa.true(), *period)), _OTHER), (Rating.id.is_(None), _ASKED), else_=_ANSWERED
    ).label("state")
    counted = sa.and_(Rating.invitation_id == asked.id, Rating.counted_at.is_not(None))
    return (
        sa.select(Suggestion.article_id, state, _listed(asked.id))
        .select_from(asked)
        .outerjoin(Rating, counted)
        .join(Suggestion, sa.and_(Suggestion.reply_id == asked.message_id, cuts.used()))
        .where(*own)
        .group_by(Suggestion.article_id, "state")
    )


def _listed(number: Any, condition: sa.ColumnElement[bool] | None = None) -> Any:
    text = sa.cast(number, sa.String)
    return sa.func.aggregate_strings(text if condition is None else sa.case((condition, text)), ",")


def _numbers(text: str | None) -> list[int]:
    # A list of numbers is JSON, and nothing reads so many of them as fast.
    found: list[int] = json.loads(f"[{text or ''}]")
    return found
