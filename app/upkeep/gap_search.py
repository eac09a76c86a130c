"""One search for gaps: gather the letters without a fitting article, cluster them, and bring the gaps up to date.

A gap keeps its row from search to search as long as it keeps enough of its letters, so that what somebody said of it
("not a gap", "there is an article now") holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.knowledge.gaps import Asked, Cluster, clusters
from app.knowledge.models import Article, Outcome, Suggestion
from app.tickets.models import Message, Status, Ticket
from app.upkeep.models import AskedLetter, Gap, GapState

MOST_LETTERS = 60_000
CHUNK = 100
# A cluster is the gap that holds this share of its letters.
SAME_GAP = 0.3
OPENLY = "open"


@dataclass(frozen=True)
class Letter:
    """What is known of a letter: its words, and the gap it was in."""

    id: int
    language: str
    words: tuple[str, ...]
    gap_id: int | None


def unanswered() -> sa.ColumnElement[bool]:
    """A condition on messages: no article was sent or inserted for it, and none that is openly offered may fit yet."""
    fits = sa.exists().where(
        Suggestion.message_id == Message.id,
        sa.or_(
            Suggestion.outcome.in_((Outcome.ACCEPTED, Outcome.EDITED, Outcome.INSERTED)),
            sa.and_(Suggestion.outcome == Outcome.SHOWN, Suggestion.shown == OPENLY),
        ),
    )
    return ~fits


def gather(session: Session) -> list[Letter]:
    """The newest letters that no article fits."""
    query = (
        sa.select(AskedLetter.message_id, AskedLetter.language, AskedLetter.words, AskedLetter.gap_id)
        .join(Message, Message.id == AskedLetter.message_id)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(Ticket.status.not_in((Status.SPAM, Status.TRASH)), unanswered())
        .order_by(AskedLetter.message_id.desc())
        .limit(MOST_LETTERS)
    )
    rows = session.execute(query)
    return [Letter(row[0], row[1], tuple(row[2].split()), row[3]) for row in rows]


def found(letters: Sequence[Letter]) -> list[tuple[str, Cluster]]:
    """(language, cluster), the largest first; nothing of the database is asked."""
    by_language: dict[str, list[Asked]] = {}
    for letter in sorted(letters, key=lambda one: one.id):
        by_language.setdefault(letter.language, []).append(Asked(letter.id, letter.words))
    every = [(language, one) for language in sorted(by_language) for one in clusters(by_language[language])]
    return sorted(every, key=lambda pair: (-len(pair[1].letters), pair[1].ids[0]))


def same_gaps(letters: Sequence[Letter], every: Sequence[tuple[str, Cluster]]) -> list[int | None]:
    """For each cluster the gap that it is, None for a new one; each gap once, larger clusters first."""
    was = {letter.id: letter.gap_id for letter in letters}
    taken: set[int] = set()
    answer: list[int | None] = []
    for _language, cluster in every:
        votes = Counter(gap for one in cluster.ids if (gap := was[one]) is not None and gap not in taken)
        gap_id, count = min(votes.items(), key=lambda vote: (-vote[1], vote[0]), default=(None, 0))
        if gap_id is None or count < SAME_GAP * len(cluster.ids):
            answer.append(None)
        else:
            answer.append(gap_id)
            taken.add(gap_id)
    return answer


def name_gaps(
    session: Session, every: Sequence[tuple[str, Cluster]], known: Sequence[int | None], now: datetime
) -> list[int]:
    """The id of each cluster's gap; those that are new get a row."""
    ids = []
    for (language, _cluster), gap_id in zip(every, known, strict=True):
        if gap_id is None:
            gap = Gap(language=language, state=GapState.OPEN, state_at=now, created_at=now)
            session.add(gap)
            session.flush()
            gap_id = gap.id
        ids.append(gap_id)
    return ids


def moves(
    letters: Sequence[Letter], every: Sequence[tuple[str, Cluster]], ids: Sequence[int]
) -> Iterator[list[dict[str, object]]]:
    """Rows to update, some at a time: SQLite has one writer, and others want their turn."""
    place = {
        letter_id: (gap_id, closeness)
        for (_language, cluster), gap_id in zip(every, ids, strict=True)
        for letter_id, closeness in cluster.letters
    }
    rows: list[dict[str, object]] = []
    for letter in letters:
        gap_id, closeness = place.get(letter.id, (None, 0.0))
        if gap_id is None and letter.gap_id is None:
            continue
        rows.append({"letter": letter.id, "gap": gap_id, "near": closeness})
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def move(session: Session, rows: list[dict[str, object]]) -> None:
    """Letters into their gaps; one that is gone meanwhile is no trouble."""
    table = AskedLetter.__table__
    session.connection().execute(
        sa.update(AskedLetter)
        .where(table.c.message_id == sa.bindparam("letter"))
        .values(gap_id=sa.bindparam("gap"), closeness=sa.bindparam("near")),
        rows,
    )


def tidy(session: Session, *, looked_at: Sequence[int], now: datetime) -> None:
    """Letters that have been answered with an article leave their gap, empty gaps go, and a gap whose article was
    archived is open again. `looked_at`: the gaps that this search has found."""
    _leave(session)
    there = sa.exists().where(Article.id == Gap.article_id, Article.archived.is_(False))
    session.execute(
        sa.update(Gap)
        .where(Gap.state == GapState.CLOSED, ~there)
        .values(state=GapState.OPEN, state_at=now, article_id=None)
        .execution_options(synchronize_session=False)
    )
    empty = ~sa.exists().where(AskedLetter.gap_id == Gap.id)
    session.execute(
        sa.delete(Gap)
        .where(Gap.id.not_in(looked_at), Gap.state == GapState.OPEN, empty)
        .execution_options(synchronize_session=False)
    )


def _leave(session: Session) -> None:
    gone = (
        sa.select(AskedLetter.message_id)
        .join(Message, Message.id == AskedLetter.message_id)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(
            AskedLetter.gap_id.is_not(None),
            sa.or_(~unanswered(), Ticket.status.in_((Status.SPAM, Status.TRASH))),
        )
    )
    ids = list(session.scalars(gone))
    for start in range(0, len(ids), CHUNK):
        session.execute(
            sa.update(AskedLetter)
            .where(AskedLetter.message_id.in_(ids[start : start + CHUNK]))
            .values(gap_id=None, closeness=0.0)
            .execution_options(synchronize_session=False)
        )
