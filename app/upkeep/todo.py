"""What to do next for the knowledge base, on one page: the first few of each kind, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.accounts.rights import Rights
from app.knowledge.models import Article
from app.knowledge.stale import Why
from app.upkeep import gap_pages, staleness, twins, typed
from app.upkeep.models import GapState, LikenessState

FEW = 5
# So many articles are looked at for one page; who has more of them that may be stale begins with these.
MOST_LOOKED_AT = 60


@dataclass(frozen=True)
class StaleLine:
    article: Article
    stale: staleness.Stale


@dataclass(frozen=True)
class Todo:
    """`more` says of which kinds there are more than are shown: "stale", "gaps", "twins", "typed"."""

    stale: list[StaleLine]
    overdue: list[StaleLine]
    gaps: list[gap_pages.Line]
    twins: list[twins.Twins]
    typed: list[typed.Line]
    more: frozenset[str]

    @property
    def is_empty(self) -> bool:
        return not (self.stale or self.overdue or self.gaps or self.twins or self.typed)


def todo(session: Session, rights: Rights, *, now: datetime, today: date) -> Todo:
    """Of what the asker may see."""
    stale = _stale(session, rights, now, today)
    overdue = [line for line in stale if Why.REVIEW in line.stale.reasons]
    worn = [line for line in stale if line.stale.reasons != (Why.REVIEW,)]
    gaps = gap_pages.lines(session, rights, GapState.OPEN, now=now, limit=FEW)
    pairs, more_pairs = twins.listed(session, rights, LikenessState.OPEN, limit=FEW)
    answers, more_answers = typed.listed(session, rights, limit=FEW)
    more = {
        "stale": len(worn) > FEW,
        "overdue": len(overdue) > FEW,
        "gaps": bool(gaps.next),
        "twins": bool(more_pairs),
        "typed": bool(more_answers),
    }
    there = frozenset(name for name, is_more in more.items() if is_more)
    return Todo(worn[:FEW], overdue[:FEW], gaps.rows, pairs, answers, there)


def _stale(session: Session, rights: Rights, now: datetime, today: date) -> list[StaleLine]:
    """Those with the most reasons first, then those edited most."""
    articles = staleness.candidates(session, rights, now=now, today=today, limit=MOST_LOOKED_AT)
    judged = staleness.of_articles(session, rights, articles, now=now, today=today)
    lines = [StaleLine(one, judged[one.id]) for one in articles if judged[one.id].reasons]
    return sorted(
        lines,
        key=lambda line: (
            -len(line.stale.reasons),
            -max((len(one.reply_ids) for one in line.stale.habits), default=0),
            line.article.id,
        ),
    )
