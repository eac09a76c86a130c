"""Keeping the knowledge base good: rounds that a worker runs, each in steps with a transaction of its own.

A round that is killed in the middle leaves nothing half done that the next one does not put right.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

from sqlalchemy.orm import Session

from app import db
from app.again import write
from app.knowledge import twins
from app.settings import load_settings
from app.together import reviews
from app.upkeep import asked, gap_search, rounds, twin_search, typed_search

GAPS = "gaps"
TWINS = "twins"
TYPED = "typed"
REVIEWS = "reviews"


def run_due() -> None:
    """Every part whose time has come, one after the other."""
    for name, work in PARTS.items():
        if write(partial(rounds.begin, name=name, now=db.now())) is None:
            continue
        began = time.process_time()
        rows = work()
        spent = time.process_time() - began
        write(partial(rounds.end, name=name, now=db.now(), seconds=spent, rows=rows))


def has_due() -> bool:
    with db.reading() as session:
        return any(rounds.is_due(session, name, db.now()) for name in PARTS)


# SQLite has one writer, and who waits for it is not served in turn: an agent's reply comes in between.
BREATH_SECONDS = 0.25


def find_gaps() -> int:
    """Read new letters, cluster them anew, bring the gaps up to date; the number of letters looked at."""
    while _read_some():
        time.sleep(BREATH_SECONDS)
    with db.reading() as session:
        letters = gap_search.gather(session)
    every = gap_search.found(letters)
    known = gap_search.same_gaps(letters, every)
    ids = write(partial(gap_search.name_gaps, every=every, known=known, now=db.now()))
    for rows in gap_search.moves(letters, every, ids):
        write(partial(gap_search.move, rows=rows))
        time.sleep(BREATH_SECONDS)
    write(partial(_tidy_gaps, ids))
    return len(letters)


def _tidy_gaps(ids: Sequence[int], session: Session) -> None:
    gap_search.tidy(session, looked_at=ids, now=db.now())
    asked.forget_old(session, now=db.now())


def find_twins() -> int:
    """Compare every article with those it shares words with; the number of texts."""
    with db.reading() as session:
        said = twin_search.gather(session)
    pairs = twins.pairs(said)
    write(partial(twin_search.keep, pairs=pairs, now=db.now()))
    return len(said)


def find_typed() -> int:
    """Read new replies, find those that say the same, tell who typed them; the number of replies looked at."""
    while _read_replies():
        time.sleep(BREATH_SECONDS)
    with db.reading() as session:
        replies = typed_search.gather(session)
    every = typed_search.found(replies)
    ids = write(partial(typed_search.name_answers, replies=replies, every=every, now=db.now()))
    for rows in gap_search.moves(replies, every, ids):
        write(partial(typed_search.move, rows=rows))
        time.sleep(BREATH_SECONDS)
    write(partial(_tidy_typed, ids))
    return len(replies)


def _tidy_typed(ids: Sequence[int], session: Session) -> None:
    typed_search.tidy(session, ids, now=db.now())
    typed_search.tell(session, now=db.now())


def tell_owners() -> int:
    """Of articles whose day of review has come; how many."""
    now = db.now()
    return write(partial(reviews.tell_owners, today=load_settings().day_of(now), now=now))


def _read_replies() -> bool:
    return write(partial(typed_search.read_new, now=db.now()))


def _read_some() -> bool:
    return write(partial(asked.read_new, now=db.now()))


PARTS: dict[str, Callable[[], int]] = {
    GAPS: find_gaps,
    TWINS: find_twins,
    TYPED: find_typed,
    REVIEWS: tell_owners,
}
