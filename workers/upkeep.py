"""Keeping the knowledge base good: rounds that a worker runs, each in steps with a transaction of its own.

A round that is killed in the middle leaves nothing half done that the next one does not put right.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from app import db
from app.knowledge import twins
from app.together import reviews
from app.upkeep import asked, gap_search, rounds, twin_search, typed_search

GAPS = "gaps"
TWINS = "twins"
TYPED = "typed"
REVIEWS = "reviews"


def run_due() -> None:
    """Every part whose time has come, one after the other."""
    for name, work in PARTS.items():
        with db.transaction() as session:
            turn = rounds.begin(session, name, db.now())
        if turn is None:
            continue
        began = time.process_time()
        rows = work()
        with db.transaction() as session:
            rounds.end(session, name, now=db.now(), seconds=time.process_time() - began, rows=rows)


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
    with db.transaction() as session:
        ids = gap_search.name_gaps(session, every, known, db.now())
    for rows in gap_search.moves(letters, every, ids):
        with db.transaction() as session:
            gap_search.move(session, rows)
        time.sleep(BREATH_SECONDS)
    with db.transaction() as session:
        gap_search.tidy(session, looked_at=ids, now=db.now())
        asked.forget_old(session, now=db.now())
    return len(letters)


def find_twins() -> int:
    """Compare every article with those it shares words with; the number of texts."""
    with db.reading() as session:
        said = twin_search.gather(session)
    pairs = twins.pairs(said)
    with db.transaction() as session:
        twin_search.keep(session, pairs, db.now())
    return len(said)


def find_typed() -> int:
    """Read new replies, find those that say the same, tell who typed them; the number of replies looked at."""
    while _read_replies():
        time.sleep(BREATH_SECONDS)
    with db.reading() as session:
        replies = typed_search.gather(session)
    every = typed_search.found(replies)
    with db.transaction() as session:
        ids = typed_search.name_answers(session, replies, every, db.now())
    for rows in gap_search.moves(replies, every, ids):
        with db.transaction() as session:
            typed_search.move(session, rows)
        time.sleep(BREATH_SECONDS)
    with db.transaction() as session:
        typed_search.tidy(session, ids, now=db.now())
        typed_search.tell(session, now=db.now())
    return len(replies)


def tell_owners() -> int:
    """Of articles whose day of review has come; how many."""
    with db.transaction() as session:
        return reviews.tell_owners(session, db.now().date(), now=db.now())


def _read_replies() -> bool:
    with db.transaction() as session:
        return typed_search.read_new(session, now=db.now())


def _read_some() -> bool:
    with db.transaction() as session:
        return asked.read_new(session, now=db.now())


PARTS: dict[str, Callable[[], int]] = {
    GAPS: find_gaps,
    TWINS: find_twins,
    TYPED: find_typed,
    REVIEWS: tell_owners,
}
