"""Who did best in a period, for a digest: by the lower end of the interval, and nobody with too few ratings."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.ratings import cuts
from app.ratings.cuts import Cut, Scope
from app.ratings.figures import figures
from app.ratings.score import Score

MOST = 3


@dataclass(frozen=True)
class Best:
    agent_id: int
    name: str
    score: Score


def best(session: Session, cut: Cut, scope: Scope, *, most: int = MOST) -> list[Best]:
    """At most so many agents who still work here and were rated often enough to be ranked; the best first."""
    rows = figures(session, cuts.AGENT, cut, scope)
    ranked = [row for row in rows if row.active and row.score.can_be_ranked]
    return [Best(row.key, row.name, row.score) for row in ranked[:most]]
