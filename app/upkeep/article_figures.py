"""The figures of articles, of the letters that arrived in a period, as far as the asker may see their tickets."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app.accounts.rights import Rights
from app.knowledge.figures import Counts, Reopened, Saved, saved
from app.knowledge.models import Article, Outcome, Suggestion
from app.knowledge.who_sees import visible
from app.ratings.anonymous import FEWEST
from app.ratings.models import Face, Rating, RatingInvitation
from app.ratings.score import Score
from app.tickets.models import Event, Kind, Message, Status, Ticket

PAGE = 50
# The usual time of a reply is asked of the newest so many: more would not change a median.
MOST_FREE = 2000
SENT = Suggestion.outcome.in_((Outcome.ACCEPTED, Outcome.EDITED))
# One condition on suggestions for each count; the lists behind the figures ask the same.
COUNTED: dict[str, sa.ColumnElement[bool]] = {
    "shown": Suggestion.rank > 0,
    "inserted": Suggestion.inserted_at.is_not(None),
    "unchanged": Suggestion.outcome == Outcome.ACCEPTED,
    "edited": Suggestion.outcome == Outcome.EDITED,
    "typed": sa.and_(SENT, Suggestion.inserted_at.is_(None)),
    "dismissed": Suggestion.outcome == Outcome.DISMISSED,
    "passed_over": Suggestion.outcome == Outcome.IGNORED,
}
SORTS = ("sent", "shown", "edited", "dismissed")


@dataclass(frozen=True)
class Figures:
    """Of one article. `saved` is None where too little was measured."""

    counts: Counts = field(default_factory=Counts)
    score: Score = field(default_factory=lambda: Score(0, 0, 0))
    reopened: Reopened = field(default_factory=Reopened)
    saved: Saved | None = None


@dataclass(frozen=True)
class Line:
    article: Article
    figures: Figures


@dataclass(frozen=True)
class Lines:
    """A page of articles; `next` is the mark of the following one, '' at the end."""

    rows: list[Line]
    next: str


def suggestions_seen(query: Any, rights: Rights, since: datetime | None) -> Any:
    """A query of suggestions, joined with letter and ticket: those of the period that the asker may see."""
    query = (
        query.join(Message, Message.id == Suggestion.message_id)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(rights.within(Ticket.mailbox_id), Ticket.status.not_in((Status.SPAM, Status.TRASH)))
    )
    return query if since is None else query.where(Message.arrived_at >= since)


def figures(
    session: Session, rights: Rights, ids: Collection[int], since: datetime | None
) -> dict[int, Figures]:
    """article → its figures, for every id asked. Six queries, however many articles."""
    if not ids:
        return {}
    counts, scores = _counts(session, rights, ids, since), _scores(session, rights, ids, since)
    reopened, times = _reopened(session, rights, ids, since), _times(session, rights, ids, since)
    free = free_times(session, rights, since) if times else []
    return {
        article_id: Figures(
            counts.get(article_id, Counts()),
            scores.get(article_id, Score(0, 0, 0)),
            reopened.get(article_id, Reopened()),
            saved(times.get(article_id, ()), free),
        )
        for article_id in ids
    }


def lines(
    session: Session, rights: Rights, since: datetime | None, *, sort: str = "sent", after: str = "",
    limit: int = PAGE,
) -> Lines:  # fmt: skip
    """Articles that are not archived, those with the most first."""
    how_many = sa.func.count(sa.case((_sorted_by(sort), 1)))
    counted = suggestions_seen(sa.select(Suggestion.article_id, how_many.label("n")), rights, since).group_by(
        Suggestion.article_id
    )
    table = counted.subquery()
    n = sa.func.coalesce(table.c.n, 0)
    query = (
        sa.select(Article, n)
        .options(selectinload(Article.variants))
        .outerjoin(table, table.c.article_id == Article.id)
        .where(Article.archived.is_(False), visible(rights))
        .order_by(n.desc(), Article.id.desc())
        .limit(limit + 1)
    )
    mark = _mark(after)
    if mark is not None:
        query = query.where(sa.tuple_(n, Article.id) < sa.tuple_(sa.literal(mark[0]), sa.literal(mark[1])))
    found = session.execute(query).all()
    known = figures(session, rights, [article.id for article, _ in found[:limit]], since)
    more = f"{found[limit - 1][1]}_{found[limit - 1][0].id}" if len(found) > limit else ""
    return Lines([Line(article, known[article.id]) for article, _ in found[:limit]], more)


def free_times(session: Session, rights: Rights, since: datetime | None) -> Sequence[int]:
    """Seconds of the newest measured replies of the period that no article was sent with."""
    used = sa.exists().where(Suggestion.reply_id == Message.id, SENT)
    query = (
        sa.select(Message.composing_seconds)
        .join(Ticket, Ticket.id == Message.ticket_id)
        .where(
            Message.kind == Kind.OUTGOING,
            Message.composing_seconds.is_not(None),
            Message.forwarded_id.is_(None),
            rights.within(Ticket.mailbox_id),
            Ticket.status.not_in((Status.SPAM, Status.TRASH)),
            ~used,
        )
        .order_by(Message.id.desc())
        .limit(MOST_FREE)
    )
    if since is not None:
        query = query.where(Message.arrived_at >= since)
    return [seconds for seconds in session.scalars(query) if seconds is not None]


def _counts(
    session: Session, rights: Rights, ids: Collection[int], since: datetime | None
) -> dict[int, Counts]:
    columns = [sa.func.count(sa.case((condition, 1))).label(name) for name, condition in COUNTED.items()]
    query = suggestions_seen(sa.select(Suggestion.article_id, *columns), rights, since)
    query = query.where(Suggestion.article_id.in_(ids)).group_by(Suggestion.article_id)
    return {row[0]: Counts(**dict(zip(COUNTED, row[1:], strict=True))) for row in session.execute(query)}


def replies_sent(rights: Rights, ids: Collection[int], since: datetime | None) -> sa.Subquery:
    """(article, reply), each pair once: a reply may answer several letters."""
    query = suggestions_seen(
        sa.select(Suggestion.article_id, Suggestion.reply_id, Message.ticket_id), rights, since
    )
    pairs: sa.Subquery = query.where(Suggestion.article_id.in_(ids), SENT).distinct().subquery()
    return pairs


def _scores(
    session: Session, rights: Rights, ids: Collection[int], since: datetime | None
) -> dict[int, Score]:
    sent = replies_sent(rights, ids, since)
    named = (
        sa.select(sent.c.article_id, *_faces())
        .join(RatingInvitation, RatingInvitation.message_id == sent.c.reply_id)
        .join(Rating, Rating.invitation_id == RatingInvitation.id)
        .where(counted_rating())
        .group_by(sent.c.article_id)
    )
    found: dict[int, Score] = {}
    for article_id, *faces in [*session.execute(named), *session.execute(_anonymous(rights, ids, since))]:
        known = found.get(article_id, Score(0, 0, 0))
        found[article_id] = Score(known.good + faces[0], known.okay + faces[1], known.bad + faces[2])
    return found


def _faces() -> list[Any]:
    return [sa.func.count(sa.case((Rating.face == face, 1))) for face in (Face.GOOD, Face.OKAY, Face.BAD)]


def counted_rating() -> sa.ColumnElement[bool]:
    """A condition on ratings: one that counts and has a name. Whoever was promised to stay unknown is not found by
    way of an article either."""
    return sa.and_(Rating.counted_at.is_not(None), Rating.anonymous.is_(False))


def _anonymous(rights: Rights, ids: Collection[int], since: datetime | None) -> sa.Select[Any]:
    """(article, good, okay, bad) of each whole group of anonymous ratings, in the order they came.

    The groups are the same for everybody and in every period, and one counts when all of it is seen: so no figure ever
    differs from another one, or from that of yesterday, by fewer than a group.
    """
    letters = (
        sa.select(Suggestion.article_id, Suggestion.reply_id, sa.func.min(Message.arrived_at).label("at"))
        .join(Message, Message.id == Suggestion.message_id)
        .where(Suggestion.article_id.in_(ids), SENT)
        .group_by(Suggestion.article_id, Suggestion.reply_id)
        .subquery()
    )
    before = sa.func.row_number().over(
        partition_by=(letters.c.article_id, Rating.mailbox_id), order_by=Rating.id
    )
    rated = (
        sa.select(
            letters.c.article_id, letters.c.at, Rating.mailbox_id, Rating.face, (before - 1).label("before")
        )
        .join(RatingInvitation, RatingInvitation.message_id == letters.c.reply_id)
        .join(Rating, Rating.invitation_id == RatingInvitation.id)
        .where(Rating.counted_at.is_not(None), Rating.anonymous)
        .subquery()
    )
    faces = [sa.func.count(sa.case((rated.c.face == face, 1))) for face in (Face.GOOD, Face.OKAY, Face.BAD)]
    query = (
        sa.select(rated.c.article_id, *faces)
        .where(rights.within(rated.c.mailbox_id))
        .group_by(rated.c.article_id, rated.c.mailbox_id, rated.c.before // FEWEST)
        .having(sa.func.count() == FEWEST)
    )
    return query if since is None else query.having(sa.func.min(rated.c.at) >= since)


def reopened_after(at: Any) -> sa.ColumnElement[bool]:
    """A condition on tickets: a letter opened it after this moment, when it had been closed."""
    return sa.exists().where(
        Event.ticket_id == Ticket.id,
        Event.kind == "reopened",
        Event.at >= at,
        Event.detail["before"].as_string() == Status.CLOSED.value,
    )


def _reopened(
    session: Session, rights: Rights, ids: Collection[int], since: datetime | None
) -> dict[int, Reopened]:
    sent = replies_sent(rights, ids, since)
    first = (
        sa.select(sent.c.article_id, sent.c.ticket_id, sa.func.min(Message.arrived_at).label("at"))
        .join(Message, Message.id == sent.c.reply_id)
        .group_by(sent.c.article_id, sent.c.ticket_id)
        .subquery()
    )
    opened = reopened_after(first.c.at)
    closed = sa.or_(Ticket.closed_at >= first.c.at, opened)
    query = (
        sa.select(
            first.c.article_id, sa.func.count(sa.case((closed, 1))), sa.func.count(sa.case((opened, 1)))
        )
        .join(Ticket, Ticket.id == first.c.ticket_id)
        .group_by(first.c.article_id)
    )
    return {row[0]: Reopened(row[1], row[2]) for row in session.execute(query)}


def _times(
    session: Session, rights: Rights, ids: Collection[int], since: datetime | None
) -> dict[int, list[int]]:
    sent = replies_sent(rights, ids, since)
    query = (
        sa.select(sent.c.article_id, Message.composing_seconds)
        .join(Message, Message.id == sent.c.reply_id)
        .where(Message.composing_seconds.is_not(None))
    )
    found: dict[int, list[int]] = {}
    for article_id, seconds in session.execute(query):
        found.setdefault(article_id, []).append(seconds)
    return found


def _sorted_by(sort: str) -> sa.ColumnElement[bool]:
    return COUNTED[sort] if sort in SORTS and sort in COUNTED else SENT


def _mark(text: str) -> tuple[int, int] | None:
    parts = text.split("_")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() and len(part) <= 18 for part in parts):
        return None
    return int(parts[0]), int(parts[1])
